import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { startEngine } from './engine.ts';
import { Library } from './library.ts';
import { noticeId, picture, programme, unitId, useBoard } from './testing-board.ts';
import { sha256 } from './testing-cms.ts';
import type { TestStage } from './testing-stage.ts';

const board = useBoard();

test('what is damaged on the disk is set aside, reported and fetched again; something good plays', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, picture(1)]);
  await cms.until(() => b.progress('active'));
  const alert = await cms.raise();
  await stage.untilFront('takeover');
  await b.stop();

  const path = join(b.dataDir, 'assets', sha256(picture(1)));
  const bytes = await readFile(path);
  bytes[100]! ^= 1;
  await writeFile(path, bytes);
  b.onDisk("UPDATE takeovers SET jws = replace(jws, substr(jws, -10), 'AAAAAAAAAA')");
  const partHash = cms.manifest!.manifest.parts.at(-1)!.hash;
  b.onDisk("UPDATE parts SET bytes = CAST('{}' AS BLOB) WHERE hash = ?", partHash);

  await b.start();
  const again = await b.openStage();
  await again.untilFront('takeover');
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await again.untilFront('notice');
  await cms.until(() =>
    ['part_damaged', 'takeover_damaged', 'asset_damaged'].every((code) =>
      cms.faults().some((fault) => fault.startsWith(code)),
    ),
  );
  expect((await readdir(join(b.dataDir, 'assets'))).some((name) => name.includes('.corrupt-'))).toBe(true);
  expect(sha256(await readFile(path))).toBe(sha256(picture(1)));
});

test('a file that is damaged while it plays is passed by, set aside, reported and fetched again, and then it plays', async () => {
  const b = board();
  const stage = await b.startPlaying([1, picture(1)], [2, null]);
  await stage.untilNotice(noticeId(1));
  await stage.untilNotice(noticeId(2));
  const path = join(b.dataDir, 'assets', sha256(picture(1)));
  const bytes = await readFile(path);
  bytes[100]! ^= 1;
  await writeFile(path, bytes);
  expect(await b.fault('asset_unreadable')).toMatch(/→ passBy$/);
  expect(await b.fault('asset_damaged')).toContain(sha256(picture(1)));
  const shown = stage.shown.length;
  await stage.until(() =>
    stage.shown.slice(shown).some((scene) => scene.kind === 'notice' && scene.notice.noticeId === noticeId(1)),
  );
  expect(sha256(await readFile(path))).toBe(sha256(picture(1)));
  expect((await readdir(join(b.dataDir, 'assets'))).filter((name) => name.includes('.corrupt-'))).toHaveLength(1);
});

test('a picture that the stage cannot show has its bytes looked at, whatever they were before', async () => {
  const b = board();
  const stage = await b.startPlaying([1, picture(1)]);
  const scene = stage.commands.findLast((command) => command.type === 'show')!;
  const looked = vi.spyOn(Library.prototype, 'verifyAnew');
  stage.send({ type: 'failed', sceneId: scene.sceneId, code: 'asset_unreadable', detail: 'EncodingError' });
  await b.fault('asset_unreadable');
  expect(looked).toHaveBeenCalledWith(sha256(picture(1)));
  looked.mockRestore();
});

test('what only the host has seen is in the journal', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  b.engine.hearFault({ type: 'fault', code: 'window_ended', detail: 'SIGSEGV → newWindow in 50 ms' });
  expect(await b.fault('window_ended')).toBe('window_ended SIGSEGV → newWindow in 50 ms');
});

test('when the active manifest is damaged the programme before it plays, until it is here again', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.publish(programme([2, null]));
  await stage.untilNotice(noticeId(2));
  await cms.until(() => cms.bodies('programmeSwitched').length === 2);
  await cms.stop();
  await b.stop();
  b.onDisk("UPDATE documents SET jws = replace(jws, substr(jws, -10), 'AAAAAAAAAA') WHERE slot = 'active'");
  await b.start();
  const again = await b.openStage();
  await again.untilNotice(noticeId(1));
  await cms.listen();
  await again.untilNotice(noticeId(2));
  await b.fault('manifest_damaged');
  expect(cms.bodies('programmeSwitched').map(({ version }) => version.counter)).toEqual([1, 2, 1, 2]);
});

test('without its key list a board shows nothing that it cannot verify, and no alert is lost for that', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await cms.stop();
  await b.stop();
  b.onDisk("UPDATE documents SET jws = replace(jws, substr(jws, -10), 'AAAAAAAAAA') WHERE slot = 'keyList'");
  b.onDisk('DELETE FROM parts');
  await b.start();
  const again = await b.openStage();
  // By unit: only the certificate, which the new key list proves again, says that this board is meant.
  await cms.raise({ selectors: { all: false, unitIds: [unitId], groups: [], boardIds: [] } });
  await cms.listen();
  await again.untilFront('takeover');
  await b.fault('key_list_damaged');
});

