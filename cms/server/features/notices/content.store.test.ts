/** Notices, playlists, schedule entries and obligations: what their rules let through, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NoticeInput, PlaylistInput, ScheduleInput } from '../../../../shared/protocol/api/content.ts';
import type { Actor } from '../../access.ts';
import { showOtherAsset } from './other-asset.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';

const hour = 3_600_000;

describeStores('content', (under) => {
  let test: TestContent;
  let editor: Actor;
  let sister: Actor;
  let admin: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    sister = testActor({ unitId: test.ids.sister, role: 'editor' });
    admin = test.admin;
  });
  afterAll(() => test.close());

  const textInput = (fields: Record<string, unknown> = {}): NoticeInput => ({
    unitId: test.ids.commune,
    title: 'Thông báo',
    category: 'local',
    content: {
      type: 'layout',
      layout: 'notice',
      fields: { title: 'Họp thôn', body: 'Tối nay, 19 giờ.', ...fields } as never,
    },
    durationMs: null,
  });
  const pictureInput = (asset: string, type: 'image' | 'video' = 'image'): NoticeInput => ({
    ...textInput(),
    content:
      type === 'image'
        ? { type, asset, alt: '', fit: 'contain' }
        : { type, asset, alt: '', fit: 'contain', muted: true },
  });

  describe('notices', () => {
    it('store their texts in NFC, however they were typed', async () => {
      const input = {
        ...textInput({ title: 'Họp thôn'.normalize('NFD'), body: 'Mời bà con'.normalize('NFD') }),
        title: '  Thông\u0000 báo \n mới '.normalize('NFD'),
      };
      const made = await test.notices.create(editor, input);
      expect(made.title).toBe('Thông báo mới');
      expect(made.content).toMatchObject({ fields: { title: 'Họp thôn', body: 'Mời bà con', signer: '' } });
      expect(await test.notices.get(editor, made.id)).toEqual(made);
      expect(made.revision).toBe(1);
    });

    it.each([
      [{ title: '' }, 'content.fields.title'],
      [{ title: 5 }, 'content.fields.title'],
      [{ date: '31/02/2026' }, 'content.fields.date'],
      [{ unheardOf: 'x' }, 'content.fields.unheardOf'],
    ])('refuse what their layout does not take: %j', async (fields, field) => {
      await expect(test.notices.create(editor, textInput(fields))).rejects.toMatchObject({
        code: 'layout_field_invalid',
        field,
      });
    });

    it('refuse a layout, a file or a title that there is not', async () => {
      const unknown = { ...textInput(), content: { type: 'layout' as const, layout: 'constructor', fields: {} } };
      await expect(test.notices.create(editor, unknown)).rejects.toMatchObject({
        code: 'layout_unknown',
        field: 'content.layout',
      });
      await expect(test.notices.create(editor, pictureInput('0'.repeat(64)))).rejects.toMatchObject({
        code: 'asset_unknown',
        field: 'content.asset',
      });
      await expect(test.notices.create(editor, { ...textInput(), title: '\u200b ' })).rejects.toMatchObject({
        code: 'title_empty',
        field: 'title',
      });
    });

    it('last as long as their words need, their video is, or somebody says', async () => {
      const video = await test.file(test.ids.commune, 'video', 12_345);
      const short = await test.file(test.ids.commune, 'video', 40);
      const image = await test.file(test.ids.commune, 'image');
      const lengthOf = async (input: NoticeInput): Promise<number> =>
        (await test.notices.create(editor, input)).effectiveDurationMs;
      expect(await lengthOf(pictureInput(video.hash, 'video'))).toBe(12_345);
      expect(await lengthOf(pictureInput(short.hash, 'video'))).toBe(1000);
      expect(await lengthOf(pictureInput(image.hash))).toBe(10_000);
      expect(await lengthOf({ ...pictureInput(video.hash, 'video'), durationMs: 5000 })).toBe(5000);
      const film = await test.file(test.ids.commune, 'video', 7_200_000);
      await expect(test.notices.create(editor, pictureInput(film.hash, 'video'))).rejects.toMatchObject({
        code: 'notice_too_long',
        field: 'durationMs',
        params: { minutes: 120, most: 60 },
      });
      expect(await lengthOf({ ...pictureInput(film.hash, 'video'), durationMs: 60_000 })).toBe(60_000);
      // Exchanged for the film it may be edited, and is not let through until somebody says for how long it is on.
      const clip = await test.notices.create(editor, pictureInput(video.hash, 'video'));
      const exchanged = { actor: editor, ids: [clip.id], from: video.hash, to: film.hash, now: test.sources.now() };
      await under.store.transaction((tx) => showOtherAsset(tx, test.context.audit, exchanged));
      const long = { ...pictureInput(film.hash, 'video'), title: 'Phim' };
      const { revision } = await test.notices.edit(editor, clip.id, 2, long);
      await expect(test.approved({ id: clip.id, revision })).rejects.toMatchObject({ code: 'notice_too_long' });
      await test.approved(await test.notices.edit(editor, clip.id, revision, { ...long, durationMs: 60_000 }));
      const brief = await lengthOf(textInput());
      const linked = (input: NoticeInput): NoticeInput => ({
        ...input,
        content: { ...input.content, link: 'https://phuan.example.vn/' },
      });
      expect(brief).toBeLessThan(15_000);
      expect(await lengthOf(linked(textInput()))).toBe(15_000);
      expect(await lengthOf(linked(pictureInput(image.hash)))).toBe(15_000);
      expect(await lengthOf(linked(pictureInput(video.hash, 'video')))).toBe(12_345);
      expect(await lengthOf(textInput({ body: 'một hai ba bốn năm '.repeat(15) }))).toBeGreaterThan(brief);
      await expect(test.notices.create(editor, pictureInput(image.hash, 'video'))).rejects.toMatchObject({
        code: 'asset_of_other_kind',
        field: 'content.asset',
      });
    });

    it('show only files that their editor may see; what is shown may stay', async () => {
      const theirs = await test.file(test.ids.sister, 'image');
      await expect(test.notices.create(editor, pictureInput(theirs.hash))).rejects.toMatchObject({
        code: 'asset_unknown',
      });
      const byAdmin = await test.notices.create(admin, pictureInput(theirs.hash));
      expect(
        await test.notices.edit(editor, byAdmin.id, 1, { ...pictureInput(theirs.hash), title: 'Mới' }),
      ).toMatchObject({ title: 'Mới', revision: 2 });
    });

    it('are edited by one person at a time', async () => {
      const made = await test.notices.create(editor, textInput());
      const second = await test.notices.edit(editor, made.id, 1, { ...textInput(), title: 'Lần hai' });
      expect(second.revision).toBe(2);
      await expect(test.notices.edit(editor, made.id, 1, { ...textInput(), title: 'Muộn' })).rejects.toMatchObject({
        code: 'revision_conflict',
        status: 409,
      });
      const both = await Promise.allSettled(
        ['a', 'b'].map((title) => test.notices.edit(editor, made.id, 2, { ...textInput(), title })),
      );
      expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await test.notices.get(editor, made.id)).revision).toBe(3);
    });

    it('belong to their unit: read below it, written where one has the right', async () => {
      const own = await test.notices.create(editor, textInput());
      const province = await test.text(admin, 'Của tỉnh', test.ids.province);
      const seen = (await test.notices.list(sister)).notices.map((notice) => notice.id);
      expect(seen).toContain(province.id);
      expect(seen).not.toContain(own.id);
      await expect(test.notices.get(sister, own.id)).rejects.toMatchObject({ code: 'notice_unknown', status: 404 });
      await expect(test.notices.edit(sister, province.id, 1, textInput())).rejects.toMatchObject({ code: 'forbidden' });
      await expect(test.notices.create(sister, textInput())).rejects.toMatchObject({ code: 'forbidden' });
      // Moving a notice into another unit needs the right there.
      await expect(
        test.notices.edit(editor, own.id, 1, { ...textInput(), unitId: test.ids.sister }),
      ).rejects.toMatchObject({ code: 'forbidden' });
    });

    it('cannot be deleted while a playlist holds them; the row stays for what was played', async () => {
      const made = await test.notices.create(editor, textInput());
      const list = await test.playlist(editor, [made.id]);
      await expect(test.notices.remove(editor, made.id)).rejects.toMatchObject({
        code: 'in_use',
        status: 409,
        params: { where: 'Buổi sáng', count: 1 },
      });
      await test.playlists.remove(editor, list.id);
      await test.notices.remove(editor, made.id);
      await expect(test.notices.get(editor, made.id)).rejects.toMatchObject({ code: 'notice_unknown' });
      expect(await test.notices.approved([made.id])).toEqual([]);
      const row = await under.store.read
        .selectFrom('notices')
        .select(['title', 'deleted_at'])
        .where('id', '=', made.id)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ title: 'Thông báo', deleted_at: test.sources.now() });
      const trail = await under.store.read
        .selectFrom('audit_log')
        .select(['action', 'user_id', 'unit_id'])
        .where('subject_id', '=', made.id)
        .orderBy('id')
        .execute();
      expect(trail).toEqual(
        ['notice.created', 'notice.deleted'].map((action) => ({
          action,
          user_id: editor.userId,
          unit_id: test.ids.commune,
        })),
      );
    });
  });

  describe('playlists', () => {
    it('add up their lengths', async () => {
      const video = await test.file(test.ids.commune, 'video', 7000);
      const notice = await test.notices.create(editor, pictureInput(video.hash, 'video'));
      await test.approvals.submit(test.admin, notice.id, { revision: 1, approve: true });
      const item = { noticeId: notice.id, validFrom: null, validTo: null };
      const items: PlaylistInput['items'] = [
        { ...item, itemId: test.sources.newId(), durationMs: null },
        { ...item, itemId: test.sources.newId(), durationMs: 4000 },
      ];
      const made = await test.playlists.create(editor, { unitId: test.ids.commune, name: 'Chiều', items });
      expect(made).toMatchObject({ name: 'Chiều', items, totalMs: 11_000, revision: 1 });
      expect(await test.playlists.get(editor, made.id)).toEqual(made);
      expect(
        await test.playlists.edit(editor, made.id, 1, { unitId: test.ids.commune, name: 'Tối', items: [] }),
      ).toMatchObject({ totalMs: 0, revision: 2 });
      await expect(
        test.playlists.edit(editor, made.id, 1, { unitId: test.ids.commune, name: 'Tối', items }),
      ).rejects.toMatchObject({ code: 'revision_conflict' });
    });

    it('name what is wrong with an item', async () => {
      const notice = await test.text(editor);
      const theirs = await test.text(sister, 'Của xã bạn', test.ids.sister);
      const item = (over: Partial<PlaylistInput['items'][number]> = {}) => ({
        itemId: test.sources.newId(),
        noticeId: notice.id,
        durationMs: null,
        validFrom: null,
        validTo: null,
        ...over,
      });
      const create = (...items: PlaylistInput['items']) =>
        test.playlists.create(editor, { unitId: test.ids.commune, name: 'x', items });
      await expect(create(item(), item({ noticeId: theirs.id }))).rejects.toMatchObject({
        code: 'notice_unknown',
        field: 'items.1.noticeId',
      });
      await expect(create(item({ validFrom: 5, validTo: 5 }))).rejects.toMatchObject({
        code: 'validity_reversed',
        field: 'items.0.validTo',
      });
      const twice = item();
      await expect(create(twice, twice)).rejects.toMatchObject({ code: 'item_repeated', field: 'items.1.itemId' });
      // What an upper unit put into it, its editors may keep.
      const made = await test.playlist(admin, [theirs.id]);
      expect(
        await test.playlists.edit(editor, made.id, 1, { unitId: test.ids.commune, name: 'Giữ', items: made.items }),
      ).toMatchObject({ name: 'Giữ' });
    });

    it('cannot be deleted while something plays them', async () => {
      const list = await test.playlist(editor, []);
      const board = await test.board(admin, { name: 'Bảng đình', defaultPlaylistId: list.id });
      await expect(test.playlists.remove(editor, list.id)).rejects.toMatchObject({
        code: 'in_use',
        params: { where: 'Bảng đình', count: 1 },
      });
      await test.boards.patch(admin, board.id, { defaultPlaylistId: null });
      await test.playlists.remove(editor, list.id);
      await expect(test.playlists.get(editor, list.id)).rejects.toMatchObject({
        code: 'playlist_unknown',
        status: 404,
      });
    });
  });

  describe('schedule entries', () => {
    const input = (playlistId: string, over: Partial<ScheduleInput> = {}): ScheduleInput => ({
      unitId: test.ids.commune,
      playlistId,
      name: 'Sáng',
      priority: 50,
      cron: '0 7 * * *',
      durationMs: 2 * hour,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [test.ids.commune], boardIds: [] },
      ...over,
    });

    it('are kept as they were meant', async () => {
      const list = await test.playlist(editor, []);
      const board = await test.board(admin, { unitId: test.ids.village });
      const targets = {
        unitIds: [test.ids.village, test.ids.commune, test.ids.village],
        boardIds: [board.id, board.id],
      };
      const made = await test.schedules.create(
        editor,
        input(list.id, { cron: ' 0  7 * * MON-FRI ', targets, validFrom: 10, validTo: 20 }),
      );
      expect(made).toMatchObject({ cron: '0 7 * * MON-FRI', validFrom: 10, validTo: 20, revision: 1 });
      expect(made.targets).toEqual({ unitIds: [test.ids.village, test.ids.commune].sort(), boardIds: [board.id] });
      expect(await test.schedules.get(editor, made.id)).toEqual(made);
      expect((await test.schedules.list(editor)).entries).toContainEqual({
        ...made,
        playlistName: list.name,
        boards: expect.any(Number) as number,
        playlistUnitId: list.unitId,
      });
      await expect(test.playlists.remove(editor, list.id)).rejects.toMatchObject({
        code: 'in_use',
        params: { where: 'Sáng' },
      });
      expect(await test.schedules.edit(editor, made.id, 1, input(list.id, { priority: 60 }))).toMatchObject({
        priority: 60,
        revision: 2,
      });
      await expect(test.schedules.edit(editor, made.id, 1, input(list.id))).rejects.toMatchObject({
        code: 'revision_conflict',
        status: 409,
      });
      await test.schedules.remove(editor, made.id);
      await expect(test.schedules.get(editor, made.id)).rejects.toMatchObject({
        code: 'schedule_unknown',
        status: 404,
      });
    });

    it.each([
      [{ cron: '61 * * * *' }, 'cron_invalid', 'cron'],
      [{ cron: '0 0 30 2 *' }, 'cron_invalid', 'cron'],
      [{ cron: '@daily' }, 'cron_invalid', 'cron'],
      [{ validFrom: 20, validTo: 10 }, 'validity_reversed', 'validTo'],
      [{ validFrom: 20, validTo: 20 }, 'validity_reversed', 'validTo'],
      [{ name: '\u200b' }, 'name_empty', 'name'],
    ])('%j: %s', async (over, code, field) => {
      const list = await test.playlist(editor, []);
      await expect(test.schedules.create(editor, input(list.id, over))).rejects.toMatchObject({ code, field });
    });

    it('mean only boards of the unit that schedules', async () => {
      const list = await test.playlist(editor, []);
      const theirs = await test.board(admin, { unitId: test.ids.sister });
      const outside = { code: 'target_outside_unit', field: 'targets', params: { count: 1 } };
      const create = (who: Actor, targets: ScheduleInput['targets']) =>
        test.schedules.create(who, input(list.id, { targets }));
      await expect(create(editor, { unitIds: [test.ids.sister], boardIds: [] })).rejects.toMatchObject(outside);
      await expect(create(editor, { unitIds: [test.ids.province], boardIds: [] })).rejects.toMatchObject(outside);
      await expect(create(editor, { unitIds: [], boardIds: [theirs.id] })).rejects.toMatchObject(outside);
      await expect(create(editor, { unitIds: [], boardIds: [test.sources.newId()] })).rejects.toMatchObject(outside);
      // Even whoever may act in both units.
      await expect(create(admin, { unitIds: [test.ids.sister], boardIds: [] })).rejects.toMatchObject(outside);
      const everywhere = input(list.id, {
        unitId: test.ids.province,
        targets: { unitIds: [test.ids.sister, test.ids.commune], boardIds: [theirs.id] },
      });
      expect((await test.schedules.create(admin, everywhere)).targets.boardIds).toEqual([theirs.id]);
    });

    it('can be edited when a board of theirs has been deleted or moved: it is left out', async () => {
      const list = await test.playlist(editor, []);
      const [gone, moved, stays] = await Promise.all([1, 2, 3].map(() => test.board(admin)));
      const boardIds = [gone!.id, moved!.id, stays!.id];
      const made = await test.schedules.create(editor, input(list.id, { targets: { unitIds: [], boardIds } }));
      const only = await test.schedules.create(
        editor,
        input(list.id, { targets: { unitIds: [], boardIds: [gone!.id] } }),
      );
      await test.boards.remove(admin, gone!.id);
      await under.store.write
        .updateTable('boards')
        .set({ unit_id: test.ids.sister })
        .where('id', '=', moved!.id)
        .execute();

      // As the page sends it: what the entry holds, with one field changed.
      const edited = await test.schedules.edit(
        editor,
        made.id,
        1,
        input(list.id, { name: 'Chiều', targets: made.targets }),
      );
      expect(edited).toMatchObject({ name: 'Chiều', revision: 2, targets: { unitIds: [], boardIds: [stays!.id] } });
      // Only what it named already: nobody adds a board that has gone.
      await expect(
        test.schedules.edit(editor, made.id, 2, input(list.id, { targets: made.targets })),
      ).rejects.toMatchObject({ code: 'target_outside_unit', params: { count: 2 } });
      await expect(
        test.schedules.edit(editor, only.id, 1, input(list.id, { targets: only.targets })),
      ).rejects.toMatchObject({ code: 'targets_gone', field: 'targets' });
      expect(await test.schedules.edit(editor, only.id, 1, input(list.id))).toMatchObject({
        targets: { unitIds: [test.ids.commune], boardIds: [] },
      });
    });

    it('do not follow what they name into another unit by themselves', async () => {
      const list = await test.playlist(admin, [], test.ids.province);
      const theirs = await test.board(admin, { unitId: test.ids.sister });
      const everywhere = input(list.id, {
        unitId: test.ids.province,
        targets: { unitIds: [test.ids.sister], boardIds: [theirs.id] },
      });
      const made = await test.schedules.create(admin, everywhere);
      await expect(
        test.schedules.edit(admin, made.id, 1, { ...everywhere, unitId: test.ids.commune }),
      ).rejects.toMatchObject({ code: 'target_outside_unit', params: { count: 2 } });
    });

    it('play only playlists that one may use, and need the right', async () => {
      const theirs = await test.playlist(sister, [], test.ids.sister);
      await expect(test.schedules.create(editor, input(theirs.id))).rejects.toMatchObject({
        code: 'playlist_unknown',
        field: 'playlistId',
      });
      const list = await test.playlist(editor, []);
      const viewer = testActor({ unitId: test.ids.commune, role: 'viewer' });
      await expect(test.schedules.create(viewer, input(list.id))).rejects.toMatchObject({ code: 'forbidden' });
    });
  });

  describe('obligations', () => {
    it('bind what is below, keep their notice, and end', async () => {
      const notice = await test.text(admin, 'Của tỉnh', test.ids.province);
      const input = {
        unitId: test.ids.province,
        noticeId: notice.id,
        perHour: 4,
        cron: '0 6 * * *',
        durationMs: 12 * hour,
        validFrom: null,
        validTo: null,
        targets: { unitIds: [test.ids.commune], boardIds: [] },
      };
      const made = await test.obligations.create(admin, input);
      expect(await test.obligations.ofUnits([test.ids.province])).toMatchObject([{ ...input, id: made.id }]);
      expect((await test.obligations.list(admin)).obligations.map(({ id }) => id)).toContain(made.id);
      await expect(test.notices.remove(admin, notice.id)).rejects.toMatchObject({
        code: 'in_use',
        params: { count: 1 },
      });
      await expect(test.obligations.create(editor, { ...input, unitId: test.ids.commune })).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(test.obligations.create(admin, { ...input, cron: '61 * * * *' })).rejects.toMatchObject({
        code: 'cron_invalid',
      });
      await expect(
        test.obligations.create(admin, {
          ...input,
          unitId: test.ids.commune,
          targets: { unitIds: [test.ids.sister], boardIds: [] },
        }),
      ).rejects.toMatchObject({ code: 'target_outside_unit' });
      expect(await test.obligations.edit(admin, made.id, 1, { ...input, perHour: 6 })).toMatchObject({
        id: made.id,
        perHour: 6,
      });
      const board = await test.board(admin);
      const targets = { unitIds: [test.ids.commune], boardIds: [board.id] };
      await test.obligations.edit(admin, made.id, 2, { ...input, targets });
      await test.boards.remove(admin, board.id);
      expect(await test.obligations.edit(admin, made.id, 3, { ...input, targets })).toMatchObject({
        targets: input.targets,
      });
      await test.obligations.end(admin, made.id, 4, 'Hết đợt');
      await expect(test.obligations.end(admin, made.id, 5, 'Hết đợt')).rejects.toMatchObject({
        code: 'obligation_ended',
      });
      await test.notices.remove(admin, notice.id);
    });
  });
});
