/** What is deleted can be restored for thirty days, by who could delete it, and comes back as it was. */
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin as binSchema, binMs, binQuery, type BinKind } from '../../../../shared/protocol/api/bin.ts';
import { manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor, withAccount } from '../../testing.ts';
import { createBinList } from './list.ts';

describeStores('the recycle bin', (under) => {
  let test: TestContent;
  let editor: Actor;
  let approver: Actor;
  let sister: Actor;
  let technician: Actor;
  let viewer: Actor;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    const { commune } = test.ids;
    editor = await withAccount(under.store, testActor({ unitId: commune, role: 'editor' }));
    approver = testActor({ unitId: commune, role: 'approver' });
    sister = testActor({ unitId: test.ids.sister, role: 'editor' });
    technician = testActor({ unitId: commune, role: 'technician' });
    viewer = testActor({ unitId: commune, role: 'viewer' });
  });
  afterAll(() => test.close());

  const list = (actor: Actor, kind: BinKind, query: Record<string, unknown> = {}) =>
    createBinList(test.context, {
      units: test.units,
      accounts: { names: (ids) => Promise.resolve(new Map(ids.map((id) => [id, `Tên của ${id}`]))) },
    }).list(actor, binQuery.parse({ kind, ...query }));
  const idsIn = async (actor: Actor, kind: BinKind, query: Record<string, unknown> = {}): Promise<string[]> =>
    (await list(actor, kind, query)).rows.map(({ id }) => id);
  const actionsOn = async (id: string): Promise<string[]> =>
    (
      await under.store.read
        .selectFrom('audit_log')
        .select('action')
        .where('subject_id', '=', id)
        .orderBy('id')
        .execute()
    ).map(({ action }) => action);

  it('says what was deleted, when and by whom, and is searched', async () => {
    const notice = await test.text(test.admin, 'Họp tổ dân phố');
    await test.notices.remove(editor, notice.id);
    const found = await list(editor, 'notice', { q: 'hop to' });
    expect(binSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({ total: 1, next: null });
    expect(found.rows).toEqual([
      {
        id: notice.id,
        unitId: test.ids.commune,
        unitName: test.units.nameOf(test.ids.commune),
        name: 'Họp tổ dân phố',
        deletedAt: test.sources.now(),
        deletedBy: `Tên của ${editor.userId}`,
        items: null,
      },
    ]);
    expect(await idsIn(editor, 'notice', { q: 'không có' })).toEqual([]);
    expect(await idsIn(test.admin, 'notice', { unitId: test.ids.sister })).toEqual([]);
    expect(await idsIn(test.admin, 'notice', { unitId: test.ids.commune })).toContain(notice.id);
  });

  it('is told page by page, the last deleted first', async () => {
    const made = [];
    for (let i = 0; i < 3; i++) {
      const { id } = await test.playlist(test.admin, [], test.ids.commune, 'Nhiều trang');
      test.sources.advance(1000);
      await test.playlists.remove(test.admin, id);
      made.unshift(id);
    }
    const first = await list(editor, 'playlist', { q: 'nhiều trang', limit: 2 });
    expect(first.rows.map(({ id }) => id)).toEqual(made.slice(0, 2));
    expect(first.total).toBe(3);
    const second = await list(editor, 'playlist', { q: 'nhiều trang', limit: 2, cursor: first.next });
    expect(second.rows.map(({ id }) => id)).toEqual(made.slice(2));
    expect(second.next).toBeNull();
    await expect(list(editor, 'playlist', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('reads no more of it than a page', async () => {
    const { read } = under.store;
    let most = 0;
    const counted = read.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult({ result }) {
        most = Math.max(most, result.rows.length);
        return Promise.resolve(result);
      },
    });
    for (let i = 0; i < 5; i++) await test.notices.remove(test.admin, (await test.text(test.admin, `Dọn dẹp ${i}`)).id);
    const binList = createBinList(
      { ...test.context, store: { ...under.store, read: counted } },
      { units: test.units, accounts: { names: () => Promise.resolve(new Map()) } },
    );
    const found = await binList.list(editor, binQuery.parse({ kind: 'notice', q: 'dọn dẹp', limit: 2 }));
    expect(found).toMatchObject({ rows: [{}, {}], total: 5 });
    expect(most).toBe(3);
  });

  it('finds boards of a release before, once they are folded', async () => {
    const board = await test.board(test.admin, { name: 'Bảng cổng chợ cũ' });
    await test.boards.remove(technician, board.id);
    const found = () => idsIn(technician, 'board', { q: 'CONG CHO CU' });
    expect(await found()).toEqual([board.id]);
    await under.store.write.updateTable('boards').set({ folded: '' }).execute();
    expect(await found()).toEqual([]);
    await test.boards.foldOldRows();
    expect(await found()).toEqual([board.id]);
  });

  it.each(['notice', 'playlist', 'schedule', 'board'] as const)(
    'shows a deleted %s to who could delete it, and gives it back to them alone',
    async (kind) => {
      const notice = await test.text(test.admin);
      const playlist = await test.playlist(test.admin, []);
      const { notices, playlists, schedules, boards } = test;
      const things = {
        notice: { service: notices, id: notice.id },
        playlist: { service: playlists, id: playlist.id },
        schedule: {
          service: schedules,
          id: (
            await schedules.create(test.admin, {
              unitId: test.ids.commune,
              playlistId: (await test.playlist(test.admin, [])).id,
              name: 'Lịch',
              cron: '0 6 * * *',
              durationMs: 3_600_000,
              priority: 1,
              validFrom: null,
              validTo: null,
              targets: { unitIds: [test.ids.commune], boardIds: [] },
            })
          ).id,
        },
        board: {
          service: {
            remove: boards.remove,
            restore: (actor: Actor, id: string) => boards.restore(actor, id, () => Promise.resolve()),
          },
          id: (await test.board(test.admin)).id,
        },
      };
      const { service, id } = things[kind];
      const may = kind === 'board' ? technician : editor;
      const mayNot = kind === 'board' ? editor : technician;
      await service.remove(may, id);
      expect(await idsIn(may, kind)).toContain(id);
      const { rows } = await list(may, kind);
      const q = `${rows.find((row) => row.id === id)!.name} ${test.units.nameOf(test.ids.commune)}`.toUpperCase();
      expect(await idsIn(may, kind, { q })).toContain(id);
      expect(await idsIn(may, kind, { q: `${q} khác` })).not.toContain(id);
      for (const actor of [mayNot, viewer, sister]) {
        expect(await idsIn(actor, kind)).not.toContain(id);
        await expect(service.restore(actor, id)).rejects.toMatchObject({
          code: actor === sister ? `${kind}_unknown` : 'forbidden',
        });
      }
      await service.restore(may, id);
      expect(await idsIn(may, kind)).not.toContain(id);
      expect((await actionsOn(id)).slice(-2)).toEqual([`${kind}.deleted`, `${kind}.restored`]);
    },
  );

  it('gives a notice back as it was: approved, taken down, and written by who wrote it', async () => {
    const notice = await test.text(test.admin, 'Sai số liệu');
    await test.takedowns.takeDown(approver, notice.id, 'Sai');
    const before = await test.notices.get(test.admin, notice.id);
    expect(before).toMatchObject({ state: 'approved', takenDown: true });
    await test.notices.remove(editor, notice.id, before.revision);
    await expect(test.notices.get(test.admin, notice.id)).rejects.toMatchObject({ code: 'notice_unknown' });
    expect(await test.notices.restore(editor, notice.id)).toEqual(before);
    // Whoever deletes and restores has written nothing.
    expect((await test.approvals.view(test.admin, notice.id)).editedBy.id).toBe(test.admin.userId);
    // What is there already stays as it is.
    expect(await test.notices.restore(editor, notice.id)).toEqual(before);
    expect((await actionsOn(notice.id)).filter((action) => action === 'notice.restored')).toHaveLength(1);
  });

  it('gives a notice back to wait for a decision, which nobody makes meanwhile, and who decides is told', async () => {
    const made = await test.text(test.admin, 'Chờ duyệt');
    const { unitId, category, content, durationMs } = made;
    const edited = await test.notices.edit(test.admin, made.id, made.revision, {
      unitId,
      title: 'Chờ duyệt lần nữa',
      category,
      content,
      durationMs,
    });
    await test.approvals.submit(test.admin, made.id, { revision: edited.revision, approve: false });
    let told = 0;
    const end = test.context.events.on('approvalsChanged', () => void told++);
    await test.notices.remove(editor, made.id);
    expect(told).toBe(1);
    await expect(test.approvals.approve(approver, made.id, 2)).rejects.toMatchObject({ code: 'notice_unknown' });
    expect(await test.notices.restore(editor, made.id)).toMatchObject({ state: 'submitted', approvedVersion: 1 });
    expect(told).toBe(2);
    end();
    await test.approvals.approve(approver, made.id, 2);
    expect(await test.notices.get(test.admin, made.id)).toMatchObject({ state: 'approved', approvedVersion: 2 });
  });

  it('gives a playlist back without items whose notice is deleted, says so before, and with them once they are restored', async () => {
    const [kept, gone] = [await test.text(test.admin, 'Còn'), await test.text(test.admin, 'Mất')];
    const playlist = await test.playlist(editor, [kept.id, gone.id, kept.id]);
    const both = await test.playlist(editor, [kept.id, gone.id]);
    await test.playlists.remove(editor, playlist.id);
    await test.playlists.remove(editor, both.id);
    await test.notices.remove(editor, gone.id);
    const row = (await list(editor, 'playlist')).rows.find(({ id }) => id === playlist.id);
    expect(row!.items).toEqual({ count: 3, gone: 1 });

    const back = await test.playlists.restore(editor, playlist.id);
    expect(back.items.map(({ noticeId }) => noticeId)).toEqual([kept.id, kept.id]);
    expect(back.revision).toBe(playlist.revision + 1);
    await test.notices.restore(editor, gone.id);
    expect(await test.playlists.restore(editor, both.id)).toEqual(both);
    // What is in a playlist again is in use again.
    await expect(test.notices.remove(editor, gone.id)).rejects.toMatchObject({ code: 'in_use', status: 409 });
  });

  it('gives a playlist back without what was moved out of reach meanwhile', async () => {
    const notice = await test.text(test.admin, 'Của tỉnh', test.ids.province);
    const playlist = await test.playlist(editor, [notice.id]);
    await test.playlists.remove(editor, playlist.id);
    const { title, category, content, durationMs, revision } = notice;
    await test.notices.edit(test.admin, notice.id, revision, {
      unitId: test.ids.sister,
      title,
      category,
      content,
      durationMs,
    });
    expect((await test.playlists.restore(editor, playlist.id)).items).toEqual([]);
  });

  it('gives nothing back after its time, but a board at any time', async () => {
    const notice = await test.text(test.admin);
    const playlist = await test.playlist(test.admin, []);
    const board = await test.board(test.admin);
    await test.notices.remove(editor, notice.id);
    await test.playlists.remove(editor, playlist.id);
    await test.boards.remove(technician, board.id);
    test.sources.advance(binMs);
    expect(await idsIn(editor, 'notice')).toContain(notice.id);
    test.sources.advance(1);
    expect(await idsIn(editor, 'notice')).not.toContain(notice.id);
    expect(await idsIn(editor, 'playlist')).not.toContain(playlist.id);
    await expect(test.notices.restore(editor, notice.id)).rejects.toMatchObject({ code: 'notice_unknown' });
    await expect(test.playlists.restore(editor, playlist.id)).rejects.toMatchObject({ code: 'playlist_unknown' });
    expect(await idsIn(technician, 'board')).toContain(board.id);
  });

  it('keeps the files of a notice for as long as it can be restored', async () => {
    const { id, hash } = await test.file(test.ids.commune, 'image');
    const notice = await test.text(test.admin, 'Có ảnh');
    const content = JSON.stringify({ type: 'image', asset: hash, alt: '', fit: 'contain' });
    await under.store.write.updateTable('notices').set({ content }).where('id', '=', notice.id).execute();
    const empty = () => test.media.emptyBin(() => Promise.resolve(new Set()));
    await test.notices.remove(editor, notice.id);
    // Nothing that is there shows it any more.
    await test.media.remove(editor, id);
    test.sources.advance(binMs);
    await empty();
    expect(await test.media.asset(hash)).not.toBeNull();
    await test.notices.restore(editor, notice.id);
    test.sources.advance(binMs);
    await empty();
    expect(await test.media.asset(hash)).not.toBeNull();
    await test.notices.remove(editor, notice.id);
    test.sources.advance(binMs + 1);
    await empty();
    expect(await test.media.asset(hash)).toBeNull();
  });

  it('gives a board back without a player, a default playlist that is gone, or what it was published', async () => {
    const wrong = await test.text(test.admin, 'Gỡ khi bảng vắng');
    const playlist = await test.playlist(test.admin, [wrong.id]);
    const board = await test.board(test.admin, { defaultPlaylistId: playlist.id });
    await test.pair([board.id]);
    await test.programmes.publish(test.admin, [board.id]);
    const given = (await test.programmes.newestManifest(board.id))!;
    await test.boards.remove(technician, board.id);
    await test.playlists.remove(test.admin, playlist.id);
    await test.takedowns.takeDown(approver, wrong.id, 'Sai');

    const back = await test.boards.restore(technician, board.id, test.programmes.clear);
    expect(back).toMatchObject({ defaultPlaylistId: null, progress: null, revision: board.revision + 1 });
    expect(back.presence.presence).toBe('unpaired');
    await test.pair([board.id]);
    await test.programmes.signAnew(board.id);
    const newest = (await test.programmes.newestManifest(board.id))!;
    expect(newest.version.counter).toBe(given.version.counter + 1);
    const { parts, defaultPlaylistId } = manifestSchema.parse(decodeJwt(newest.manifest));
    expect(defaultPlaylistId).toBeNull();
    const bodies = await Promise.all(parts.map(({ hash }) => test.programmes.part(hash)));
    expect(bodies.map((body) => (JSON.parse(body!) as { kind: string }).kind)).toEqual(['fallback']);
    expect(createHash('sha256').update(bodies[0]!).digest('hex')).toBe(parts[0]!.hash);
  });
});
