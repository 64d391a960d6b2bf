import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduleInput } from '../../../../shared/protocol/api/content.ts';
import type { CoverageAnswer, CoverageFinding } from '../../../../shared/protocol/api/plans.ts';
import type { ScreenHours } from '../../../../shared/protocol/screen.ts';
import { insertJournal } from '../../store/new-journal.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { createPlansService, type PlansService } from './plans.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Midnight of 3 March 2026 in Vietnam. */
const midnight = Date.parse('2026-03-03T00:00:00+07:00');

describeStores('plans', (under) => {
  let test: TestContent;
  let plans: PlansService;
  let playlistId: string;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    plans = createPlansService(test.context, test.deps);
    playlistId = (await test.playlist(test.admin, [(await test.text(test.admin)).id])).id;
  });
  afterAll(() => test.close());

  const input = (fields: Partial<ScheduleInput> = {}): ScheduleInput => ({
    unitId: test.ids.commune,
    playlistId,
    name: 'Bản tin sáng',
    priority: 50,
    cron: '0 6 * * *',
    durationMs: 4 * hour,
    validFrom: null,
    validTo: null,
    targets: { unitIds: [test.ids.commune], boardIds: [] },
    ...fields,
  });

  const keepsHours = (boardId: string, on: ScreenHours['on'], since: number, state: 'done' | 'refused' = 'done') =>
    under.store.write
      .insertInto('commands')
      .values({
        id: test.sources.newId(),
        board_id: boardId,
        name: 'setScreenHours',
        payload: JSON.stringify({ hours: { on, light: null } }),
        state,
        issued_by: state === 'done' ? test.admin.userId : '',
        issued_at: since,
        expires_at: since + hour,
        state_at: since,
        error_code: null,
      })
      .execute();
  const hours = (spans: CoverageFinding['spans']) =>
    spans.map(({ start, end }) => `${(start - midnight) / hour}–${(end - midnight) / hour}`).join(' ');
  const said = ({ findings, seen }: CoverageAnswer) => [
    ...findings.map(({ kind, entryId, byId, boards, spans }) => [kind, entryId, byId, boards, hours(spans)]),
    ...seen.map(({ entryId, spans }) => ['seen', entryId, hours(spans)]),
  ];

  it('say who has which boards when, boards that play alike together, drafts included', async () => {
    const [one, two] = [
      await test.board(test.admin),
      await test.board(test.admin, { output: { x: 0, y: 0, width: 192, height: 96, rotation: 0 } }),
    ];
    const other = await test.board(test.admin, { defaultPlaylistId: playlistId });
    const made = await test.schedules.create(test.admin, input());
    const request = { boardIds: [one.id, two.id, other.id], from: midnight, to: midnight + day };
    const answer = await plans.coverage(test.admin, request);
    expect(answer).toMatchObject({
      from: midnight,
      to: midnight + day,
      entries: [{ id: made.id, name: 'Bản tin sáng' }],
    });
    // The third board has its default playlist.
    expect(said(answer)).toEqual([
      ['gap', null, null, 2, '0–6 10–24'],
      ['seen', made.id, '6–10'],
    ]);

    const draft = { ...input({ cron: '0 7 * * *', durationMs: hour, priority: 90 }), id: test.sources.newId() };
    const planned = await plans.coverage(test.admin, { ...request, boardIds: [one.id], draft });
    expect(said(planned)).toEqual([
      ['gap', null, null, 1, '0–6 10–24'],
      ['hidden', made.id, draft.id, 1, '7–8'],
      ['seen', made.id, '6–7 8–10'],
      ['seen', draft.id, '7–8'],
    ]);
    expect(planned.entries.map(({ id }) => id).toSorted()).toEqual([made.id, draft.id].toSorted());
    const edited = await plans.coverage(test.admin, {
      ...request,
      boardIds: [one.id],
      draft: { ...draft, id: made.id },
    });
    expect(said(edited)).toEqual([
      ['gap', null, null, 1, '0–7 8–24'],
      ['seen', made.id, '7–8'],
    ]);
    await test.schedules.remove(test.admin, made.id);
  });

  it('say of an entry when screens are off while it has them, boards with the same hours together', async () => {
    const output = { x: 0, y: 0, width: 192, height: 96, rotation: 0 } as const;
    const [one, alike, later, always] = [
      await test.board(test.admin),
      // Plays alike, and has its parts in another size.
      await test.board(test.admin, { output }),
      await test.board(test.admin),
      await test.board(test.admin),
    ];
    const made = await test.schedules.create(test.admin, input());
    const lit = { from: 8 * 60, to: 22 * 60 };
    await keepsHours(one.id, { ...lit, from: 9 * 60 }, midnight - day);
    // Ordered anew, and at another time: what stands now counts, also for what is past.
    await keepsHours(one.id, lit, midnight + hour);
    await keepsHours(alike.id, lit, midnight + hour + 1);
    await keepsHours(later.id, { ...lit, from: 9 * 60 }, midnight);
    // Its new player refused what stood.
    await keepsHours(always.id, lit, midnight - day);
    await keepsHours(always.id, lit, midnight, 'refused');
    const request = { boardIds: [one.id, alike.id, later.id], from: midnight, to: midnight + day };
    const answer = await plans.coverage(test.admin, { ...request, darkOf: made.id });
    expect(said(answer)).toEqual([
      ['gap', null, null, 3, '10–22'],
      ['seen', made.id, '6–10'],
    ]);
    const dark = (of: CoverageAnswer) => of.dark.map(({ boards, spans }) => [boards, hours(spans)]);
    expect(dark(answer)).toEqual([
      [2, '6–8'],
      [1, '6–9'],
    ]);
    // Where one of them is on, something is missing.
    const all = await plans.coverage(test.admin, { ...request, boardIds: [...request.boardIds, always.id] });
    expect(said(all)).toEqual([
      ['gap', null, null, 4, '0–6 10–24'],
      ['seen', made.id, '6–10'],
    ]);
    expect(all.dark).toEqual([]);
    const draft = { ...input({ cron: '0 22 * * *', durationMs: hour }), id: test.sources.newId() };
    expect(dark(await plans.coverage(test.admin, { ...request, draft, darkOf: draft.id }))).toEqual([[3, '22–23']]);
    await test.schedules.remove(test.admin, made.id);
  });

  it('are asked of a unit for the boards of it and below that are in sight, and of nobody else’s', async () => {
    const span = { from: midnight, to: midnight + day };
    await test.board(test.admin, { unitId: test.ids.village });
    await test.board(test.admin, { unitId: test.ids.sister });
    const idsOf = async (unitIds: readonly string[]) => (await test.boards.recordsOfUnits(unitIds)).map(({ id }) => id);
    const near = await idsOf([test.ids.commune, test.ids.village]);
    const all = [...near, ...(await idsOf([test.ids.sister]))];
    const [province, commune] = [
      { unitId: test.ids.province, ...span },
      { unitId: test.ids.commune, ...span },
    ];
    expect(await plans.coverage(test.admin, commune)).toEqual(
      await plans.coverage(test.admin, { boardIds: near, ...span }),
    );
    const whole = await plans.coverage(test.admin, province);
    expect(whole).toEqual(await plans.coverage(test.admin, { boardIds: all, ...span }));
    expect(whole).not.toEqual(await plans.coverage(test.admin, commune));
    // Somebody of the commune who asks of the province is told of the commune.
    const viewer = testActor({ unitId: test.ids.commune, role: 'viewer' });
    expect(await plans.coverage(viewer, province)).toEqual(await plans.coverage(test.admin, commune));
    const nothing = { findings: [], seen: [], dark: [], entries: [] };
    expect(await plans.coverage(viewer, { unitId: test.ids.sister, ...span })).toMatchObject(nothing);
    expect(await plans.coverage(viewer, { unitId: test.sources.newId(), ...span })).toMatchObject(nothing);
  });

  it('refuse what is not in sight, or no week', async () => {
    const board = await test.board(test.admin);
    const stranger = testActor({ unitId: test.ids.sister, role: 'approver' });
    const request = { boardIds: [board.id], from: midnight, to: midnight + day };
    await expect(plans.coverage(stranger, request)).rejects.toMatchObject({ code: 'board_unknown' });
    await expect(plans.programme(stranger, board.id, { state: 'draft' })).rejects.toMatchObject({
      code: 'board_unknown',
    });
    await expect(plans.coverage(test.admin, { ...request, to: midnight + 10 * day })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'to',
    });
    const viewer = testActor({ unitId: test.ids.commune, role: 'viewer' });
    const draft = { ...input(), id: test.sources.newId() };
    await expect(plans.coverage(viewer, { ...request, draft })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      plans.coverage(test.admin, { ...request, draft: { ...draft, cron: '61 * * * *' } }),
    ).rejects.toMatchObject({ code: 'cron_invalid' });
    await expect(
      plans.coverage(test.admin, { ...request, draft: { ...draft, playlistId: test.sources.newId() } }),
    ).rejects.toMatchObject({ code: 'playlist_unknown' });
  });

  it('say when the board’s screen is off by the hours that it kept, whole spans of the day', async () => {
    const board = await test.board(test.admin, { defaultPlaylistId: playlistId });
    const keeps = (on: ScreenHours['on'], since: number) => keepsHours(board.id, on, since);
    const darkOn = async (at: number) =>
      (await plans.programme(test.admin, board.id, { state: 'draft', at })).dark.map(({ start, end }) => [
        (start - midnight) / hour,
        (end - midnight) / hour,
      ]);
    const lit = { from: 8 * 60, to: 22 * 60 };
    await keeps(lit, midnight + 9 * hour);
    // Before it kept any, nothing is known to be dark.
    expect(await darkOn(midnight + 10 * hour)).toEqual([[22, 32]]);
    expect(await darkOn(midnight + 2 * day)).toEqual([
      [46, 56],
      [70, 80],
    ]);
    await keeps({ ...lit, to: 0 }, midnight + day);
    expect(await darkOn(midnight + 2 * day)).toEqual([[48, 56]]);
    // 3 March 2026 is a Tuesday: dark from Friday to Monday, whichever day of it is looked at.
    await keeps({ week: [lit, lit, lit, lit, lit, null, null] }, midnight + 2 * day);
    const weekend = [3 * 24 + 22, 6 * 24 + 8];
    expect(await darkOn(midnight + 4 * day)).toEqual([weekend]);
    expect(await darkOn(midnight + 5 * day)).toEqual([weekend]);
    expect(await darkOn(midnight + 6 * day)).toEqual([weekend, [6 * 24 + 22, 7 * 24 + 8]]);
  });

  it('show a board’s programme as it was published and as it would be', async () => {
    const board = await test.board(test.admin, { defaultPlaylistId: playlistId });
    expect(await plans.programme(test.admin, board.id, { state: 'published' })).toEqual({
      programme: null,
      used: null,
      pending: null,
      dark: [],
      entries: [],
    });
    const entry = await test.schedules.create(test.admin, input({ targets: { unitIds: [], boardIds: [board.id] } }));
    const kinds = async (state: 'draft' | 'published') =>
      (await plans.programme(test.admin, board.id, { state })).programme?.parts.map(({ part }) => part.kind).sort();
    expect(await kinds('draft')).toEqual(['entry', 'fallback', 'notice', 'playlist']);
    await test.programmes.publish(test.admin, [board.id]);
    expect(await kinds('published')).toEqual(['entry', 'fallback', 'notice', 'playlist']);
    await test.schedules.remove(test.admin, entry.id);
    expect(await kinds('draft')).toEqual(['fallback', 'notice', 'playlist']);
    // Deleted, it is still what the board plays, and has its name.
    expect((await plans.programme(test.admin, board.id, { state: 'published' })).entries).toEqual([
      { id: entry.id, name: 'Bản tin sáng' },
    ]);
    await test.pair([board.id]);
    await test.programmes.signAnew(board.id);
    const signed = (await plans.programme(test.admin, board.id, { state: 'published' })).programme;
    expect(signed).toMatchObject({ zone: 'Asia/Ho_Chi_Minh', defaultPlaylistId: playlistId, version: { counter: 1 } });
    expect(signed?.parts).toHaveLength(4);
  });

  it('show of a moment that has passed what the board used then, or say that it is not known', async () => {
    const { sources, context } = test;
    const { store } = context;
    const board = await test.board(test.admin, { defaultPlaylistId: playlistId });
    await test.pair([board.id]);
    const at = async (moment: number) => {
      const query = { state: 'published', at: moment } as const;
      const { programme, used, pending } = await plans.programme(test.admin, board.id, query);
      return [programme?.version?.counter ?? null, used && [used.from, used.until], pending?.counter ?? null];
    };
    const start = sources.now();
    await test.programmes.publish(test.admin, [board.id]);
    expect(await at(start)).toEqual([1, null, 1]);
    const { id: deviceId } = await store.read
      .selectFrom('devices')
      .select('id')
      .where('board_id', '=', board.id)
      .executeTakeFirstOrThrow();
    const journalId = sources.newId();
    await store.transaction((tx) => insertJournal(tx, { id: journalId, boardId: board.id, deviceId, now: start }));
    const tells = (seq: number, time: number, counter: number) =>
      store.write
        .insertInto('board_events')
        .values({
          journal_id: journalId,
          seq,
          board_id: board.id,
          at: time,
          type: 'programmeSwitched',
          body: JSON.stringify({ type: 'programmeSwitched', version: { epoch: 1, counter } }),
        })
        .execute();
    const [first, second] = [start + hour, start + 4 * hour];
    await tells(1, first, 1);
    sources.advance(3 * hour);
    await test.boards.patch(test.admin, board.id, { defaultPlaylistId: null });
    await test.programmes.publish(test.admin, [board.id]);

    // Not taken up yet: the board goes on with the one before, and what is to come is the newest.
    expect(await at(start)).toEqual([null, null, 2]);
    expect(await at(sources.now())).toEqual([1, [first, null], 2]);
    expect(await at(sources.now() + hour)).toEqual([2, null, 2]);

    // Its clock was behind when it went back for a while.
    await tells(2, first - 2 * hour, 1);
    expect(await at(sources.now())).toEqual([1, [first - 2 * hour, null], 2]);

    await tells(3, second, 2);
    sources.advance(2 * hour);
    expect(await at(second - 1)).toEqual([1, [first - 2 * hour, second], 2]);
    // Its clock was ahead, and was set right.
    await tells(4, second + 9 * hour, 1);
    await tells(5, second + 1, 2);
    expect(await at(second)).toEqual([2, [second, second + 1], null]);
    await under.store.write.deleteFrom('board_events').where('seq', '>', 3).execute();
    expect(await at(second)).toEqual([2, [second, null], null]);
    expect(await at(sources.now() + hour)).toEqual([2, [second, null], null]);

    // Its player is taken away: what was published for the next one is used by nobody.
    await test.pair([board.id]);
    const ended = sources.now();
    expect(await at(ended - 1)).toEqual([2, [second, ended], null]);
    sources.advance(hour);
    expect(await at(ended)).toEqual([null, null, 2]);
  });
});
