import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../../shared/protocol/api/accounts.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, withAccount, type TestContext } from '../../testing.ts';
import { isSecondFactorRequired, setSecondFactorRequired } from './second-factor-policy.ts';
import { createAccountsService, type AccountsService } from './service.ts';
import { createSettings } from './settings.ts';

const password = 'một câu đủ dài để nhớ';
const address = '10.2.0.1';

describeStores('a second factor', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let root: Actor;
  let serial = 0;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    accounts = createAccountsService(test.context, { units: test.units });
    root = await withAccount(under.store, testActor({ unitId: units.province, role: 'administrator' }));
  });
  afterAll(() => test.discard());
  beforeEach(async () => {
    test.emitted.length = 0;
    // Windows of throttles end.
    test.sources.advance(3_600_000);
    await setSecondFactorRequired(under.store.write, true);
  });

  async function person(role: Role) {
    const email = `nguoi${++serial}@tinh.example.vn`;
    const id = await accounts.createUser(root, {
      email,
      name: 'Người',
      password,
      grants: [{ unitId: units.province, role }],
    });
    return { id, email };
  }
  const signIn = async (email: string) => {
    const { token, me } = await accounts.signIn({ email, password }, address, null);
    return { token, me, actor: (await accounts.resolve(token))! };
  };
  const again = async (token: string) => (await accounts.resolve(token))!;
  const codeOf = (secret: string, offsetMs = 0): string =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: test.sources.now() + offsetMs });
  /** Somebody with a second factor, signed in again with no more than their password. */
  async function guarded(role: Role = 'province') {
    const { id, email } = await person(role);
    const first = await signIn(email);
    const { secret } = await accounts.secondFactor.begin(first.actor, role === 'province' ? null : password, address);
    const { recoveryCodes } = await accounts.secondFactor.confirm(first.actor, codeOf(secret), address);
    test.sources.advance(60_000);
    return { id, email, secret, recoveryCodes, first, second: await signIn(email) };
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
  const trail = async (id: string) =>
    (
      await under.store.read
        .selectFrom('audit_log')
        .select(['action', 'user_id', 'detail'])
        .where('subject_id', '=', id)
        .orderBy('at')
        .orderBy('id')
        .execute()
    ).map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));

  describe('is asked for', () => {
    it.each([
      ['administrator', 'setUp'],
      ['province', 'setUp'],
      ['approver', 'none'],
      ['editor', 'none'],
      ['technician', 'none'],
      ['viewer', 'none'],
    ] as const)('of %s: %s', async (role, standing) => {
      const { email } = await person(role);
      const { me, actor } = await signIn(email);
      expect([me.secondFactor, actor.secondFactor]).toEqual([standing, standing]);
    });
    it('unless the installation says otherwise, which somebody has to say', async () => {
      expect(await isSecondFactorRequired(under.store.read)).toBe(true);
      await under.store.write.deleteFrom('settings').where('key', '=', 'second_factor_required').execute();
      expect(await isSecondFactorRequired(under.store.read)).toBe(true);
      await setSecondFactorRequired(under.store.write, false);
      const { email } = await person('province');
      expect((await signIn(email)).me.secondFactor).toBe('none');
    });
    it('as soon as a role is granted that needs it', async () => {
      const { id, email } = await person('editor');
      const { token } = await signIn(email);
      await accounts.users.grant(root, id, { unitId: units.commune, role: 'province' });
      expect((await again(token)).secondFactor).toBe('setUp');
    });
    it('by an administrator of the whole installation alone, in the log', async () => {
      const settings = createSettings(test.context);
      for (const actor of [
        testActor({ unitId: units.province, role: 'province' }),
        testActor({ unitId: units.commune, role: 'administrator' }),
      ])
        expect(await code(settings.write(actor, { secondFactorRequired: false }))).toBe('forbidden');
      expect(await settings.write(root, { secondFactorRequired: false })).toEqual({ secondFactorRequired: false });
      expect(await settings.read()).toEqual({ secondFactorRequired: false });
      const entry = await under.store.read
        .selectFrom('audit_log')
        .selectAll()
        .where('action', '=', 'settings.changed')
        .executeTakeFirstOrThrow();
      expect(JSON.parse(entry.detail)).toEqual({
        secondFactorRequired: false,
        before: { secondFactorRequired: true },
      });
    });
  });

  describe('is set up', () => {
    it('at the first sign-in by the first right code, which is used up', async () => {
      const { email, id } = await person('province');
      const { token, actor } = await signIn(email);
      const { secret, uri } = await accounts.secondFactor.begin(actor, null, address);
      expect(decodeURIComponent(uri)).toContain(email);
      expect(await code(accounts.secondFactor.confirm(actor, '000000', address))).toBe('second_factor_wrong');
      const first = codeOf(secret);
      const { recoveryCodes } = await accounts.secondFactor.confirm(actor, first, address);
      expect(recoveryCodes).toHaveLength(10);
      expect((await again(token)).secondFactor).toBe('passed');
      expect(test.emitted).toContainEqual({ name: 'accountChanged', payload: { userId: id } });
      const { actor: second } = await signIn(email);
      expect(await code(accounts.secondFactor.prove(second, first, address))).toBe('second_factor_used');
      expect((await accounts.users.get(root, id)).secondFactor).toBe(true);
    });
    it('freely by who need not, with their password; their other sessions have to show it', async () => {
      const { email } = await person('editor');
      const [one, other] = [await signIn(email), await signIn(email)];
      for (const wrong of [null, 'sai mật khẩu'])
        expect(await code(accounts.secondFactor.begin(one.actor, wrong, address))).toBe('password_wrong');
      const { secret } = await accounts.secondFactor.begin(one.actor, password, address);
      expect((await again(one.token)).secondFactor).toBe('none');
      await accounts.secondFactor.confirm(one.actor, codeOf(secret), address);
      expect((await again(one.token)).secondFactor).toBe('passed');
      expect((await again(other.token)).secondFactor).toBe('code');
    });
    it('never by who only knows the password of somebody who has one', async () => {
      const { second } = await guarded();
      expect(await code(accounts.secondFactor.begin(second.actor, password, address))).toBe('second_factor_needed');
      expect(await code(accounts.secondFactor.confirm(second.actor, '000000', address))).toBe('second_factor_needed');
    });
    it('by a secret that waits an hour and no longer', async () => {
      const { email } = await person('province');
      const { actor } = await signIn(email);
      expect(await code(accounts.secondFactor.confirm(actor, '000000', address))).toBe('second_factor_unbegun');
      const { secret } = await accounts.secondFactor.begin(actor, null, address);
      test.sources.advance(3_600_001);
      expect(await code(accounts.secondFactor.confirm(actor, codeOf(secret), address))).toBe('second_factor_unbegun');
    });
    it('anew on another phone; the old one counts until the new one is confirmed', async () => {
      const { email, secret: old, first } = await guarded();
      const actor = await again(first.token);
      const { secret } = await accounts.secondFactor.begin(actor, password, address);
      const late = await signIn(email);
      expect((await accounts.secondFactor.prove(late.actor, codeOf(old), address)).secondFactor).toBe('passed');
      await accounts.secondFactor.confirm(actor, codeOf(secret), address);
      test.sources.advance(60_000);
      const { actor: next } = await signIn(email);
      expect(await code(accounts.secondFactor.prove(next, codeOf(old), address))).toBe('second_factor_wrong');
      expect((await accounts.secondFactor.prove(next, codeOf(secret), address)).secondFactor).toBe('passed');
    });
  });

  describe('is shown', () => {
    it('after the password; until then the session tells nothing', async () => {
      const { second, secret, id } = await guarded();
      expect(second.me).toMatchObject({ secondFactor: 'code', grants: [] });
      const me = await accounts.secondFactor.prove(second.actor, codeOf(secret), address);
      expect(me.secondFactor).toBe('passed');
      expect(me.grants.map(({ role }) => role)).toEqual(['province']);
      expect((await again(second.token)).secondFactor).toBe('passed');
      const actions = (await trail(id)).map(({ action }) => action);
      expect(actions.slice(-2)).toEqual(['session.begun', 'session.confirmed']);
    });
    it('by a code of the step before or after too, each once, none before one that was used', async () => {
      const { secret, second, email } = await guarded();
      const ahead = codeOf(secret, 30_000);
      const before = codeOf(secret, -30_000);
      await accounts.secondFactor.prove(second.actor, ahead, address);
      const third = await signIn(email);
      for (const replayed of [ahead, codeOf(secret), before])
        expect(await code(accounts.secondFactor.prove(third.actor, replayed, address))).toBe('second_factor_used');
    });
    it('once only, also when two come at the same time', async () => {
      const { secret, email } = await guarded();
      const sessions = await Promise.all([signIn(email), signIn(email)]);
      const now = codeOf(secret);
      const outcomes = await Promise.all(
        sessions.map(({ actor }) => code(accounts.secondFactor.prove(actor, now, address))),
      );
      expect(outcomes.toSorted()).toEqual(['done', 'second_factor_used']);
    });
    it('by each recovery code once, however it is typed', async () => {
      const { recoveryCodes, second, email, id } = await guarded();
      const typed = ` ${recoveryCodes[3]!.toUpperCase().replaceAll('-', ' ')}`;
      expect((await accounts.secondFactor.prove(second.actor, typed, address)).secondFactor).toBe('passed');
      const third = await signIn(email);
      expect(await code(accounts.secondFactor.prove(third.actor, typed, address))).toBe('recovery_code_used');
      expect(await accounts.secondFactor.view(await again(second.token))).toMatchObject({ recoveryCodesLeft: 9 });
      expect(await trail(id)).toContainEqual({
        action: 'session.confirmed',
        user_id: id,
        detail: { address, secondFactor: 'recoveryCode', recoveryCodesLeft: 9 },
      });
    });
    it('by nobody who guesses: after five wrong codes an address waits, after twenty the account', async () => {
      const { second, secret } = await guarded();
      const guess = (from: string) => code(accounts.secondFactor.prove(second.actor, '000000', from));
      for (let i = 0; i < 5; i++) expect(await guess('10.9.0.1')).toBe('second_factor_wrong');
      expect(await guess('10.9.0.1')).toBe('sign_in_throttled');
      for (let i = 0; i < 15; i++) expect(await guess(`10.9.${i + 1}.1`)).toBe('second_factor_wrong');
      expect(await code(accounts.secondFactor.prove(second.actor, codeOf(secret), '10.77.0.1'))).toBe(
        'sign_in_throttled',
      );
      test.sources.advance(3_600_000);
      expect(await code(accounts.secondFactor.prove(second.actor, codeOf(secret), '10.77.0.1'))).toBe('done');
    });
    it('after a password was reset by a link as well', async () => {
      const { id, secret } = await guarded();
      const link = await accounts.users.issueLink(root, id);
      const session = await accounts.users.links.use(
        { token: link.token, password: `${password} mới` },
        { address, userAgent: null },
      );
      expect(session.me).toMatchObject({ secondFactor: 'code', grants: [] });
      const actor = await again(session.token);
      expect((await accounts.secondFactor.prove(actor, codeOf(secret), address)).secondFactor).toBe('passed');
    });
  });

  describe('is taken away', () => {
    it('by its person, unless it is required', async () => {
      const { first, second } = await guarded('editor');
      const actor = await again(first.token);
      expect(await code(accounts.secondFactor.remove(actor, 'sai', address))).toBe('password_wrong');
      await accounts.secondFactor.remove(actor, password, address);
      expect((await again(second.token)).secondFactor).toBe('none');
      const needed = await guarded('province');
      const kept = await again(needed.first.token);
      expect(await code(accounts.secondFactor.remove(kept, password, address))).toBe('second_factor_required');
    });
    it('by who manages the account, for who has lost their phone: every session ends', async () => {
      const { id, email, first } = await guarded();
      const officer = testActor({ unitId: units.commune, role: 'province' });
      expect(await code(accounts.users.resetSecondFactor(officer, id))).toBe('user_unknown');
      expect(await code(accounts.users.resetSecondFactor(await again(first.token), id))).toBe('own_account');
      expect((await accounts.users.resetSecondFactor(root, id)).secondFactor).toBe(false);
      expect(await accounts.resolve(first.token)).toBeNull();
      expect((await signIn(email)).me.secondFactor).toBe('setUp');
      expect((await trail(id)).map(({ action }) => action)).toContain('user.secondFactorReset');
    });
    it('with its recovery codes, which are replaced on request', async () => {
      const { first, recoveryCodes, email } = await guarded();
      const actor = await again(first.token);
      const renewed = await accounts.secondFactor.renewRecoveryCodes(actor, password, address);
      expect(renewed.recoveryCodes.some((one) => recoveryCodes.includes(one))).toBe(false);
      const { actor: next } = await signIn(email);
      expect(await code(accounts.secondFactor.prove(next, recoveryCodes[0]!, address))).toBe('recovery_code_wrong');
      expect(await code(accounts.secondFactor.prove(next, renewed.recoveryCodes[0]!, address))).toBe('done');
    });
  });

  it('stands nowhere in the database or the log as it is', async () => {
    const { secret, recoveryCodes, id } = await guarded();
    const row = await under.store.read
      .selectFrom('second_factors')
      .selectAll()
      .where('user_id', '=', id)
      .executeTakeFirstOrThrow();
    const codes = await under.store.read.selectFrom('recovery_codes').selectAll().execute();
    const log = await under.store.read.selectFrom('audit_log').selectAll().execute();
    const all = JSON.stringify([row, codes, log]);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString('base64url'));
    for (const one of recoveryCodes) expect(all).not.toContain(one);
  });
});
