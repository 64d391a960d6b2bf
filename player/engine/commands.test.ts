import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rebootCommandOf } from './reboot.ts';
import { machineSystem } from './system.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';
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

/** Of a kind that says nothing beside its name, or what `says` says. */
const plain = (name: string, says: object = {}) => ({
  commandId: crypto.randomUUID(),
  name,
  durationMs: undefined,
  ...says,
});

test('reload: the page is told to load itself again, and done is when it is back', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const command = plain('reload');
  expect(await send(cms, command)).toEqual({ ok: true });
  await stage.until(() => stage.commands.some(({ type }) => type === 'reload'));
  expect(ends(cms, command.commandId)).toEqual([]);
  await stage.close();
  await b.openStage();
  const end = await cms.until(() => ends(cms, command.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'done' });
  await b.stop();
  await b.start();
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  expect(await send(cms, plain('reload'))).toMatchObject({ error: { code: 'no_stage' } });
});

test('restart: the engine asks to be ended, and the next one says that it was done', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ supervised: true });
  const command = plain('restart');
  expect(await send(cms, command)).toEqual({ ok: true });
  await expect.poll(() => b.messages.some(({ type }) => type === 'restart')).toBe(true);
  await b.stop();
  expect(ends(cms, command.commandId)).toEqual([]);
  await b.start();
  expect((await cms.until(() => ends(cms, command.commandId)[0])).request).toMatchObject({ outcome: 'done' });
  // Nobody would start this one again.
  expect(await send(cms, plain('restart'))).toMatchObject({ error: { code: 'restart_unsupported' } });
});

test('reboot: its command runs once, whatever comes again; the next boot says that it was done', async () => {
  const b = board();
  const { cms } = b;
  const file = join(b.folder, 'rebooted');
  const changes = { rebootCommand: `echo down >> "${file}"` };
  await b.startPaired({ ...changes, system: { ...machineSystem(), jitter: () => 0, bootId: 'one' } });
  const command = await cms.signCommand({ ...plain('reboot'), commandId: '00000000-0000-4000-8000-00000000c001' });
  const id = '00000000-0000-4000-8000-00000000c001';
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  const downs = () => {
    try {
      return readFileSync(file, 'utf8').trim().split('\n').length;
    } catch {
      return 0;
    }
  };
  await expect.poll(downs).toBe(1);
  await b.stop();
  // The power went before the CMS had the answer: it sends the same again.
  await b.start({ ...changes, system: { ...machineSystem(), jitter: () => 0, bootId: 'two' } });
  expect((await cms.until(() => ends(cms, id)[0])).request).toMatchObject({ outcome: 'done' });
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, id)[1]);
  expect(downs()).toBe(1);
});

test('reboot: where it is not allowed the board says so, at once or when the machine has not gone down', async () => {
  const b = board();
  const { cms } = b;
  const system = { ...machineSystem(), jitter: () => 0, bootId: 'one' };
  await b.startPaired({ rebootCommand: 'echo not allowed >&2; exit 1', system });
  const failing = plain('reboot');
  await send(cms, failing);
  const end = await cms.until(() => ends(cms, failing.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'failed', errorCode: 'reboot_failed' });
  await b.stop();
  await b.start({ rebootCommand: 'true', system });
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  const idle = plain('reboot');
  expect(await send(cms, idle)).toEqual({ ok: true });
  await b.stop();
  await b.start({ rebootCommand: null, system });
  expect((await cms.until(() => ends(cms, idle.commandId)[0])).request).toMatchObject({ errorCode: 'reboot_failed' });
  expect(await send(cms, plain('reboot'))).toMatchObject({ error: { code: 'reboot_unsupported' } });
  expect([rebootCommandOf('none'), rebootCommandOf('sudo reboot')]).toEqual([null, 'sudo reboot']);
});

test('a cut source leaves the standby slide alone, also after a restart; an alert is shown over it; restored, the newest plays', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const issuedAt = cms.now();
  const cut = plain('setSource', { cut: true, issuedAt });
  expect(await send(cms, cut)).toEqual({ ok: true });
  await stage.untilFront('fallback');
  expect((await cms.until(() => ends(cms, cut.commandId)[0])).request).toMatchObject({ outcome: 'done' });
  await b.stop();
  await stage.close();
  await b.start();
  const after = await b.openStage();
  await after.untilFront('fallback');
  const alert = await cms.raise();
  await after.untilFront('takeover');
  // Counted as what it is.
  await cms.until(() =>
    cms.bodies('playEnded').some(({ why, noticeId: id }) => why.kind === 'fallback' && id === null),
  );
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await after.untilFront('fallback');
  // What came meanwhile waits behind it.
  await cms.publish(programme([2, null]));
  await cms.until(() => b.progress('active')?.version && cms.manifest?.manifest.version.counter === 2);
  // Who holds an older order back undoes nothing.
  expect(await send(cms, plain('setSource', { cut: false, issuedAt: issuedAt - 1 }))).toMatchObject({
    error: { code: 'command_old' },
  });
  expect(after.front?.kind).toBe('fallback');
  expect(await send(cms, plain('setSource', { cut: false }))).toEqual({ ok: true });
  await after.untilNotice(noticeId(2));
});

test('the volume is the stage’s, and stays over a restart', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  await send(cms, plain('setVolume', { percent: 35 }));
  await stage.until(() => stage.commands.some((said) => said.type === 'configure' && said.volume === 35));
  await b.stop();
  await stage.close();
  await b.start();
  const after = await b.openStage();
  await after.until(() => after.commands.some((said) => said.type === 'configure' && said.volume === 35));
  await cms.until(() =>
    cms.told.some(
      ({ name, request }) => name === 'statusReportedV1' && (request.status as { volume?: number }).volume === 35,
    ),
  );
});

test('the log is brought to the CMS; a player without one says so', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ readLog: (maxBytes) => `the last ${maxBytes} bytes` });
  const command = plain('sendLogs');
  expect(await send(cms, command)).toEqual({ ok: true });
  const end = await cms.until(() => ends(cms, command.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'done' });
  expect(cms.logs.get(command.commandId)).toBe('the last 64000 bytes');
  await b.stop();
  await b.start();
  const none = plain('sendLogs');
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  await send(cms, none);
  const failed = await cms.until(() => ends(cms, none.commandId)[0]);
  expect(failed.request).toMatchObject({ errorCode: 'log_unsupported' });
});
