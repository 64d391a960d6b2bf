/** Two hands on one account at the same moment: what is decided last stands, and nothing that was refused lives on. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Context } from '../../context.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, type TestContext } from '../../testing.ts';
import { createAccountsService, type AccountsService } from './service.ts';

const password = 'một câu đủ dài để nhớ';
const address = '10.3.0.1';

describeStores('accounts at the same moment', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let serial = 0;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    accounts = createAccountsService(test.context, { units: test.units });
  });
  afterAll(() => test.discard());

  const serviceWith = (other: Partial<Context>): AccountsService =>
    createAccountsService({ ...test.context, ...other }, { units: test.units });
  async function person(role: 'editor' | 'administrator' = 'editor') {
    const email = `cung-luc${++serial}@xa.example.vn`;
    const grants = [{ unitId: role === 'editor' ? units.commune : units.province, role }];
    const id = await accounts.createUser(null, { email, name: 'Người', password, grants });
    const { token } = await accounts.signIn({ email, password }, address, null);
    return { id, email, token, actor: (await accounts.resolve(token))! };
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );

  it('a sign-in with the old password does not outlive the change that ends all sessions', async () => {
    const [owner, before] = [await person(), await person()];
    const [reached, goOn, asked] = [1, 2, 3].map(() => Promise.withResolvers<void>());
    // Stands still after it has looked at the account again, before its session is there.
    const slow = serviceWith({
      audit: async (tx, ...entries) => {
        if (entries[0]!.detail.reason === 'signed_in_again') {
          reached!.resolve();
          await goOn!.promise;
        }
        return test.context.audit(tx, ...entries);
      },
    });
    const signIn = slow.signIn({ email: owner.email, password }, address, before.token);
    await reached!.promise;
    const changing = serviceWith({
      store: {
        ...under.store,
        transaction: (work) => {
          asked!.resolve();
          return under.store.transaction(work);
        },
      },
    });
    let changed = false;
    const change = changing
      .changePassword(owner.actor, { current: password, next: 'một câu mới còn dài hơn' }, address)
      .then(() => (changed = true));
    await asked!.promise;
    // On SQLite there is one writer; on PostgreSQL it runs until it is through or has to wait for the sign-in.
    if (under.dialect === 'postgres')
      await vi.waitFor(async () => {
        const { rows } = await sql<{ n: string }>`
          select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        `.execute(under.store.read);
        expect(changed || Number(rows[0]!.n) > 0).toBe(true);
      });
    goOn!.resolve();
    const session = await signIn.catch(() => null);
    await change;
    expect(session && (await accounts.resolve(session.token))).toBeNull();
  });

  /** What comes between the check of the old password and the writing of the new one. */
  const changePasswordAfter = (between: () => Promise<unknown>, { actor }: Awaited<ReturnType<typeof person>>) =>
    serviceWith({
      store: {
        ...under.store,
        transaction: async (work) => {
          await between();
          return under.store.transaction(work);
        },
      },
    }).changePassword(actor, { current: password, next: 'mật khẩu của kẻ xâm nhập' }, address);
  const opens = (email: string, given: string) =>
    code(accounts.signIn({ email, password: given }, '10.3.0.2', null)).then((said) => said === 'done');

  it('a password that the owner has just chosen by a link stands', async () => {
    const [admin, intruded] = [await person('administrator'), await person()];
    const link = await accounts.users.issueLink(admin.actor, intruded.id);
    const next = 'chủ thật đã đặt lại rồi';
    const change = changePasswordAfter(
      () => accounts.users.links.use({ token: link.token, password: next }, { address, userAgent: null }),
      intruded,
    );
    await expect(change).rejects.toMatchObject({ code: 'password_wrong', status: 403, field: 'current' });
    expect(await opens(intruded.email, next)).toBe(true);
  });

  it('a password is not changed from a session that has just been ended', async () => {
    const intruded = await person();
    const change = changePasswordAfter(() => accounts.endOwnSessions(intruded.actor), intruded);
    await expect(change).rejects.toMatchObject({ code: 'not_signed_in', status: 401 });
    expect(await opens(intruded.email, password)).toBe(true);
  });
});
