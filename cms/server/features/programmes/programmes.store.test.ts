/** Publishing, on both databases: what boards get is verified as a player would, from the signed manifest to the last part. */
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compareVersions } from '../../../../shared/protocol/common.ts';
import { keyList, type KeyList } from '../../../../shared/protocol/keys.ts';
import { certificate as certificateSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import type { ScreenHours } from '../../../../shared/protocol/screen.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { createProgrammesService } from './service.ts';

describeStores('programmes', (under) => {
  let test: TestContent;
  let admin: Actor;
  let list: KeyList;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    admin = test.admin;
    list = await verifyDocument(test.keys.keyList().jws, 'bang-tin-key-list', keyList, () => test.keys.rootKey);
  });
  afterAll(() => test.close());

  /** Reads a board's newest programme as its player does. */
  async function received(boardId: string) {
    const newest = (await test.programmes.newestManifest(boardId))!;
    const keyFor = keysOf(list, 'programme', test.sources.now());
    const manifest = await verifyDocument(newest.manifest, 'bang-tin-manifest', manifestSchema, keyFor);
    const certificate = await verifyDocument(manifest.certificate, 'bang-tin-certificate', certificateSchema, keyFor);
    const parts = new Map<string, string>();
    for (const { hash } of manifest.parts) {
      const body = await test.programmes.part(hash);
      if (body !== null) parts.set(hash, body);
    }
    expect(newest.version).toEqual(manifest.version);
    return {
      manifest,
      certificate,
      programme: readProgramme(manifest, certificate, parts, (data) => createHash('sha256').update(data).digest('hex')),
    };
  }

  /** A paired board that plays one notice. */
  async function playing(title = 'Họp thôn') {
    const notice = await test.text(admin, title);
    const playlist = await test.playlist(admin, [notice.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    const deviceKey = (await test.pair([board.id])).get(board.id)!;
    return { notice, playlist, board, deviceKey };
  }
  const publish = async (...ids: string[]) => test.programmes.publish(admin, ids);
  const edit = (id: string, revision: number, title: string) =>
    test.notices.edit(admin, id, revision, {
      unitId: test.ids.commune,
      title,
      category: 'local',
      content: { type: 'layout', layout: 'notice', fields: { title, body: 'Mới' } },
      durationMs: null,
    });
  /** Edits it, and has it approved. */
  const change = async (id: string, revision: number, title: string) => test.approved(await edit(id, revision, title));

  it('gives a board what it plays and who it is, signed', async () => {
    const { board, notice, playlist, deviceKey } = await playing();
    const [answer] = await publish(board.id);
    expect(answer).toEqual({ boardId: board.id, version: { epoch: 1, counter: 1 }, changed: true, warnings: [] });
    const { programme, certificate } = await received(board.id);
    expect([...programme.notices.keys()]).toEqual([notice.id]);
    expect(programme).toMatchObject({
      boardId: board.id,
      defaultPlaylistId: playlist.id,
      zone: 'Asia/Ho_Chi_Minh',
      fallback: { unitName: 'Xã An', boardName: board.name },
    });
    expect(certificate).toMatchObject({
      boardId: board.id,
      unitPath: [test.ids.province, test.ids.commune],
      unitName: 'Xã An',
      groups: ['chợ'],
      deviceKey,
      output: board.output,
    });
    expect(await test.boards.progress([board.id])).toEqual([
      {
        boardId: board.id,
        version: { epoch: 1, counter: 1 },
        state: 'published',
        missing: 0,
        errorCode: null,
        hours: null,
        at: test.sources.now(),
      },
    ]);
    const manifests = test.emitted.flatMap(({ name, payload }) =>
      name === 'programmePublished' && 'manifest' in payload && payload.boardId === board.id ? [payload.manifest] : [],
    );
    expect(manifests).toEqual([(await test.programmes.newestManifest(board.id))!.manifest]);
    const audit = await under.store.read
      .selectFrom('audit_log')
      .select(['action', 'user_id'])
      .where('subject_id', '=', board.id)
      .where('action', 'like', 'programme.%')
      .execute();
    expect(audit).toEqual([{ action: 'programme.published', user_id: admin.userId }]);
  });

  it.each(['as it is', 'with a change of the board'])(
    'writes a part that was damaged in the store anew when its programme is published, %s',
    async (how) => {
      const { board, notice } = await playing();
      await publish(board.id);
      const stored = under.store.read.selectFrom('parts').select('body').where('notice_id', '=', notice.id);
      const { body } = await stored.executeTakeFirstOrThrow();
      await under.store.write
        .updateTable('parts')
        .set({ body: body.slice(1) })
        .where('notice_id', '=', notice.id)
        .execute();
      if (how !== 'as it is') await test.boards.patch(admin, board.id, { name: 'Tên mới' });
      expect(await publish(board.id)).toMatchObject([{ changed: how !== 'as it is' }]);
      expect(await stored.execute()).toEqual([{ body }]);
    },
  );

  it('knows which boards were given a notice, since when, and whether anything else waits there', async () => {
    const { board, notice, playlist } = await playing('Tiêm phòng dại');
    const twin = await test.board(admin, { defaultPlaylistId: playlist.id });
    const holding = () => test.programmes.holding(admin, notice.id, [board.id, twin.id]);
    const none = { notice: 'none', changes: true };
    expect(await holding()).toEqual({
      since: null,
      boards: [
        { boardId: board.id, ...none },
        { boardId: twin.id, ...none },
      ],
    });
    const since = test.sources.now();
    await publish(board.id);
    test.sources.advance(60_000);
    // The twin has no player: what was published for it waits.
    await publish(twin.id);
    const current = { notice: 'current', changes: false };
    expect(await holding()).toEqual({
      since,
      boards: [
        { boardId: board.id, ...current },
        { boardId: twin.id, ...current },
      ],
    });
    const other = await test.text(admin, 'Tin khác');
    await test.boards.patch(admin, board.id, {
      defaultPlaylistId: (await test.playlist(admin, [notice.id, other.id])).id,
    });
    expect((await holding()).boards[0]).toMatchObject({ notice: 'current', changes: true });
    await change(notice.id, 1, 'Đổi giờ tiêm');
    expect(await holding()).toMatchObject({ since: null, boards: [{ notice: 'older' }, { notice: 'older' }] });
  });

  it('says which schedules nobody would see, by the hours that a board said it keeps, and publishes them all the same', async () => {
    const { board, playlist } = await playing();
    const other = await playing();
    const entry = (name: string, cron: string) =>
      test.schedules.create(admin, {
        unitId: test.ids.commune,
        name,
        playlistId: playlist.id,
        priority: 50,
        cron,
        durationMs: 3_600_000,
        validFrom: null,
        validTo: null,
        targets: { unitIds: [], boardIds: [board.id, other.board.id] },
        exceptions: [],
      });
    await entry('Tin tối', '30 22 * * *');
    await entry('Tin trưa', '0 12 * * *');
    const keeps = (hours: ScreenHours, state: 'done' | 'waiting') =>
      under.store.write
        .insertInto('commands')
        .values({
          id: test.sources.newId(),
          board_id: board.id,
          name: 'setScreenHours',
          payload: JSON.stringify({ hours }),
          state,
          issued_by: admin.userId,
          issued_at: test.sources.now(),
          expires_at: test.sources.now() + 3_600_000,
          state_at: test.sources.now(),
          error_code: null,
        })
        .execute();
    const unseen = async () =>
      (await test.programmes.preview(admin, [board.id, other.board.id])).boards.map((row) => row.unseen);
    const on = { from: 300, to: 1320 };
    await keeps({ on, light: null }, 'waiting');
    expect(await unseen()).toEqual([null, null]);
    await keeps({ on, light: null }, 'done');
    expect(await unseen()).toEqual([{ on, schedules: ['Tin tối'] }, null]);
    expect((await publish(board.id))[0]).toMatchObject({ changed: true, warnings: [] });
    expect(await unseen()).toEqual([{ on, schedules: ['Tin tối'] }, null]);
    test.sources.advance(1);
    await keeps({ on: null, light: null }, 'done');
    expect(await unseen()).toEqual([null, null]);
  });

  it('gives no new version to a board for which nothing has changed, and a higher one when something has', async () => {
    const { board, notice } = await playing();
    await publish(board.id);
    expect(await publish(board.id)).toEqual([
      { boardId: board.id, version: { epoch: 1, counter: 1 }, changed: false, warnings: [] },
    ]);
    test.sources.advance(1000);
    expect((await publish(board.id))[0]).toMatchObject({ changed: false });
    expect((await test.programmes.preview(admin, [board.id])).boards).toEqual([
      { boardId: board.id, changes: null, notices: 1, unapproved: [], warnings: [], unseen: null },
    ]);
    await change(notice.id, 1, 'Đổi giờ họp');
    const preview = await test.programmes.changes(admin, board.id);
    const before = await received(board.id);
    // A draft is not on the board.
    expect(before.programme.notices.get(notice.id)!.title).toBe('Họp thôn');
    expect((await publish(board.id))[0]).toMatchObject({ version: { epoch: 1, counter: 2 }, changed: true });
    const after = await received(board.id);
    expect(after.programme.notices.get(notice.id)!.title).toBe('Đổi giờ họp');
    const known = new Set(before.manifest.parts.map((part) => part.hash));
    expect(preview).toMatchObject({
      notices: [{ id: notice.id, title: 'Đổi giờ họp', change: 'changed' }],
      bytes: after.manifest.parts.filter((part) => !known.has(part.hash)).reduce((sum, part) => sum + part.size, 0),
    });
    // Every manifest ever published is kept.
    const kept = await under.store.read
      .selectFrom('programmes')
      .select('counter')
      .where('board_id', '=', board.id)
      .orderBy('counter')
      .execute();
    expect(kept.map((row) => row.counter)).toEqual([1, 2]);
  });

  it('signs anew when the board itself has changed', async () => {
    const { board } = await playing();
    await publish(board.id);
    await test.boards.patch(admin, board.id, { zone: 'Asia/Bangkok', place: 'Đình làng' });
    expect((await publish(board.id))[0]).toMatchObject({ version: { epoch: 1, counter: 2 }, changed: true });
    expect(await received(board.id)).toMatchObject({
      certificate: { zone: 'Asia/Bangkok', place: 'Đình làng' },
      programme: { zone: 'Asia/Bangkok' },
    });
  });

  it('keeps what was published for a board without a player until one is paired, and no draft comes along', async () => {
    const notice = await test.text(admin, 'Bản duyệt');
    const playlist = await test.playlist(admin, [notice.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    expect((await test.programmes.preview(admin, [board.id])).boards).toMatchObject([
      { changes: { first: true, notices: { added: 1 } }, warnings: ['board_unpaired'] },
    ]);
    expect(await publish(board.id)).toEqual([
      { boardId: board.id, version: null, changed: false, warnings: ['board_unpaired'] },
    ]);
    expect((await test.programmes.preview(admin, [board.id])).boards).toMatchObject([{ changes: null }]);
    expect(await test.programmes.newestManifest(board.id)).toBeNull();
    expect(await test.boards.progress([board.id])).toEqual([]);
    await change(notice.id, 1, 'Nháp');
    const deviceKey = (await test.pair([board.id])).get(board.id)!;
    test.context.events.emit('boardPaired', { boardId: board.id });
    await test.programmes.idle();
    const { programme, certificate } = await received(board.id);
    expect(programme.notices.get(notice.id)!.title).toBe('Bản duyệt');
    expect(certificate.deviceKey).toBe(deviceKey);
    expect((await publish(board.id))[0]).toMatchObject({ version: { epoch: 1, counter: 2 }, changed: true });
    expect((await received(board.id)).programme.notices.get(notice.id)!.title).toBe('Nháp');
  });

  it('gives a new player what the board was given last, with a version above it', async () => {
    const { board, notice } = await playing('Cũ');
    await publish(board.id);
    await change(notice.id, 1, 'Nháp');
    const second = (await test.pair([board.id])).get(board.id)!;
    // The event was lost with the process: whoever asks mends it.
    const { manifest, certificate, programme } = await received(board.id);
    expect(manifest.version).toEqual({ epoch: 1, counter: 2 });
    expect(certificate.deviceKey).toBe(second);
    expect(programme.notices.get(notice.id)!.title).toBe('Cũ');
    await test.programmes.signAnew(board.id);
    expect((await received(board.id)).manifest.version).toEqual({ epoch: 1, counter: 2 });
  });

  it('gives a player of a board that nobody published to the slide of last resort, not drafts', async () => {
    const { board } = await playing();
    const { programme } = await received(board.id);
    expect([programme.notices.size, programme.defaultPlaylistId, programme.fallback.boardName]).toEqual([
      0,
      null,
      board.name,
    ]);
  });

  it('is signed anew by the key that has taken over, before the former one leaves the list, and no draft comes along', async () => {
    const { board, notice } = await playing('Duyệt rồi');
    await publish(board.id);
    await change(notice.id, 1, 'Nháp');
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const successor = { kid: 'successor', key: privateKey };
    const renewed = createProgrammesService(test.context, {
      ...test.deps,
      keys: { epoch: 1, programmeSigner: () => successor },
    });
    // What it has goes on meanwhile.
    expect((await renewed.newestManifest(board.id))!.version).toEqual({ epoch: 1, counter: 1 });
    await renewed.idle();
    const newest = (await renewed.newestManifest(board.id))!;
    expect(decodeProtectedHeader(newest.manifest).kid).toBe('successor');
    const manifest = manifestSchema.parse(decodeJwt(newest.manifest));
    expect(decodeProtectedHeader(manifest.certificate).kid).toBe('successor');
    expect(manifest.version).toEqual({ epoch: 1, counter: 2 });
    const bodies = await Promise.all(manifest.parts.map(({ hash }) => renewed.part(hash)));
    expect(bodies.join()).toContain('Duyệt rồi');
    expect(bodies.join()).not.toContain('Nháp');
    // Once.
    await renewed.idle();
    expect((await renewed.newestManifest(board.id))!.version).toEqual({ epoch: 1, counter: 2 });
    await renewed.close();
  });

  it('tells a board that was moved at once where it belongs, by what takeovers find it', async () => {
    const { board, notice } = await playing('Đang phát');
    await publish(board.id);
    await change(notice.id, 1, 'Nháp');
    await test.boards.patch(admin, board.id, { unitId: test.ids.village, groups: ['bến sông'] });
    await test.programmes.idle();
    const { certificate, manifest, programme } = await received(board.id);
    expect(certificate).toMatchObject({
      unitPath: [test.ids.province, test.ids.commune, test.ids.village],
      groups: ['bến sông'],
    });
    expect(manifest.version).toEqual({ epoch: 1, counter: 2 });
    expect(programme.notices.get(notice.id)!.title).toBe('Đang phát');
    await test.boards.patch(admin, board.id, { name: 'Bảng bến sông' });
    await test.programmes.idle();
    expect((await received(board.id)).manifest.version).toEqual({ epoch: 1, counter: 2 });
  });

  it('tells the boards of a unit that moved, and of those below it, where they belong, once and no others', async () => {
    const from = '2026-06-01';
    const add = (code: string, level: 'village' | 'body', parentId: string) =>
      test.units.create(admin, { code, name: code, level, parentId, from }).then(({ unit }) => unit.id);
    const village = await add('V9', 'village', test.ids.commune);
    const school = await add('S9', 'body', village);
    const boards = await Promise.all(
      [village, school, test.ids.commune].map((unitId) => test.board(admin, { name: 'Bảng', unitId })),
    );
    const [inVillage, inSchool, inCommune] = boards.map((board) => board.id) as [string, string, string];
    await test.pair([inVillage, inSchool, inCommune]);
    await publish(inVillage, inSchool, inCommune);
    await test.units.change(admin, village, { parentId: test.ids.sister, from });
    await test.programmes.idle();
    const path = [test.ids.province, test.ids.sister, village];
    const at = async (id: string) => {
      const { certificate, manifest } = await received(id);
      return [certificate.unitPath, manifest.version.counter];
    };
    expect(await at(inVillage)).toEqual([path, 2]);
    expect(await at(inSchool)).toEqual([[...path, school], 2]);
    expect(await at(inCommune)).toEqual([[test.ids.province, test.ids.commune], 1]);
    // A name alone costs no bytes until something is published.
    await test.units.change(admin, village, { name: 'Thôn Mới', from });
    await test.programmes.idle();
    expect(await at(inVillage)).toEqual([path, 2]);
    expect((await publish(inVillage))[0]).toMatchObject({ changed: true });
    expect((await received(inVillage)).certificate.unitName).toBe('Thôn Mới');

    // A rollout to a province may be under way: takeovers are not to wait for it.
    const held = Promise.withResolvers<void>();
    const sent = vi.spyOn(test.obligations, 'markSent').mockImplementation(() => held.promise);
    test.context.events.emit('obligationsChanged', { changes: [], unitIds: [], boardIds: [] });
    await test.units.change(admin, village, { parentId: test.ids.commune, from });
    // Not by asking for its manifest, which would have it signed.
    const versions = () =>
      under.store.write.selectFrom('programmes').select('counter').where('board_id', '=', inVillage).execute();
    try {
      await vi.waitFor(async () => expect(await versions()).toHaveLength(4));
      expect(sent).toHaveBeenCalled();
    } finally {
      held.resolve();
      await test.programmes.idle();
      sent.mockRestore();
    }
  });

  it('of many boards breaks off between hundreds of them, and goes on where it was when it is published again', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 101; i++) ids.push((await test.board(admin, { name: `Bảng ${i}` })).id);
    await test.pair(ids);
    let transactions = 0;
    const store = {
      ...test.context.store,
      transaction: (work: Parameters<typeof test.context.store.transaction>[0]) =>
        ++transactions > 1 ? Promise.reject(new Error('the disk is full')) : test.context.store.transaction(work),
    } as typeof test.context.store;
    const failing = createProgrammesService({ ...test.context, store }, test.deps);
    await expect(failing.publish(admin, ids)).rejects.toThrow('the disk is full');
    await failing.close();
    const changed = (await publish(...ids)).map((result) => result.changed);
    expect(changed).toEqual([...Array.from({ length: 100 }, () => false), true]);
  });

  it('continues in the epoch of a restored CMS, above everything before', async () => {
    const { board } = await playing();
    await publish(board.id);
    const restored = createProgrammesService(test.context, {
      ...test.deps,
      keys: { epoch: 2, programmeSigner: test.keys.programmeSigner },
    });
    const [answer] = await restored.publish(admin, [board.id]);
    expect(answer).toMatchObject({ version: { epoch: 2, counter: 1 }, changed: true });
    expect(await restored.publish(admin, [board.id])).toMatchObject([{ changed: false }]);
    // One that was given something newer than this CMS knows of its own epoch never goes back.
    expect((await publish(board.id))[0]!.version).toEqual({ epoch: 2, counter: 2 });
    await restored.close();
  });

  it('takes what boards say of their newest programme, and of no other', async () => {
    const { board, notice } = await playing();
    await publish(board.id);
    const old = { epoch: 1, counter: 1 };
    await test.programmes.recordProgress(board.id, { version: old, state: 'fetching', missing: 3, errorCode: null });
    expect(await test.boards.progress([board.id])).toMatchObject([{ state: 'fetching', missing: 3, errorCode: null }]);
    await change(notice.id, 1, 'Khác');
    await publish(board.id);
    expect(await test.boards.progress([board.id])).toMatchObject([{ state: 'published', version: { counter: 2 } }]);
    const told = test.emitted.length;
    await test.programmes.recordProgress(board.id, { version: old, state: 'active', missing: 0, errorCode: null });
    await test.programmes.recordProgress(board.id, {
      version: { epoch: 1, counter: 9 },
      state: 'active',
      missing: 0,
      errorCode: null,
    });
    expect(await test.boards.progress([board.id])).toMatchObject([{ state: 'published', version: { counter: 2 } }]);
    expect(test.emitted).toHaveLength(told);
    await test.programmes.recordProgress(board.id, {
      version: { epoch: 1, counter: 2 },
      state: 'refused',
      missing: 0,
      errorCode: 'part_damaged',
    });
    expect(await test.boards.progress([board.id])).toMatchObject([{ state: 'refused', errorCode: 'part_damaged' }]);
    expect(test.emitted.at(-1)).toEqual({ name: 'programmeProgressed', payload: { boardId: board.id } });
  });

  it('takes a storm of what boards say in few transactions, and each board’s last word counts', async () => {
    const boards = await Promise.all(Array.from({ length: 20 }, () => test.board(admin)));
    const ids = boards.map((board) => board.id);
    await test.pair(ids);
    const published = new Map((await publish(...ids)).map((answer) => [answer.boardId, answer.version!]));
    let transactions = 0;
    const store = {
      ...test.context.store,
      transaction(work: Parameters<typeof test.context.store.transaction>[0]) {
        transactions++;
        return test.context.store.transaction(work);
      },
    } as typeof test.context.store;
    const programmes = createProgrammesService({ ...test.context, store }, test.deps);
    const say = (boardId: string, state: 'received' | 'fetching' | 'active' | 'refused', missing: number) =>
      programmes.recordProgress(boardId, { version: published.get(boardId)!, state, missing, errorCode: null });
    const [first, second, third] = ids as [string, string, string];
    await Promise.all([
      ...ids.slice(1).flatMap((id) => [say(id, 'received', 9), say(id, 'fetching', 9), say(id, 'fetching', 1)]),
      ...ids.slice(1).map((id) => say(id, 'active', 0)),
      say(first, 'refused', 0),
      say(first, 'fetching', 5),
      say(first, 'fetching', 4),
    ]);
    expect(transactions).toBeLessThanOrEqual(2);
    // It plays already: a file that it lost since, or an odd copy, takes nothing back.
    await say(second, 'fetching', 1);
    await say(third, 'refused', 0);
    const after = await test.boards.progress(ids);
    expect(after.find((row) => row.boardId === first)).toMatchObject({ state: 'fetching', missing: 4 });
    for (const row of after.filter(({ boardId }) => boardId !== first))
      expect(row).toMatchObject({ state: 'active', missing: 0 });
    await programmes.close();
  });

  /** A service whose first publication stops while it compiles, until it is released; `asked` when boards were read so often. */
  function held(times = 1) {
    const asked = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let first = true;
    let reads = 0;
    const programmes = createProgrammesService(test.context, {
      ...test.deps,
      boards: {
        ...test.deps.boards,
        async records(boardIds, tx) {
          const records = await test.deps.boards.records(boardIds, tx);
          if (++reads === times) asked.resolve();
          return records;
        },
      },
      schedules: {
        ...test.deps.schedules,
        async ofUnits(unitIds, tx) {
          if (first) {
            first = false;
            reached.resolve();
            await released.promise;
          }
          return test.deps.schedules.ofUnits(unitIds, tx);
        },
      },
    });
    return { programmes, reached: reached.promise, asked: asked.promise, release: () => released.resolve() };
  }

  it('signs for what a board is when its turn comes, not for what it was when publishing was asked for', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 101; i++) ids.push((await test.board(admin, { name: `Bảng ${i}` })).id);
    await test.pair(ids);
    const moved = ids.at(-1)!;
    const { programmes, reached, release } = held();
    const published = programmes.publish(admin, ids);
    await reached;
    await test.boards.patch(admin, moved, { groups: ['bến sông'], zone: 'Asia/Bangkok' });
    await test.programmes.idle();
    release();
    await published;
    await programmes.idle();
    expect((await received(moved)).certificate).toMatchObject({ groups: ['bến sông'], zone: 'Asia/Bangkok' });
    await programmes.close();
  });

  it('passes over a board that is deleted while its publication waits, and refuses one that is moved out of reach', async () => {
    const approver = testActor({ unitId: test.ids.commune, role: 'approver' });
    const [first, deleted] = [await test.board(admin), await test.board(admin)];
    const moved = await test.board(admin, { name: 'Bảng dời đi' });
    await test.pair([first.id, deleted.id, moved.id]);
    // Asked for and its turn, and twice asked for.
    const { programmes, reached, asked, release } = held(4);
    const before = programmes.publish(admin, [first.id]);
    await reached;
    const some = programmes.publish(approver, [deleted.id, first.id]);
    const strange = expect(programmes.publish(approver, [moved.id])).rejects.toMatchObject({
      code: 'board_unknown',
      status: 404,
    });
    await asked;
    await test.boards.remove(admin, deleted.id);
    await test.boards.patch(admin, moved.id, { unitId: test.ids.sister });
    await test.programmes.idle();
    release();
    await before;
    expect(await some).toMatchObject([{ boardId: first.id }]);
    await strange;
    await programmes.close();
    const written = await under.store.read
      .selectFrom('programmes')
      .select('published_by')
      .where('board_id', 'in', [deleted.id, moved.id])
      .execute();
    expect(written.filter((row) => row.published_by !== null)).toEqual([]);
  });

  it('of another process that gives way to a board moved meanwhile is made again', async () => {
    const { board } = await playing();
    await publish(board.id);
    await test.boards.patch(admin, board.id, { place: 'Đình làng' });
    let patched = false;
    const other = createProgrammesService(test.context, {
      ...test.deps,
      boards: {
        ...test.deps.boards,
        async devices(boardIds, tx) {
          // After it has read the board, and before it signs.
          if (!patched) {
            patched = true;
            await test.boards.patch(admin, board.id, { groups: ['bến sông'] });
            await test.programmes.idle();
          }
          return test.deps.boards.devices(boardIds, tx);
        },
      },
    });
    await other.publish(admin, [board.id]);
    await other.idle();
    await test.programmes.idle();
    const written = await under.store.read
      .selectFrom('programmes')
      .select('manifest')
      .where('board_id', '=', board.id)
      .orderBy('counter')
      .execute();
    const groups = written.map(
      ({ manifest }) =>
        certificateSchema.parse(decodeJwt(manifestSchema.parse(decodeJwt(manifest)).certificate)).groups,
    );
    expect(groups).toEqual([['chợ'], ['bến sông']]);
    await other.close();
  });

  it('publishes only for whoever has the right on every board', async () => {
    const { board } = await playing();
    const other = await test.board(admin, { unitId: test.ids.sister });
    const approver = testActor({ unitId: test.ids.commune, role: 'approver' });
    const editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    await expect(test.programmes.publish(editor, [board.id])).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    await expect(test.programmes.publish(approver, [board.id, other.id])).rejects.toMatchObject({
      code: 'board_unknown',
      status: 404,
    });
    await expect(test.programmes.publish(approver, [test.sources.newId()])).rejects.toMatchObject({
      code: 'board_unknown',
    });
    expect(
      await under.store.read.selectFrom('programmes').select('board_id').where('board_id', '=', board.id).execute(),
    ).toEqual([]);
    expect(await test.programmes.publish(approver, [board.id, board.id])).toMatchObject([
      { boardId: board.id, changed: true },
    ]);
  });

  it('two CMS processes that publish one board give it two versions, never one twice', async () => {
    const { board, notice } = await playing();
    const other = createProgrammesService(test.context, test.deps);
    for (const [i, title] of ['a', 'b', 'c'].entries()) {
      await change(notice.id, i + 1, title);
      const answers = (
        await Promise.all([test.programmes.publish(admin, [board.id]), other.publish(admin, [board.id])])
      ).flat();
      expect(answers.some((answer) => answer.changed)).toBe(true);
    }
    const rows = await under.store.read
      .selectFrom('programmes')
      .select(['epoch', 'counter'])
      .where('board_id', '=', board.id)
      .execute();
    expect(new Set(rows.map((row) => row.counter)).size).toBe(rows.length);
    const newest = (await received(board.id)).manifest.version;
    expect(rows.every((row) => compareVersions(row, newest) <= 0)).toBe(true);
    expect((await received(board.id)).programme.notices.get(notice.id)!.title).toBe('c');
    await other.close();
  });

  it('publishes a thousand boards at once, in their order, sharing their parts', async () => {
    const notices = await Promise.all(Array.from({ length: 10 }, (_, i) => test.text(admin, `Tin ${i}`)));
    const playlist = await test.playlist(
      admin,
      notices.map((notice) => notice.id),
    );
    const entry = await test.schedules.create(admin, {
      unitId: test.ids.province,
      playlistId: playlist.id,
      name: 'Toàn tỉnh',
      priority: 10,
      cron: '0 6 * * *',
      durationMs: 3_600_000,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [test.ids.sister], boardIds: [] },
    });
    const one = await test.board(admin, { unitId: test.ids.sister });
    const { id: _id, ...columns } = await under.store.read
      .selectFrom('boards')
      .selectAll()
      .where('id', '=', one.id)
      .executeTakeFirstOrThrow();
    const names = Object.keys(columns) as (keyof typeof columns)[];
    const ids = Array.from({ length: 1000 }, () => test.sources.newId());
    await under.store.transaction((tx) =>
      under.store.insertMany(
        tx,
        'boards',
        ['id', ...names],
        ids.map((boardId) => [boardId, ...names.map((name) => columns[name])]),
      ),
    );
    await test.pair(ids);
    const partsBefore = await under.store.read
      .selectFrom('parts')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    const answers = await publish(...ids);
    expect(answers.map((answer) => answer.boardId)).toEqual(ids);
    expect(answers.every((answer) => answer.changed && answer.version?.counter === 1)).toBe(true);
    const partsAfter = await under.store.read
      .selectFrom('parts')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    // Ten notices, a playlist, an entry, and the fallback that boards of one name and unit share.
    expect(Number(partsAfter.n) - Number(partsBefore.n)).toBe(13);
    expect((await received(ids[500]!)).programme.entries).toMatchObject([
      { entryId: entry.id, playlistId: playlist.id },
    ]);
    const again = await publish(...ids);
    expect(again.every((answer) => !answer.changed && answer.version?.counter === 1)).toBe(true);
  });
});