test('a disk that takes nothing any more keeps no alert from the glass, live or after a reconnection', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const fail = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
  };
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(fail);
  const run = vi.spyOn(StatementSync.prototype, 'run').mockImplementation(fail);
  try {
    const first = await cms.raise();
    await stage.until(() => isFront(stage, first.takeoverId));
    await cms.stop();
    const second = await cms.raise({ type: 'update', supersedes: first.takeoverId });
    await cms.listen();
    await stage.until(() => isFront(stage, second.takeoverId));
  } finally {
    exec.mockRestore();
    run.mockRestore();
  }
  // What it lost meanwhile is told as soon as it takes something again.
  expect(await b.fault('journal_unwritable')).toMatch(/^journal_unwritable [1-9]\d* records were lost$/);
});

test('a disk that takes transactions but no changes is said to fail until it takes one', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null], [2, null]);
  await cms.until(() => cms.bodies('playEnded').length >= 1);
  const fail = () => {
    throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
  };
  const run = vi.spyOn(StatementSync.prototype, 'run').mockImplementation(fail);
  try {
    for (const n of [1, 2, 1, 2]) await stage.untilNotice(noticeId(n));
  } finally {
    run.mockRestore();
  }
  const said = await b.fault('journal_unwritable');
  expect(Number(/(\d+) records/.exec(said)![1])).toBeGreaterThanOrEqual(2);
});

const isFront = ({ front }: TestStage, takeoverId: string) =>
  front?.kind === 'takeover' && front.takeover.takeoverId === takeoverId;

test('a lost store starts another journal and fetches everything again', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await b.stop();
  await writeFile(join(b.dataDir, 'player.db'), 'this is no database '.repeat(1_000));
  await b.start();
  const again = await b.openStage();
  await again.untilFront('notice');
  await cms.until(() => cms.journals.size === 2 && cms.faults().some((fault) => fault.startsWith('store_lost')));
});

test('a bad page among the journal’s lines takes neither the programme nor an alert off a board without its CMS', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, picture(1)]);
  const alert = await cms.raise();
  await stage.until(() => isFront(stage, alert.takeoverId));
  await b.stop();
  await cms.stop();
  b.spoil('lines');
  await b.start();
  const again = await b.openStage();
  await again.until(() => isFront(again, alert.takeoverId));
  await cms.listen();
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await again.untilNotice(noticeId(1));
  await b.fault('store_lost');
});

test('a paired board that lost its store says which board it is until the CMS is there', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  await b.stop();
  await b.cms.stop();
  await writeFile(join(b.dataDir, 'player.db'), 'this is no database '.repeat(1_000));
  await b.start();
  expect(await (await b.openStage()).untilFront('identify')).toMatchObject({ boardId: b.cms.boardId });
});

test('a paired board whose settings are damaged goes on with the address in its store, or plays without any', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  await b.stop();
  const damage = () =>
    Promise.all(['', '.copy'].map((end) => writeFile(join(b.dataDir, `settings.json${end}`), '\0\0\0')));
  await damage();
  await b.start({ cms: null });
  await b.fault('file_damaged settings.json');
  await b.stop();
  await damage();
  b.onDisk("DELETE FROM meta WHERE key = 'cms'");
  await b.start({ cms: null });
  await (await b.openStage()).untilNotice(noticeId(1));
});

test('a journal that forked is not continued, though power was lost before another had begun', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await cms.until(() => cms.bodies('playEnded').length > 0);
  await b.stop();
  b.onDisk('UPDATE journals SET forked = 1');
  const before = cms.bodies('playEnded').length;
  await b.start();
  await b.openStage();
  await cms.until(() => cms.journals.size === 2 && cms.bodies('playEnded').length > before);
});

test('a CMS from a backup that is older than what this disk keeps gets what none ever had, under a new name', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await cms.until(() => cms.bodies('playEnded').length >= 2);
  await b.stop();
  b.onDisk('UPDATE journals SET acked = head_seq - 1');
  b.onDisk('DELETE FROM lines WHERE seq < (SELECT acked FROM journals)');
  cms.journals.clear();
  const stopped = Date.now();
  await b.start();
  await b.fault('journal_ack_wrong');
  expect(cms.records.slice(0, 2)).toMatchObject([{ body: { outcome: 'interrupted' } }, { body: { type: 'booted' } }]);
  expect(cms.records[0]!.at).toBeLessThanOrEqual(stopped);
});

test('an alert for the unit that came while the board could not prove where it belongs is shown when it can', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired();
  await b.stop();
  const path = join(b.dataDir, 'identity.json');
  const identity = JSON.parse(await readFile(path, 'utf8')) as { paired: { certificate: string } };
  identity.paired.certificate = identity.paired.certificate.replace(/.{10}$/, 'AAAAAAAAAA');
  await writeFile(path, JSON.stringify(identity));
  await b.start();
  const stage = await b.openStage();
  await b.fault('certificate_damaged');
  const alert = await cms.raise({ selectors: { all: false, unitIds: [unitId], groups: [], boardIds: [] } });
  await cms.publish(programme([1, null]));
  await stage.until(() => isFront(stage, alert.takeoverId));
  await cms.until(() => b.takeoverStates(alert.takeoverId).includes('displayed'));
});

test('a second engine is kept out of a folder in use', async () => {
  const b = board();
  await b.start();
  await expect(startEngine(b.options)).rejects.toMatchObject({ code: 'store_in_use' });
});
