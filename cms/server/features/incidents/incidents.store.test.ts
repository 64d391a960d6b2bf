import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { incidentPage, type Incident } from '../../../../shared/protocol/api/incidents.ts';
import type { BoardEvent } from '../../../../shared/protocol/api/proof.ts';
import { limitsKey, noDownloadLimits } from '../../../../shared/protocol/downloads.ts';
import { unknownStatus, type BoardStatus } from '../../../../shared/protocol/status.ts';
import { testActor, testNow } from '../../testing.ts';
import { dateOf, localMonthOf } from '../../../../shared/schedule/zone.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent } from '../../testing-content.ts';
import { createBoardAbsence } from '../boards/absence.ts';
import { createBoardConditions } from '../boards/conditions.ts';
import { statusRepo } from '../boards/status-repo.ts';
import { createBoardStatuses } from '../boards/status.ts';
import { createDarkHours } from '../commands/dark-hours.ts';
import { createUpkeepService } from '../upkeep/service.ts';
import { createIncidentsService, type IncidentsService } from './service.ts';

const minute = 60_000;

describeStores('incidents', (under) => {
  let test: Awaited<ReturnType<typeof createTestContent>>;
  let incidents: IncidentsService;
  const starts = new Map<string, number>();
  const events: BoardEvent[] = [];
  const { promise: made, resolve: isMade } = Promise.withResolvers<void>();
  let count = 0;

  /** As a start of the CMS makes it. */
  function build(): IncidentsService {
    const { context, boards, units } = test;
    const conditions = createBoardConditions(context);
    const statuses = createBoardStatuses(context, { boards });
    const darkHours = createDarkHours(context);
    const proof = {
      eventsOf: () => Promise.resolve({ events, next: null }),
      startsSince: (ids: readonly string[]) => Promise.resolve(new Map([...starts].filter(([id]) => ids.includes(id)))),
    };
    const upkeep = createUpkeepService(context, { boards });
    const absence = createBoardAbsence({ boards, conditions, upkeep, proof, statuses });
    return createIncidentsService(context, { units, boards, upkeep, absence, conditions, statuses, proof, darkHours });
  }

  /** Every case has boards of its own: those of the cases before are out of use. */
  beforeEach(async () => {
    if (count++ === 0) {
      test = await createTestContent(under.store);
      isMade();
    }
    await made;
    const { write } = under.store;
    for (const table of ['incident_boards', 'incidents', 'incident_news', 'board_statuses', 'board_states'] as const)
      await write.deleteFrom(table).execute();
    await write.updateTable('devices').set({ ended_at: 1 }).execute();
    starts.clear();
    events.length = 0;
    incidents = build();
    // Long after the start, at 8:00 in Viet Nam.
    test.sources.advance(48 * 60 * minute - ((test.sources.now() - testNow) % (24 * 60 * minute)));
  });
  afterAll(() => test.close());

  async function put(boardId: string, online: 0 | 1, since: number): Promise<void> {
    const values = { online, since, last_seen_at: since };
    await under.store.write
      .insertInto('board_states')
      .values({ board_id: boardId, host: 'chromium', app: null, state: null, ...values })
      .onConflict((conflict) => conflict.column('board_id').doUpdateSet(values))
      .execute();
  }
  async function boardsIn(unitId: string, n: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < n; i++) ids.push((await test.board(test.admin, { unitId, name: `Bảng ${i + 1}` })).id);
    await test.pair(ids);
    for (const id of ids) await put(id, 1, test.sources.now() - 600 * minute);
    return ids;
  }
  const list = async (state: 'open' | 'ended' = 'open', actor = test.admin): Promise<Incident[]> =>
    incidentPage.parse(await incidents.list(actor, { state, limit: 30 })).incidents;
  const news = async (): Promise<string[]> =>
    (await under.store.read.selectFrom('incident_news').select('what').orderBy('no').execute()).map(({ what }) => what);

  it('opens one for a commune that goes together, tells of it once, and ends it when the last board is back', async () => {
    const gone = await boardsIn(test.ids.commune, 6);
    const [stays] = await boardsIn(test.ids.commune, 1);
    const [elsewhere] = await boardsIn(test.ids.sister, 1);
    const at = test.sources.now();
    for (const [i, id] of gone.entries()) await put(id, 0, at + i * 30_000);
    test.sources.advance(14 * minute);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    test.sources.advance(minute);
    const told = vi.fn();
    const stop = test.context.events.on('incidentsChanged', told);
    await incidents.watch.look();
    await incidents.watch.look();
    stop();
    expect(told).toHaveBeenCalledTimes(1);
    expect(told.mock.lastCall![0]).toMatchObject({ unitIds: [test.ids.commune] });
    const [incident, ...others] = await list();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      about: 'away',
      kind: 'area',
      unitId: test.ids.commune,
      since: at,
      boardCount: 6,
      wellCount: 0,
      evidence: { there: 7, gone: 6, spanMs: 150_000, nobody: false },
    });
    // A restart of the CMS forgets nothing and tells of nothing twice.
    incidents = build();
    test.sources.advance(60 * minute);
    await put(stays!, 1, test.sources.now());
    await incidents.watch.look();
    expect(await news()).toEqual(['opened']);

    const back = test.sources.now();
    for (const id of gone.slice(1)) await put(id, 1, back);
    await incidents.watch.look();
    expect((await list())[0]).toMatchObject({ wellCount: 0 });
    test.sources.advance(minute);
    await incidents.watch.look();
    expect((await list())[0]).toMatchObject({ boardCount: 6, wellCount: 5, endedAt: null });
    expect((await list())[0]!.boards[0]).toMatchObject({ id: gone[0], endedAt: null });
    await put(gone[0]!, 1, test.sources.now());
    test.sources.advance(minute);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    expect(await list('ended')).toMatchObject([{ id: incident!.id, wellCount: 6, endedAt: test.sources.now() }]);
    expect(await news()).toEqual(['opened', 'ended']);
    expect(elsewhere).toBeDefined();
  });

  it('is power when machines say that they started meanwhile, the network when they ran on', async () => {
    await boardsIn(test.ids.sister, 2);
    const [dark, cut, silent] = await boardsIn(test.ids.commune, 3);
    const at = test.sources.now();
    for (const id of [dark!, cut!, silent!]) {
      await put(id, 0, at);
      // One after the other, so that each is an incident of its own.
      test.sources.advance(20 * minute);
      await incidents.watch.look();
      const back = test.sources.now();
      await put(id, 1, back);
      const up = id === dark ? 600 : id === cut ? 86_400 : null;
      await under.store.transaction((tx) =>
        statusRepo.write(tx, [{ boardId: id, at: back + 1000, status: { ...unknownStatus, up } }]),
      );
      test.sources.advance(minute);
      await incidents.watch.look();
    }
    const kinds = new Map((await list('ended')).map(({ boards, kind }) => [boards[0]!.id, kind]));
    expect([kinds.get(dark!), kinds.get(cut!), kinds.get(silent!)]).toEqual(['power', 'network', 'unknown']);
  });

  it('is one for 300 boards of a province, and each sees their own of it', async () => {
    const { commune, sister, village } = test.ids;
    const ids = [...(await boardsIn(commune, 150)), ...(await boardsIn(sister, 145)), ...(await boardsIn(village, 5))];
    const at = test.sources.now();
    for (const id of ids) await put(id, 0, at);
    test.sources.advance(15 * minute);
    await incidents.watch.look();
    expect(await news()).toEqual(['opened']);
    expect(await list()).toMatchObject([
      { kind: 'server', unitId: test.ids.province, boardCount: 300, evidence: { gone: 300, nobody: true } },
    ]);
    const ofCommune = await list('open', testActor({ unitId: commune, role: 'editor' }));
    expect(ofCommune).toMatchObject([{ boardCount: 155 }]);
    expect(ofCommune[0]!.boards).toHaveLength(50);
    expect(await list('open', testActor())).toEqual([]);
    for (const [actor, count] of [
      [test.admin, 1],
      [testActor({ unitId: commune, role: 'editor' }), 1],
      [testActor(), 0],
    ] as const)
      expect(await incidents.openCount(actor)).toEqual({ count });
  });

  it('takes a board in again that goes once more, from then on, and forgets what ended two years ago', async () => {
    await boardsIn(test.ids.sister, 2);
    const [first, again] = await boardsIn(test.ids.commune, 2);
    await put(first!, 0, test.sources.now());
    await put(again!, 0, test.sources.now());
    test.sources.advance(15 * minute);
    await incidents.watch.look();
    const back = test.sources.now() - 8 * minute;
    await put(again!, 1, back);
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ boardCount: 2, wellCount: 1 }]);
    await put(again!, 0, back + minute);
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ boardCount: 2, wellCount: 0, evidence: { gone: 2, there: 2 } }]);
    expect((await list())[0]!.boards.find(({ id }) => id === again)).toMatchObject({ since: back + minute });

    for (const id of [first!, again!]) await put(id, 1, test.sources.now());
    test.sources.advance(minute);
    await incidents.watch.look();
    const ofCommune = testActor({ unitId: test.ids.commune, role: 'viewer' });
    expect(await list('ended', ofCommune)).toHaveLength(1);
    expect(await list('ended', testActor({ unitId: test.ids.sister, role: 'viewer' }))).toEqual([]);
    test.sources.advance(2 * 365 * 24 * 60 * minute);
    await incidents.watch.tidy();
    expect(await list('ended')).toHaveLength(1);
    test.sources.advance(1);
    await incidents.watch.tidy();
    expect(await list('ended')).toEqual([]);
    expect(await under.store.read.selectFrom('incident_boards').select('board_id').execute()).toEqual([]);
  });

  it('gives boards time to come back after a start, and leaves alone the hours that are not watched', async () => {
    await boardsIn(test.ids.sister, 2);
    const [board] = await boardsIn(test.ids.commune, 1);
    await put(board!, 0, test.sources.now() - 300 * minute);
    incidents = build();
    test.sources.advance(14 * minute);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    await incidents.policy.write(test.admin, { revision: 0, afterMinutes: 15, watch: { from: 9 * 60, to: 10 * 60 } });
    test.sources.advance(40 * minute);
    await incidents.watch.look();
    test.sources.advance(10 * minute);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    test.sources.advance(12 * minute);
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ kind: 'unknown', evidence: { absence: { others: { there: 0 } } } }]);
    const elsewhere = testActor({ unitId: test.ids.commune, role: 'technician' });
    const usual = { revision: 1, afterMinutes: 15, watch: { from: 300, to: 1320 } };
    await expect(incidents.policy.write(elsewhere, usual)).rejects.toMatchObject({ code: 'forbidden' });
    const early = incidents.policy.write(test.admin, { ...usual, revision: 0, afterMinutes: 60 });
    await expect(early).rejects.toMatchObject({ code: 'revision_conflict', status: 409 });
    await incidents.policy.write(test.admin, usual);
    expect(await incidents.policy.read()).toEqual({ ...usual, revision: 2 });
  });

  it('tells of a player that keeps restarting while its machine runs, until it is calm', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    await put(board!, 1, test.sources.now() - minute);
    starts.set(board!, 3);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    starts.set(board!, 4);
    await under.store.transaction((tx) =>
      statusRepo.write(tx, [{ boardId: board!, at: test.sources.now(), status: { ...unknownStatus, up: 90_000 } }]),
    );
    await incidents.watch.look();
    expect(await list()).toMatchObject([
      { about: 'restarting', kind: 'player', evidence: { machineUpMs: 90_000_000 } },
    ]);
    starts.set(board!, 2);
    await incidents.watch.look();
    expect(await list()).toHaveLength(1);
    starts.set(board!, 1);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
  });

  it('tells of a board without a window, and of one that went out of use no more', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    await under.store.write
      .updateTable('board_states')
      .set({ host: 'standIn' })
      .where('board_id', '=', board!)
      .execute();
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'unproved', kind: 'player' }]);
    await test.boards.remove(test.admin, board!);
    await incidents.watch.look();
    expect(await list()).toEqual([]);
  });

  it('tells of a screen that is off and should not be', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    const shows = { shows: 'dark', shows_since: test.sources.now() } as const;
    await under.store.write.updateTable('board_states').set(shows).where('board_id', '=', board!).execute();
    test.sources.advance(16 * minute);
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'dark', kind: 'screen', boards: [{ id: board }] }]);
  });

  async function say(boardId: string, said: Partial<BoardStatus>): Promise<void> {
    const at = test.sources.now();
    await under.store.transaction((tx) =>
      statusRepo.write(tx, [{ boardId, at, status: { ...unknownStatus, ...said } }]),
    );
  }
  const budget = (monthlyMb: number) => limitsKey({ ...noDownloadLimits, hours: [1320, 300], monthlyMb });

  it('tells of a month’s data at four fifths and when they are used up, at any hour, until the month turns', async () => {
    const [board, other] = await boardsIn(test.ids.commune, 2);
    const [free] = await boardsIn(test.ids.sister, 1);
    // 1:00 in Viet Nam.
    test.sources.advance(17 * 60 * minute);
    await say(board!, { dl: budget(500), mb: 399 });
    await say(other!, { dl: limitsKey({ ...noDownloadLimits, maxKbps: 500 }), mb: 9000 });
    await say(free!, { mb: 9000 });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    await say(board!, { dl: budget(500), mb: 400 });
    await incidents.watch.look();
    const [low] = await list();
    const zone = 'Asia/Ho_Chi_Minh';
    const month = localMonthOf(zone, test.sources.now());
    const data = { limitMb: 500, month: dateOf(zone, month.start).slice(0, 7), until: month.end };
    expect(low).toMatchObject({
      about: 'data_low',
      kind: 'data',
      boards: [{ id: board }],
      evidence: { data: { ...data, usedMb: 400 } },
    });
    const viewer = await list('open', testActor({ unitId: test.ids.commune, role: 'viewer' }));
    expect(viewer).toMatchObject([{ kind: 'data', evidence: { data: null } }]);

    // It is told of once more, and not as over.
    await say(board!, { dl: budget(500), mb: 500 });
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'data_spent', evidence: { data: { ...data, usedMb: 500 } } }]);
    expect(await news()).toEqual(['opened', 'opened']);
    await say(board!, { dl: budget(501), mb: 500 });
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'data_low' }]);
    await say(board!, { dl: budget(1000), mb: 500 });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    expect(await news()).toEqual(['opened', 'opened', 'ended', 'opened', 'ended']);

    // Nobody has to say that a month is over.
    await say(board!, { dl: budget(500), mb: 500 });
    await incidents.watch.look();
    expect(await list()).toHaveLength(1);
    test.sources.advance(month.end - test.sources.now());
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    await say(board!, { dl: budget(500), mb: 500 });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
  });

  it('tells of a screen that cannot be controlled while it should be on, with what its driver said', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    const at = test.sources.now();
    const detail = 'ddcutil: DDC communication failed → again in 5000 ms';
    events.push({ journalId: 'j', seq: 1, at, body: { type: 'faultRaised', code: 'screen_failed', detail } });
    const said = { driver: 'ddcutil', why: 'hours', fails: at } as const;
    test.sources.advance(16 * minute);
    // It should be off: whatever it says, nobody misses anything.
    await say(board!, { ...said, off: true });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    await say(board!, said);
    await incidents.watch.look();
    expect(await list()).toMatchObject([
      {
        about: 'screen_failed',
        kind: 'screen',
        since: at,
        evidence: {
          screen: { driver: 'ddcutil', why: 'hours', hours: null, said: 'ddcutil: DDC communication failed' },
        },
      },
    ]);
    await say(board!, { ...said, fails: null });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
  });

  it('tells of disks that may not keep what is played, until they do again', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    const at = test.sources.now();
    test.sources.advance(16 * minute);
    await say(board!, { diskFails: at });
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'disk_failed', kind: 'player', since: at, boardCount: 1 }]);
    await say(board!, { diskFails: null });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
  });

  it('has a screen that fails in one incident, whatever its line and its hours do, until it is mended', async () => {
    const [board] = await boardsIn(test.ids.commune, 2);
    const said = { driver: 'ddcutil', why: 'hours', fails: test.sources.now() } as const;
    test.sources.advance(16 * minute);
    await say(board!, said);
    await incidents.watch.look();
    for (const online of [0, 1, 0, 1] as const) {
      await put(board!, online, test.sources.now());
      test.sources.advance(minute);
      await incidents.watch.look();
    }
    await say(board!, { ...said, off: true });
    await incidents.watch.look();
    await under.store.write.updateTable('board_states').set({ shows: 'dark', shows_since: 1 }).execute();
    await say(board!, said);
    await incidents.watch.look();
    expect((await list()).map(({ about }) => about)).toContain('screen_failed');
    await under.store.write.updateTable('board_states').set({ shows: null }).execute();
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ about: 'screen_failed', boardCount: 1, wellCount: 0 }]);
    const before = await news();
    expect(before[0]).toBe('opened');
    await say(board!, { ...said, fails: null });
    await incidents.watch.look();
    expect(await list()).toEqual([]);
    expect(await news()).toEqual([...before, 'ended']);
  });

  it('tells of the end of a month’s low data where not all of its boards got worse', async () => {
    const [mended, worse] = await boardsIn(test.ids.commune, 2);
    for (const id of [mended!, worse!]) await say(id, { dl: budget(500), mb: 450 });
    await incidents.watch.look();
    await say(mended!, { dl: budget(5000), mb: 450 });
    await say(worse!, { dl: budget(500), mb: 500 });
    await incidents.watch.look();
    expect(await news()).toEqual(['opened', 'ended', 'opened']);
  });

  it('tells of the SIM card to those alone who look after the board', async () => {
    await boardsIn(test.ids.commune, 2);
    const [board] = await boardsIn(test.ids.commune, 1);
    const at = test.sources.now();
    await createUpkeepService(test.context, { boards: test.boards }).put(test.admin, board!, {
      responsibleName: '',
      responsiblePhone: '',
      latitude: null,
      longitude: null,
      simNumber: '',
      simPaidUntil: at,
      warrantyUntil: null,
      note: '',
      revision: 0,
    });
    await put(board!, 0, at);
    test.sources.advance(20 * minute);
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ kind: 'sim', evidence: { absence: { simPaidUntil: at } } }]);
    const viewer = await list('open', testActor({ unitId: test.ids.commune, role: 'viewer' }));
    expect(viewer).toMatchObject([{ kind: 'unknown', evidence: { absence: { simPaidUntil: null, readsSim: false } } }]);
  });

  it('says of a board that is not in sight nothing to who sees another of the incident', async () => {
    await boardsIn(test.ids.commune, 3);
    const [first] = await boardsIn(test.ids.commune, 1);
    const [joined] = await boardsIn(test.ids.village, 1);
    const at = test.sources.now();
    await put(first!, 0, at);
    test.sources.advance(15 * minute);
    await incidents.watch.look();
    await put(joined!, 0, at + 9 * minute);
    await incidents.watch.look();
    const ofVillage = testActor({ unitId: test.ids.village, role: 'technician' });
    expect(await list('open', ofVillage)).toMatchObject([{ boards: [{ id: joined }], evidence: { absence: null } }]);
    const ofCommune = testActor({ unitId: test.ids.commune, role: 'viewer' });
    expect(await list('open', ofCommune)).toMatchObject([{ boardCount: 2, evidence: { absence: { since: at } } }]);
  });

  it('says what was looked into of a board in another unit to nobody who does not see it', async () => {
    const [theirs] = await boardsIn(test.ids.sister, 1);
    const [own] = await boardsIn(test.ids.commune, 1);
    const at = test.sources.now();
    const detail = 'spawn ddcutil ENOENT → again in 5000 ms';
    events.push({ journalId: theirs!, seq: 1, at, body: { type: 'faultRaised', code: 'screen_failed', detail } });
    test.sources.advance(16 * minute);
    await say(theirs!, { driver: 'ddcutil', why: 'hours', fails: at });
    await say(own!, { driver: 'command', why: 'hours', fails: at + 1 });
    await incidents.watch.look();
    const screen = { driver: 'ddcutil', said: 'spawn ddcutil ENOENT' };
    expect(await list()).toMatchObject([{ kind: 'player', boardCount: 2, evidence: { screen } }]);
    for (const role of ['viewer', 'technician'] as const) {
      const [seen] = await list('open', testActor({ unitId: test.ids.commune, role }));
      expect(seen).toMatchObject({ kind: 'screen', boards: [{ id: own }], boardCount: 1, evidence: { screen: null } });
    }
    for (const id of [theirs!, own!]) await say(id, {});
    await incidents.watch.look();

    for (const id of [theirs!, own!]) {
      starts.set(id, 4);
      await put(id, 1, test.sources.now());
      await say(id, { up: 90_000 });
    }
    await incidents.watch.look();
    expect(await list()).toMatchObject([{ kind: 'player', evidence: { machineUpMs: 90_000_000 } }]);
    const viewer = await list('open', testActor({ unitId: test.ids.commune, role: 'viewer' }));
    expect(viewer).toMatchObject([{ kind: 'unknown', evidence: { machineUpMs: null } }]);
  });
});
