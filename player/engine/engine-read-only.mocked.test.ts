/** A disk that may only be read when the engine starts, as worn flash is after a power cut, or that is full. */
import type * as Fs from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import { noticeId, picture, programme, useBoard } from './testing-board.ts';

const disk = vi.hoisted(() => ({ readOnly: '', full: '' }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const refuse = (path: unknown): void => {
    if (disk.readOnly !== '' && String(path).startsWith(disk.readOnly))
      throw Object.assign(new Error(`EROFS: read-only file system, ${String(path)}`), { code: 'EROFS' });
    if (disk.full !== '' && String(path).startsWith(disk.full))
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${String(path)}`), { code: 'ENOSPC' });
  };
  const guarded =
    <A extends unknown[], R>(work: (...given: A) => R) =>
    (...given: A): R => {
      refuse(given[0]);
      return work(...given);
    };
  return {
    ...fs,
    appendFileSync: guarded(fs.appendFileSync),
    renameSync: guarded(fs.renameSync),
    rmSync: guarded(fs.rmSync),
    writeFileSync: guarded(fs.writeFileSync),
    mkdirSync: (path: string, options: object) => {
      if (!fs.existsSync(path)) refuse(path);
      return fs.mkdirSync(path, options);
    },
    openSync: (path: string, flags: string, mode?: number) => {
      if (flags !== 'r') refuse(path);
      return fs.openSync(path, flags, mode);
    },
  };
});
const exec = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'exec')!.value as DatabaseSync['exec'];
vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
  if (disk.readOnly !== '' && this.location()?.startsWith(disk.readOnly))
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
  exec.call(this, sql);
});

const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')!.value as DatabaseSync['prepare'];
vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
  const statement = prepare.call(this, sql);
  const { run } = statement;
  statement.run = (...given) => {
    if (disk.full !== '' && this.location()?.startsWith(disk.full))
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    return Reflect.apply(run, statement, given) as ReturnType<typeof run>;
  };
  return statement;
});

const board = useBoard();
afterEach(() => void Object.assign(disk, { readOnly: '', full: '' }));

test('what is on it is played, alerts are shown, and nothing is recorded that it could not keep', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, picture(1)]);
  await cms.until(() => cms.bodies('playEnded').length >= 1);
  await b.stop();
  const held = cms.records.length;

  // Worn flash: the copy of a small file is damaged as well, and cannot be set aside.
  writeFileSync(join(b.dataDir, 'identity.json.copy'), 'null');
  disk.readOnly = b.dataDir;
  await b.start();
  const stage = await b.openStage();
  await stage.untilNotice(noticeId(1));
  const said = () =>
    cms.told.flatMap(({ name, request }) =>
      name === 'statusReportedV1' ? [(request as { status: { diskFails?: number } }).status.diskFails] : [],
    );
  await expect.poll(() => said().some((at) => typeof at === 'number')).toBe(true);
  const alert = await cms.raise();
  await stage.untilFront('takeover');
  // Whoever raised it is told where it is seen, though no journal says so.
  const states = () =>
    cms.told.flatMap(({ name, request }) =>
      name === 'takeoverProgressedV1' ? [(request as { state: string }).state] : [],
    );
  await expect.poll(states).toContain('displayed');
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await stage.untilNotice(noticeId(1));
  // Without files of its own a programme comes all the same; one with files waits for a disk.
  await cms.publish(programme([2, null]));
  await stage.untilNotice(noticeId(2));
  expect(cms.records.slice(held).filter(({ seq }) => seq > held)).toEqual([]);
  await b.stop();

  disk.readOnly = '';
  await b.start();
  await (await b.openStage()).untilNotice(noticeId(2));
  await cms.until(() => cms.bodies('booted').length === 2);
  await cms.until(() => cms.records.length > held + 1);
  // One journal, each number once: nothing of what the copy held has its number again.
  expect(cms.journals.size).toBe(1);
  expect(cms.records.map(({ seq }) => seq)).toEqual(cms.records.map((_, index) => index + 1));
  expect(cms.faults().filter((fault) => /^journal_(fork|gap|ack)/.test(fault))).toEqual([]);
});

test('an engine whose disk takes changes again asks for a restart, but not under an alert', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await b.stop();
  disk.readOnly = b.dataDir;
  const intervals = vi.spyOn(globalThis, 'setInterval');
  await b.start();
  const hourly = intervals.mock.calls.find(([, ms]) => ms === 3_600_000)![0];
  intervals.mockRestore();
  const asks = (): boolean => {
    hourly();
    return b.messages.some(({ type }) => type === 'restart');
  };
  expect(asks()).toBe(false);
  const stage = await b.openStage();
  const alert = await cms.raise();
  await stage.untilFront('takeover');
  disk.readOnly = '';
  expect(asks()).toBe(false);
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await stage.untilNotice(noticeId(1));
  expect(asks()).toBe(true);
});

test('an engine that starts on a full disk plays what is on it, and records again as soon as there is room', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null], [2, null]);
  await cms.until(() => cms.bodies('playEnded').length > 0);
  await b.stop();
  const held = cms.records.length;
  // A settings file that is gone is to be written anew.
  for (const name of ['settings.json', 'settings.json.copy']) rmSync(join(b.dataDir, name));
  disk.full = b.dataDir;
  await b.start();
  const stage = await b.openStage();
  for (const n of [1, 2]) await stage.untilNotice(noticeId(n));
  const fails = () =>
    cms.told.flatMap(({ name, request }) =>
      name === 'statusReportedV1' ? [(request as { status: { diskFails?: number | null } }).status.diskFails] : [],
    );
  await expect.poll(() => fails().some((at) => typeof at === 'number')).toBe(true);
  expect(cms.records.length).toBe(held);
  disk.full = '';
  for (const n of [1, 2]) await stage.untilNotice(noticeId(n));
  await cms.until(() => cms.faults().some((fault) => /^journal_unwritable \d+ records were lost$/.test(fault)));
  expect(cms.faults().filter((fault) => /^(journal_(fork|gap|ack)|store_lost)/.test(fault))).toEqual([]);
});

test('one that must write before it can play, on a full disk, plays from a copy until there is room', async () => {
  const b = board();
  const { cms } = b;
  const before = await b.startPlaying([1, null]);
  const { takeoverId } = await cms.raise();
  await before.untilFront('takeover');
  await b.stop();
  b.onDisk("UPDATE takeovers SET jws = 'damaged'");
  expect(b.rows('SELECT count(*) AS n FROM takeovers')).toEqual([{ n: 1 }]);
  disk.full = b.dataDir;
  const intervals = vi.spyOn(globalThis, 'setInterval');
  await b.start();
  const hourly = intervals.mock.calls.findLast(([, ms]) => ms === 3_600_000)![0];
  intervals.mockRestore();
  // It came back with the CMS's answer: what cannot be read is asked for again.
  const stage = await b.openStage();
  await stage.untilFront('takeover');
  const asks = (): boolean => {
    hourly();
    return b.messages.some(({ type }) => type === 'restart');
  };
  expect(asks()).toBe(false);
  disk.full = '';
  await cms.raise({ type: 'cancel', supersedes: takeoverId });
  await stage.untilNotice(noticeId(1));
  expect(asks()).toBe(true);
});
