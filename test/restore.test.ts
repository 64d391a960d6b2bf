/**
 * A backup brought back on another machine: a real CMS, a real player with a scripted stage. The board goes on by itself, in a
 * higher epoch, and every play is held once, also those that the backup did not know.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { createApp, type App } from '../cms/server/app.ts';
import { backUp } from '../cms/server/backup/backup.ts';
import { restoredOf, wasRestored } from '../cms/server/backup/marker.ts';
import { restore } from '../cms/server/backup/restore.ts';
import { openStore } from '../cms/server/store/store.ts';
import { testActor } from '../cms/server/testing.ts';
import { startEngine, type Engine } from '../player/engine/engine.ts';
import { TestStage } from '../player/engine/testing-stage.ts';
import { seedProvince } from './fleet/seed.ts';

vi.setConfig({ testTimeout: 120_000 });
const log = pino({ level: 'silent' });
const until = <T>(look: () => Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 30_000, interval: 100 });

let folder: string;
let app: App | null = null;
let engine: Engine | null = null;
let stage: TestStage | null = null;

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'bang-tin-restore-'))));
afterEach(async () => {
  await stage?.close();
  await engine?.close();
  await app?.close();
  app = engine = stage = null;
  await rm(folder, { recursive: true, force: true });
});

async function startCms(name: string, port: number): Promise<string> {
  app = await createApp(
    {
      port,
      host: '127.0.0.1',
      data: join(folder, name),
      empty: true,
      restored: false,
      tty: false,
      web: null,
      stage: null,
      databaseUrl: null,
      tls: null,
      trustProxy: false,
      publicUrl: null,
      logLevel: 'silent',
      smtp: null,
      webhook: null,
      releaseKey: null,
    },
    { now: Date.now, newId: () => uuidv7(), randomBytes: (n) => crypto.getRandomValues(new Uint8Array(n)) },
    log,
  );
  return app.listen();
}

async function startPlayer(cms: string): Promise<void> {
  await mkdir(join(folder, 'stage'));
  await writeFile(join(folder, 'stage/index.html'), '<!doctype html><title>Bảng Tin</title>');
  engine = await startEngine({
    cms,
    dataDir: join(folder, 'player'),
    stageDir: join(folder, 'stage'),
    host: 'chromium',
    app: 'test',
    log,
    pairingAskMs: 100,
  });
  stage = await TestStage.open(engine.url('host'));
}

/** A paired board that plays one notice of two seconds. */
async function play(unitId: string): Promise<{ boardId: string; publish(): Promise<unknown> }> {
  const { approvals, boards, notices, pairing, playlists, programmes, selfApproval } = app!.features;
  const admin = testActor({ unitId, role: 'administrator' });
  const notice = await notices.create(admin, {
    unitId,
    title: 'Họp thôn',
    category: 'local',
    content: { type: 'layout', layout: 'notice', fields: { title: 'Họp thôn', body: 'Tối thứ Bảy.' } },
    durationMs: 2_000,
  });
  await selfApproval.write(admin, unitId, true);
  await approvals.submit(admin, notice.id, { revision: 1, approve: true });
  const items = [{ itemId: uuidv7(), noticeId: notice.id, durationMs: 2_000, validFrom: null, validTo: null }];
  const playlist = await playlists.create(admin, { unitId, name: 'Hằng ngày', items });
  const board = await boards.create(admin, {
    unitId,
    name: 'Bảng chợ',
    place: 'Chợ An',
    kind: 'led',
    width: 640,
    height: 320,
    output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
    pitchUm: null,
    readingDistanceCm: null,
    zone: 'Asia/Ho_Chi_Minh',
    groups: [],
    defaultPlaylistId: playlist.id,
  });
  await pairing.confirm({ actor: null, boardId: board.id, code: await stage!.untilCode(), address: null });
  return { boardId: board.id, publish: () => programmes.publish(admin, [board.id]) };
}

const numbers = async (): Promise<number[]> => {
  const rows = await app!.context.store.read.selectFrom('plays').select('seq').orderBy('seq').execute();
  return rows.map(({ seq }) => seq);
};
const progressOf = async (boardId: string) =>
  app!.context.store.read
    .selectFrom('programme_progress')
    .selectAll()
    .where('board_id', '=', boardId)
    .executeTakeFirstOrThrow();

/** A data folder with a province in it. @returns the province's id */
async function seeded(data: string): Promise<string> {
  await mkdir(data);
  const store = await openStore({ databaseUrl: null, file: join(data, 'cms.sqlite'), onError: console.error });
  const unitId = await seedProvince(store, Date.now());
  await store.close();
  return unitId;
}

