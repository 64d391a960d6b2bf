/** Notices and playlists that change hands: nobody comes to write on the boards of others. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Notice, NoticeInput, Playlist } from '../../../../shared/protocol/api/content.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';

describeStores('moving content', (under) => {
  let test: TestContent;
  beforeAll(async () => {
    test = await createTestContent(under.store);
  });
  afterAll(() => test.close());

  function move(notice: Notice, unitId: string): Promise<Notice> {
    const { title, category, content, durationMs, revision } = notice;
    const input: NoticeInput = { unitId, title, category, content, durationMs };
    return test.notices.edit(test.admin, notice.id, revision, input);
  }
  const movePlaylist = ({ id, name, items, revision }: Playlist, unitId: string): Promise<Playlist> =>
    test.playlists.edit(test.admin, id, revision, { unitId, name, items });
  const outside = (where: string, count = 1) => ({
    code: 'used_outside_unit',
    status: 409,
    field: 'unitId',
    params: { where, count },
  });

  it('takes a notice to no unit that does not contain the playlists it is in', async () => {
    const { province, commune, village } = test.ids;
    const notice = await test.text(test.admin, 'Tin tỉnh', province);
    const ofProvince = await test.playlist(test.admin, [notice.id], province, 'Toàn tỉnh');
    await test.playlist(test.admin, [notice.id], village, 'Của thôn');
    await expect(move(notice, commune)).rejects.toMatchObject(outside('Toàn tỉnh'));
    await expect(move(notice, village)).rejects.toMatchObject(outside('Toàn tỉnh'));
    expect(await test.notices.get(test.admin, notice.id)).toEqual(notice);

    await test.playlists.remove(test.admin, ofProvince.id);
    const moved = await move(notice, commune);
    expect(moved).toMatchObject({ unitId: commune, revision: 2 });
    // Upwards always: whoever is above had the say there already.
    expect(await move(moved, province)).toMatchObject({ unitId: province, revision: 3 });
  });

  it('takes a notice to no unit below one that is obliged to show it', async () => {
    const { province, commune } = test.ids;
    const notice = await test.text(test.admin, 'Phòng cháy', province);
    await test.obligations.create(test.admin, {
      unitId: province,
      noticeId: notice.id,
      perHour: 1,
      cron: '0 0 * * *',
      durationMs: 86_400_000,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [province], boardIds: [] },
    });
    await expect(move(notice, commune)).rejects.toMatchObject(outside(''));
  });

  it('takes a playlist to no unit that does not contain the boards and entries that play it', async () => {
    const { province, commune, sister } = test.ids;
    const playlist = await test.playlist(test.admin, [], province);
    const board = await test.board(test.admin, { unitId: sister, name: 'Bảng xã bên', defaultPlaylistId: playlist.id });
    await test.board(test.admin, { unitId: commune, defaultPlaylistId: playlist.id });
    await expect(movePlaylist(playlist, commune)).rejects.toMatchObject(outside('Bảng xã bên'));
    await test.boards.patch(test.admin, board.id, { defaultPlaylistId: null });
    const entry = await test.schedules.create(test.admin, {
      unitId: province,
      playlistId: playlist.id,
      name: 'Lịch tỉnh',
      cron: '0 6 * * *',
      durationMs: 3_600_000,
      priority: 0,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [commune], boardIds: [] },
    });
    await expect(movePlaylist(playlist, commune)).rejects.toMatchObject(outside('Lịch tỉnh'));
    await test.schedules.remove(test.admin, entry.id);
    expect(await movePlaylist(playlist, commune)).toMatchObject({ unitId: commune });
  });

  it('lets no playlist take up a notice that is being moved away from it', async () => {
    const { province, commune, sister } = test.ids;
    const editor = testActor({ unitId: sister, role: 'editor' });
    for (let round = 0; round < 15; round++) {
      const notice = await test.text(test.admin, 'Tin tỉnh', province);
      const use = (): Promise<unknown> => test.playlist(editor, [notice.id], sister);
      const [first, second] = round % 2 === 0 ? [use, () => move(notice, commune)] : [() => move(notice, commune), use];
      const ends = await Promise.allSettled([first(), second()]);
      const codes = ends.map((end) => (end.status === 'fulfilled' ? 'done' : (end.reason as { code: string }).code));
      const [used, moved] = round % 2 === 0 ? codes : codes.toReversed();
      expect(['done, used_outside_unit', 'notice_unknown, done']).toContain(`${used}, ${moved}`);
    }
  });

  it('refuses an edit of an older revision before it asks where the notice is used', async () => {
    const notice = await test.text(test.admin, 'Tin', test.ids.province);
    await test.playlist(test.admin, [notice.id], test.ids.province);
    await test.notices.edit(test.admin, notice.id, 1, {
      unitId: notice.unitId,
      title: 'Tin khác',
      category: notice.category,
      content: notice.content,
      durationMs: notice.durationMs,
    });
    await expect(move(notice, test.ids.commune)).rejects.toMatchObject({
      code: 'revision_conflict',
      params: { revision: 2 },
    });
  });

  it('tells units below of a notice, and not which document it was made of', async () => {
    const { commune, province, sister } = test.ids;
    const documentId = test.sources.newId();
    await under.store.write
      .insertInto('documents')
      .values({
        id: documentId,
        unit_id: commune,
        name: 'thong-bao.docx',
        hash: 'a'.repeat(64),
        size: 1,
        kind: 'docx',
        state: 'ready',
        error_code: null,
        page_count: null,
        from_page: null,
        to_page: null,
        fields: null,
        notes: '[]',
        created_at: 1,
        created_by: test.admin.userId,
      })
      .execute();
    const content = { type: 'layout' as const, layout: 'notice', fields: { title: 'Họp', body: 'Họp' } };
    const input = { unitId: commune, title: 'Họp', category: 'local' as const, content, durationMs: null };
    const made = await test.notices.create(test.admin, { ...input, documentId });
    const moved = await test.approved(await move(made, province));
    expect(moved).toMatchObject({ documentId });
    for (const unitId of [commune, sister]) {
      const reader = testActor({ unitId, role: 'viewer' });
      expect(await test.notices.get(reader, made.id)).toMatchObject({ title: 'Họp', documentId: null });
      const { notices } = await test.notices.list(reader, { ids: [made.id] });
      expect(notices).toMatchObject([{ title: 'Họp', documentId: null }]);
    }
  });
});
