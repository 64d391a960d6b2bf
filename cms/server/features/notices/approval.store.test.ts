import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Notice } from '../../../../shared/protocol/api/content.ts';
import { part as partSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { decodeJwt } from 'jose';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';
import { returnedTo } from './versions-repo.ts';

describeStores('approval of notices', (under) => {
  let test: TestContent;
  let editor: Actor;
  let approver: Actor;
  beforeAll(async () => {
    test = await createTestContent(under.store);
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    approver = testActor({ unitId: test.ids.commune, role: 'approver' });
  });
  afterAll(() => test.close());
  beforeEach(() => test.selfApproval.write(test.admin, test.ids.province, false));

  const input = (title: string, unitId = test.ids.commune) => ({
    unitId,
    title,
    category: 'local' as const,
    content: { type: 'layout' as const, layout: 'notice', fields: { title, body: 'Tối thứ Bảy.' } },
    durationMs: null,
  });
  const write = (title: string, by = editor): Promise<Notice> => test.notices.create(by, input(title));
  const edit = (notice: Notice, title: string, by = editor) =>
    test.notices.edit(by, notice.id, notice.revision, input(title));
  const submit = (notice: Notice, by = editor, approve = false) =>
    test.approvals.submit(by, notice.id, { revision: notice.revision, approve });

  /** A paired board with a playlist of these. */
  async function boardWith(...noticeIds: string[]): Promise<string> {
    const list = await test.playlist(test.admin, noticeIds);
    const board = await test.board(test.admin, { defaultPlaylistId: list.id });
    await test.pair([board.id]);
    return board.id;
  }
  /** Titles of the notices in what the board was given last. */
  async function given(boardId: string): Promise<string[]> {
    const newest = await test.programmes.newestManifest(boardId);
    const { parts } = manifestSchema.parse(decodeJwt(newest!.manifest));
    const read = await Promise.all(parts.map(async ({ hash }) => (await test.programmes.part(hash))!));
    return read
      .map((body) => partSchema.parse(JSON.parse(body)))
      .flatMap((one) => (one.kind === 'notice' ? [one.title] : []))
      .sort();
  }
  const publish = async (boardId: string) => (await test.programmes.publish(test.admin, [boardId]))[0]!;

  it('gives boards what was approved last, whatever is written since', async () => {
    const notice = await write('Họp thôn');
    const board = await boardWith(notice.id);
    expect((await publish(board)).warnings).toEqual(['nothing_to_play', 'notice_not_approved']);
    await submit(notice);
    await publish(board);
    expect(await given(board)).toEqual([]);

    const approved = await test.approvals.approve(approver, notice.id, 1);
    expect(approved).toMatchObject({ state: 'approved', approvedVersion: 1, versions: [{ selfApproved: false }] });
    expect((await publish(board)).warnings).toEqual([]);
    expect(await given(board)).toEqual(['Họp thôn']);

    const second = await edit(notice, 'Họp xóm');
    expect(second).toMatchObject({ state: 'draft', approvedVersion: 1 });
    expect((await publish(board)).changed).toBe(false);
    await submit(second);
    await test.approvals.approve(approver, notice.id, 2);
    await publish(board);
    expect(await given(board)).toEqual(['Họp xóm']);
  });

  it('returns with a remark, which its author answers with another version', async () => {
    const notice = await write('Lịch tiêm');
    await submit(notice);
    const returned = await test.approvals.return(approver, notice.id, 1, 'Thiếu ngày');
    expect(returned).toMatchObject({
      state: 'returned',
      approvedVersion: null,
      versions: [{ number: 1, state: 'returned', remark: 'Thiếu ngày', decidedBy: { id: approver.userId } }],
    });
    const mended = await edit(notice, 'Lịch tiêm ngày 5/6');
    const again = await submit(mended);
    expect(again.versions.map(({ number, state }) => [number, state])).toEqual([
      [2, 'submitted'],
      [1, 'returned'],
    ]);
    // What was returned may be submitted as it is, too.
    await test.approvals.return(approver, notice.id, 2, 'Xác nhận lại');
    expect((await submit(mended)).versions[0]).toMatchObject({ number: 3, state: 'submitted' });
  });

  it('says in whose place it was made, where the right was lent', async () => {
    const own = testActor({ unitId: test.ids.commune, role: 'editor' });
    const lent = { by: approver.userId, name: approver.name, until: Infinity };
    const [grant] = approver.grants;
    const standIn: Actor = { ...own, grants: [...own.grants, { ...grant!, lent }] };
    const notice = await write('Họp dân');
    await submit(notice);
    await test.approvals.return(standIn, notice.id, 1, 'Thiếu giờ');
    const second = await edit(notice, 'Họp dân 19 giờ');
    await submit(second);
    const { versions } = await test.approvals.approve(standIn, notice.id, 2);
    const both = { decidedBy: { id: own.userId }, inPlaceOf: { id: approver.userId } };
    expect(versions).toMatchObject([
      { state: 'approved', ...both },
      { state: 'returned', ...both },
    ]);
    await submit(await edit(second, 'Họp dân 20 giờ'));
    const after = await test.approvals.approve(approver, notice.id, 3);
    expect(after.versions[0]).toMatchObject({ decidedBy: { id: approver.userId }, inPlaceOf: null });
  });

  it('is of the version that was read', async () => {
    const notice = await write('Cắt điện');
    await submit(notice);
    const edited = await edit(notice, 'Cắt điện ngày mai');
    for (const decide of [
      () => test.approvals.approve(approver, notice.id, 1),
      () => test.approvals.return(approver, notice.id, 1, 'Sai'),
    ])
      await expect(decide()).rejects.toMatchObject({ code: 'version_edited', status: 409 });
    await expect(submit(notice)).rejects.toMatchObject({ code: 'revision_conflict', params: { revision: 2 } });
    await submit(edited);
    await expect(submit(edited)).rejects.toMatchObject({ code: 'nothing_to_submit', status: 409 });
    await expect(test.approvals.approve(approver, notice.id, 9)).rejects.toMatchObject({ code: 'version_unknown' });
  });

  it('tells the second of two what the first has decided', async () => {
    const notice = await write('Nước sạch');
    await submit(notice);
    const other = testActor({ unitId: test.ids.province, role: 'province' });
    const decided = await Promise.allSettled([
      test.approvals.approve(approver, notice.id, 1),
      test.approvals.return(other, notice.id, 1, 'Chưa rõ'),
    ]);
    expect(decided.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { state } = await test.approvals.view(editor, notice.id);
    const refused = decided.find((one) => one.status === 'rejected')!;
    expect(refused.reason).toMatchObject({ code: `already_${state}`, status: 409 });
  });

  it('is not one’s own to give, unless the province allows it, and then it is marked', async () => {
    const notice = await write('Tự viết', approver);
    await expect(submit(notice, approver, true)).rejects.toMatchObject({ code: 'self_approval_off', status: 403 });
    // Nothing is left of what was refused.
    expect(await test.approvals.view(approver, notice.id)).toMatchObject({ state: 'draft', versions: [] });
    // Who sends it on is not asked: who wrote it is.
    await submit(notice, editor);
    await expect(test.approvals.approve(approver, notice.id, 1)).rejects.toMatchObject({ code: 'self_approval_off' });

    expect(await test.selfApproval.write(test.admin, test.ids.village, true)).toEqual({
      provinceId: test.ids.province,
      allowed: true,
    });
    expect(await test.approvals.approve(approver, notice.id, 1)).toMatchObject({ versions: [{ selfApproved: true }] });
    const { detail } = await under.store.read
      .selectFrom('audit_log')
      .select('detail')
      .where('subject_id', '=', notice.id)
      .where('action', '=', 'notice.approved')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(detail)).toEqual({ title: 'Tự viết', version: 1, selfApproved: true });
  });

  it('takes one step where an approver sends on what somebody else wrote', async () => {
    const notice = await write('Chợ phiên');
    expect(await submit(notice, approver, true)).toMatchObject({
      state: 'approved',
      versions: [{ selfApproved: false, editedBy: { id: editor.userId }, submittedBy: { id: approver.userId } }],
    });
    await expect(submit(await write('Khác'), editor, true)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is passed by nobody who saves without a change', async () => {
    const notice = await write('Tự viết, người khác lưu', approver);
    await submit(notice, editor);
    const saved = await edit(notice, notice.title, editor);
    expect(saved).toMatchObject({ revision: notice.revision, state: 'submitted' });
    await expect(test.approvals.approve(approver, notice.id, 1)).rejects.toMatchObject({ code: 'self_approval_off' });
    expect((await edit(notice, 'Đã sửa', editor)).revision).toBe(notice.revision + 1);
  });

  it('is read at the notice’s own unit, not by who uses it below', async () => {
    const notice = await test.text(test.admin, 'Của tỉnh, đã duyệt', test.ids.province);
    await expect(test.approvals.view(editor, notice.id)).rejects.toMatchObject({ code: 'notice_unknown', status: 404 });
    expect(await test.approvals.view(test.admin, notice.id)).toMatchObject({ approvedVersion: 1 });
  });

  it('is what readers below are told of, not what is being written', async () => {
    const { province } = test.ids;
    const draft = await test.notices.create(test.admin, input('Nháp của tỉnh', province));
    const notice = await test.text(test.admin, 'Bản đã duyệt', province);
    await test.notices.edit(test.admin, notice.id, notice.revision, input('Bản đang viết', province));
    const ids = [draft.id, notice.id];
    const told = async (state?: 'draft' | 'approved', by = editor) =>
      (await test.notices.list(by, { ids, ...(state ? { state } : {}) })).notices.map(({ title, state }) => [
        title,
        state,
      ]);
    await expect(test.notices.get(editor, draft.id)).rejects.toMatchObject({ code: 'notice_unknown', status: 404 });
    expect(await test.notices.get(editor, notice.id)).toMatchObject({
      title: 'Bản đã duyệt',
      state: 'approved',
      unitId: province,
    });
    expect(await told()).toEqual([['Bản đã duyệt', 'approved']]);
    expect(await told('approved')).toEqual([['Bản đã duyệt', 'approved']]);
    expect(await told('draft')).toEqual([]);
    expect((await test.notices.list(editor, { ids })).total).toBe(1);
    expect((await told('draft', test.admin)).map(([title]) => title).sort()).toEqual([
      'Bản đang viết',
      'Nháp của tỉnh',
    ]);
    // What was shown is called as it was when it was shown.
    const headings = await test.notices.headings(ids);
    expect([...headings.values()].map(({ title }) => title).sort()).toEqual(['Bản đã duyệt', 'Nháp của tỉnh']);
    await test.takedowns.takeDown(test.admin, notice.id, 'Sai');
    expect(await test.notices.get(editor, notice.id)).toMatchObject({ title: 'Bản đã duyệt', takenDown: true });
  });

  it('is asked for at the notice’s own unit', async () => {
    const notice = await write('Của xã An');
    await submit(notice);
    const sister = testActor({ unitId: test.ids.sister, role: 'approver' });
    await expect(test.approvals.approve(sister, notice.id, 1)).rejects.toMatchObject({ code: 'notice_unknown' });
    const above = await test.text(test.admin, 'Của tỉnh', test.ids.province);
    await expect(test.approvals.return(approver, above.id, 1, 'Không')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('tells whoever wrote or submitted it what came back and why, until it is edited or deleted', async () => {
    const back = async (by: typeof editor) => (await test.approvals.returned(by)).map(({ title }) => title);
    const mine = testActor({ unitId: test.ids.commune, role: 'editor' });
    const colleague = testActor({ unitId: test.ids.commune, role: 'editor' });
    const other = testActor({ unitId: test.ids.commune, role: 'editor' });
    const told: string[] = [];
    const unheard = test.context.events.on('approvalsChanged', ({ unitId }) => told.push(unitId));
    const notice = await test.notices.create(mine, input('Sai giờ'));
    await submit(notice, colleague);
    await test.approvals.return(approver, notice.id, 1, 'Giờ họp là 19h');
    expect(await test.approvals.returned(mine)).toMatchObject([
      { id: notice.id, title: 'Sai giờ', remark: 'Giờ họp là 19h', by: { id: approver.userId } },
    ]);
    expect([await back(colleague), await back(other), await back(approver)]).toEqual([['Sai giờ'], [], []]);
    const before = told.length;
    const edited = await edit(notice, 'Đúng giờ', mine);
    expect(told.length).toBe(before + 1);
    expect(await back(mine)).toEqual([]);
    await submit(edited, mine);
    await test.approvals.return(approver, notice.id, 2, 'Thiếu địa điểm');
    expect(await test.approvals.returned(mine)).toMatchObject([{ title: 'Đúng giờ', remark: 'Thiếu địa điểm' }]);
    expect(await back(colleague)).toEqual([]);
    await test.notices.remove(mine, notice.id);
    expect(await back(mine)).toEqual([]);
    unheard();
  });

  it('finds what came back without reading what did not', async () => {
    if (under.store.dialect !== 'sqlite') return;
    const { sql: text, parameters } = returnedTo(under.store.read, test.admin.userId).compile();
    const { rows } = await under.store.read.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${text}`, [...parameters]),
    );
    const steps = rows.map(({ detail }) => detail).join('\n');
    expect(steps).toContain('notices USING INDEX notices_returned');
    expect(steps).toContain('SEARCH version USING PRIMARY KEY');
  });

  it('lists what waits for whom', async () => {
    const mine = testActor({ unitId: test.ids.village, role: 'approver' });
    const writer = testActor({ unitId: test.ids.village, role: 'editor' });
    const [theirs, own] = [
      await test.notices.create(writer, input('Thôn Đông', test.ids.village)),
      await test.notices.create(mine, input('Thôn Tây', test.ids.village)),
    ];
    await submit(theirs, writer);
    await submit(own, mine);
    const titles = async (query: Parameters<typeof test.notices.list>[1]) =>
      (await test.notices.list(mine, { unitId: test.ids.village, ...query })).notices.map(({ title }) => title).sort();
    expect(await titles({ state: 'submitted' })).toEqual(['Thôn Tây', 'Thôn Đông'].sort());
    expect(await titles({ toDecide: 'true' })).toEqual(['Thôn Đông']);
    expect(await titles({ state: 'approved' })).toEqual([]);
    await test.selfApproval.write(test.admin, test.ids.province, true);
    expect(await titles({ toDecide: 'true' })).toHaveLength(2);
    expect((await test.notices.list(writer, { toDecide: 'true' })).total).toBe(0);
  });

  it('keeps the files that boards are given', async () => {
    const { id, hash } = await test.file(test.ids.commune, 'image');
    const shown = { type: 'image' as const, asset: hash, alt: '', fit: 'contain' as const };
    const notice = await test.notices.create(editor, { ...input('Ảnh'), content: shown });
    await test.approved(notice);
    await edit(notice, 'Chữ');
    await expect(test.media.remove(editor, id)).rejects.toMatchObject({ code: 'in_use', params: { where: 'Chữ' } });
  });
});
