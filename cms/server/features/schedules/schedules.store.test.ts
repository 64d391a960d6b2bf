import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduleInput } from '../../../../shared/protocol/api/content.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';

const hour = 3_600_000;
const skipped = { date: '2026-12-25', instead: null };
const moved = { date: '2026-12-24', instead: { minute: 8 * 60, durationMs: hour } };

describeStores('schedule entries', (under) => {
  let test: TestContent;
  let admin: Actor;
  let editor: Actor;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    admin = test.admin;
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
  });
  afterAll(() => test.close());

  async function inputAt(unitId: string, fields: Partial<ScheduleInput> = {}): Promise<ScheduleInput> {
    return {
      unitId,
      playlistId: (await test.playlist(admin, [], unitId)).id,
      name: 'Bản tin sáng',
      priority: 50,
      cron: '0 6 * * *',
      durationMs: hour,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [unitId], boardIds: [] },
      ...fields,
    };
  }

  it('keep their single-day exceptions, by date; an edit that says nothing of them leaves them', async () => {
    const input = await inputAt(test.ids.commune, { exceptions: [skipped, moved] });
    const made = await test.schedules.create(editor, input);
    expect(made.exceptions).toEqual([moved, skipped]);
    const { exceptions: _exceptions, ...silent } = input;
    const renamed = await test.schedules.edit(editor, made.id, made.revision, { ...silent, name: 'Tin sáng' });
    expect(renamed.exceptions).toEqual([moved, skipped]);
    const cleared = await test.schedules.edit(editor, made.id, renamed.revision, { ...input, exceptions: [] });
    expect((await test.schedules.get(editor, made.id)).exceptions).toEqual([]);
    expect((await test.schedules.create(editor, silent)).exceptions).toEqual([]);
    await test.schedules.remove(editor, made.id, cleared.revision);
  });

  it('come back as they were when a deletion is taken back, once', async () => {
    const made = await test.schedules.create(editor, await inputAt(test.ids.commune, { exceptions: [skipped] }));
    expect(await test.schedules.restore(editor, made.id)).toEqual(made);
    await test.schedules.remove(editor, made.id, made.revision);
    await expect(test.schedules.get(editor, made.id)).rejects.toMatchObject({ code: 'schedule_unknown' });
    const back = await test.schedules.restore(editor, made.id);
    expect(back).toEqual({ ...made, revision: made.revision + 1, updatedAt: back.updatedAt });
    expect(await test.schedules.ofUnits([test.ids.commune])).toContainEqual(
      expect.objectContaining({ id: made.id, revision: back.revision }),
    );
    expect(await test.schedules.restore(editor, made.id)).toEqual(back);
  });

  it('come back once when two take a deletion back at the same time', async () => {
    const made = await test.schedules.create(editor, await inputAt(test.ids.commune));
    await test.schedules.remove(editor, made.id);
    const restored = await Promise.all([1, 2, 3].map(() => test.schedules.restore(editor, made.id)));
    expect(restored.map(({ revision }) => revision)).toEqual([2, 2, 2]);
    const period = { from: made.updatedAt - hour, to: made.updatedAt + hour };
    const { terms } = await test.schedules.terms(editor, { ...period, unitId: test.ids.commune, below: 'true' });
    expect(terms.filter(({ entryId, until }) => entryId === made.id && until === null)).toHaveLength(1);
  });

  it('keep what they said when: until a change of hours, name or place, and until they are deleted', async () => {
    const input = await inputAt(test.ids.commune);
    const made = await test.schedules.create(editor, input);
    const period = { from: made.updatedAt - hour, to: made.updatedAt + hour };
    const query = { ...period, unitId: test.ids.commune, below: 'true' } as const;
    const termsOf = async (actor: Actor) =>
      (await test.schedules.terms(actor, query)).terms.filter(({ entryId }) => entryId === made.id);
    test.sources.advance(1000);
    const first = await test.schedules.edit(editor, made.id, made.revision, { ...input, priority: 60 });
    const moved = await test.schedules.edit(editor, made.id, first.revision, { ...input, cron: '0 7 * * *' });
    test.sources.advance(1000);
    await test.schedules.remove(editor, made.id, moved.revision);
    const [second, begun] = await termsOf(editor);
    expect([begun!.cron, begun!.from, begun!.until]).toEqual(['0 6 * * *', made.updatedAt, moved.updatedAt]);
    expect([second!.cron, second!.from]).toEqual(['0 7 * * *', moved.updatedAt]);
    expect(second!.until).toBe(moved.updatedAt + 1000);
    const back = await test.schedules.restore(editor, made.id);
    const terms = await termsOf(editor);
    expect(terms).toHaveLength(3);
    expect(terms.filter(({ until }) => until === null)).toEqual([expect.objectContaining({ from: back.updatedAt })]);
    const beside = testActor({ unitId: test.ids.sister, role: 'editor' });
    expect(await termsOf(beside)).toEqual([]);
    await expect(test.schedules.terms(editor, { ...query, to: period.from + 10 * 24 * hour })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('of the past are told by the unit that is looked at, and it is said when there are more', async () => {
    const { province, commune, sister } = test.ids;
    const make = async (unitId: string): Promise<string> =>
      (await test.schedules.create(test.admin, await inputAt(unitId))).id;
    const [above, own, beside] = [await make(province), await make(commune), await make(sister)];
    // The sister changes so much that all that is older would fall out of what is told.
    const term = await under.store.read
      .selectFrom('schedule_terms')
      .selectAll()
      .where('entry_id', '=', beside)
      .executeTakeFirstOrThrow();
    const columns = Object.keys(term) as (keyof typeof term)[];
    await under.store.transaction((tx) =>
      under.store.insertMany(
        tx,
        'schedule_terms',
        columns,
        Array.from({ length: 2000 }, (_, i) => {
          const later = { ...term, revision: 2 + i, from_at: term.from_at + 1 + i };
          return columns.map((column) => later[column]);
        }),
      ),
    );
    const look = async (unitId: string, below: 'true' | 'false' = 'true') => {
      const period = { from: term.from_at - hour, to: term.from_at + hour };
      const { terms, more } = await test.schedules.terms(test.admin, { ...period, unitId, below });
      const told = new Set(terms.map(({ entryId }) => entryId));
      return { told: [above, own, beside].map((id) => told.has(id)), more, n: terms.length };
    };
    expect(await look(commune)).toMatchObject({ told: [true, true, false], more: false });
    expect(await look(province, 'false')).toMatchObject({ told: [true, false, false], more: false });
    expect(await look(province)).toEqual({ told: [false, false, true], more: true, n: 2000 });
  });

  it('do not come back without their playlist', async () => {
    const input = await inputAt(test.ids.commune);
    const made = await test.schedules.create(editor, input);
    await test.schedules.remove(editor, made.id);
    await test.playlists.remove(editor, input.playlistId);
    await expect(test.schedules.restore(editor, made.id)).rejects.toMatchObject({
      code: 'playlist_deleted',
      status: 409,
    });
    await expect(test.schedules.get(editor, made.id)).rejects.toMatchObject({ code: 'schedule_unknown' });
  });

  it('are refused on a board of another unit', async () => {
    const strange = await test.board(admin, { unitId: test.ids.sister });
    const targets = { unitIds: [], boardIds: [strange.id] };
    await expect(test.schedules.create(editor, await inputAt(test.ids.commune, { targets }))).rejects.toMatchObject({
      code: 'target_outside_unit',
      field: 'targets',
      params: { count: 1 },
    });
  });

  it('say whose they are and how many boards in sight they mean, each once', async () => {
    const own = await test.board(admin);
    await test.board(admin, { unitId: test.ids.village });
    await test.board(admin, { unitId: test.ids.sister });
    const targets = { unitIds: [test.ids.province, test.ids.commune], boardIds: [own.id] };
    const made = await test.schedules.create(admin, await inputAt(test.ids.province, { targets, name: 'Của tỉnh' }));
    const rowFor = async (actor: Actor) => (await test.schedules.list(actor, { q: 'của tỉnh' })).entries[0];
    const boardsOf = async (actor: Actor): Promise<number> => (await test.boards.list(actor)).length;
    expect(await rowFor(editor)).toMatchObject({ id: made.id, unitName: 'Tỉnh Thử', boards: await boardsOf(editor) });
    expect(await rowFor(admin)).toMatchObject({ boards: await boardsOf(admin) });
    expect(await boardsOf(admin)).toBeGreaterThan(await boardsOf(editor));
    expect(await boardsOf(editor)).toBeGreaterThan(1);
    const villager = testActor({ unitId: test.ids.village, role: 'viewer' });
    expect(await rowFor(villager)).toMatchObject({ boards: 1 });
  });
});
