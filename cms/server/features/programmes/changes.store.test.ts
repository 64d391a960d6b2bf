/** What goes out with a publication, on both databases: said before it goes. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';

describeStores('what publishing changes', (under) => {
  let test: TestContent;
  let admin: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    admin = test.admin;
  });
  afterAll(() => test.close());

  const publish = async (...ids: string[]) => test.programmes.publish(admin, ids);
  const changes = (boardId: string) => test.programmes.changes(admin, boardId);
  const nothing = { notices: [], playlists: [], schedules: [], required: [], board: [], mourning: false, bytes: 0 };

  /** Two boards with a player that play the same two notices. */
  async function playing() {
    const stays = await test.text(admin, 'Lịch tiếp công dân');
    const goes = await test.text(admin, 'Họp thôn');
    const playlist = await test.playlist(admin, [stays.id, goes.id]);
    const boards = [];
    for (const name of ['Chợ', 'Trường'])
      boards.push(await test.board(admin, { name, defaultPlaylistId: playlist.id }));
    const ids = boards.map(({ id }) => id);
    await test.pair(ids);
    return { stays, goes, playlist, boards, ids };
  }

  it('is everything at first, nothing once it is out, and alike for boards that are given the same', async () => {
    const { stays, goes, playlist, ids } = await playing();
    const before = (await test.programmes.preview(admin, ids)).boards;
    expect(before).toMatchObject([
      { changes: { first: true, notices: { added: 2 }, playlists: { added: 1 }, board: 0 } },
      { changes: { first: true } },
    ]);
    expect(await changes(ids[0]!)).toMatchObject({
      notices: expect.arrayContaining([
        { id: stays.id, title: 'Lịch tiếp công dân', change: 'added' },
        { id: goes.id, title: 'Họp thôn', change: 'added' },
      ]) as unknown,
      playlists: [{ name: playlist.name, change: 'added' }],
    });
    await publish(...ids);
    expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([{ changes: null }, { changes: null }]);
    expect(await changes(ids[0]!)).toEqual(nothing);

    await test.playlists.edit(admin, playlist.id, playlist.revision, {
      unitId: playlist.unitId,
      name: playlist.name,
      items: playlist.items.slice(0, 1).map(({ itemId, noticeId, validFrom, validTo }) => ({
        itemId,
        noticeId,
        durationMs: 20_000,
        validFrom,
        validTo,
      })),
    });
    const [one, two] = (await test.programmes.preview(admin, ids)).boards;
    expect(one!.changes).toMatchObject({
      first: false,
      notices: { added: 0, removed: 1, changed: 0 },
      playlists: { added: 0, removed: 0, changed: 1 },
    });
    expect(two!.changes!.key).toBe(one!.changes!.key);
    expect(await changes(ids[1]!)).toMatchObject({
      notices: [{ id: goes.id, title: 'Họp thôn', change: 'removed' }],
      playlists: [{ change: 'changed', added: [], removed: ['Họp thôn'], reordered: false, retimed: true }],
      board: [],
    });
    await publish(ids[0]!);
    expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([
      { changes: null },
      { changes: one!.changes },
    ]);
  });

  it('names schedules with their days, also one that was deleted, and what of the board itself is new', async () => {
    const { playlist, boards, ids } = await playing();
    const [board] = boards;
    const input = {
      unitId: test.ids.commune,
      playlistId: playlist.id,
      name: 'Chiều thứ Ba',
      priority: 50,
      cron: '0 17 * * 2',
      durationMs: 3_600_000,
      validFrom: null,
      validTo: null,
      exceptions: [],
      targets: { unitIds: [], boardIds: [ids[0]!] },
    };
    const entry = await test.schedules.create(admin, input);
    await publish(...ids);
    const exceptions = [{ date: '2026-11-24', instead: null }];
    const edited = await test.schedules.edit(admin, entry.id, entry.revision, { ...input, exceptions });
    await test.boards.patch(admin, board!.id, { name: 'Chợ mới', place: 'Đầu chợ' });
    expect((await test.programmes.preview(admin, ids)).boards.map((row) => row.changes)).toMatchObject([
      {
        schedules: { added: 0, removed: 0, changed: 1 },
        board: 2,
        notices: { added: 0, removed: 0, changed: 0 },
      },
      null,
    ]);
    const said = await changes(ids[0]!);
    expect(said).toMatchObject({
      notices: [],
      schedules: [{ id: entry.id, name: 'Chiều thứ Ba', before: { cron: '0 17 * * 2' }, after: { exceptions } }],
      board: ['name', 'place'],
    });
    expect(said.schedules[0]!.before).not.toHaveProperty('exceptions');
    await publish(...ids);
    await test.schedules.remove(admin, entry.id, edited.revision);
    expect((await changes(ids[0]!)).schedules).toMatchObject([{ name: 'Chiều thứ Ba', after: null }]);
    expect((await test.programmes.preview(admin, ids)).boards[0]!.changes).toMatchObject({
      schedules: { added: 0, removed: 1, changed: 0 },
    });
  });

  it('is told of the other boards where what one was given cannot be read, and publishing mends that one', async () => {
    const { playlist, ids } = await playing();
    const waiting = await test.board(admin, { defaultPlaylistId: playlist.id });
    const all = [...ids, waiting.id];
    await publish(...all);
    const damage = (manifest: string) =>
      under.store.write.updateTable('programmes').set({ manifest }).where('board_id', '=', ids[0]!).execute();
    await damage('x.y.z');
    const [same] = (await test.programmes.preview(admin, all)).boards;
    expect(same!.changes).toMatchObject({ first: false, unreadable: true, notices: { added: 2 } });

    await test.boards.patch(admin, ids[0]!, { name: 'Chợ mới' });
    await test.boards.patch(admin, ids[1]!, { name: 'Trường mới' });
    await test.boards.patch(admin, waiting.id, { name: 'Đình' });
    expect((await test.programmes.preview(admin, all)).boards.map((row) => row.changes)).toMatchObject([
      { first: false, unreadable: true, playlists: { added: 1 } },
      { unreadable: false, board: 1, notices: { added: 0 } },
      { unreadable: false, board: 1, notices: { added: 0 } },
    ]);
    expect(await changes(ids[0]!)).toMatchObject({ notices: [{ change: 'added' }, { change: 'added' }], board: [] });
    expect((await publish(...all)).map(({ changed }) => changed)).toEqual([true, true, false]);
    expect((await test.programmes.preview(admin, all)).boards.map((row) => row.changes)).toEqual([null, null, null]);
  });

  it('is told of a programme of which a part cannot be read any more or is gone', async () => {
    const { goes, stays, playlist, ids } = await playing();
    await publish(...ids);
    await test.playlists.edit(admin, playlist.id, playlist.revision, {
      unitId: playlist.unitId,
      name: 'Tên mới',
      items: playlist.items.slice(0, 1).map(({ itemId, noticeId, durationMs, validFrom, validTo }) => ({
        itemId,
        noticeId,
        durationMs,
        validFrom,
        validTo,
      })),
    });
    const parts = () => under.store.write.updateTable('parts').where('notice_id', '=', goes.id);
    await parts().set({ body: '{"kind":"notice","from":"an older release"}' }).execute();
    const said = { unreadable: true, notices: { added: 0, removed: 0 }, playlists: { changed: 1 } };
    expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([{ changes: said }, { changes: said }]);
    expect(await changes(ids[0]!)).toMatchObject({ notices: [], playlists: [{ name: 'Tên mới', change: 'changed' }] });
    await under.store.write.deleteFrom('parts').where('notice_id', '=', goes.id).execute();
    expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([{ changes: said }, { changes: said }]);
    expect((await changes(ids[0]!)).notices.filter(({ id }) => id === stays.id)).toEqual([]);
    const told = vi.spyOn(test.context.log, 'error');
    await publish(...ids);
    expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([{ changes: null }, { changes: null }]);
    expect(told).not.toHaveBeenCalled();
    // What stays as it is, and what goes into a new version, is written anew where it was damaged, and never in silence.
    for (const isNew of [false, true]) {
      const damaged = under.store.write.updateTable('parts').where('notice_id', '=', stays.id);
      const rows = await damaged.set({ body: '{"kind":"notice"}' }).returning('hash').execute();
      if (isNew) await test.boards.patch(admin, ids[0]!, { name: 'Đình' });
      await publish(...(isNew ? [ids[0]!] : ids));
      expect(told).toHaveBeenCalledExactlyOnceWith({ hashes: rows.map(({ hash }) => hash) }, expect.any(String));
      expect((await test.programmes.preview(admin, ids)).boards).toMatchObject([{ changes: null }, { changes: null }]);
      told.mockClear();
    }
    told.mockRestore();
  });

  it('is told of a board without a player too, and only to those who see the board', async () => {
    const { playlist, goes } = await playing();
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    await publish(board.id);
    expect(await changes(board.id)).toEqual(nothing);
    const { unitId, category, content, durationMs } = goes;
    const record = await test.notices.edit(admin, goes.id, goes.revision, {
      unitId,
      category,
      content,
      durationMs,
      title: 'Họp thôn Đông',
    });
    expect((await changes(board.id)).notices).toEqual([]);
    await test.approved(record);
    expect(await changes(board.id)).toMatchObject({
      notices: [{ id: goes.id, title: 'Họp thôn Đông', change: 'changed' }],
      playlists: [],
      board: [],
    });
    expect((await test.programmes.preview(admin, [board.id])).boards).toMatchObject([
      { changes: { first: false, notices: { changed: 1 } }, warnings: ['board_unpaired'] },
    ]);
    const stranger = testActor({ unitId: test.ids.sister, role: 'approver' });
    await expect(test.programmes.changes(stranger, board.id)).rejects.toMatchObject({ code: 'board_unknown' });
  });
});
