/** Mourning from the order to the board and back, on both databases. */
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Mourning, MourningInput } from '../../../../shared/protocol/api/mournings.ts';
import { certificate as certificateSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import { timeline } from '../../../../shared/schedule/timeline.ts';
import type { Actor } from '../../access.ts';
import { createEvents } from '../../events.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { createResting } from '../programmes/resting.ts';
import { createPlansService } from '../programmes/plans.ts';
import { createMourningReach, type MourningReach } from './reach.ts';
import { createMourningsService } from './service.ts';

const hour = 3_600_000;
const day = 24 * hour;

describeStores('mourning', (under) => {
  let test: TestContent;
  let reach: MourningReach;
  let admin: Actor;
  let officer: Actor;
  const now = (): number => test.sources.now();

  beforeAll(async () => {
    test = await createTestContent(under.store);
    const resting = createResting(test.context, test.deps);
    reach = createMourningReach(test.context, { ...test.deps, resting });
    admin = test.admin;
    officer = testActor({ unitId: test.ids.province, role: 'province' });
  });
  afterAll(() => test.close());
  /** Each begins with boards that mourn nothing. */
  afterEach(async () => {
    const { mournings } = await test.mournings.list(admin);
    for (const { id, revision, state } of mournings)
      if (state === 'current' || state === 'planned') await test.mournings.lift(admin, id, revision);
    await test.programmes.idle();
  });

  const input = (over: Partial<MourningInput> = {}): MourningInput => ({
    unitId: test.ids.province,
    reason: 'Quốc tang',
    reference: 'Công điện số 01/CĐ-TTg',
    startsAt: now(),
    endsAt: now() + 2 * day,
    ...over,
  });
  async function order(over: Partial<MourningInput> = {}): Promise<Mourning> {
    const { id } = await test.mournings.order(officer, input(over));
    await test.programmes.idle();
    return test.mournings.get(officer, id);
  }
  const lift = async ({ id }: Mourning): Promise<Mourning> => {
    const { revision } = await test.mournings.get(officer, id);
    await test.mournings.lift(officer, id, revision);
    await test.programmes.idle();
    return test.mournings.get(officer, id);
  };

  const noticeInput = (title: string, unitId: string, entertainment: boolean) => ({
    unitId,
    title,
    category: 'economy' as const,
    content: { type: 'layout' as const, layout: 'notice', fields: { title, body: 'Hội diễn văn nghệ' } },
    durationMs: 10_000,
    entertainment,
  });
  const notice = async (title: string, entertainment: boolean, unitId = test.ids.commune) =>
    test.approved(await test.notices.create(admin, noticeInput(title, unitId, entertainment)));
  const mark = async (id: string, revision: number, title: string, entertainment: boolean) =>
    test.approved(await test.notices.edit(admin, id, revision, noticeInput(title, test.ids.commune, entertainment)));

  /** A board that plays news and a song. */
  async function playing(unitId = test.ids.commune) {
    const [news, song] = [await notice('Họp thôn', false, unitId), await notice('Văn nghệ', true, unitId)];
    const playlist = await test.playlist(admin, [news.id, song.id], unitId);
    const board = await test.board(admin, { unitId, defaultPlaylistId: playlist.id });
    await test.pair([board.id]);
    await test.programmes.publish(admin, [board.id]);
    return { board, news, song, playlist };
  }

  async function given(boardId: string) {
    await test.programmes.idle();
    const { manifest: jws, version } = (await test.programmes.newestManifest(boardId))!;
    const manifest = manifestSchema.parse(decodeJwt(jws));
    const parts = new Map<string, string>();
    for (const { hash } of manifest.parts) parts.set(hash, (await test.programmes.part(hash))!);
    const certificate = certificateSchema.parse(decodeJwt(manifest.certificate));
    const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
    return { programme: readProgramme(manifest, certificate, parts, sha256), version };
  }
  const suspensionsOf = async (boardId: string) => (await given(boardId)).programme.suspensions;
  async function shown(boardId: string, from = now(), length = hour): Promise<(string | null)[]> {
    const { programme } = await given(boardId);
    const slots = timeline(programme, [], from, from + length);
    return [...new Set(slots.map(({ noticeId }) => noticeId))].sort();
  }
  const publish = async (boardId: string) => (await test.programmes.publish(admin, [boardId]))[0]!;
  const rowOf = async ({ id }: Mourning, boardId: string, actor = officer) =>
    (await reach.detail(actor, id)).boards.find((row) => row.boardId === boardId);

  it('reaches boards at once, takes no draft along, and ends early', async () => {
    const { board, news, song } = await playing();
    await test.notices.edit(admin, news.id, 1, noticeInput('Bản nháp', test.ids.commune, false));
    const both = [news.id, song.id].sort();
    expect(await shown(board.id)).toEqual(both);
    const ordered = await order();
    expect(ordered).toMatchObject({ state: 'current', sendingSince: null, createdBy: { id: officer.userId } });
    expect(await suspensionsOf(board.id)).toEqual([
      { from: ordered.startsAt, to: ordered.endsAt, noticeIds: [song.id] },
    ]);
    expect(await shown(board.id)).toEqual([news.id]);
    expect((await given(board.id)).programme.notices.get(news.id)!.title).toBe('Họp thôn');
    // By itself, offline too.
    expect(await shown(board.id, ordered.endsAt)).toEqual(both);
    expect(await rowOf(ordered, board.id)).toMatchObject({ state: 'sent', notices: 1, online: false });

    test.sources.advance(hour);
    const { version } = await given(board.id);
    expect(await lift(ordered)).toMatchObject({
      state: 'lifted',
      liftedAt: now(),
      liftedBy: { id: officer.userId },
      sendingSince: null,
    });
    expect(await suspensionsOf(board.id)).toBeUndefined();
    expect((await given(board.id)).version.counter).toBe(version.counter + 1);
    expect(await shown(board.id)).toEqual(both);
  });

  it('gives boards that show nothing that entertains no new version', async () => {
    const news = await notice('Họp thôn', false);
    const playlist = await test.playlist(admin, [news.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    await test.pair([board.id]);
    const { version } = await publish(board.id);
    const ordered = await order();
    expect((await given(board.id)).version).toEqual(version);
    const { boards, untouched } = await reach.detail(officer, ordered.id);
    expect(boards.map(({ boardId }) => boardId)).not.toContain(board.id);
    expect(untouched).toBeGreaterThan(0);
  });

  it('is in what is published meanwhile, and makes no change of itself', async () => {
    const { board, song, playlist } = await playing();
    const { startsAt: from, endsAt: to } = await order();
    expect(await publish(board.id)).toMatchObject({ changed: false });
    expect((await test.programmes.preview(admin, [board.id])).boards).toMatchObject([{ changes: null }]);
    const dance = await notice('Múa', true);
    await test.playlists.edit(admin, playlist.id, 1, {
      unitId: playlist.unitId,
      name: playlist.name,
      items: [song.id, dance.id].map((noticeId) => ({
        itemId: test.sources.newId(),
        noticeId,
        durationMs: null,
        validFrom: null,
        validTo: null,
      })),
    });
    expect(await publish(board.id)).toMatchObject({ changed: true });
    expect(await suspensionsOf(board.id)).toEqual([{ from, to, noticeIds: [song.id, dance.id].sort() }]);
    expect(await shown(board.id)).toEqual([null]);
    const plans = createPlansService(test.context, test.deps);
    for (const state of ['draft', 'published'] as const) {
      const { programme } = await plans.programme(admin, board.id, { state });
      expect(programme!.suspensions).toEqual([{ from, to, noticeIds: [song.id, dance.id].sort() }]);
    }
  });

  it('goes by what was approved last, on boards that have the notice already', async () => {
    const { board, news, song } = await playing();
    await order();
    // A draft marks nothing.
    await test.notices.edit(admin, news.id, 1, noticeInput('Hội xuân', test.ids.commune, true));
    expect(await shown(board.id)).toEqual([news.id]);
    await test.approved({ id: news.id, revision: 2 });
    expect(await shown(board.id)).toEqual([null]);
    await mark(song.id, 1, 'Văn nghệ', false);
    await test.programmes.idle();
    expect(await shown(board.id)).toEqual([song.id]);
    // What was published stays: the new text waits for the next publication.
    expect((await given(board.id)).programme.notices.get(news.id)!.title).toBe('Họp thôn');
  });

  it('is brought to boards after a stop in between, and is seen to be under way until then', async () => {
    const { board, song } = await playing();
    const stopped = createMourningsService(
      { ...test.context, events: createEvents(() => {}) },
      { units: test.units, accounts: { names: () => Promise.resolve(new Map()) } },
    );
    const { id } = await stopped.order(officer, input());
    const waits = await test.mournings.get(officer, id);
    expect(waits).toMatchObject({ sendingSince: now() });
    expect(await rowOf(waits, board.id)).toMatchObject({ state: 'waiting' });
    await test.mournings.announceUnsent(now() - 1);
    await test.programmes.idle();
    expect(await suspensionsOf(board.id)).toBeUndefined();
    await test.mournings.announceUnsent(now());
    await test.programmes.idle();
    expect(await suspensionsOf(board.id)).toMatchObject([{ noticeIds: [song.id] }]);
    expect(await test.mournings.get(officer, id)).toMatchObject({ sendingSince: null });
    expect(await rowOf(waits, board.id)).toMatchObject({ state: 'sent' });
  });

  it('reaches all other boards where one cannot be signed, stays marked, and is brought to that one later', async () => {
    const [broken, sound] = [await playing(), await playing()];
    const { version } = await given(broken.board.id);
    const stored = under.store.write
      .updateTable('programmes')
      .where('board_id', '=', broken.board.id)
      .where('counter', '=', version.counter);
    const { manifest } = (await test.programmes.newestManifest(broken.board.id))!;
    await stored.set({ manifest: 'damaged' }).execute();
    const ordered = await order();
    expect(await suspensionsOf(sound.board.id)).toMatchObject([{ noticeIds: [sound.song.id] }]);
    expect(ordered.sendingSince).toBe(now());
    expect(await rowOf(ordered, broken.board.id)).toMatchObject({ state: 'waiting' });
    expect(await rowOf(ordered, sound.board.id)).toMatchObject({ state: 'sent', notices: 1 });
    const { notices } = await reach.preview(officer, test.ids.province);
    expect(notices).toContainEqual({ id: sound.song.id, title: 'Văn nghệ', boards: 1 });
    await stored.set({ manifest }).execute();
    await test.mournings.announceUnsent(now());
    expect(await suspensionsOf(broken.board.id)).toMatchObject([{ noticeIds: [broken.song.id] }]);
    expect(await test.mournings.get(officer, ordered.id)).toMatchObject({ sendingSince: null });
  });

  it('means boards of the unit and of those below, not above and not beside; boards that are moved go by where they are', async () => {
    const { province, commune, sister, village } = test.ids;
    const [above, own, below, beside] = [
      await playing(province),
      await playing(commune),
      await playing(village),
      await playing(sister),
    ];
    const rest = async (): Promise<boolean[]> =>
      Promise.all([above, own, below, beside].map(async ({ board }) => (await suspensionsOf(board.id)) !== undefined));
    const ordered = await order({ unitId: commune });
    expect(await rest()).toEqual([false, true, true, false]);
    await test.boards.patch(admin, beside.board.id, { unitId: commune, defaultPlaylistId: null });
    await test.boards.patch(admin, own.board.id, { unitId: sister, defaultPlaylistId: null });
    expect(await rest()).toEqual([false, false, true, true]);
    await lift(ordered);
    expect(await rest()).toEqual([false, false, false, false]);
    // Each sees the boards that they may see.
    const whole = await order();
    const seen = await reach.detail(testActor({ unitId: village, role: 'viewer' }), whole.id);
    expect(seen.boards.map(({ boardId }) => boardId)).toContain(below.board.id);
    expect(seen.boards.map(({ boardId }) => boardId)).not.toContain(above.board.id);
  });

  it('is dropped at the next signing once it is over, which is no change of itself', async () => {
    const { board, news, playlist } = await playing();
    await order({ endsAt: now() + hour });
    const { version } = await given(board.id);
    test.sources.advance(hour);
    const [over] = (await test.mournings.list(officer)).mournings;
    expect(over).toMatchObject({ state: 'over' });
    expect(await reach.detail(officer, over!.id)).toMatchObject({ boards: [], notices: [] });
    expect(await publish(board.id)).toMatchObject({ changed: false, version });
    await test.playlists.edit(admin, playlist.id, 1, {
      unitId: playlist.unitId,
      name: playlist.name,
      items: playlist.items.filter(({ noticeId }) => noticeId !== news.id),
    });
    expect(await publish(board.id)).toMatchObject({ changed: true });
    expect(await suspensionsOf(board.id)).toBeUndefined();
  });

  it('comes to a board that is paired later, with what waits for it', async () => {
    const song = await notice('Văn nghệ', true);
    const playlist = await test.playlist(admin, [song.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    await test.programmes.publish(admin, [board.id]);
    // One that shows nothing of the kind has no player either, and is nobody's concern.
    await test.board(admin, { defaultPlaylistId: null });
    const before = await reach.preview(officer, test.ids.province);
    const ordered = await order();
    expect(await rowOf(ordered, board.id)).toMatchObject({ state: 'unpaired', notices: 1 });
    // The same figures before and after.
    const { boards } = await reach.detail(officer, ordered.id);
    expect(boards).toHaveLength(before.resting);
    expect(boards.filter(({ state }) => state === 'unpaired')).toHaveLength(before.unpaired);
    expect(ordered.sendingSince).toBeNull();
    await test.pair([board.id]);
    expect(await suspensionsOf(board.id)).toMatchObject([{ noticeIds: [song.id] }]);
    expect(await rowOf(ordered, board.id)).toMatchObject({ state: 'sent' });
  });

  it('stays in what is signed for another reason: a notice taken down, an obligation', async () => {
    const { board, news, song } = await playing();
    const dance = await notice('Múa', true, test.ids.province);
    await order();
    await test.takedowns.takeDown(admin, news.id, 'Sai giờ');
    expect(await suspensionsOf(board.id)).toMatchObject([{ noticeIds: [song.id] }]);
    const targets = { unitIds: [], boardIds: [board.id] };
    const obliged = await test.obligations.create(admin, {
      unitId: test.ids.province,
      noticeId: dance.id,
      perHour: 6,
      cron: '0 0 * * *',
      durationMs: day,
      validFrom: null,
      validTo: null,
      targets,
    });
    expect(await suspensionsOf(board.id)).toMatchObject([{ noticeIds: [song.id, dance.id].sort() }]);
    expect(await shown(board.id)).toEqual([null]);
    await test.takedowns.takeDown(admin, song.id, 'Không hợp');
    expect(await suspensionsOf(board.id)).toMatchObject([{ noticeIds: [dance.id] }]);
    await test.obligations.end(admin, obliged.id, 1, 'Xong');
    expect(await suspensionsOf(board.id)).toBeUndefined();
  });

  it('is extended and shortened, with who and when; two that meet are one for the board', async () => {
    const { board, song } = await playing();
    const first = await order({ unitId: test.ids.commune, endsAt: now() + day });
    test.sources.advance(1000);
    await test.mournings.setEnd(admin, first.id, first.revision, now() + 3 * day);
    await test.programmes.idle();
    const extended = await test.mournings.get(officer, first.id);
    expect(extended).toMatchObject({
      endsAt: now() + 3 * day,
      revision: 2,
      changes: [{ at: now(), by: { id: admin.userId }, endsAt: now() + 3 * day }],
    });
    const second = await order({ startsAt: now() + 2 * day, endsAt: now() + 5 * day });
    expect(second.state).toBe('planned');
    const standing = (await test.mournings.list(officer, { standing: true })).mournings.map(({ id }) => id);
    expect(standing.toSorted()).toEqual([first.id, second.id].toSorted());
    expect(await suspensionsOf(board.id)).toEqual([{ from: first.startsAt, to: second.endsAt, noticeIds: [song.id] }]);
    await test.mournings.setEnd(officer, first.id, 2, now() + day);
    expect(await suspensionsOf(board.id)).toEqual([
      { from: first.startsAt, to: now() + day, noticeIds: [song.id] },
      { from: second.startsAt, to: second.endsAt, noticeIds: [song.id] },
    ]);
  });

  it('says before what would rest where', async () => {
    const { song } = await playing(test.ids.village);
    const before = await reach.preview(officer, test.ids.commune);
    const here = await reach.preview(officer, test.ids.village);
    expect(here.notices).toContainEqual({ id: song.id, title: 'Văn nghệ', boards: 1 });
    expect(here.resting).toBeGreaterThanOrEqual(1);
    expect(before.boards).toBeGreaterThan(here.boards);
    await expect(
      reach.preview(testActor({ unitId: test.ids.commune, role: 'approver' }), test.ids.commune),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('refuses what cannot be meant', async () => {
    const refused = (over: Partial<MourningInput>, actor = officer) => test.mournings.order(actor, input(over));
    await expect(refused({ endsAt: now() })).rejects.toMatchObject({ code: 'mourning_ends_past', field: 'endsAt' });
    await expect(refused({ startsAt: now() + day, endsAt: now() + hour })).rejects.toMatchObject({
      code: 'validity_reversed',
    });
    await expect(refused({ endsAt: now() + 32 * day })).rejects.toMatchObject({ code: 'mourning_too_long' });
    const commune = testActor({ unitId: test.ids.commune, role: 'approver' });
    await expect(refused({ unitId: test.ids.commune }, commune)).rejects.toMatchObject({ code: 'forbidden' });
    const below = testActor({ unitId: test.ids.commune, role: 'province' });
    await expect(refused({}, below)).rejects.toMatchObject({ code: 'forbidden' });

    const ordered = await order({ startsAt: now() - day });
    expect(ordered.startsAt).toBe(now());
    await expect(test.mournings.lift(below, ordered.id, 1)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(test.mournings.setEnd(officer, ordered.id, 7, now() + day)).rejects.toMatchObject({
      code: 'revision_conflict',
    });
    const stranger = testActor();
    await expect(test.mournings.get(stranger, ordered.id)).rejects.toMatchObject({ code: 'mourning_unknown' });
    await lift(ordered);
    await expect(test.mournings.lift(officer, ordered.id, 2)).rejects.toMatchObject({ code: 'mourning_over' });
  });

  it('is not ordered twice for one unit, so that ending it once is enough', async () => {
    await order({ unitId: test.ids.commune, startsAt: now() + hour });
    const again = (over: Partial<MourningInput>) =>
      test.mournings.order(officer, input({ unitId: test.ids.commune, ...over }));
    await expect(again({})).rejects.toMatchObject({ code: 'mourning_overlaps' });
    await again({ endsAt: now() + hour });
    await again({ startsAt: now() + 2 * day, endsAt: now() + 3 * day });
    const { id, revision } = await order({ unitId: test.ids.sister, startsAt: now() + hour, endsAt: now() + 2 * hour });
    await order({ unitId: test.ids.sister, startsAt: now() + 3 * hour, endsAt: now() + 4 * hour });
    const later = now() + 4 * hour;
    await expect(test.mournings.setEnd(officer, id, revision, later)).rejects.toMatchObject({
      code: 'mourning_overlaps',
    });
    const twice = await Promise.allSettled([1, 2, 3].map(() => order({ unitId: test.ids.village })));
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('leaves room on every line of units by itself', async () => {
    const { province, commune, sister, village } = test.ids;
    const days = (unitId: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          order({ unitId, startsAt: now() + 2 * n * day, endsAt: now() + (2 * n + 1) * day }),
        ),
      );
    const tooMany = { code: 'mourning_too_many' };
    await days(commune, 2);
    await days(sister, 3);
    await days(village, 1);
    // Three on the line of the village, three on the sister’s, six in all: there is room for the province.
    await days(province, 2);
    for (const unitId of [province, sister, village])
      await expect(
        test.mournings.order(officer, input({ unitId, startsAt: now() + 9 * day, endsAt: now() + 10 * day })),
      ).rejects.toMatchObject(tooMany);
  });

  it('says where another goes on, and what does not come back when it is lifted', async () => {
    const [near, far] = [await playing(test.ids.commune), await playing(test.ids.sister)];
    const whole = await order();
    const own = await order({ unitId: test.ids.commune, reason: 'Tang lễ tại xã' });
    const beside = await order({ unitId: test.ids.sister, startsAt: now() + hour });
    const detail = (mourning: Mourning, actor = officer) => reach.detail(actor, mourning.id);
    const also = async (mourning: Mourning, actor = officer) =>
      (await detail(mourning, actor)).also.map(({ id }) => id);
    expect(await also(whole)).toEqual([own.id, beside.id]);
    expect(await also(own)).toEqual([whole.id]);
    expect(await also(whole, testActor({ unitId: test.ids.sister, role: 'viewer' }))).toEqual([beside.id]);
    await lift(whole);
    expect(await suspensionsOf(near.board.id)).toMatchObject([{ noticeIds: [near.song.id] }]);
    const lifted = await detail(whole);
    expect(lifted.also).toMatchObject([{ id: own.id, reason: 'Tang lễ tại xã' }, { id: beside.id }]);
    // The one of the commune goes on, the one of its sister has not begun.
    const back = lifted.notices.map(({ id }) => id);
    expect(back).toContain(far.song.id);
    expect(back).not.toContain(near.song.id);
    await lift(own);
    expect((await detail(whole)).notices.map(({ id }) => id)).toContain(near.song.id);
  });

  it('is in the audit log', async () => {
    const ordered = await order();
    await test.mournings.setEnd(officer, ordered.id, 1, now() + day);
    await lift(ordered);
    const rows = await under.store.read
      .selectFrom('audit_log')
      .select('action')
      .where('subject_id', '=', ordered.id)
      .execute();
    expect(rows.map(({ action }) => action).sort()).toEqual([
      'mourning.changed',
      'mourning.lifted',
      'mourning.ordered',
    ]);
  });
});
