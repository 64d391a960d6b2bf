/** A player whose board was given to another one: it leaves for good, but only on the CMS's signed word. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unitId, useBoard } from './testing-board.ts';
import { testKey } from './testing-cms.ts';

const board = useBoard();

test('a replaced player gives up its board, shows a new code, and still delivers what it owes', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null], [2, null]);
  const before = cms.records.length;
  cms.replacePlayer(await cms.signDismissal());
  await cms.until(() => b.messages.some(({ type }) => type === 'dismissed'));
  await b.stop();
  await b.start();
  const again = await b.openStage();
  const code = await again.untilCode();
  expect(again.shown.every(({ kind }) => kind === 'pairing')).toBe(true);
  expect(stage.shown.some(({ kind }) => kind === 'notice')).toBe(true);
  // Under the old key, of the old journal: what was played until then, and why it ended.
  await b.fault('device_replaced');
  await cms.until(() => cms.bodies('playEnded').some(({ outcome }) => outcome === 'interrupted'));
  expect(cms.records.length).toBeGreaterThan(before);
  expect(cms.journals.size).toBe(1);
  // It can be given to a board again, with nothing of before on its glass.
  await cms.enterCode(code);
  expect(cms.formerKeys).not.toContain(cms.deviceKey);
  await again.untilFront('identify');
});

test('the power may go at once: the next start shows a code and knows nothing of the board', async () => {
  const b = board();
  const { cms } = b;
  const atTheCut = join(b.folder, 'at-the-cut');
  await b.startPlaying([1, null]);
  await b.stop();
  await b.start({
    onMessage(message) {
      b.messages.push(message);
      if (message.type === 'dismissed') cpSync(b.dataDir, atTheCut, { recursive: true });
    },
  });
  await b.openStage();
  cms.replacePlayer(await cms.signDismissal());
  await cms.until(() => b.messages.some(({ type }) => type === 'dismissed'));
  await b.stop();
  await b.start({ dataDir: atTheCut });
  const again = await b.openStage();
  await again.untilCode();
  expect(again.shown.every(({ kind }) => kind === 'pairing')).toBe(true);
  await b.fault('device_replaced');
});

test('without the signed word of its CMS about this very player it plays on', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null], [2, null]);
  const right = await cms.signDismissal();
  const ofPlayer = { deviceKey: cms.deviceKey };
  cms.replacePlayer(null);
  await b.fault('device_replaced');
  const lies: [string, typeof right][] = [
    ['signature_invalid', await cms.signDismissal(ofPlayer, await testKey('p1'))],
    ['key_unknown', await cms.signDismissal(ofPlayer, cms.takeoverKey)],
    ['board_wrong', await cms.signDismissal({ ...ofPlayer, boardId: unitId })],
    ['device_key_wrong', await cms.signDismissal({ deviceKey: (await testKey('another')).x })],
    ['document_invalid', await cms.signDismissal({ ...ofPlayer, more: 1 })],
    ['signature_invalid', { ...right, statement: right.keyList }],
    ['signature_invalid', { ...right, keyList: right.statement }],
  ];
  for (const [code, lie] of lies) {
    await b.stop();
    cms.dismissal = lie;
    const told = () => cms.faults().filter((fault) => fault.startsWith('dismissal_refused')).length;
    const before = told();
    await b.start();
    // Refused, it still offers its journal, which says so.
    await cms.until(() => told() > before);
    expect(cms.faults().findLast((fault) => fault.startsWith('dismissal_refused'))).toContain(code);
    await (await b.openStage()).untilFront('notice');
  }
  expect(b.messages.some(({ type }) => type === 'dismissed')).toBe(false);
});
