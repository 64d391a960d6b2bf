import { createHash } from 'node:crypto';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { describeStores } from '../../store/testing.ts';
import { machineSources } from '../../machine-sources.ts';
import { createTestContext, seedUnits, type TestContext } from '../../testing.ts';
import { createPasswords } from './passwords.ts';
import { createAccountsService, sessionIdleMs, sessionLifeMs, type AccountsService } from './service.ts';

const password = 'mật khẩu đủ dài';
const wrong = { email: 'lan@example.vn', password: 'sai' };

describeStores('accounts', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  const signIn = (address = '10.0.0.1', email = 'lan@example.vn', given = password) =>
    accounts.signIn({ email, password: given }, address, null);

  beforeAll(async () => {
    test = await createTestContext(under.store);
    accounts = createAccountsService(test.context, { units: test.units });
  });
  afterAll(() => test.discard());

  describe('the first administrator', () => {
    const request = {
      provinceName: 'Tỉnh Mới',
      provinceCode: '98',
      name: 'Nguyễn Văn A',
      email: 'A@Example.vn',
      password,
    };

    it('comes by a link that works once, and the newest link alone', async () => {
      const old = (await accounts.inviteFirstAdministrator())!;
      const token = (await accounts.inviteFirstAdministrator())!;
      await expect(accounts.setup({ ...request, token: old }, '10.0.0.9')).rejects.toMatchObject({
        code: 'setup_link_invalid',
        status: 403,
      });
      // Asked before the form is filled in; asking uses nothing up.
      await expect(accounts.checkSetup(old, '10.0.0.9')).rejects.toMatchObject({ code: 'setup_link_invalid' });
      await accounts.checkSetup(token, '10.0.0.9');
      expect(await accounts.hasUsers()).toBe(false);
      const { me } = await accounts.setup({ ...request, token }, '10.0.0.9');
      expect(me.user).toMatchObject({ name: 'Nguyễn Văn A', email: 'a@example.vn' });
      expect(me.grants).toEqual([{ unitId: expect.any(String), unitName: 'Tỉnh Mới', role: 'administrator' }]);
      await expect(accounts.setup({ ...request, token }, '10.0.0.9')).rejects.toMatchObject({
        code: 'setup_done',
        status: 409,
      });
      await expect(accounts.checkSetup(token, '10.0.0.9')).rejects.toMatchObject({ code: 'setup_done', status: 409 });
      expect(await accounts.inviteFirstAdministrator()).toBeNull();
    });

    it('cannot be found by asking for links', async () => {
      const ask = () => accounts.checkSetup('guess', '10.9.9.9').catch((error: { code: string }) => error.code);
      const codes = [];
      for (let i = 0; i < 60; i++) codes.push(await ask());
      expect(codes.at(0)).toBe('setup_done');
      expect(codes.at(-1)).toBe('sign_in_throttled');
    });

    it('may come within a week', async () => {
      // The same link on a CMS that nobody has set up, after its life: an account exists here, so the invitation alone is looked at.
      const rows = await under.store.read.selectFrom('invitations').selectAll().execute();
      expect(rows).toHaveLength(1);
      expect(rows[0]!.expires_at - rows[0]!.created_at).toBe(7 * 86_400_000);
    });
  });

  describe('signing in', () => {
    beforeAll(async () => {
      units = await seedUnits(test);
      await accounts.createUser(null, {
        email: 'Lan@Example.VN',
        name: 'Lan',
        password,
        grants: [{ unitId: units.commune, role: 'editor' }],
      });
    });

    it('takes the right password, however its letters were typed, and no other', async () => {
      const { me } = await signIn('10.0.1.1', ' LAN@example.vn', password.normalize('NFD'));
      expect(me).toMatchObject({
        user: { name: 'Lan' },
        grants: [{ unitId: units.commune, unitName: 'Xã An', role: 'editor' }],
      });
      await expect(signIn('10.0.1.1', 'lan@example.vn', password + ' ')).rejects.toMatchObject({
        code: 'sign_in_failed',
        status: 401,
      });
      await expect(signIn('10.0.1.1', 'nobody@example.vn')).rejects.toMatchObject({
        code: 'sign_in_failed',
        status: 401,
      });
    });

    it('costs what is recommended where people use it, and opens whatever the password was hashed at', async () => {
      const used = createAccountsService({ ...test.context, sources: machineSources }, { units: test.units });
      const email = 'chi@example.vn';
      const id = await used.createUser(null, { email, name: 'Chi', password, grants: [] });
      const { password_hash: hash } = await under.store.read
        .selectFrom('users')
        .select('password_hash')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(hash).toContain('$m=65536,t=3,p=4$');
      expect((await signIn('10.0.1.2', email)).me.user.name).toBe('Chi');
      await expect(signIn('10.0.1.2', email, password + ' ')).rejects.toMatchObject({ code: 'sign_in_failed' });
    });

    it('is throttled after five wrong passwords for the account from that address, and opens again', async () => {
      for (let i = 0; i < 5; i++)
        await expect(accounts.signIn(wrong, '10.0.2.1', null)).rejects.toMatchObject({ code: 'sign_in_failed' });
      await expect(signIn('10.0.2.1')).rejects.toMatchObject({
        code: 'sign_in_throttled',
        status: 429,
        params: { retryAfterSeconds: 900 },
      });
      // Nobody can lock somebody else out.
      await expect(signIn('10.0.2.2')).resolves.toBeDefined();
      test.sources.advance(15 * 60_000);
      await expect(signIn('10.0.2.1')).resolves.toBeDefined();
    });

    it('is throttled for the whole network that one line is given by IPv6', async () => {
      for (let i = 0; i < 5; i++)
        await expect(accounts.signIn(wrong, `2001:db8:1:2::${i}`, null)).rejects.toMatchObject({
          code: 'sign_in_failed',
        });
      await expect(signIn('2001:db8:1:2:ffff::1')).rejects.toMatchObject({ code: 'sign_in_throttled' });
      await expect(signIn('2001:db8:1:3::1')).resolves.toBeDefined();
    });

    it('is not throttled by requests that come at the same time and are right', async () => {
      await expect(Promise.all(Array.from({ length: 3 }, () => signIn('10.0.3.1')))).resolves.toHaveLength(3);
      await expect(signIn('10.0.3.1')).resolves.toBeDefined();
    });

    it('lets no more than five guesses through when they come at once', async () => {
      const guesses = await Promise.allSettled(
        Array.from({ length: 12 }, () => accounts.signIn(wrong, '10.0.4.1', null)),
      );
      const codes = guesses.map((guess) =>
        guess.status === 'rejected' ? (guess.reason as { code: string }).code : 'let in',
      );
      expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(5);
      expect(codes.filter((code) => code === 'sign_in_throttled')).toHaveLength(7);
    });

    it('ends the session that the browser held before', async () => {
      const first = await signIn('10.0.5.1');
      const second = await accounts.signIn({ email: 'lan@example.vn', password }, '10.0.5.1', first.token);
      expect(await accounts.resolve(first.token)).toBeNull();
      expect(await accounts.resolve(second.token)).not.toBeNull();
      // What its pages still have open is told to go.
      const sessionHash = createHash('sha256').update(first.token).digest('hex');
      expect(test.emitted).toContainEqual({ name: 'sessionEnded', payload: { sessionHash } });
    });
  });

  describe('a session', () => {
    it('is known by its secret alone, of which only the hash is kept', async () => {
      const { token, me } = await signIn('10.0.6.1');
      const actor = await accounts.resolve(token);
      expect(actor).toMatchObject({
        name: 'Lan',
        csrfToken: me.csrfToken,
        grants: [{ unitName: 'Xã An', role: 'editor' }],
      });
      expect(await accounts.resolve(token.slice(1))).toBeNull();
      const hashes = await under.store.read.selectFrom('sessions').select('token_hash').execute();
      expect(JSON.stringify(hashes)).not.toContain(token);
      expect(await accounts.resolve(actor!.sessionHash)).toBeNull();
    });

    it('ends eight hours after its last use', async () => {
      const { token } = await signIn('10.0.6.2');
      test.sources.advance(sessionIdleMs - 1);
      expect(await accounts.resolve(token)).not.toBeNull();
      // The use is written down behind the answer; a write of our own queues after it on SQLite, and is awaited on both.
      await expect.poll(async () => (await lastSeen(test, token)) === test.sources.now()).toBe(true);
      test.sources.advance(sessionIdleMs - 1);
      expect(await accounts.resolve(token)).not.toBeNull();
      await expect.poll(async () => (await lastSeen(test, token)) === test.sources.now()).toBe(true);
      test.sources.advance(sessionIdleMs);
      expect(await accounts.resolve(token)).toBeNull();
    });

    it('ends a week after its first use, however busy', async () => {
      const { token } = await signIn('10.0.6.3');
      const steps = Math.floor(sessionLifeMs / (sessionIdleMs / 2)) - 1;
      for (let i = 0; i < steps; i++) {
        test.sources.advance(sessionIdleMs / 2);
        expect(await accounts.resolve(token)).not.toBeNull();
        await expect.poll(async () => (await lastSeen(test, token)) === test.sources.now()).toBe(true);
      }
      test.sources.advance(sessionIdleMs / 2);
      expect(await accounts.resolve(token)).toBeNull();
    });

    it('ends with the account, by signing out, and is forgotten when over', async () => {
      const { token } = await signIn('10.0.6.4');
      const actor = (await accounts.resolve(token))!;
      await accounts.signOut(actor);
      expect(await accounts.resolve(token)).toBeNull();
      expect(test.emitted.at(-1)).toEqual({ name: 'sessionEnded', payload: { sessionHash: actor.sessionHash } });

      const other = await signIn('10.0.6.4');
      await under.store.write.updateTable('users').set({ active: 0 }).where('email', '=', 'lan@example.vn').execute();
      expect(await accounts.resolve(other.token)).toBeNull();
      await expect(signIn('10.0.6.4')).rejects.toMatchObject({ code: 'account_closed' });
      await under.store.write.updateTable('users').set({ active: 1 }).where('email', '=', 'lan@example.vn').execute();

      test.sources.advance(sessionIdleMs);
      await accounts.endOverSessions();
      expect(await under.store.read.selectFrom('sessions').selectAll().execute()).toEqual([]);
    });
  });
});

async function lastSeen(test: TestContext, token: string): Promise<number | undefined> {
  const hash = createHash('sha256').update(token).digest('hex');
  const row = await test.context.store.read
    .selectFrom('sessions')
    .select('last_seen_at')
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  return row?.last_seen_at;
}

describe('passwords', () => {
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length);
  const passwords = createPasswords({ randomBytes });

  it('are held as argon2id with the cost that RFC 9106 recommends', async () => {
    const hash = await passwords.hash(password);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await passwords.verify(password, hash)).toBe(true);
    expect(await passwords.verify('x' + password, hash)).toBe(false);
    expect(await passwords.verify(password, null)).toBe(false);
  });

  it('of another cost still count', async () => {
    // argon2 command-line tool: printf password | argon2 somesalt -id -t 2 -m 16 -p 1
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.verify('password', hash)).toBe(true);
    await expect(passwords.verify('password', 'plain')).rejects.toThrow();
  });
});
