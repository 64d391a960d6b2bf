import { noteRestored } from '../../backup/marker.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Overview } from '../../../../shared/protocol/api/overview.ts';
import { conditionOf } from '../../../../shared/protocol/board-condition.ts';
import type { Actor } from '../../access.ts';
import type { BoardState } from '../../realtime/presence.ts';
import { Presence } from '../../realtime/presence.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor, testNow } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { createBoardConditions } from '../boards/conditions.ts';
import { createProofService } from '../proof/service.ts';
import * as tallies from '../proof/tally-repo.ts';
import { createOverview, type OverviewService } from './service.ts';

const hourMs = 3_600_000;
const noPlays = { completed: 0, partial: 0, exercise: 0, uncounted: 0, paintedMs: 0 };
const playing: BoardState = {
  now: { noticeId: null, title: 'Tin', why: 'loop', until: testNow, exercise: false },
  next: null,
  programme: null,
  screenOn: true,
  host: 'chromium',
  cut: false,
};

describeStores('the overview', (under) => {
  let test: TestContent;
  let overview: OverviewService;
  let presence: Presence;
  let commune: Actor;
  let sumUp: () => Promise<void>;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    presence = await Presence.load(test.context);
    const none = () => Promise.reject(new Error('not asked for here'));
    const proof = createProofService(test.context, {
      boards: test.boards,
      units: test.units,
      takeovers: { report: none },
      verifier: { readBatch: none },
    });
    sumUp = () => proof.sumUp(new AbortController().signal);
    const { units, categories, notices, playlists, schedules } = test;
    const conditions = createBoardConditions(test.context);
    overview = createOverview(test.context, {
      units,
      conditions,
      proof,
      categories,
      notices,
      playlists,
      schedules,
    });
    commune = testActor({ unitId: test.ids.commune, role: 'editor' });
  });
  afterAll(async () => {
    await presence.close();
    await test.close();
  });

  const now = (actor: Actor, unitId?: string): Promise<Overview> =>
    overview.overview(actor, { unitId, range: 'today' });
  const counts = async (actor: Actor, unitId?: string) =>
    Object.fromEntries((await now(actor, unitId)).boards.conditions.map(({ condition, count }) => [condition, count]));
  const inCondition = async (condition: Overview['boards']['conditions'][number]['condition'], limit = 50) =>
    (await overview.boardsIn(test.admin, { condition, limit })).boards;

  it('of a province without anything says so, and which steps come first', async () => {
    const { boards, units, plays } = await now(test.admin);
    expect([boards, units]).toEqual([{ total: 0, conditions: [] }, []]);
    expect(plays).toMatchObject({ totals: noPlays, boards: 0, topBoards: [], topContents: [], categories: [] });
    // From midnight in Viet Nam to the hour that runs.
    expect(plays.series).toEqual(
      Array.from({ length: 9 }, (_, i) => ({ at: testNow - 8 * hourMs + i * hourMs, ...noPlays })),
    );
    const { steps } = await overview.start(test.admin);
    expect(steps.filter(({ done }) => done).map(({ step }) => step)).toEqual(['unit']);
    // Shown in a browser, which proves nothing, it has been published all the same.
    const { id } = await test.board(test.admin, { name: 'tried' });
    await test.pair([id]);
    const published = async () => (await overview.start(test.admin)).steps.find(({ step }) => step === 'publish')!.done;
    presence.connected(id);
    presence.said(id, { ...playing, host: 'browser', now: { ...playing.now!, why: 'fallback' } });
    await presence.flush();
    expect(await published()).toBe(false);
    presence.said(id, { ...playing, host: 'browser' });
    await presence.flush();
    expect(await published()).toBe(true);
    await test.boards.remove(test.admin, id);
    expect(await counts(testActor())).toEqual({});
  });

  it('puts each board into one condition, with its reason and since when', async () => {
    const made: Record<string, string> = {};
    for (const name of [
      'unpaired',
      'never',
      'silent',
      'playing',
      'fallback',
      'cut',
      'dark',
      'resting',
      'unproved',
      'refused',
      'forked',
      'gone',
    ])
      made[name] = (await test.board(test.admin, { name })).id;
    const paired = Object.values(made).filter((id) => id !== made.unpaired);
    await test.pair(paired);
    for (const [name, id] of Object.entries(made)) {
      if (name === 'unpaired' || name === 'never') continue;
      presence.connected(id);
      if (name === 'silent') continue;
      const said: Record<string, Partial<BoardState>> = {
        fallback: { now: { ...playing.now!, why: 'fallback' } },
        cut: { now: { ...playing.now!, why: 'fallback' }, cut: true },
        dark: { screenOn: false },
        resting: { screenOn: false, screenRests: true },
        unproved: { host: 'standIn' },
      };
      presence.said(id, { ...playing, ...said[name] });
    }
    test.sources.advance(30_000);
    // What it says again is no news; what it shows instead is.
    presence.said(made.dark!, { ...playing, screenOn: false });
    presence.said(made.fallback!, playing);
    presence.said(made.fallback!, { ...playing, now: { ...playing.now!, why: 'fallback' } });
    test.sources.advance(30_000);
    presence.disconnected(made.gone!, false);
    await presence.flush();
    const version = { epoch: 1, counter: 1 };
    await under.store.write
      .insertInto('programme_progress')
      .values({ board_id: made.refused!, ...version, state: 'refused', missing: 0, error_code: 'x', at: testNow + 5 })
      .execute();
    const [device] = await test.boards.devices([made.forked!]);
    await under.store.write
      .insertInto('journals')
      .values({
        id: test.sources.newId(),
        no: 1,
        board_no: 1,
        board_id: made.forked!,
        device_id: device!.id,
        last_seq: 0,
        last_hash: '0',
        forked_at: testNow + 7,
        created_at: testNow,
      })
      .execute();

    expect(await counts(test.admin)).toEqual({
      incident: 3,
      offline: 1,
      unknown: 2,
      dark: 1,
      resting: 1,
      fallback: 2,
      playing: 1,
      unpaired: 1,
    });
    const { boards } = await overview.overview(test.admin, { range: 'today' });
    expect(boards.conditions.filter(({ condition }) => condition === 'fallback' || condition === 'unknown')).toEqual([
      {
        condition: 'unknown',
        count: 2,
        oldestSince: testNow,
        reasons: [
          { reason: 'never', count: 1 },
          { reason: 'silent', count: 1 },
        ],
      },
      { condition: 'fallback', count: 2, oldestSince: testNow, reasons: [{ reason: 'source_cut', count: 1 }] },
    ]);
    const reasons = async (condition: Parameters<typeof inCondition>[0]) =>
      (await inCondition(condition)).map(({ name, reason, since }) => [name, reason, since]);
    expect(await reasons('incident')).toEqual([
      ['unproved', 'unproved', testNow],
      ['refused', 'programme_refused', testNow + 5],
      ['forked', 'journal_fork', testNow + 7],
    ]);
    expect(await reasons('dark')).toEqual([['dark', null, testNow]]);
    expect(await reasons('resting')).toEqual([['resting', null, testNow]]);
    expect(await reasons('fallback')).toEqual([
      ['cut', 'source_cut', testNow],
      ['fallback', null, testNow + 30_000],
    ]);
    expect(await reasons('offline')).toEqual([['gone', null, testNow + 60_000]]);
    expect(await reasons('unknown')).toEqual([
      ['silent', 'silent', testNow],
      ['never', 'never', null],
    ]);
    expect(await reasons('unpaired')).toEqual([['unpaired', null, null]]);
    // Each page that has the board itself says the same.
    const listed = await test.boards.list(test.admin);
    for (const { condition } of (await now(test.admin)).boards.conditions)
      for (const { id, reason } of await inCondition(condition))
        expect(
          conditionOf(
            listed.find((board) => board.id === id)!,
            test.sources.now(),
          ),
        ).toEqual({ condition, reason });
    // Page by page the same, one after the other.
    const first = await overview.boardsIn(test.admin, { condition: 'incident', limit: 2 });
    const second = await overview.boardsIn(test.admin, { condition: 'incident', limit: 2, cursor: first.next! });
    expect([...first.boards, ...second.boards]).toEqual(await inCondition('incident'));
    expect(second.next).toBeNull();
    // A fork is news for a week.
    test.sources.advance(8 * 24 * hourMs);
    expect((await counts(test.admin)).incident).toBe(2);
    test.sources.advance(-8 * 24 * hourMs);
  });

  it('shows to each what is in their sight, under the units right below', async () => {
    const beside = await test.board(test.admin, { unitId: test.ids.sister });
    const below = await test.board(test.admin, { unitId: test.ids.village });
    const { commune: of } = test.ids;
    const ofCommune = (await now(commune)).boards.total;
    expect(ofCommune).toBe((await now(test.admin)).boards.total - 1);
    expect((await now(test.admin, test.ids.sister)).boards.total).toBe(1);
    expect((await now(test.admin)).units.map(({ id, boards }) => [id, boards])).toEqual([
      [of, ofCommune],
      [test.ids.sister, 1],
    ]);
    expect((await now(commune)).units.map(({ id, boards }) => [id, boards])).toEqual([
      [test.ids.village, 1],
      [of, ofCommune - 1],
    ]);
    const seen = async (actor: Actor) =>
      (await overview.boardsIn(actor, { condition: 'unpaired', limit: 50 })).boards.map(({ id }) => id);
    expect(await seen(commune)).toContain(below.id);
    expect(await seen(commune)).not.toContain(beside.id);
    await expect(now(commune, test.ids.sister)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(now(commune, test.ids.province)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('sums up plays by hour, unit, board, content and category', async () => {
    const [board] = await test.boards.list(test.admin);
    const notice = await test.text(test.admin);
    const day = testNow - 8 * hourMs;
    const sums = { completed: 5, partial: 2, exercise: 1, uncounted: 3, painted_ms: 11_024 };
    const { commune: unit_id, sister } = test.ids;
    await under.store.transaction(async (tx) => {
      const add = tallies.addSums;
      await add(under.store, tx, 'play_hours', [
        { hour: day - hourMs, unit_id, ...sums },
        { hour: day + hourMs, unit_id, ...sums },
        { hour: day + hourMs, unit_id: sister, ...sums },
      ]);
      await add(under.store, tx, 'board_days', [{ day, board_id: board!.id, unit_id, ...sums }]);
      const shown = { day, unit_id, board_id: board!.id, ...sums };
      await add(under.store, tx, 'content_days', [{ ...shown, kind: 'notice', content_id: notice.id }]);
    });
    // Put there behind the back of who sums up: seen when what is remembered is over.
    expect((await now(commune)).plays.totals).toEqual(noPlays);
    test.sources.advance(60_000);
    const { painted_ms: paintedMs, ...counted } = sums;
    const line = { ...counted, paintedMs };
    const { plays, units } = await now(commune);
    expect(plays.totals).toEqual(line);
    expect(plays.series[1]).toEqual({ at: day + hourMs, ...line });
    expect(plays.boards).toBe(1);
    expect(plays.topBoards).toEqual([expect.objectContaining({ id: board!.id, unitName: 'Xã An', ...line })]);
    expect(plays.topContents).toEqual([
      expect.objectContaining({ id: notice.id, kind: 'notice', name: notice.title, ...line }),
    ]);
    expect(plays.categories).toEqual([expect.objectContaining({ id: 'local', ...line })]);
    expect(plays.origins).toEqual([expect.objectContaining({ id: unit_id, name: 'Xã An', ...line })]);
    expect(units.find(({ id }) => id === unit_id)!.plays).toEqual(line);
    expect((await now(test.admin)).plays.totals.completed).toBe(10);
    // Yesterday's are in the week's.
    const week = await overview.overview(commune, { range: 'week' });
    expect(week.plays.series.map(({ completed }) => completed)).toEqual([0, 0, 0, 0, 0, 5, 5]);
    const where = { by: 'board', range: 'today', kind: 'notice', contentId: notice.id } as const;
    expect((await overview.breakdown(commune, where)).lines.map(({ id }) => id)).toEqual([board!.id]);
    expect((await overview.breakdown(commune, { ...where, contentId: board!.id })).lines).toEqual([]);
    expect((await overview.start(commune)).steps.filter(({ done }) => !done).map(({ step }) => step)).toEqual([
      'playlist',
    ]);

    await expect(overview.exported(commune, { by: 'content', range: 'today', language: 'vi' })).rejects.toMatchObject({
      code: 'plays_tallying',
      status: 409,
    });
    await sumUp();
    const { name, text } = await overview.exported(commune, { by: 'content', range: 'today', language: 'vi' });
    expect(name).toBe('Theo tin và cảnh báo 01-06-2026.csv');
    const [head, ...rows] = [...text].join('').trimEnd().split('\r\n');
    expect(head).toMatch(/^\uFEFFTin hoặc cảnh báo;Lượt trọn vẹn;/);
    expect(rows.map((row) => row.split(';').slice(0, 7).join(';')).toSorted()).toEqual([
      `${notice.title};5;2;1;3;"11,024";01/06/2026 00:00`,
    ]);
    const entries = await under.store.read
      .selectFrom('audit_log')
      .select(['user_id', 'unit_id', 'detail'])
      .where('action', '=', 'plays.exported')
      .execute();
    expect(entries.map((entry) => ({ ...entry, detail: JSON.parse(entry.detail) as unknown }))).toEqual([
      { user_id: commune.userId, unit_id: test.ids.commune, detail: { name, count: 1 } },
    ]);
    const boards = await overview.exported(commune, { by: 'board', range: 'today', language: 'vi' });
    expect([...boards.text].join('')).toContain(';Xã An;5;2;1;3;"11,024";');
    expect(boards.name).toMatch(/^Theo bảng tin/);

    // In the province's order, by the names of today, also what it has added and what it has taken out of use since.
    const farming = { key: '0199d6a0-0000-7000-8000-00000000000a', vi: 'Mùa vụ', en: 'Farming', inUse: true };
    const before = await test.categories.read();
    const added = await test.categories.write(test.admin, { ...before, categories: [farming, ...before.categories] });
    const { content, durationMs } = await test.notices.get(test.admin, notice.id);
    const values = { unitId: test.ids.province, title: 'Xuống giống', category: farming.key, content, durationMs };
    const another = await test.approved(await test.notices.create(test.admin, values));
    const shown = { day, unit_id, board_id: board!.id, ...sums, completed: 1 };
    await under.store.transaction((tx) =>
      tallies.addSums(under.store, tx, 'content_days', [{ ...shown, kind: 'notice', content_id: another.id }]),
    );
    test.sources.advance(60_000);
    const byKey = async () => (await now(commune)).plays.categories.map(({ id, completed }) => [id, completed]);
    expect(await byKey()).toEqual([
      [farming.key, 1],
      ['local', 5],
    ]);
    const renamed = { ...farming, vi: 'Nông vụ', inUse: false };
    await test.categories.write(test.admin, {
      ...added,
      categories: [...before.categories, renamed],
    });
    expect(await byKey()).toEqual([
      ['local', 5],
      [farming.key, 1],
    ]);
    for (const [language, separator, words] of [
      ['vi', ';', ['"Quy định, sự kiện địa phương"', 'Nông vụ']],
      ['en', ',', ['Local regulations and events', 'Farming']],
    ] as const) {
      const file = await overview.exported(commune, { by: 'category', range: 'today', language });
      const lines = [...file.text].join('').trimEnd().split('\r\n').slice(1);
      expect(lines.map((one) => one.split(separator)[0])).toEqual(words);
    }
    // By who answered for them then: what is moved later stays where it was.
    const origins = async () => {
      const { lines } = await overview.breakdown(commune, { by: 'origin', range: 'week' });
      return lines.map(({ id, completed }) => [id, completed]);
    };
    const then = await origins();
    expect(then).toEqual([
      [unit_id, 5],
      [test.ids.province, 1],
    ]);
    test.sources.advance(24 * hourMs);
    const { revision, title, category } = await test.notices.get(test.admin, notice.id);
    const elsewhere = { unitId: test.ids.province, title, category, content, durationMs };
    await test.approved(await test.notices.edit(test.admin, notice.id, revision, elsewhere));
    expect(await origins()).toEqual(then);
  });

  it('says which backup it is, until a board is heard of', async () => {
    const { store } = test.context;
    expect((await now(test.admin)).restoredFrom).toBeNull();
    const later = testNow + 30 * 86_400_000;
    await noteRestored(store.write, { backupAt: testNow - hourMs, at: later });
    const restored = await now(test.admin);
    expect([restored.restoredFrom, restored.plays.talliedAt]).toEqual([testNow - hourMs, testNow - hourMs]);
    const { talliedAt } = await overview.breakdown(test.admin, { by: 'board', range: 'today' });
    expect(talliedAt).toBe(testNow - hourMs);
    await store.write.updateTable('board_states').set({ last_seen_at: later }).execute();
    expect((await now(test.admin)).restoredFrom).toBeNull();
  });
});
