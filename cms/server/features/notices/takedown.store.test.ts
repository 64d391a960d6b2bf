import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { certificate as certificateSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import type { Actor } from '../../access.ts';
import type { Db } from '../../store/store.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';

describeStores('taking a notice down', (under) => {
  let test: TestContent;
  let approver: Actor;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    approver = testActor({ unitId: test.ids.commune, role: 'approver' });
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => test.close());

  /** A board with these on its default playlist, published. */
  async function boardWith(noticeIds: string[], options: { paired?: boolean; unitId?: string } = {}): Promise<string> {
    const { paired = true, unitId = test.ids.commune } = options;
    const list = await test.playlist(test.admin, noticeIds, unitId);
    const board = await test.board(test.admin, { unitId, defaultPlaylistId: list.id });
    if (paired) await test.pair([board.id]);
    await test.programmes.publish(test.admin, [board.id]);
    return board.id;
  }

  /** The SQL that is asked from now on. */
  function queriesOf(db: Db): string[] {
    const asked: string[] = [];
    const executor = db.getExecutor();
    const { executeQuery } = executor;
    vi.spyOn(executor, 'executeQuery').mockImplementation((query) => {
      asked.push(query.sql);
      return executeQuery.call(executor, query) as never;
    });
    return asked;
  }

  /** What the board was given last, read as the board reads it. */
  async function given(boardId: string) {
    const { manifest: jws, version } = (await test.programmes.newestManifest(boardId))!;
    const manifest = manifestSchema.parse(decodeJwt(jws));
    const parts = new Map<string, string>();
    for (const { hash } of manifest.parts) parts.set(hash, (await test.programmes.part(hash))!);
    const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
    const programme = readProgramme(manifest, certificateSchema.parse(decodeJwt(manifest.certificate)), parts, sha256);
    const titles = [...programme.notices.values()].map(({ title }) => title).sort();
    const items = [...programme.playlists.values()].flatMap((list) => list.items.map(({ noticeId }) => noticeId));
    return { version, titles, items, assets: manifest.assets.map(({ hash }) => hash) };
  }

  it('takes it off every board at once, and publishes nothing else', async () => {
    const [wrong, right] = [await test.text(test.admin, 'Sai'), await test.text(test.admin, 'Đúng')];
    const own = await boardWith([wrong.id, right.id]);
    const beside = await boardWith([wrong.id], { unitId: test.ids.province });
    const untouched = await boardWith([right.id]);
    const before = await given(untouched);
    // Approved, and not published yet.
    const { unitId, title, category, content, durationMs } = right;
    await test.approved(
      await test.notices.edit(test.admin, right.id, right.revision, {
        unitId,
        title: 'Đúng hơn',
        category,
        content,
        durationMs,
      }),
    );
    expect(title).toBe('Đúng');

    const events = test.emitted.length;
    const done = await test.takedowns.takeDown(approver, wrong.id, 'Ghi sai ngày');
    expect(done).toMatchObject({
      takedowns: [{ reason: 'Ghi sai ngày', pending: false, restoredAt: null }],
      hidden: 1,
    });
    expect(done.boards).toEqual([{ boardId: own, version: { epoch: 1, counter: 2 } }]);
    expect(await given(own)).toMatchObject({ titles: ['Đúng'], items: [right.id] });
    expect(await given(beside)).toMatchObject({ titles: [], items: [] });
    expect(await given(untouched)).toEqual(before);
    const pushed = test.emitted.slice(events).filter(({ name }) => name === 'programmePublished');
    expect(pushed.map(({ payload }) => (payload as { boardId: string }).boardId).sort()).toEqual([own, beside].sort());

    // A publication leaves it out too; a version that is approved meanwhile changes nothing.
    await test.approved(
      await test.notices.edit(test.admin, wrong.id, 1, { unitId, title: 'Sửa rồi', category, content, durationMs }),
    );
    await test.programmes.publish(test.admin, [own, beside]);
    expect((await given(own)).titles).toEqual(['Đúng hơn']);

    await test.takedowns.putBack(approver, wrong.id);
    expect((await given(own)).titles).toEqual(['Đúng hơn']);
    await test.programmes.publish(test.admin, [own]);
    expect((await given(own)).titles).toEqual(['Sửa rồi', 'Đúng hơn'].sort());
  });

  it('reaches what waits for a player, obligations and files', async () => {
    const { hash } = await test.file(test.ids.province, 'image');
    const shown = { type: 'image' as const, asset: hash, alt: '', fit: 'contain' as const };
    const notice = await test.approved(
      await test.notices.create(test.admin, {
        unitId: test.ids.province,
        title: 'Ảnh sai',
        category: 'local',
        content: shown,
        durationMs: null,
      }),
    );
    const waiting = await boardWith([notice.id], { paired: false });
    const playing = await boardWith([notice.id]);
    expect((await given(playing)).assets).toEqual([hash]);
    await test.obligations.create(test.admin, {
      unitId: test.ids.province,
      noticeId: notice.id,
      perHour: 4,
      cron: '0 6 * * *',
      durationMs: 3_600_000,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [test.ids.village], boardIds: [] },
    });
    await test.programmes.idle();
    const obliged = await boardWith([], { unitId: test.ids.village });
    expect((await given(obliged)).titles).toEqual(['Ảnh sai']);

    const done = await test.takedowns.takeDown(test.admin, notice.id, 'Ảnh sai');
    expect(done.boards).toHaveLength(3);
    expect(done.boards).toContainEqual({ boardId: waiting, version: null });
    expect(await given(playing)).toMatchObject({ titles: [], assets: [] });
    expect((await given(obliged)).titles).toEqual([]);
    await test.pair([waiting]);
    await test.programmes.signAnew(waiting);
    expect((await given(waiting)).titles).toEqual([]);
  });

  const required = (noticeId: string) => ({
    unitId: test.ids.province,
    noticeId,
    perHour: 4,
    cron: '0 0 * * *',
    durationMs: 86_400_000,
    validFrom: null,
    validTo: null,
    targets: { unitIds: [test.ids.sister], boardIds: [] },
  });

  it('gives back at once what is required, also where boards are still being given programmes without it', async () => {
    const notice = await test.text(test.admin, 'Bắt buộc', test.ids.province);
    const board = await boardWith([], { unitId: test.ids.sister });
    const { id } = await test.obligations.create(test.admin, required(notice.id));
    await test.programmes.idle();
    await test.takedowns.takeDown(test.admin, notice.id, 'Nhầm');
    expect((await given(board)).titles).toEqual([]);
    await test.takedowns.putBack(test.admin, notice.id);
    await test.programmes.idle();
    expect((await given(board)).titles).toEqual(['Bắt buộc']);
    expect(await test.obligations.get(test.admin, id)).toMatchObject({ sending: false });

    const { withdraw } = test.programmes;
    const begun = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    vi.spyOn(test.programmes, 'withdraw').mockImplementation(async (...asked) => {
      begun.resolve();
      await letGo.promise;
      return withdraw(...asked);
    });
    const down = test.takedowns.takeDown(test.admin, notice.id, 'Lại nhầm');
    await begun.promise;
    const back = test.takedowns.putBack(test.admin, notice.id);
    // Everything that it does before the boards themselves.
    await vi.waitFor(async () =>
      expect(await test.notices.get(test.admin, notice.id)).toMatchObject({ takenDown: false }),
    );
    letGo.resolve();
    await Promise.all([down, back]);
    await test.programmes.idle();
    expect((await given(board)).titles).toEqual(['Bắt buộc']);
    await test.obligations.end(test.admin, id, 1, 'Xong');
    await test.programmes.idle();
  });

  it('keeps the notice from being required anew; what requires it already may be changed and ended', async () => {
    const notice = await test.text(test.admin, 'Đã gỡ', test.ids.province);
    const sent = await test.obligations.create(test.admin, required(notice.id));
    await test.takedowns.takeDown(test.admin, notice.id, 'Sai');
    const refusal = { code: 'notice_taken_down', field: 'noticeId' };
    await expect(test.obligations.create(test.admin, required(notice.id))).rejects.toMatchObject(refusal);
    const other = await test.text(test.admin, 'Khác', test.ids.province);
    const elsewhere = await test.obligations.create(test.admin, required(other.id));
    await expect(test.obligations.edit(test.admin, elsewhere.id, 1, required(notice.id))).rejects.toMatchObject(
      refusal,
    );
    await test.obligations.edit(test.admin, sent.id, 1, { ...required(notice.id), perHour: 2 });
    await test.obligations.end(test.admin, sent.id, 2, 'Thôi');
    await test.obligations.end(test.admin, elsewhere.id, 1, 'Thôi');
    await test.programmes.idle();
  });

  it('is for who may approve, once, with a reason in the log', async () => {
    const notice = await test.text(test.admin, 'Họp thôn');
    const editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    await expect(test.takedowns.takeDown(editor, notice.id, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(test.takedowns.putBack(approver, notice.id)).rejects.toMatchObject({
      code: 'not_taken_down',
      status: 409,
    });
    await test.takedowns.takeDown(approver, notice.id, 'Hủy họp');
    await expect(test.takedowns.takeDown(test.admin, notice.id, 'x')).rejects.toMatchObject({
      code: 'already_taken_down',
      status: 409,
    });
    expect(await test.notices.get(editor, notice.id)).toMatchObject({ takenDown: true, state: 'approved' });
    const { notices } = await test.notices.list(editor, { takenDown: 'true', q: 'hop thon' });
    expect(notices.map(({ id }) => id)).toEqual([notice.id]);
    expect((await test.notices.list(editor, { takenDown: 'false', q: 'hop thon' })).total).toBe(0);
    const { detail } = await under.store.read
      .selectFrom('audit_log')
      .select('detail')
      .where('subject_id', '=', notice.id)
      .where('action', '=', 'notice.takenDown')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(detail)).toEqual({ title: 'Họp thôn', reason: 'Hủy họp' });
  });

  it('is finished at the next start where the CMS stopped in between', async () => {
    const notice = await test.text(test.admin, 'Nửa chừng');
    const board = await boardWith([notice.id]);
    await test.takedowns.takeDown(approver, notice.id, 'Sai');
    // As if it had stopped after the decision: the board still has it, and the take-down is pending.
    await test.takedowns.putBack(approver, notice.id);
    await test.programmes.publish(test.admin, [board]);
    const { id } = (await test.takedowns.view(approver, notice.id)).takedowns[0]!;
    await under.store.write
      .updateTable('notice_takedowns')
      .set({ pending: 1, restored_at: null, restored_by: null })
      .where('id', '=', id)
      .execute();
    await under.store.write.updateTable('notices').set({ takedown_id: id }).where('id', '=', notice.id).execute();
    expect((await given(board)).titles).toEqual(['Nửa chừng']);
    await test.takedowns.resume();
    expect((await given(board)).titles).toEqual([]);
    expect((await test.takedowns.view(approver, notice.id)).takedowns[0]).toMatchObject({ pending: false });
  });

  it('goes on with what broke off: when asked again, or by itself', async () => {
    const { store } = under;
    for (const again of [(id: string) => test.takedowns.takeDown(approver, id, 'Lại'), () => test.takedowns.resume()]) {
      const notice = await test.text(test.admin, 'Sai giờ');
      const [playing, waiting] = [await boardWith([notice.id]), await boardWith([notice.id], { paired: false })];
      const { transaction } = store;
      let asked = 0;
      // The first marks the notice, the second would take it off all boards, the third off the one that has a player.
      const broken = vi.spyOn(store, 'transaction').mockImplementation(async (work) => {
        if (++asked === 2 || asked === 3) throw new Error('database is locked');
        return transaction.call(store, work) as never;
      });
      const begun: string[] = [];
      const unheard = test.context.events.on('approvalsChanged', ({ unitId }) => begun.push(unitId));
      await expect(test.takedowns.takeDown(approver, notice.id, 'Sai')).rejects.toThrow('database is locked');
      unheard();
      expect(begun).toEqual([notice.unitId]);
      broken.mockRestore();
      expect((await given(playing)).titles).toEqual(['Sai giờ']);
      expect(await test.takedowns.view(approver, notice.id)).toMatchObject({
        takedowns: [{ pending: true }],
        boards: [{ boardId: waiting, version: null }],
      });

      const told: string[] = [];
      const stop = test.context.events.on('approvalsChanged', ({ unitId }) => told.push(unitId));
      await again(notice.id);
      stop();
      expect(told).toEqual([notice.unitId]);
      expect((await given(playing)).titles).toEqual([]);
      const done = await test.takedowns.view(approver, notice.id);
      expect(done.takedowns).toMatchObject([{ reason: 'Sai', pending: false }]);
      expect(done.boards.map(({ boardId }) => boardId).sort()).toEqual([playing, waiting].sort());
      await expect(test.takedowns.takeDown(approver, notice.id, 'x')).rejects.toMatchObject({
        code: 'already_taken_down',
      });
    }
  });

  it('one board whose programme cannot be read keeps no other waiting, neither here nor with required content', async () => {
    const notice = await test.text(test.admin, 'Sai giờ');
    const boards = [await boardWith([notice.id]), await boardWith([notice.id]), await boardWith([notice.id])];
    const [damaged, ...sound] = boards as [string, string, string];
    const stored = under.store.write.updateTable('programmes').where('board_id', '=', damaged);
    const { manifest } = (await test.programmes.newestManifest(damaged))!;
    await stored.set({ manifest: 'damaged' }).execute();

    await expect(test.takedowns.takeDown(approver, notice.id, 'Sai')).rejects.toThrow();
    for (const board of sound) expect((await given(board)).titles).toEqual([]);
    expect(await test.takedowns.view(approver, notice.id)).toMatchObject({ takedowns: [{ pending: true }] });
    const obliged = await test.text(test.admin, 'Bắt buộc', test.ids.province);
    const targets = { unitIds: [test.ids.commune], boardIds: [] };
    const { id } = await test.obligations.create(test.admin, { ...required(obliged.id), targets });
    await test.programmes.idle();
    for (const board of sound) expect((await given(board)).titles).toEqual(['Bắt buộc']);

    await stored.set({ manifest }).execute();
    await test.takedowns.resume();
    expect((await given(damaged)).titles).not.toContain('Sai giờ');
    expect(await test.takedowns.view(approver, notice.id)).toMatchObject({ takedowns: [{ pending: false }] });
    await test.obligations.announceUnsent(test.sources.now());
    await test.programmes.idle();
    expect((await given(damaged)).titles).toEqual(['Bắt buộc']);
    expect(await test.obligations.get(test.admin, id)).toMatchObject({ sending: false });
    await test.takedowns.takeDown(test.admin, obliged.id, 'Xong');
  });

  it('is for deleted notices too, and is finished where one was deleted meanwhile', async () => {
    const made = async (title: string) => {
      const notice = await test.text(test.admin, title);
      const list = await test.playlist(test.admin, [notice.id]);
      const board = await test.board(test.admin, { defaultPlaylistId: list.id });
      await test.pair([board.id]);
      await test.programmes.publish(test.admin, [board.id]);
      await test.playlists.edit(test.admin, list.id, list.revision, {
        unitId: list.unitId,
        name: list.name,
        items: [],
      });
      return { notice, board: board.id };
    };
    const one = await made('Đã xóa');
    await test.notices.remove(test.admin, one.notice.id);
    expect((await given(one.board)).titles).toEqual(['Đã xóa']);
    const sister = testActor({ unitId: test.ids.sister, role: 'approver' });
    await expect(test.takedowns.takeDown(sister, one.notice.id, 'x')).rejects.toMatchObject({ code: 'notice_unknown' });
    expect((await test.takedowns.takeDown(approver, one.notice.id, 'Sai')).boards).toHaveLength(1);
    expect((await given(one.board)).titles).toEqual([]);
    expect((await test.takedowns.putBack(approver, one.notice.id)).takedowns[0]!.restoredAt).not.toBeNull();

    const two = await made('Xóa giữa chừng');
    const broken = vi.spyOn(test.programmes, 'withdraw').mockRejectedValue(new Error('database is locked'));
    await expect(test.takedowns.takeDown(approver, two.notice.id, 'Sai')).rejects.toThrow('database is locked');
    broken.mockRestore();
    await test.notices.remove(test.admin, two.notice.id);
    await test.takedowns.resume();
    expect((await given(two.board)).titles).toEqual([]);
    expect((await test.takedowns.view(approver, two.notice.id)).takedowns).toMatchObject([{ pending: false }]);
  });

  it('is offered for what may come to boards, or ever did, and that is found by key', async () => {
    const draft = await test.text(test.admin, 'Chưa ở đâu');
    const listed = await test.text(test.admin, 'Trong danh sách');
    const obliged = await test.text(test.admin, 'Bắt buộc', test.ids.province);
    const gone = await test.text(test.admin, 'Từng phát');
    await test.playlist(test.admin, [listed.id]);
    await test.obligations.create(test.admin, required(obliged.id));
    const list = await test.playlist(test.admin, [gone.id]);
    const board = await test.board(test.admin, { defaultPlaylistId: list.id });
    await test.programmes.publish(test.admin, [board.id]);
    await test.playlists.edit(test.admin, list.id, list.revision, { unitId: list.unitId, name: list.name, items: [] });

    const offered = async ({ id }: { id: string }): Promise<boolean> =>
      (await test.takedowns.view(approver, id)).mayShow;
    expect(await offered(obliged)).toBe(true);
    const [asked, reported, written] = [
      queriesOf(under.store.read),
      queriesOf(under.store.report),
      queriesOf(under.store.write),
    ];
    expect(await offered(draft)).toBe(false);
    expect(await offered(listed)).toBe(true);
    expect(await offered(gone)).toBe(true);
    const ofParts = [...asked, ...reported, ...written].filter((sql) => sql.includes('"parts"'));
    expect(ofParts).toHaveLength(3);
    expect(ofParts.filter((sql) => sql.includes('like'))).toEqual([]);
    // What LIKE reads is read by a reader, and not where a key has answered.
    expect(written.filter((sql) => sql.includes('"playlists"'))).toEqual([]);
    expect(asked.filter((sql) => sql.includes('"playlists"'))).toHaveLength(2);
  });

  it('lets other work have its turn: its parts by key, off the one writer, and a board’s programme at a time', async () => {
    const notice = await test.text(test.admin, 'Nhiều bảng');
    for (let i = 0; i < 5; i++) await boardWith([notice.id]);
    await boardWith([notice.id], { paired: false });
    const written = vi.spyOn(under.store.write, 'selectFrom');
    const asked = queriesOf(under.store.read);

    // A clock by which every piece of work takes a whole turn; and somebody else, whose turns are counted.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    let round = 0;
    let others = setImmediate(function count() {
      round++;
      others = setImmediate(count);
    });
    const readIn: number[] = [];
    const { parse } = JSON;
    vi.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
      const value = parse(text, reviver);
      if (value?.certificate !== undefined && value.parts !== undefined) readIn.push(round);
      return value;
    });
    await test.takedowns.takeDown(approver, notice.id, 'Sai');
    clearImmediate(others);

    const tables = (calls: readonly (readonly unknown[])[]) => calls.map(([table]) => table);
    expect(tables(written.mock.calls)).not.toContain('parts');
    // To take it off, and to say afterwards whether it may be taken off again.
    expect(asked.filter((sql) => sql.includes('"notice_id" =') && sql.includes('from "parts"'))).toHaveLength(2);
    expect(readIn.length).toBeGreaterThanOrEqual(5);
    expect(new Set(readIn).size).toBe(readIn.length);
  });
});
