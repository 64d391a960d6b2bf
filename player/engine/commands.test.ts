import { expect, test } from 'vitest';
import { useBoard } from './testing-board.ts';
import type { TestCms } from './testing-cms.ts';

const board = useBoard();
const ends = (cms: TestCms, commandId: string) =>
  cms.told.filter(({ name, request }) => name === 'commandEndedV1' && request.commandId === commandId);
const send = async (cms: TestCms, changes: object) =>
  cms.ask('runCommandV1', { command: await cms.signCommand(changes) });

test('the end of a command is told, also of one that comes again, which is not carried out again', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  const commandId = crypto.randomUUID();
  const command = await cms.signCommand({ commandId, name: 'identify', durationMs: 600_000 });
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, commandId)[0]);
  expect(ends(cms, commandId)[0]!.request).toMatchObject({ outcome: 'done', errorCode: null });
  const shown = stage.shown.length;
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, commandId)[1]);
  expect(stage.shown).toHaveLength(shown);
});

test('a command that the power took in the middle is told as such after the start, and not begun again', async () => {
  const b = board();
  const { cms } = b;
  // A host that never answers: the picture is on its way for good.
  await b.startPaired({ askForPicture: () => new Promise(() => undefined) });
  const { commandId } = await cms.askForPicture();
  await b.stop();
  let asked = 0;
  await b.start({ askForPicture: () => (asked++, Promise.reject(new Error('not again'))) });
  await cms.until(() => ends(cms, commandId)[0]);
  expect(ends(cms, commandId)[0]!.request).toMatchObject({ outcome: 'failed', errorCode: 'command_interrupted' });
  expect(asked).toBe(0);
});

test('a refusal is the same the next time', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired();
  const asked = { commandId: crypto.randomUUID(), name: 'screenshot', durationMs: undefined };
  for (let i = 0; i < 2; i++)
    expect(await send(cms, asked)).toMatchObject({ ok: false, error: { code: 'capture_unsupported' } });
});

test('a CMS from before is told of a failure as it knows it', async () => {
  const b = board();
  const { cms } = b;
  cms.knowsNot = ['commandEndedV1'];
  await b.startPaired({ askForPicture: () => Promise.reject(new Error('no')) });
  const { commandId } = await cms.askForPicture();
  const told = await cms.until(() => cms.told.find(({ name }) => name === 'commandFailedV1'));
  expect(told.request).toEqual({ commandId, errorCode: 'internal_error' });
});
