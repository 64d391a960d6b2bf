import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { makeRelease, newReleaseKey } from '../../../../scripts/lib/release.ts';
import { releasePath, type UpdateTold } from '../../../../shared/protocol/release.ts';
import { readConfig } from '../../config.ts';
import { createHttp, type Http } from '../../http.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';
import type { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { updateRoutes } from './routes.ts';
import { createUpdatesService, type UpdatesService } from './service.ts';

const key = await newReleaseKey();
const files = [
  { name: 'engine/main.cjs', bytes: Buffer.from('engine') },
  { name: 'stage/index.html', bytes: Buffer.from('<!doctype html>') },
];
const release = (version: string, by = key) =>
  makeRelease(
    files.map((file) => ({ ...file, bytes: Buffer.concat([file.bytes, Buffer.from(version)]) })),
    { version, launch: 1, node: 24, data: { schema: 3, readableBy: 3 }, issuedAt: 1, notes: 'Chữ rõ hơn' },
    by,
  );

describeStores('updates of players', (under) => {
  let cms: TestCms;
  let updates: UpdatesService;
  let http: Http;
  let root: ReturnType<typeof testActor>;
  const service = (releaseKey: string | null) =>
    createUpdatesService(cms.context, {
      accounts: cms.accounts,
      boards: cms.boards,
      commands: cms.live.commands,
      releaseKey,
    });
  beforeAll(async () => {
    cms = await startTestCms(under.options);
    updates = service(key.x);
    http = await createHttp({
      log: cms.context.log,
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: (token) => cms.accounts.resolve(token),
      verifyBoardToken: (token) => cms.live.pairing.verifyBoardToken(token),
    });
    await http.app.register(updateRoutes(updates));
    root = testActor({ unitId: cms.units.province, role: 'administrator' });
  });
  afterAll(async () => {
    await http.app.close();
    await cms.stop();
  });

  const of = async (board: SimulatedBoard) =>
    (await updates.list(root)).boards.find(({ boardId }) => boardId === board.identity.boardId)!;
  const rollout = async (hash: string) => (await updates.list(root)).releases.find((one) => one.hash === hash)!;
  async function connected(): Promise<SimulatedBoard> {
    const board = await cms.board();
    await board.connect();
    await board.hello();
    return board;
  }
  /** The board takes its order, and tells of it. @returns the order's id */
  async function take(board: SimulatedBoard, order: Promise<unknown>): Promise<string> {
    const { command } = await board.next('runCommandV1');
    await order;
    return String(decodeJwt(command).commandId);
  }
  async function tell(board: SimulatedBoard, upd: UpdateTold): Promise<void> {
    const report = { full: true, status: { app: '0.1.0', upd } };
    expect(await board.send('statusReportedV1', report)).toEqual({ ok: true });
  }

  async function runOn(board: SimulatedBoard, hash: string): Promise<void> {
    const { version } = await rollout(hash);
    const id = await take(board, updates.order(root, hash, [board.identity.boardId]));
    await tell(board, { of: id, version, state: 'runs', code: null });
    await expect.poll(async () => (await of(board)).order?.state, { timeout: 10_000 }).toBe('runs');
    board.disconnect();
  }

  it('takes a release that the release key has signed, once, and nothing else', async () => {
    const made = await release('0.2.0');
    const added = await updates.add(root, made.file);
    expect(added).toMatchObject({ hash: made.release.archive.hash, version: '0.2.0', notes: 'Chữ rõ hơn' });
    expect(await updates.add(root, made.file)).toEqual(added);
    expect((await updates.list(root)).releases).toEqual([{ ...added, stopped: false, running: 0, room: 3 }]);
    const refused = (file: Buffer, by = updates) => expect(by.add(root, file)).rejects;
    await refused((await release('0.3.0', await newReleaseKey())).file).toMatchObject({
      code: 'update_signature_wrong',
    });
    const changed = Buffer.from(made.file);
    changed[changed.length - 1]! ^= 1;
    await refused(changed).toMatchObject({ code: 'update_archive_wrong', status: 422 });
    await refused(made.file.subarray(0, made.file.length - 1)).toMatchObject({ code: 'update_archive_wrong' });
    for (const text of ['', '\n', 'a picture', 'x'.repeat(100_000)])
      await refused(Buffer.from(text)).toMatchObject({ code: 'release_invalid', status: 422 });
    await refused(made.file, service(null)).toMatchObject({ code: 'release_key_unset', status: 409 });
    expect((await service(null).list(root)).keyKnown).toBe(false);
  });

  it('is answered to boards from a file, whole and in parts, and refused before it is read', async () => {
    const made = await release('0.2.1');
    const { hash } = await updates.add(root, made.file);
    const board = await cms.board();
    const token = await board.token();
    const get = (range?: string) =>
      http.app.inject({
        url: releasePath(hash),
        headers: { authorization: `Bearer ${token}`, ...(range ? { range } : {}) },
      });
    expect((await get()).rawPayload).toEqual(made.archive);
    const part = await get('bytes=3-9');
    expect([part.statusCode, part.rawPayload]).toEqual([206, made.archive.subarray(3, 10)]);
    const file = join(cms.context.folders.releases, hash);
    expect(await readFile(file)).toEqual(made.archive);
    // What the disk has lost comes back when the release is uploaded again.
    await rm(file);
    expect((await get()).statusCode).toBe(404);
    await updates.add(root, made.file);
    expect((await get()).rawPayload).toEqual(made.archive);

    // Whoever may not send one is told so before the CMS looks at how much is coming.
    const { sessionToken, csrfToken } = await cms.person('viewer', cms.units.commune);
    const sent = { 'content-type': 'application/octet-stream', 'content-length': '200000000' };
    const refused = await http.app.inject({
      method: 'POST',
      url: '/api/updates/releases',
      headers: { cookie: `bt_session=${sessionToken}`, 'x-csrf-token': csrfToken, ...sent },
      payload: 'x',
    });
    expect(refused.statusCode).toBe(403);
  });

  it('counts every board that a release went back on, whatever it was ordered after', async () => {
    const { hash } = await updates.add(root, (await release('0.6.0')).file);
    const boards = await Promise.all([connected(), connected(), connected()]);
    const waits = await cms.board();
    await updates.order(root, hash, [waits.identity.boardId]);
    for (const board of boards) {
      expect((await of(waits)).order).toMatchObject({ state: 'waiting' });
      const { boardId } = board.identity;
      const id = await take(board, updates.order(root, hash, [boardId]));
      await tell(board, { of: id, version: '0.6.0', state: 'wentBack', code: 'update_no_picture' });
      await expect.poll(async () => (await of(board)).order?.state, { timeout: 10_000 }).toBe('wentBack');
      await take(board, updates.order(root, null, [boardId]));
    }
    // Who waited for it is not sent it any more.
    expect((await of(waits)).order).toMatchObject({ version: '0.6.0', state: 'withdrawn' });
    expect((await rollout(hash)).stopped).toBe(true);
    const again = updates.order(root, hash, [boards[0]!.identity.boardId]);
    await expect(again).rejects.toMatchObject({ code: 'release_stopped' });
    for (const board of boards) board.disconnect();
  });

  it('sends a stage that is stopped to no more boards', async () => {
    const { hash } = await updates.add(root, (await release('0.7.0')).file);
    for (let n = 0; n < 5; n++) await runOn(await connected(), hash);
    const ids = await Promise.all(Array.from({ length: 45 }, async () => (await cms.board()).identity.boardId));
    const { commands } = cms.live;
    const sent: string[] = [];
    const stoppedAt = (when: number, written: number) =>
      createUpdatesService(cms.context, {
        accounts: cms.accounts,
        boards: cms.boards,
        releaseKey: key.x,
        commands: {
          put: async (...given) => {
            const row = await commands.put(...given);
            if (--written === 0) await updates.stop(root);
            return row;
          },
          deliver: async (boardId) => {
            const found = (await updates.list(root)).boards.find((board) => board.boardId === boardId);
            if (found?.order?.state === 'waiting') sent.push(boardId);
            if (--when === 0) await updates.stop(root);
          },
        },
      });
    expect(await stoppedAt(20, Infinity).order(root, hash, ids)).toBe(0);
    expect(new Set(sent)).toEqual(new Set(ids.slice(0, 20)));
    sent.length = 0;
    // Also while they are still being written down.
    await stoppedAt(Infinity, 30).order(root, hash, ids);
    expect(sent).toEqual([]);
  });

  it('orders a stage to so many boards as those that run it answer for', async () => {
    const { hash } = await updates.add(root, (await release('0.9.0')).file);
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await cms.board()).identity.boardId));
    const refused = (some: readonly string[], room: number) =>
      expect(updates.order(root, hash, some)).rejects.toMatchObject({
        code: 'rollout_too_large',
        status: 409,
        params: { room },
      });
    await refused(ids.slice(0, 4), 3);
    const first = await connected();
    await runOn(first, hash);
    expect(await rollout(hash)).toMatchObject({ running: 1, room: 10 });
    await refused(ids.slice(0, 11), 10);
    await updates.order(root, hash, ids.slice(0, 10));
    expect(await rollout(hash)).toMatchObject({ running: 1, room: 0 });
    await refused(ids.slice(10), 0);
    // Who was ordered to already may be again; who is withdrawn makes room; the way back is open to all.
    await updates.order(root, hash, ids.slice(0, 10));
    await updates.order(root, null, [...ids, first.identity.boardId]);
    expect(await rollout(hash)).toMatchObject({ running: 0, room: 3 });
  });

  it('stops no order that had expired', async () => {
    const { hash } = await updates.add(root, (await release('0.8.0')).file);
    const board = await cms.board();
    await updates.order(root, hash, [board.identity.boardId]);
    cms.sources.advance(31 * 86_400_000);
    expect(await updates.stop(root)).toBe(0);
    expect((await of(board)).order).toMatchObject({ state: 'expired' });
  });

  it('is for whoever manages every unit', async () => {
    const local = testActor({ unitId: cms.units.commune, role: 'administrator' });
    const province = testActor({ unitId: cms.units.province, role: 'province' });
    for (const actor of [local, province]) {
      const forbidden = { code: 'forbidden', status: 403 };
      await expect(updates.list(actor)).rejects.toMatchObject(forbidden);
      await expect(updates.add(actor, Buffer.alloc(0))).rejects.toMatchObject(forbidden);
      await expect(updates.order(actor, null, [])).rejects.toMatchObject(forbidden);
      await expect(updates.stop(actor)).rejects.toMatchObject(forbidden);
    }
  });

  it('orders boards to run it, and says how far each has come', async () => {
    const made = await release('0.4.0');
    const { hash } = await updates.add(root, made.file);
    const [here, away] = [await connected(), await cms.board()];
    const ids = [here, away].map(({ identity }) => identity.boardId);
    const id = await take(here, updates.order(root, hash, ids));
    expect((await of(here)).order).toMatchObject({ version: '0.4.0', state: 'taken', code: null });
    expect((await of(away)).order).toMatchObject({ version: '0.4.0', state: 'waiting' });
    await tell(here, { of: id, version: '0.4.0', state: 'waits', code: 'media_waits_hours' });
    await expect
      .poll(async () => (await of(here)).order, { timeout: 10_000 })
      .toMatchObject({ state: 'waits', code: 'media_waits_hours' });
    expect((await of(here)).version).toBe('0.1.0');
    // Who reads the audit log or the board's commands is told the version, not a signed document.
    const given = await cms.request(await cms.person('administrator'), 'GET', `/api/boards/${ids[0]!}/commands`);
    expect(given.body.commands[0]).toMatchObject({ name: 'setVersion', payload: { back: false, version: '0.4.0' } });

    expect(await updates.stop(root)).toBe(1);
    expect((await of(away)).order).toMatchObject({ state: 'withdrawn' });
    expect((await of(here)).order).toMatchObject({ state: 'waits' });
    let sent = 0;
    await away.connect();
    away.socket.on('runCommandV1', () => sent++);
    await away.hello();
    await tell(away, { of: id, version: '0.4.0', state: 'runs', code: null });
    expect(sent).toBe(0);
    // What a board tells of another order is not of this one.
    expect((await of(away)).order).toMatchObject({ state: 'withdrawn' });

    await expect(updates.order(root, 'f'.repeat(64), ids)).rejects.toMatchObject({ code: 'release_unknown' });
    await expect(updates.order(root, hash, [crypto.randomUUID()])).rejects.toMatchObject({ code: 'board_unknown' });
    for (const board of [here, away]) board.disconnect();
  });

  it('orders no more boards to run what went back on three', async () => {
    const { hash } = await updates.add(root, (await release('0.5.0')).file);
    const boards = await Promise.all([connected(), connected(), connected()]);
    for (const board of boards) {
      const { boardId } = board.identity;
      expect((await rollout(hash)).stopped).toBe(false);
      const id = await take(board, updates.order(root, hash, [boardId]));
      await tell(board, { of: id, version: '0.5.0', state: 'wentBack', code: 'update_no_picture' });
      await expect.poll(async () => (await of(board)).order?.state, { timeout: 10_000 }).toBe('wentBack');
    }
    expect((await rollout(hash)).stopped).toBe(true);
    const ids = boards.map(({ identity }) => identity.boardId);
    await expect(updates.order(root, hash, ids)).rejects.toMatchObject({ code: 'release_stopped', status: 409 });
    await take(boards[0]!, updates.order(root, null, [ids[0]!]));
    expect((await of(boards[0]!)).order).toMatchObject({ version: null, state: 'taken' });
    for (const board of boards) board.disconnect();
  });
});

it('is given the key by its settings, whole or not at all', () => {
  const read = (value: string) => readConfig(['--data', 'x'], { BANG_TIN_RELEASE_KEY: value }, '/').releaseKey;
  expect([read(key.x), read('')]).toEqual([key.x, null]);
  expect(() => read('mine')).toThrow(/npm run release-key/);
});
