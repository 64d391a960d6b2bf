import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BoardInput } from '../../../../shared/protocol/api/boards.ts';
import { board as boardSchema } from '../../../../shared/protocol/api/boards.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createBoardsService, type BoardsService } from './service.ts';

describeStores('boards', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let boards: BoardsService;
  let technician: ReturnType<typeof testActor>;
  const input = (over: Partial<BoardInput> = {}): BoardInput => ({
    unitId: units.commune,
    name: 'Bảng tin cổng xã',
    place: 'Cổng UBND xã',
    kind: 'led',
    width: 640,
    height: 480,
    output: { x: 0, y: 80, width: 640, height: 320, rotation: 90 },
    pitchUm: 5000,
    readingDistanceCm: 1500,
    zone: 'Asia/Ho_Chi_Minh',
    groups: ['cổng', 'chợ'],
    defaultPlaylistId: null,
    ...over,
  });
  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    boards = createBoardsService(test.context, { units: test.units });
    technician = testActor({ unitId: units.commune, role: 'technician' });
  });
  afterAll(() => test.discard());

  it('keep what they are given', async () => {
    const made = await boards.create(technician, input());
    expect(boardSchema.parse(made)).toEqual(made);
    expect(made).toMatchObject({
      ...input(),
      unitName: 'Xã An',
      progress: null,
      presence: { presence: 'unpaired', now: null },
    });
    expect(await boards.get(technician, made.id)).toEqual(made);
    const changed = await boards.patch(technician, made.id, { name: 'Tên mới', groups: [] });
    expect(changed).toEqual({ ...made, name: 'Tên mới', groups: [], revision: 2 });
    expect(test.emitted.filter(({ name }) => name === 'boardChanged')).toHaveLength(2);
  });

  it('take edits of different fields at once, and lose none', async () => {
    for (let round = 0; round < 10; round++) {
      const made = await boards.create(technician, input({ groups: [] }));
      await Promise.all([
        boards.patch(technician, made.id, { name: 'Tên mới' }),
        boards.patch(technician, made.id, { groups: ['chợ'] }),
        boards.patch(technician, made.id, { zone: 'Asia/Bangkok' }),
      ]);
      const changes = { name: 'Tên mới', groups: ['chợ'], zone: 'Asia/Bangkok', revision: 4 };
      expect(await boards.get(technician, made.id)).toEqual({ ...made, ...changes });
    }
  });

  it('refuse an edit that began from an older revision, also of two at once, and keep the other', async () => {
    for (let round = 0; round < 10; round++) {
      const made = await boards.create(technician, input());
      expect(made.revision).toBe(1);
      const edits = await Promise.allSettled(
        ['Chợ', 'Bến'].map((place) => boards.patch(technician, made.id, { place, revision: 1 })),
      );
      const [taken] = edits.flatMap((edit) => (edit.status === 'fulfilled' ? [edit.value] : []));
      const refused = edits.flatMap((edit) => (edit.status === 'rejected' ? [edit.reason as unknown] : []));
      expect(refused).toEqual([expect.objectContaining({ code: 'revision_conflict', status: 409 })]);
      expect(await boards.get(technician, made.id)).toEqual({ ...made, place: taken!.place, revision: 2 });
      expect(await boards.patch(technician, made.id, { place: 'Đình', revision: 2 })).toMatchObject({ revision: 3 });
    }
  });

  it('are deleted once', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await boards.create(technician, input());
      const ends = await Promise.allSettled([boards.remove(technician, id), boards.remove(technician, id)]);
      expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('refuse an output region that leaves the raster, whichever of the two is changed', async () => {
    const outside = { code: 'output_outside_raster', field: 'output', status: 400 };
    await expect(boards.create(technician, input({ width: 639 }))).rejects.toMatchObject(outside);
    const made = await boards.create(technician, input());
    await expect(boards.patch(technician, made.id, { height: 399 })).rejects.toMatchObject(outside);
    await expect(boards.patch(technician, made.id, { output: { ...made.output, x: 1 } })).rejects.toMatchObject(
      outside,
    );
    expect(await boards.get(technician, made.id)).toEqual(made);
  });

  it('take a default playlist of their own unit or of one above, and no other', async () => {
    const playlist = async (unitId: string, deleted = false): Promise<string> => {
      const id = test.sources.newId();
      const at = test.sources.now();
      const row = {
        id,
        unit_id: unitId,
        name: 'p',
        items: '[]',
        revision: 1,
        created_at: at,
        updated_at: at,
        updated_by: 'x',
        deleted_at: deleted ? at : null,
      };
      await under.store.write.insertInto('playlists').values(row).execute();
      return id;
    };
    const made = await boards.create(technician, input({ defaultPlaylistId: await playlist(units.province) }));
    await expect(
      boards.patch(technician, made.id, { defaultPlaylistId: await playlist(units.commune) }),
    ).resolves.toBeDefined();
    const unknown = { code: 'playlist_unknown', field: 'defaultPlaylistId' };
    await expect(
      boards.patch(technician, made.id, { defaultPlaylistId: await playlist(units.sister) }),
    ).rejects.toMatchObject(unknown);
    await expect(
      boards.patch(technician, made.id, { defaultPlaylistId: await playlist(units.commune, true) }),
    ).rejects.toMatchObject(unknown);
    await expect(boards.patch(technician, made.id, { defaultPlaylistId: test.sources.newId() })).rejects.toMatchObject(
      unknown,
    );
    await expect(boards.patch(technician, made.id, { defaultPlaylistId: null })).resolves.toMatchObject({
      defaultPlaylistId: null,
    });
  });

  it('show their player, what it said last, and how far its programme has come', async () => {
    const made = await boards.create(technician, input());
    const at = test.sources.now();
    const device = {
      id: test.sources.newId(),
      board_id: made.id,
      device_key: 'A'.repeat(43),
      paired_at: at,
      paired_by: null,
      ended_at: null,
    };
    await under.store.write.insertInto('devices').values(device).execute();
    expect((await boards.get(technician, made.id)).presence.presence).toBe('offline');
    const now = { noticeId: null, title: 'Đang phát', why: 'loop', until: at + 1000, exercise: false };
    const state = { now, next: null, programme: { epoch: 1, counter: 2 }, screenOn: true, host: 'chromium' };
    await under.store.write
      .insertInto('board_states')
      .values({
        board_id: made.id,
        online: 1,
        since: at,
        last_seen_at: at,
        host: 'chromium',
        app: 'x',
        state: JSON.stringify(state),
      })
      .execute();
    await under.store.write
      .insertInto('programme_progress')
      .values({ board_id: made.id, epoch: 1, counter: 3, state: 'fetching', missing: 4, error_code: null, at })
      .execute();
    const seen = await boards.get(technician, made.id);
    expect(boardSchema.parse(seen)).toEqual(seen);
    expect(seen.presence).toEqual({
      boardId: made.id,
      presence: 'online',
      screenRests: false,
      since: at,
      lastSeenAt: at,
      ...state,
      cut: false,
      forkedAt: null,
    });
    expect(seen.progress).toEqual({
      boardId: made.id,
      version: { epoch: 1, counter: 3 },
      state: 'fetching',
      missing: 4,
      errorCode: null,
      hours: null,
      at,
    });
    // Media that wait say for which hours: those of the order that the board took last.
    const order = (hours: [number, number] | null, state: 'waiting' | 'done', issued_at: number) => ({
      id: test.sources.newId(),
      board_id: made.id,
      name: 'setDownloads',
      payload: JSON.stringify({ hours, maxKbps: null, monthlyMb: null }),
      issued_by: '',
      issued_at,
      expires_at: at + 1_000,
      state,
      state_at: at,
      error_code: null,
    });
    await under.store.write
      .insertInto('commands')
      .values([order([0, 1], 'done', 1), order([1320, 300], 'done', 2), order([2, 3], 'waiting', 3)])
      .execute();
    await under.store.write.updateTable('programme_progress').set({ error_code: 'media_waits_hours' }).execute();
    expect((await boards.get(technician, made.id)).progress).toMatchObject({ hours: [1320, 300] });
    expect(await boards.device(made.id)).toEqual({ id: device.id, boardId: made.id, deviceKey: device.device_key });

    await boards.remove(technician, made.id);
    await expect(boards.get(technician, made.id)).rejects.toMatchObject({ code: 'board_unknown', status: 404 });
    expect(await boards.device(made.id)).toBeNull();
    expect(await boards.record(made.id)).toBeNull();
    expect(test.emitted.slice(-2).map(({ name }) => name)).toEqual(['boardUnpaired', 'boardChanged']);
  });

  it('say nothing rather than fail when a state is not understood', async () => {
    const made = await boards.create(technician, input());
    const row = {
      board_id: made.id,
      online: 0,
      since: null,
      last_seen_at: 5,
      host: 'gramophone',
      app: null,
      state: '{"old": true}',
    };
    await under.store.write.insertInto('board_states').values(row).execute();
    expect((await boards.get(technician, made.id)).presence).toMatchObject({
      presence: 'unpaired',
      host: null,
      now: null,
      lastSeenAt: 5,
    });
  });

  it('leave an entry in the audit log for every change, and none for a refusal', async () => {
    const made = await boards.create(technician, input());
    await boards.patch(technician, made.id, { place: 'Chợ' });
    await boards.patch(technician, made.id, { width: 16 }).catch(() => undefined);
    await boards.remove(technician, made.id);
    const entries = await under.store.read
      .selectFrom('audit_log')
      .selectAll()
      .where('subject_id', '=', made.id)
      .orderBy('id')
      .execute();
    expect(entries.map((entry) => entry.action)).toEqual(['board.created', 'board.changed', 'board.deleted']);
    expect(entries[1]).toMatchObject({ user_id: technician.userId, unit_id: units.commune, detail: '{"place":"Chợ"}' });
  });

  it('that moved are known to have belonged elsewhere before, also when they are deleted', async () => {
    const admin = testActor({ unitId: units.province, role: 'administrator' });
    const made = await boards.create(admin, input());
    const stayed = await boards.create(admin, input());
    const times: number[] = [];
    for (const unitId of [units.sister, units.village, units.village]) {
      test.sources.advance(1000);
      times.push(test.sources.now());
      await boards.patch(admin, made.id, { unitId });
    }
    // There and back in one millisecond leaves no trace of where it never was.
    await boards.patch(admin, made.id, { unitId: units.commune });
    await boards.patch(admin, made.id, { unitId: units.village });
    await boards.remove(admin, made.id);
    const belonging = await boards.belonging([made.id, stayed.id, made.id]);
    const [first, second] = times as [number, number];
    expect([0, first - 1, first, second - 1, second, second + 5000].map((at) => belonging(made.id, at))).toEqual([
      ...[units.commune, units.commune, units.sister, units.sister, units.village, units.village],
    ]);
    expect(belonging(stayed.id, 0)).toBe(units.commune);
    expect(belonging('nobody', 0)).toBeNull();
  });

  it('are read in any number', async () => {
    const ids = Array.from({ length: 12_000 }, () => test.sources.newId());
    const made = await boards.create(technician, input());
    expect((await boards.records([...ids, made.id])).map((record) => record.id)).toEqual([made.id]);
    expect(await boards.presences(ids)).toHaveLength(12_000);
  });

  it('of a unit that has ended are the root’s to look after and to move, and nothing new comes there', async () => {
    const admin = testActor({ unitId: units.province, role: 'administrator' });
    const beside = testActor({ unitId: units.commune, role: 'administrator' });
    const former = await under.store.transaction((tx) =>
      test.units.add(
        tx,
        {
          code: '999',
          name: 'Huyện Cũ',
          level: 'district',
          parentId: units.province,
          validFrom: 0,
          validTo: test.sources.now() + 1,
        },
        null,
      ),
    );
    await test.units.reload();
    const made = await boards.create(admin, input({ unitId: former }));
    test.sources.advance(1);
    expect((await boards.list(admin)).map((one) => one.id)).toContain(made.id);
    expect((await boards.list(beside)).map((one) => one.id)).not.toContain(made.id);
    expect((await boards.list(testActor({ unitId: former, role: 'administrator' }))).length).toBe(0);
    await expect(boards.get(beside, made.id)).rejects.toMatchObject({ code: 'board_unknown' });
    await expect(boards.create(admin, input({ unitId: former }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await boards.patch(admin, made.id, { name: 'Bảng bỏ lại' })).toMatchObject({ unitId: former });
    await expect(boards.patch(beside, made.id, { unitId: units.commune })).rejects.toMatchObject({
      code: 'board_unknown',
    });
    expect(await boards.patch(admin, made.id, { unitId: units.commune })).toMatchObject({ unitId: units.commune });
    await expect(boards.patch(admin, made.id, { unitId: former })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
