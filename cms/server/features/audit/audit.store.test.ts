import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditQuery, type AuditQuery } from '../../../../shared/protocol/api/audit.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry } from '../../context.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createBoardsService } from '../boards/service.ts';
import { createAccountsService, type AccountsService } from '../accounts/service.ts';
import { createAuditLog, type AuditLog } from './log.ts';
import { mostNames } from './names.ts';

const password = 'một câu đủ dài để nhớ';

/** As a release before has written it. */
const entryRow = {
  id: 'mục cũ',
  at: 1_700_000_000_000,
  user_id: null,
  action: 'board.changed',
  subject_type: 'board',
  subject_id: null,
  unit_id: null,
  detail: '{}',
};

describeStores('the audit log', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let log: AuditLog;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let root: Actor;
  let lan: string;
  let binh: string;

  /** @returns ids of the entries written, in order, a second apart */
  async function write(...entries: Partial<AuditEntry>[]): Promise<void> {
    for (const entry of entries) {
      test.sources.advance(1000);
      await under.store.transaction((tx) =>
        test.context.audit(tx, {
          actor: null,
          action: 'notice.changed',
          subjectType: 'notice',
          subjectId: null,
          unitId: null,
          detail: {},
          ...entry,
        }),
      );
    }
  }
  const page = (query: Partial<AuditQuery> = {}, actor = root) => log.page(actor, auditQuery.parse(query));
  const actions = async (query: Partial<AuditQuery> = {}, actor = root) =>
    (await page(query, actor)).entries.map(({ action }) => action);

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    accounts = createAccountsService(test.context, { units: test.units });
    log = createAuditLog(test.context, {
      units: test.units,
      peopleCalled: (words) => accounts.calledOrMailed(words),
      namesOfPeople: (ids) => accounts.names(ids),
    });
    root = testActor({ unitId: units.province, role: 'administrator' });
    const grants = [{ unitId: units.commune, role: 'editor' as const }];
    lan = await accounts.createUser(root, { name: 'Đỗ Thị Lan', email: 'lan@xa.example.vn', password, grants });
    binh = await accounts.createUser(root, { name: 'Bình', email: 'binh@xa.example.vn', password, grants });
    await write(
      { action: 'notice.created', actor: { userId: lan }, unitId: units.commune, detail: { title: 'Lịch cắt điện' } },
      { action: 'board.changed', subjectType: 'board', actor: { userId: binh }, unitId: units.village },
      { action: 'playlist.changed', subjectType: 'playlist', actor: { userId: binh }, unitId: units.sister },
      { action: 'keyList.renewed', subjectType: 'keyList' },
    );
  });
  afterAll(() => test.discard());

  it('shows the newest first, with who, what and where', async () => {
    const { entries } = await page();
    expect(entries.slice(0, 4).map(({ action }) => action)).toEqual([
      'keyList.renewed',
      'playlist.changed',
      'board.changed',
      'notice.created',
    ]);
    expect(entries[3]).toMatchObject({
      who: { id: lan, name: 'Đỗ Thị Lan' },
      subject: { type: 'notice', name: 'Lịch cắt điện' },
      unit: { id: units.commune, name: 'Xã An' },
      at: test.sources.now() - 3000,
    });
    expect(entries[0]).toMatchObject({ who: null, unit: null });
  });

  it('is read page by page without a gap or a repeat, also where entries have one time', async () => {
    await under.store.transaction((tx) =>
      test.context.audit(
        tx,
        ...Array.from({ length: 7 }, (_, i) => ({
          actor: null,
          action: 'programme.published',
          subjectType: 'board',
          subjectId: `bang-${i}`,
          unitId: units.commune,
          detail: {},
        })),
      ),
    );
    const seen: (string | null)[] = [];
    let cursor: string | undefined;
    do {
      const { entries, next } = await page({ group: 'publishing', limit: 3, ...(cursor ? { cursor } : {}) });
      seen.push(...entries.map(({ subject }) => subject.id));
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, i) => `bang-${i}`));
  });

  describe('is filtered', () => {
    it('by what happened', async () => {
      expect(await actions({ group: 'content' })).toEqual(['playlist.changed', 'notice.created']);
      expect(await actions({ group: 'system' })).toEqual(['keyList.renewed']);
    });
    it('by one action', async () => {
      expect(await actions({ action: 'notice.created' })).toEqual(['notice.created']);
      expect(await actions({ action: 'notice.takenDown' })).toEqual([]);
    });
    it('by what the thing was called then, without diacritics, in any order', async () => {
      expect(await actions({ q: 'DIEN  lich' })).toEqual(['notice.created']);
      expect(await actions({ q: 'binh@xa.example' })).toEqual(['user.created']);
      expect(await actions({ q: 'lịch cắt nước' })).toEqual([]);
      expect(await actions({ q: '%' })).toEqual(await actions());
      expect(await actions({ q: 'cat dien' }, testActor({ unitId: units.sister, role: 'auditor' }))).toEqual([]);
    });
    it('by who did it or whose account it was, without diacritics', async () => {
      expect(await actions({ who: 'do thi lan' })).toEqual(['notice.created', 'user.created']);
      expect(await actions({ who: 'binh@xa' })).toEqual(['playlist.changed', 'board.changed', 'user.created']);
      expect(await actions({ who: 'không có ai' })).toEqual([]);
    });
    it('by one thing', async () => {
      expect(await actions({ subjectId: lan })).toEqual(['user.created']);
      expect(await actions({ subjectId: '%' })).toEqual([]);
    });
    it('by unit, with those below', async () => {
      expect(await actions({ unitId: units.commune, group: 'boards' })).toEqual(['board.changed']);
      expect(await actions({ unitId: units.sister, group: 'content' })).toEqual(['playlist.changed']);
    });
    it('by time, the end left out', async () => {
      const at = (await page({ group: 'boards' })).entries[0]!.at;
      expect(await actions({ from: at, to: at + 1 })).toEqual(['board.changed']);
      expect(await actions({ from: at + 1, to: at + 1000 })).toEqual([]);
    });
  });

  it('shows nobody what is not theirs to see', async () => {
    for (const role of ['province', 'auditor'] as const) {
      const reader = testActor({ unitId: units.commune, role });
      const theirs = await page({}, reader);
      expect(theirs.entries.length).toBeGreaterThan(0);
      for (const { unit } of theirs.entries) expect([units.commune, units.village]).toContain(unit?.id);
      await expect(page({ unitId: units.sister }, reader)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(page({ unitId: units.province }, reader)).rejects.toMatchObject({ code: 'forbidden' });
    }
    for (const role of ['approver', 'editor', 'technician', 'viewer'] as const)
      expect(await actions({}, testActor({ unitId: units.province, role }))).toEqual([]);
  });

  it('holds every sign-in: one that worked, one that did not, its end', async () => {
    const origin = '10.1.0.7';
    await accounts.signIn({ email: 'lan@xa.example.vn', password: 'sai mật khẩu' }, origin, null).catch(() => null);
    test.sources.advance(1000);
    const { token } = await accounts.signIn({ email: 'lan@xa.example.vn', password }, origin, null);
    test.sources.advance(1000);
    await accounts.signOut((await accounts.resolve(token))!);
    const { entries } = await page({ group: 'signIn', who: 'lan@xa.example.vn' });
    expect(entries.map(({ action }) => action)).toEqual(['session.ended', 'session.begun', 'session.refused']);
    expect(entries[1]).toMatchObject({ who: { id: lan }, detail: { address: origin } });
    expect(entries[2]).toMatchObject({ who: null, subject: { name: 'Đỗ Thị Lan' } });
    expect(JSON.stringify(entries)).not.toContain('sai mật khẩu');
  });

  it('keeps what people, boards and units were called then, whatever they are called now', async () => {
    const boards = createBoardsService(test.context, { units: test.units });
    const board = await boards.create(root, {
      unitId: units.commune,
      name: 'Bảng cũ',
      place: '',
      kind: 'lcd',
      width: 1920,
      height: 1080,
      output: { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 },
      pitchUm: null,
      readingDistanceCm: null,
      zone: 'Asia/Ho_Chi_Minh',
      groups: [],
      defaultPlaylistId: null,
    });
    const id = await accounts.createUser(root, { name: 'Tên cũ', email: 'cu@xa.example.vn', password, grants: [] });
    await write(
      {
        action: 'board.commanded',
        subjectType: 'board',
        subjectId: board.id,
        actor: { userId: id },
        unitId: units.commune,
      },
      { subjectId: 'tin', unitId: units.commune, detail: { items: [{ boardId: board.id }], unitIds: [units.village] } },
    );
    await under.store.write.updateTable('users').set({ name: 'Tên mới' }).where('id', '=', id).execute();
    await under.store.write.updateTable('boards').set({ name: 'Bảng mới' }).where('id', '=', board.id).execute();
    const [commanded] = (await page({ subjectId: board.id })).entries;
    expect(commanded).toMatchObject({ who: { id, name: 'Tên cũ' }, subject: { id: board.id, name: 'Bảng cũ' } });
    const [changed] = (await page({ subjectId: 'tin' })).entries;
    expect(changed!.names).toEqual({ [board.id]: 'Bảng cũ', [units.village]: 'Thôn Đông' });
  });

  it('names what an entry speaks of, whatever the key, and of long lists the first', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ id: `tin-${i}`, title: `Tin ${i}` }));
    await under.store.transaction(async (tx) => {
      const values = rows.map(({ id, title }) => [id, units.commune, title, 'local', '{}', 1, 0, 0, lan]);
      const columns = [
        'id',
        'unit_id',
        'title',
        'category',
        'content',
        'revision',
        'created_at',
        'updated_at',
      ] as const;
      await under.store.insertMany(tx, 'notices', [...columns, 'updated_by'], values);
    });
    await write(
      { subjectId: 'kho', detail: { notices: ['tin-1'], before: { parentId: units.sister }, moved: [units.village] } },
      { subjectId: 'dài', detail: { before: { items: rows.map(({ id }) => ({ itemId: id, noticeId: id })) } } },
    );
    expect((await page({ subjectId: 'kho' })).entries[0]!.names).toEqual({
      'tin-1': 'Tin 1',
      [units.sister]: 'Xã Bình',
      [units.village]: 'Thôn Đông',
    });
    const { names } = (await page({ subjectId: 'dài' })).entries[0]!;
    expect(names['tin-0']).toBe('Tin 0');
    expect(Object.keys(names).length).toBeLessThanOrEqual(mostNames);
  });

  it('takes the names that its writer knows, and asks for no others', async () => {
    await write({
      actor: { userId: 'ai đó', name: 'Nguyễn Thị Hoa' },
      subjectType: 'takeover',
      subjectId: 'lũ',
      names: { lũ: 'Lũ quét' },
    });
    expect((await page({ subjectId: 'lũ' })).entries[0]).toMatchObject({
      who: { name: 'Nguyễn Thị Hoa' },
      subject: { name: 'Lũ quét' },
    });
  });

  it('only grows: the database itself refuses to change or remove an entry', async () => {
    const { id } = (await page()).entries[0]!;
    const { write } = under.store;
    await expect(write.updateTable('audit_log').set({ detail: '{}' }).where('id', '=', id).execute()).rejects.toThrow(
      /only grows/,
    );
    await expect(write.deleteFrom('audit_log').where('id', '=', id).execute()).rejects.toThrow(/only grows/);
  });

  it('finds a thing that was renamed by either name, and what a release before has written', async () => {
    await write({ subjectId: 'đổi', detail: { title: 'Tiêm chủng', before: { title: 'Tiêm phòng' } } });
    for (const q of ['tiem chung', 'tiem phong']) expect((await page({ q })).entries[0]!.subject.id).toBe('đổi');

    const row = { ...entryRow, names: JSON.stringify({ 'bảng cũ': 'Bảng ngã ba' }), subject_id: 'bảng cũ' };
    const { write: db } = under.store;
    await db.insertInto('audit_log').values(row).execute();
    expect(await actions({ q: 'nga ba' })).toEqual([]);
    await log.foldOldRows();
    expect((await page({ q: 'nga ba' })).entries.map(({ id }) => id)).toEqual([row.id]);
    const change = (set: object) => db.updateTable('audit_log').set(set).where('id', '=', row.id).execute();
    for (const set of [{ folded: 'khac' }, { folded: null }, { at: 1 }])
      await expect(change(set)).rejects.toThrow(/only grows/);
    const other = { ...entryRow, id: 'mục khác', folded: null };
    await db.insertInto('audit_log').values(other).execute();
    await expect(
      db.updateTable('audit_log').set({ folded: 'x', detail: '{"a":1}' }).where('id', '=', other.id).execute(),
    ).rejects.toThrow(/only grows/);
  });

  it('finds what was done in the place of somebody by either of the two', async () => {
    const detail = { version: 1, inPlaceOf: lan };
    await write({ action: 'notice.approved', actor: { userId: binh }, unitId: units.commune, detail });
    for (const who of ['do thi lan', 'binh@xa']) expect((await actions({ who }))[0]).toBe('notice.approved');
  });
});