test('a board goes on with a CMS that came back from a backup, in a higher epoch, and no play is lost or doubled', async () => {
  const data = join(folder, 'first');
  const unitId = await seeded(data);
  const cms = await startCms('first', 0);
  await startPlayer(cms);
  const { boardId, publish } = await play(unitId);
  await publish();
  await until(async () => expect((await numbers()).length).toBeGreaterThan(0));

  const file = join(folder, 'backup.tar');
  const report = await backUp({ data, file, now: Date.now, onProgress: () => undefined });
  expect(report.missing).toEqual([]);
  const known = await numbers();
  // What comes now is in no backup: plays, and a newer programme that the board plays.
  await publish();
  await until(async () => expect((await numbers()).length).toBeGreaterThan(known.length + 1));
  const held = await numbers();
  await app!.close();

  const { createdAt } = await restore({ file, data: join(folder, 'second'), onProgress: () => undefined });
  expect(await wasRestored(join(folder, 'second'))).toBe(true);
  await startCms('second', Number(new URL(cms).port));
  expect(await wasRestored(join(folder, 'second'))).toBe(false);
  expect(app!.features.keys.epoch).toBe(2);
  expect(await restoredOf(app!.context.store.read)).toMatchObject({ backupAt: createdAt });
  await until(async () => expect((await numbers()).length).toBeGreaterThan(held.length));
  const now = await numbers();
  expect(new Set(now).size).toBe(now.length);
  expect(now.slice(0, held.length)).toEqual(held);

  const { programmes } = app!.features;
  await programmes.publish(testActor({ unitId, role: 'administrator' }), [boardId]);
  await until(async () => expect(await progressOf(boardId)).toMatchObject({ epoch: 2, state: 'active' }));
});

test('what is thrown away while it is backed up is in the backup all the same; without keys there is none', async () => {
  await startCms('first', 0);
  const data = join(folder, 'first');
  const id = uuidv7();
  const { store } = app!.context;
  const hash = createHash('sha256').update('a picture').digest('hex');
  await mkdir(join(data, 'media', hash.slice(0, 2)), { recursive: true });
  await writeFile(join(data, 'media', hash.slice(0, 2), hash), 'a picture');
  await writeFile(join(data, 'uploads', id), 'an upload');
  await mkdir(join(data, 'releases'), { recursive: true });
  await writeFile(join(data, 'releases', hash), 'a release');
  await store.transaction(async (tx) => {
    const asset = { hash, size: 9, media_type: 'image/png', width: 1, height: 1, duration_ms: null, created_at: 0 };
    await tx.insertInto('assets').values(asset).execute();
  });
  const file = join(folder, 'backup.tar');
  const report = await backUp({
    data,
    file,
    now: Date.now,
    // The CMS frees its bytes as soon as the copying has begun.
    onProgress: () => rmSync(join(data, 'media', hash.slice(0, 2), hash), { force: true }),
  });
  expect(report.missing).toEqual([]);
  await restore({ file, data: join(folder, 'second'), onProgress: () => undefined });
  expect(await readFile(join(folder, 'second/media', hash.slice(0, 2), hash), 'utf8')).toBe('a picture');
  expect(await readFile(join(folder, 'second/releases', hash), 'utf8')).toBe('a release');
  expect((await readdir(data)).filter((name) => name.startsWith('.'))).toEqual([]);

  await rm(join(data, 'keys'), { recursive: true });
  const again = backUp({ data, file: join(folder, 'other.tar'), now: Date.now, onProgress: () => undefined });
  await expect(again).rejects.toMatchObject({ code: 'backup_no_data' });
});

test('documents come back as they were sent, and are missed where the disk lacks them', async () => {
  const data = join(folder, 'first');
  const unitId = await seeded(data);
  await startCms('first', 0);
  const id = uuidv7();
  const sent = await readFile(new URL('fixtures/documents/notice.docx', import.meta.url));
  await writeFile(join(data, 'documents', id), sent);
  await app!.features.documents.accept({ id, unitId, name: 'Thông báo.docx', userId: 'lan' });
  await app!.features.documents.idle();
  const actor = testActor({ unitId, role: 'viewer' });
  const { hash } = await app!.features.documents.get(actor, id);
  const file = join(folder, 'backup.tar');
  const options = { data, now: Date.now, onProgress: () => undefined };
  expect((await backUp({ ...options, file })).missing).toEqual([]);
  await rm(join(data, 'media', hash.slice(0, 2), hash));
  expect((await backUp({ ...options, file: join(folder, 'other.tar') })).missing).toEqual([hash]);
  await app!.close();

  await restore({ file, data: join(folder, 'second'), onProgress: () => undefined });
  await startCms('second', 0);
  const { name, content } = await app!.features.documents.file(actor, id);
  expect(name).toBe('Thông báo.docx');
  expect(Buffer.concat(await content.read(0, content.size - 1).toArray()).equals(sent)).toBe(true);
});

test('a backup that is cut, changed or no backup at all leaves nothing behind', async () => {
  const data = join(folder, 'first');
  await startCms('first', 0);
  const file = join(folder, 'backup.tar');
  const options = { data, file, now: Date.now, onProgress: () => undefined };
  await backUp(options);
  await expect(backUp(options)).rejects.toMatchObject({ code: 'backup_exists' });
  const good = await readFile(file);
  const to = join(folder, 'second');
  const refused = async (code: string, path = file) => {
    await expect(restore({ file: path, data: to, onProgress: () => undefined })).rejects.toMatchObject({ code });
    await expect(readFile(join(to, 'cms.sqlite'))).rejects.toMatchObject({ code: 'ENOENT' });
  };
  await truncate(file, good.length - 6_000);
  await refused('backup_damaged');
  const changed = Buffer.from(good);
  changed[40_000]! ^= 1;
  await writeFile(file, changed);
  await refused('backup_damaged');
  await writeFile(file, 'no backup');
  await refused('backup_damaged');
  await refused('backup_unreadable', join(folder, 'none'));
  await writeFile(file, good);
  await mkdir(to);
  await writeFile(join(to, 'something'), '');
  await refused('restore_not_empty');
});
