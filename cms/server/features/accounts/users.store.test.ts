import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../../shared/protocol/api/accounts.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, withAccount, type TestContext } from '../../testing.ts';
import { createAccountsService, type AccountsService } from './service.ts';
import { linkLifeMs } from './links.ts';

const password = 'một câu đủ dài để nhớ';
const origin = { address: '10.1.0.1', userAgent: 'Firefox trên Linux' };

describeStores('managing accounts', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  /** Administrator of the whole province, who never signs in. */
  let root: Actor;
  let serial = 0;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    accounts = createAccountsService(test.context, { units: test.units });
    root = await withAccount(under.store, testActor({ unitId: units.province, role: 'administrator' }));
  });
  afterAll(() => test.discard());
  beforeEach(() => void (test.emitted.length = 0));

  const invite = (role: Role, unitId: string, actor = root) =>
    accounts.users.invite(actor, {
      name: 'Nguyễn Thị Mới',
      email: `moi${++serial}@xa.example.vn`,
      grants: [{ unitId, role }],
    });
  /** Somebody who has followed their invitation. */
  async function join(role: Role, unitId: string) {
    const { user, link } = await invite(role, unitId);
    const session = (await accounts.users.links.use({ token: link.token, password }, origin))!;
    return { user, token: session.token, actor: (await accounts.resolve(session.token))! };
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
  const trail = async (userId: string) => {
    const rows = await under.store.read
      .selectFrom('audit_log')
      .select(['action', 'user_id', 'unit_id'])
      .where('subject_id', '=', userId)
      .orderBy('id')
      .execute();
    return rows;
  };

  describe('an invitation', () => {
    it('leads its person in once; used twice it says so', async () => {
      const { user, link } = await invite('editor', units.commune);
      expect(user).toMatchObject({ state: 'invited', manageable: true, link: { purpose: 'invitation' } });
      expect(link.expiresAt - test.sources.now()).toBe(linkLifeMs.invitation);
      expect(await accounts.users.links.check(link.token, '10.1.0.1')).toMatchObject({
        purpose: 'invitation',
        name: 'Nguyễn Thị Mới',
        email: user.email,
      });
      const session = await accounts.users.links.use({ token: link.token, password }, origin);
      expect(session!.me).toMatchObject({ user: { id: user.id }, grants: [{ unitName: 'Xã An', role: 'editor' }] });
      expect(await accounts.users.get(root, user.id)).toMatchObject({
        state: 'active',
        link: null,
        lastSignInAt: test.sources.now(),
      });
      for (const again of [
        accounts.users.links.check(link.token, '10.1.0.1'),
        accounts.users.links.use({ token: link.token, password: 'một mật khẩu khác hẳn' }, origin),
      ])
        await expect(again).rejects.toMatchObject({ code: 'link_used', status: 409 });
      await expect(accounts.signIn({ email: user.email, password }, '10.1.0.1', null)).resolves.toBeDefined();
      expect((await trail(user.id)).map(({ action, user_id }) => [action, user_id === root.userId])).toEqual([
        ['user.invited', true],
        ['user.joined', false],
        ['session.begun', false],
        ['session.begun', false],
      ]);
    });

    it('is taken by one of two who come at the same time', async () => {
      const { link } = await invite('viewer', units.commune);
      const both = await Promise.all(
        [0, 1].map(() => code(accounts.users.links.use({ token: link.token, password }, origin))),
      );
      expect(both.toSorted()).toEqual(['done', 'link_used']);
    });

    it('is kept as a hash only', async () => {
      const { link } = await invite('viewer', units.commune);
      const rows = await under.store.read.selectFrom('account_links').selectAll().execute();
      const log = await under.store.read.selectFrom('audit_log').selectAll().execute();
      expect(JSON.stringify([rows, log])).not.toContain(link.token);
    });

    it('ends: by time, by a newer one, by being taken back, with the account', async () => {
      const late = await invite('viewer', units.commune);
      test.sources.advance(linkLifeMs.invitation);
      expect(await code(accounts.users.links.check(late.link.token, '10.1.0.2'))).toBe('link_expired');
      const newer = await accounts.users.issueLink(root, late.user.id);
      expect(newer.purpose).toBe('invitation');
      expect(await code(accounts.users.links.check(late.link.token, '10.1.0.2'))).toBe('link_replaced');
      await accounts.users.revokeLink(root, late.user.id);
      expect(await code(accounts.users.links.check(newer.token, '10.1.0.2'))).toBe('link_replaced');
      const last = await accounts.users.issueLink(root, late.user.id);
      await accounts.users.setActive(root, late.user.id, false);
      expect(await code(accounts.users.links.use({ token: last.token, password }, origin))).toBe('link_unknown');
      expect(await code(accounts.users.issueLink(root, late.user.id))).toBe('user_inactive');
    });

    it('cannot be found by trying', async () => {
      const tries = [];
      for (let i = 0; i < 60; i++) tries.push(await code(accounts.users.links.check(`x${i}`, '10.1.0.3')));
      expect([tries.at(0), tries.at(-1)]).toEqual(['link_unknown', 'sign_in_throttled']);
    });

    it('goes to an address once, however it is written', async () => {
      const { user } = await invite('viewer', units.commune);
      const again = { name: 'Người khác', email: ` ${user.email.toUpperCase()}`, grants: [] };
      await expect(
        accounts.users.invite(root, { ...again, grants: [{ unitId: units.sister, role: 'viewer' }] }),
      ).rejects.toMatchObject({ code: 'email_taken', status: 409, field: 'email' });
    });
  });

  describe('a link', () => {
    const use = (token: string) => code(accounts.users.links.use({ token, password: 'mật khẩu của kẻ khác' }, origin));
    const revocations = async (userId: string) =>
      (
        await under.store.read
          .selectFrom('audit_log')
          .select(['user_id', 'unit_id', 'detail'])
          .where('subject_id', '=', userId)
          .where('action', '=', 'user.linkRevoked')
          .execute()
      ).map((row) => [row.user_id, row.unit_id, (JSON.parse(row.detail) as { reason?: string }).reason]);

    it('is no way up: who is given more than its issuer holds is not reached by it', async () => {
      const [officer, editor] = [await join('province', units.commune), await join('editor', units.commune)];
      const link = await accounts.users.issueLink(officer.actor, editor.user.id);
      const more = { unitId: units.commune, role: 'viewer' } as const;
      expect((await accounts.users.grant(root, editor.user.id, more)).link).not.toBeNull();
      const all = { unitId: units.commune, role: 'administrator' } as const;
      expect((await accounts.users.grant(root, editor.user.id, all)).link).toBeNull();
      expect(await use(link.token)).toBe('link_replaced');
      expect(await revocations(editor.user.id)).toEqual([[root.userId, units.commune, 'issuer_right_ended']]);
      expect(await accounts.resolve(editor.token)).not.toBeNull();
    });

    it('ends with the account of its issuer, and with their right', async () => {
      const [one, two] = [await join('province', units.commune), await join('province', units.commune)];
      const [first, second] = [await invite('viewer', units.commune, one.actor), await join('editor', units.village)];
      const reset = await accounts.users.issueLink(two.actor, second.user.id);
      await accounts.users.setActive(root, one.user.id, false);
      // Opened again, the account brings none back.
      await accounts.users.setActive(root, one.user.id, true);
      expect(await use(first.link.token)).toBe('link_replaced');
      expect(await revocations(first.user.id)).toEqual([[root.userId, units.commune, 'issuer_right_ended']]);
      await accounts.users.withdraw(root, two.user.id, { unitId: units.commune, role: 'province' });
      expect(await use(reset.token)).toBe('link_replaced');
      expect(await revocations(second.user.id)).toEqual([[root.userId, units.village, 'issuer_right_ended']]);
    });

    it("is asked about again when it is used: the unit may be another one's by then", async () => {
      const [officer, villager] = [await join('province', units.commune), await join('editor', units.village)];
      const link = await accounts.users.issueLink(officer.actor, villager.user.id);
      const move = (parentId: string, reason: string) =>
        test.units.change(root, units.village, { parentId, from: '2026-06-01', reason });
      await move(units.sister, 'Chuyển thôn');
      expect(await code(accounts.users.links.check(link.token, '10.1.0.9'))).toBe('link_replaced');
      expect(await use(link.token)).toBe('link_replaced');
      await move(units.commune, 'Chuyển lại');
      expect(await use(link.token)).toBe('link_replaced');
      expect(await revocations(villager.user.id)).toEqual([[null, units.village, 'issuer_right_ended']]);
      expect(await accounts.resolve(villager.token)).not.toBeNull();
    });

    it('ends when its person changes the password', async () => {
      const { user, actor } = await join('editor', units.commune);
      const link = await accounts.users.issueLink(root, user.id);
      await accounts.changePassword(actor, { current: password, next: 'một câu mới còn dài hơn' }, '10.1.0.9');
      expect(await use(link.token)).toBe('link_replaced');
      expect(await revocations(user.id)).toEqual([[user.id, units.commune, 'password_changed']]);
    });
  });

  describe('rights', () => {
    it('are handed on by those who hold them there, and by nobody else', async () => {
      const officer = testActor({ unitId: units.commune, role: 'province' });
      expect(await code(invite('approver', units.village, officer))).toBe('done');
      expect(await code(invite('province', units.commune, officer))).toBe('done');
      expect(await code(invite('administrator', units.commune, officer))).toBe('grant_not_held');
      expect(await code(invite('viewer', units.province, officer))).toBe('forbidden');
      expect(await code(invite('viewer', units.sister, officer))).toBe('forbidden');
      expect(await code(invite('viewer', test.sources.newId(), officer))).toBe('unit_unknown');
      expect(await code(invite('viewer', units.commune, testActor({ unitId: units.commune, role: 'approver' })))).toBe(
        'forbidden',
      );
    });

    it('protect the account that holds more, or elsewhere: to manage it would be to become it', async () => {
      const officer = testActor({ unitId: units.province, role: 'province' });
      const { user } = await join('administrator', units.commune);
      expect(await accounts.users.get(officer, user.id)).toMatchObject({ manageable: false });
      const tries = [
        accounts.users.patch(officer, user.id, { email: 'cua-toi@example.vn' }),
        accounts.users.setActive(officer, user.id, false),
        accounts.users.issueLink(officer, user.id),
        accounts.users.revokeLink(officer, user.id),
        accounts.users.sessions(officer, user.id),
        accounts.users.endSessions(officer, user.id),
      ];
      expect(await Promise.all(tries.map(code))).toEqual(tries.map(() => 'forbidden'));
      const withdrawal = { unitId: units.commune, role: 'administrator' } as const;
      expect(await code(accounts.users.withdraw(officer, user.id, withdrawal))).toBe('grant_not_held');

      const local = testActor({ unitId: units.commune, role: 'administrator' });
      const both = await invite('viewer', units.commune);
      await accounts.users.grant(root, both.user.id, { unitId: units.sister, role: 'viewer' });
      expect(await code(accounts.users.issueLink(local, both.user.id))).toBe('forbidden');
      // What they gave they may take.
      const here = { unitId: units.commune, role: 'viewer' } as const;
      expect((await accounts.users.withdraw(root, both.user.id, here)).grants).toMatchObject([
        { unitId: units.sister },
      ]);
      expect(await code(accounts.users.get(local, both.user.id))).toBe('user_unknown');
    });

    it('come and go at once, and are told of', async () => {
      const { user, token } = await join('viewer', units.commune);
      test.emitted.length = 0;
      await accounts.users.grant(root, user.id, { unitId: units.commune, role: 'editor' });
      await accounts.users.grant(root, user.id, { unitId: units.commune, role: 'editor' });
      expect((await accounts.resolve(token))!.grants.map(({ role }) => role)).toEqual(['editor', 'viewer']);
      await accounts.users.withdraw(root, user.id, { unitId: units.commune, role: 'editor' });
      expect((await accounts.resolve(token))!.grants.map(({ role }) => role)).toEqual(['viewer']);
      expect(test.emitted.filter(({ name }) => name === 'accountChanged')).toHaveLength(3);
      expect((await trail(user.id)).slice(-2)).toEqual([
        { action: 'user.granted', user_id: root.userId, unit_id: units.commune },
        { action: 'user.withdrawn', user_id: root.userId, unit_id: units.commune },
      ]);
    });

    it('of nobody are for those who manage everywhere', async () => {
      const { user } = await invite('viewer', units.commune);
      await accounts.users.withdraw(root, user.id, { unitId: units.commune, role: 'viewer' });
      expect(await code(accounts.users.get(testActor({ unitId: units.commune, role: 'province' }), user.id))).toBe(
        'user_unknown',
      );
      expect(await accounts.users.get(root, user.id)).toMatchObject({ grants: [], manageable: true });
    });
  });

  describe('who publishes for a unit', () => {
    it('are its own people, or those of the nearest unit above that has any; whoever cannot sign in is not named', async () => {
      const editor = testActor({ unitId: units.village, role: 'editor' });
      const named = () => accounts.users.publishers(editor, units.village);
      const { user } = await join('approver', units.commune);
      await invite('approver', units.village);
      await join('editor', units.village);
      await accounts.users.patch(root, user.id, { name: 'Lê Văn Duyệt' });
      expect(await named()).toContain('Lê Văn Duyệt');
      const nearer = await join('approver', units.village);
      await accounts.users.patch(root, nearer.user.id, { name: 'Trần Thị Thôn' });
      expect(await named()).toEqual(['Trần Thị Thôn']);
      expect(await accounts.users.approvers(editor, units.village)).toEqual(['Trần Thị Thôn']);
      // Whoever asks knows of themselves.
      expect(await accounts.users.approvers(nearer.actor, units.village)).toContain('Lê Văn Duyệt');
      await accounts.users.setActive(root, nearer.user.id, false);
      expect(await named()).toContain('Lê Văn Duyệt');
      const viewer = testActor({ unitId: units.village, role: 'viewer' });
      for (const asked of [accounts.users.publishers, accounts.users.approvers])
        expect(await code(asked(viewer, units.village))).toBe('forbidden');
    });
  });

  describe('the last administrator', () => {
    it('stays, and two cannot close each other at the same time', async () => {
      const [one, two] = [await join('administrator', units.province), await join('administrator', units.province)];
      const role = { unitId: units.province, role: 'administrator' } as const;
      const both = await Promise.all([
        code(accounts.users.setActive(one.actor, two.user.id, false)),
        code(accounts.users.setActive(two.actor, one.user.id, false)),
      ]);
      expect(both.toSorted()).toEqual(['done', 'last_administrator']);
      const [left, gone] = both[0] === 'done' ? [one, two] : [two, one];
      expect(await code(accounts.users.withdraw(root, left.user.id, role))).toBe('last_administrator');
      expect(await code(accounts.users.setActive(root, left.user.id, false))).toBe('last_administrator');
      expect(await code(accounts.users.setActive(left.actor, left.user.id, false))).toBe('last_administrator');
      // One who was invited and never came does not count, nor one of a commune.
      await invite('administrator', units.province);
      await join('administrator', units.commune);
      expect(await code(accounts.users.withdraw(root, left.user.id, role))).toBe('last_administrator');

      await accounts.users.setActive(left.actor, gone.user.id, true);
      expect(await code(accounts.users.withdraw(root, left.user.id, role))).toBe('done');
    });

    it('or anybody else does not change their own rights', async () => {
      const { user, actor } = await join('province', units.province);
      const own = { unitId: units.province, role: 'province' } as const;
      const tries = [
        accounts.users.grant(actor, user.id, { ...own, role: 'viewer' }),
        accounts.users.withdraw(actor, user.id, own),
        accounts.users.setActive(actor, user.id, false),
        accounts.users.issueLink(actor, user.id),
      ];
      expect(await Promise.all(tries.map(code))).toEqual(tries.map(() => 'own_account'));
    });
  });

  describe('closing an account', () => {
    it('ends its sessions at once, and opening it again brings none back', async () => {
      const { user, token, actor } = await join('editor', units.commune);
      const closed = await accounts.users.setActive(root, user.id, false);
      expect(closed).toMatchObject({ state: 'inactive', link: null });
      expect(await accounts.resolve(token)).toBeNull();
      expect(test.emitted).toContainEqual({ name: 'sessionEnded', payload: { sessionHash: actor.sessionHash } });
      // Nobody learns who has an account but who knows its password.
      expect(await code(accounts.signIn({ email: user.email, password }, '10.1.1.1', null))).toBe('account_closed');
      const guessed = { email: user.email, password: `${password}!` };
      expect(await code(accounts.signIn(guessed, '10.1.1.1', null))).toBe('sign_in_failed');
      await accounts.users.setActive(root, user.id, true);
      expect(await accounts.resolve(token)).toBeNull();
      expect(await code(accounts.signIn({ email: user.email, password }, '10.1.1.1', null))).toBe('done');
    });
  });

  describe('sessions', () => {
    it('are listed without what would open them, and ended one by one or all', async () => {
      const { user, token, actor } = await join('editor', units.commune);
      const second = await accounts.signIn({ email: user.email, password }, '10.1.1.2', null, 'Chrome trên Android');
      const listed = await accounts.users.sessions(root, user.id);
      expect(listed.map(({ address, userAgent, current }) => [address, userAgent, current])).toEqual(
        expect.arrayContaining([
          ['10.1.0.1', 'Firefox trên Linux', false],
          ['10.1.1.2', 'Chrome trên Android', false],
        ]),
      );
      expect(JSON.stringify(listed)).not.toContain(actor.sessionHash);
      const own = await accounts.ownSessions(actor);
      const other = own.find(({ current }) => !current)!;
      await accounts.endOwnSession(actor, other.id);
      expect(await accounts.resolve(second.token)).toBeNull();
      await expect(accounts.endOwnSession(actor, other.id)).rejects.toMatchObject({
        code: 'session_unknown',
        status: 404,
      });
      await accounts.users.endSessions(root, user.id);
      expect(await accounts.resolve(token)).toBeNull();
      expect((await trail(user.id)).filter(({ action }) => action === 'session.ended')).toHaveLength(2);
    });

    it("of one person are not another's to end", async () => {
      const [one, two] = [await join('editor', units.commune), await join('editor', units.commune)];
      const [theirs] = await accounts.ownSessions(two.actor);
      expect(await code(accounts.endOwnSession(one.actor, theirs!.id))).toBe('session_unknown');
      expect(await accounts.resolve(two.token)).not.toBeNull();
    });
  });

  describe('a password', () => {
    it('is changed by who knows it; the other sessions end', async () => {
      const { user, token, actor } = await join('editor', units.commune);
      const other = await accounts.signIn({ email: user.email, password }, '10.1.2.1', null);
      const next = 'một câu mới còn dài hơn';
      const wrong = { current: 'không phải câu này', next };
      await expect(accounts.changePassword(actor, wrong, '10.1.2.1')).rejects.toMatchObject({
        code: 'password_wrong',
        status: 403,
        field: 'current',
      });
      expect(await code(accounts.changePassword(actor, { current: password, next: password }, '10.1.2.1'))).toBe(
        'password_unchanged',
      );
      await accounts.changePassword(actor, { current: password, next }, '10.1.2.1');
      expect(await accounts.resolve(token)).not.toBeNull();
      expect(await accounts.resolve(other.token)).toBeNull();
      expect(await code(accounts.signIn({ email: user.email, password: next }, '10.1.2.1', null))).toBe('done');
    });

    it('is guessed by nobody who found a page open', async () => {
      const { actor } = await join('editor', units.commune);
      const tries = [];
      for (let i = 0; i < 6; i++)
        tries.push(await code(accounts.changePassword(actor, { current: `${i}`, next: password }, '10.1.2.2')));
      expect([tries.at(0), tries.at(-1)]).toEqual(['password_wrong', 'sign_in_throttled']);
    });

    it('that was forgotten is chosen anew by a link of a day; every session ends', async () => {
      const { user, token } = await join('editor', units.commune);
      const link = await accounts.users.issueLink(root, user.id);
      expect(link).toMatchObject({
        purpose: 'password_reset',
        expiresAt: test.sources.now() + linkLifeMs.password_reset,
      });
      // The old one stays until the link is used.
      expect(await code(accounts.signIn({ email: user.email, password }, '10.1.2.3', null))).toBe('done');
      const next = 'một câu hoàn toàn khác';
      const session = await accounts.users.links.use({ token: link.token, password: next }, origin);
      expect(await accounts.resolve(token)).toBeNull();
      expect(await accounts.resolve(session!.token)).not.toBeNull();
      expect(await code(accounts.signIn({ email: user.email, password }, '10.1.2.3', null))).toBe('sign_in_failed');
    });
  });

  it('finds people without diacritics, by role, state and unit, page by page', async () => {
    const list = (query: Partial<Parameters<typeof accounts.users.list>[1]>) =>
      accounts.users.list(root, { query: '', limit: 100, ...query });
    const { user } = await accounts.users.invite(root, {
      name: 'Đặng Quốc Trưởng',
      email: 'truong@xa.example.vn',
      grants: [{ unitId: units.village, role: 'technician' }],
    });
    expect((await list({ query: 'dang truong' })).users.map(({ id }) => id)).toEqual([user.id]);
    expect((await list({ query: 'thon dong', role: 'technician', state: 'invited' })).users).toMatchObject([
      { id: user.id },
    ]);
    expect((await list({ query: 'dang truong', unitId: units.commune })).total).toBe(1);
    expect((await list({ query: 'dang truong', unitId: units.sister })).total).toBe(0);
    const all = (await list({})).users.map(({ id }) => id);
    const first = await list({ limit: 3 });
    expect(first).toMatchObject({ total: all.length, next: 3 });
    const rest = await list({ cursor: 3, limit: 500 });
    expect([...first.users, ...rest.users].map(({ id }) => id)).toEqual(all);
    expect(rest.next).toBeNull();
  });

  it('puts every failed sign-in into the log, without what may be a password', async () => {
    const { user } = await join('editor', units.commune);
    await code(accounts.signIn({ email: user.email, password: 'sai' }, '10.1.3.1', null));
    await code(accounts.signIn({ email: 'mat-khau-go-nham', password: 'sai' }, '10.1.3.1', null));
    const rows = await under.store.read
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'session.refused')
      .where('detail', 'like', '%10.1.3.1%')
      .orderBy('id')
      .execute();
    expect(rows).toMatchObject([
      { user_id: null, subject_id: user.id, unit_id: units.commune },
      { user_id: null, subject_id: null, unit_id: null },
    ]);
    expect(JSON.stringify(rows)).not.toContain('go-nham');
  });

  it('has a log that the database lets nobody change or empty', async () => {
    const { write } = under.store;
    const before = await write
      .selectFrom('audit_log')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .execute();
    await expect(write.updateTable('audit_log').set({ user_id: null }).execute()).rejects.toThrow('only grows');
    await expect(write.deleteFrom('audit_log').execute()).rejects.toThrow('only grows');
    const after = await write
      .selectFrom('audit_log')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .execute();
    expect(after).toEqual(before);
  });
});
