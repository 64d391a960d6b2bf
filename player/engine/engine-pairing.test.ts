import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signDocument } from '../../shared/protocol/signing.ts';
import { programme, useBoard } from './testing-board.ts';
import { testKey } from './testing-cms.ts';

const board = useBoard();

test('a player shows a code, is paired by it, and pins the root key', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  expect(b.messages.some((message) => message.type === 'pairingCode' && message.code.length === 8)).toBe(true);
  expect(b.messages).toContainEqual({ type: 'paired', boardId: cms.boardId });
  // Until there is a programme it says which board it is.
  expect(await stage.untilFront('identify')).toMatchObject({ boardName: 'Bảng thôn Đông' });
  const identity = JSON.parse(await readFile(join(b.dataDir, 'identity.json'), 'utf8')) as {
    paired: { rootKey: string };
    key: { d: string };
  };
  expect(identity.paired.rootKey).toBe(cms.root.x);
  expect(JSON.stringify(cms.told)).not.toContain(identity.key.d);
});

test('a code that expired is replaced by another', async () => {
  const b = board();
  const { cms } = b;
  await b.start();
  const stage = await b.openStage();
  const first = await stage.untilCode();
  for (const offer of cms.offers.values()) offer.expiresAt = 0;
  await stage.untilCode(first);
});

test('a player that was killed between its code being typed and its hearing of it shows another code, with another key', async () => {
  const b = board();
  const { cms } = b;
  await b.start({ pairingAskMs: 60_000 });
  const code = await (await b.openStage()).untilCode();
  await b.stop();
  await cms.enterCode(code);
  const spent = cms.deviceKey;
  await b.start();
  const stage = await b.openStage();
  await cms.enterCode(await stage.untilCode(code));
  await stage.untilFront('identify');
  expect(cms.deviceKey).not.toBe(spent);
  await cms.publish(programme([1, null]));
  await cms.until(() => cms.bodies('playEnded').length >= 1);
});

test('somebody in between cannot be paired with: the key list is not signed by the root key of the code', async () => {
  const b = board();
  const { cms } = b;
  await b.start();
  const stage = await b.openStage();
  const code = await stage.untilCode();
  const stranger = await testKey('root');
  cms.keyList = await signDocument('bang-tin-key-list', { v: 1, number: 1, issuedAt: 0, keys: [] }, stranger);
  await cms.enterCode(code);
  // It goes on with another code instead.
  await stage.untilCode(code);
  expect(b.messages.some(({ type }) => type === 'paired')).toBe(false);
});

test('a damaged identity is read from its copy: the board plays on under its key', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  const key = cms.deviceKey;
  await b.stop();
  await writeFile(join(b.dataDir, 'identity.json'), '{"v":1,');
  await b.start();
  const stage = await b.openStage();
  await stage.untilFront('notice');
  await b.fault('file_damaged identity.json');
  expect(cms.deviceKey).toBe(key);
  expect(await readFile(join(b.dataDir, 'identity.json'), 'utf8')).toBe(
    await readFile(join(b.dataDir, 'identity.json.copy'), 'utf8'),
  );
});

test('a lost identity means pairing anew, and nothing of before is shown', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await b.stop();
  await writeFile(join(b.dataDir, 'identity.json'), '{"v":1,');
  await rm(join(b.dataDir, 'identity.json.copy'));
  await b.start();
  const again = await b.openStage();
  const code = await again.untilCode();
  expect(again.shown.every(({ kind }) => kind === 'pairing')).toBe(true);
  expect((await readdir(b.dataDir)).some((name) => name.startsWith('identity.json.corrupt-'))).toBe(true);
  await cms.enterCode(code);
  await again.untilFront('identify');
  await cms.publish(programme([1, null]));
  await again.untilFront('notice');
  await b.fault('file_damaged identity.json');
});

test('pairing anew gives up the board and delivers what was left under the old key', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.until(() => cms.bodies('playEnded').length >= 1);
  await cms.stop();
  await stage.until(() => stage.shown.length >= 4);
  const oldKey = cms.deviceKey;
  await b.stop();
  await b.start({ pairAnew: true });
  await cms.listen();
  await cms.until(() => cms.bodies('playEnded').some(({ outcome }) => outcome === 'interrupted'));
  expect(cms.journals.size).toBe(1);
  const again = await b.openStage();
  const code = await again.untilCode();
  await cms.enterCode(code);
  await again.untilFront('identify');
  await cms.publish(programme([1, null]));
  await again.untilFront('notice');
  expect(cms.deviceKey).not.toBe(oldKey);
  await cms.until(() => cms.journals.size === 2);
});
