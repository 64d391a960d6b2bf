import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduleInput } from '../../../../shared/protocol/api/content.ts';
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

  it('say who has which boards when, boards that play alike together, drafts included', async () => {
    const [one, two] = [
      await test.board(test.admin),
      await test.board(test.admin, { output: { x: 0, y: 0, width: 192, height: 96, rotation: 0 } }),
    ];
    const other = await test.board(test.admin, { defaultPlaylistId: playlistId });
    const made = await test.schedules.create(test.admin, input());
    const request = { boardIds: [one.id, two.id, other.id], from: midnight, to: midnight + day };
    const { groups, entries } = await plans.coverage(test.admin, request);
    expect(entries).toEqual([{ id: made.id, name: 'Bản tin sáng' }]);
    expect(groups.map(({ boardIds }) => boardIds.toSorted())).toEqual([[one.id, two.id].toSorted(), [other.id]]);
    const hours = (some: typeof groups, index: number) =>
      some[index]!.stretches.map(({ start, by, hidden }) => [(start - midnight) / hour, by.kind, by.id, hidden]);
    expect(hours(groups, 0)).toEqual([
      [0, 'fallback', null, []],
      [6, 'schedule', made.id, []],
      [10, 'fallback', null, []],
    ]);
    expect(hours(groups, 1)[0]).toEqual([0, 'loop', playlistId, []]);

    const draft = { ...input({ cron: '0 7 * * *', durationMs: hour, priority: 90 }), id: test.sources.newId() };
    const planned = await plans.coverage(test.admin, { ...request, boardIds: [one.id], draft });
    expect(hours(planned.groups, 0).slice(1, 4)).toEqual([
      [6, 'schedule', made.id, []],
      [7, 'schedule', draft.id, [made.id]],
      [8, 'schedule', made.id, []],
    ]);
    const edited = await plans.coverage(test.admin, {
      ...request,
      boardIds: [one.id],
      draft: { ...draft, id: made.id },
    });
    expect(hours(edited.groups, 0).map(([at]) => at)).toEqual([0, 7, 8]);
    await test.schedules.remove(test.admin, made.id);
  });

  it('refuse what is not in sight, or no week', async () => {
    const board = await test.board(test.admin);
    const stranger = testActor({ unitId: test.ids.sister, role: 'approver' });
    const request = { boardIds: [board.id], from: midnight, to: midnight + day };
    await expect(plans.coverage(stranger, request)).rejects.toMatchObject({ code: 'board_unknown' });
    await expect(plans.programme(stranger, board.id, 'draft')).rejects.toMatchObject({ code: 'board_unknown' });
    await expect(plans.coverage(test.admin, { ...request, to: midnight + 9 * day })).rejects.toMatchObject({
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

  it('show a board’s programme as it was published and as it would be', async () => {
    const board = await test.board(test.admin, { defaultPlaylistId: playlistId });
    expect(await plans.programme(test.admin, board.id, 'published')).toEqual({ programme: null, entries: [] });
    const entry = await test.schedules.create(test.admin, input({ targets: { unitIds: [], boardIds: [board.id] } }));
    const kinds = async (state: 'draft' | 'published') =>
      (await plans.programme(test.admin, board.id, state)).programme?.parts.map(({ part }) => part.kind).sort();
    expect(await kinds('draft')).toEqual(['entry', 'fallback', 'notice', 'playlist']);
    await test.programmes.publish(test.admin, [board.id]);
    expect(await kinds('published')).toEqual(['entry', 'fallback', 'notice', 'playlist']);
    await test.schedules.remove(test.admin, entry.id);
    expect(await kinds('draft')).toEqual(['fallback', 'notice', 'playlist']);
    // Deleted, it is still what the board plays, and has its name.
    expect((await plans.programme(test.admin, board.id, 'published')).entries).toEqual([
      { id: entry.id, name: 'Bản tin sáng' },
    ]);
    await test.pair([board.id]);
    await test.programmes.signAnew(board.id);
    const signed = (await plans.programme(test.admin, board.id, 'published')).programme;
    expect(signed).toMatchObject({ zone: 'Asia/Ho_Chi_Minh', defaultPlaylistId: playlistId, version: { counter: 1 } });
    expect(signed?.parts).toHaveLength(4);
  });
});
