import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Role } from '../../../../shared/protocol/api/accounts.ts';
import { longestDelegationMs } from '../../../../shared/protocol/api/delegations.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createAccountsService, type AccountsService } from './service.ts';

const password = 'bốn quả mít trên cành';
const day = 86_400_000;

describeStores('standing in for an approver', (under) => {
  let test: TestContext;
  let accounts: AccountsService;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let serial = 0;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    accounts = createAccountsService(test.context, { units: test.units });
    units = await seedUnits(test);
  });
  afterAll(() => test.discard());

  let approver: string;
  let editor: string;
  beforeEach(async () => {
    approver = await person(units.commune, 'approver');
    editor = await person(units.commune, 'editor');
  });

  const email = new Map<string, string>();
  async function person(unitId: string, role: Role): Promise<string> {
    const address = `p${++serial}@xa.example.vn`;
    const grants = [{ unitId, role }];
    const id = await accounts.createUser(null, { email: address, name: `Người ${serial}`, password, grants });
    email.set(id, address);
    return id;
  }
  /** As the next request of the person finds it. */
  async function actor(id: string): Promise<Actor> {
    const { token } = await accounts.signIn({ email: email.get(id)!, password }, `10.0.0.${serial}`, null);
    return (await accounts.resolve(token))!;
  }
  const may = async (id: string, unitId = units.commune): Promise<boolean> =>
    test.context.access.can(await actor(id), 'content.approve', unitId);
  const give = async (from: string, to: string, startsIn: number, endsIn: number, unitId = units.commune) => {
    const now = test.sources.now();
    return accounts.delegations.give(await actor(from), {
      unitId,
      userId: to,
      startsAt: now + startsIn,
      endsAt: now + endsIn,
    });
  };

  it('counts for nothing once the stand-in does not write there any more, and can be ended all the same', async () => {
    const given = await give(approver, editor, 0, day);
    expect(await may(editor)).toBe(true);
    const root = testActor({ unitId: units.province, role: 'administrator' });
    await accounts.users.withdraw(root, editor, { unitId: units.commune, role: 'editor' });
    await accounts.users.grant(root, editor, { unitId: units.sister, role: 'editor' });
    expect(await may(editor)).toBe(false);
    await accounts.delegations.end(await actor(approver), given.id);
    await accounts.users.grant(root, editor, { unitId: units.commune, role: 'editor' });
    expect(await may(editor)).toBe(false);
  });

  it('tells both what was done in the place of the other, also when it is over', async () => {
    const given = await give(approver, editor, 0, day);
    const taker = await actor(editor);
    const entry = (action: string, unitId: string, by: Actor, inPlaceOf: string | null) =>
      test.context.store.transaction((tx) =>
        test.context.audit(tx, {
          ...{ actor: by, action, subjectType: 'notice', subjectId: `${action} ${unitId}`, unitId },
          names: { [`${action} ${unitId}`]: 'Lịch cắt điện' },
          detail: inPlaceOf === null ? {} : { inPlaceOf },
        }),
      );
    await entry('notice.approved', units.commune, taker, approver);
    await entry('notice.returned', units.sister, taker, approver);
    await entry('notice.approved', units.commune, taker, null);
    await entry('notice.takenDown', units.commune, await actor(approver), null);
    const done = [{ at: expect.any(Number) as number, action: 'notice.approved', about: 'Lịch cắt điện' }];
    for (const one of [approver, editor]) {
      const { delegations, past } = await accounts.delegations.list(await actor(one));
      expect([delegations, past]).toMatchObject([[{ id: given.id, done }], []]);
    }
    await accounts.delegations.end(await actor(approver), given.id);
    for (const one of [approver, editor]) {
      const { delegations, past } = await accounts.delegations.list(await actor(one));
      expect([delegations, past]).toMatchObject([[], [{ id: given.id, done }]]);
      expect(past[0]!.done).toHaveLength(1);
    }
    expect((await accounts.delegations.list(await actor(await person(units.commune, 'approver')))).past).toEqual([]);
  });

  it('tells the open pages of both when it begins and when it is over by time', async () => {
    const told: string[] = [];
    const off = test.context.events.on('accountChanged', ({ userId }) => told.push(userId));
    const heard = async (): Promise<string[]> => {
      await accounts.delegations.tellOfTime();
      return told.splice(0).toSorted();
    };
    await give(approver, editor, day, 3 * day);
    told.length = 0;
    expect(await heard()).toEqual([]);
    for (const days of [1, 2]) {
      test.sources.advance(days * day);
      expect(await heard()).toEqual([approver, editor].toSorted());
      expect(await heard()).toEqual([]);
    }
    off();
  });

  it('lets a colleague approve and publish between two times, there and below, and says in whose place', async () => {
    const given = await give(approver, editor, day, 3 * day);
    expect(given).toMatchObject({ unitId: units.commune, from: { id: approver }, to: { id: editor } });
    expect(await may(editor)).toBe(false);
    test.sources.advance(day);
    const standIn = await actor(editor);
    expect(accounts.me(standIn).grants).toContainEqual({
      unitId: units.commune,
      unitName: expect.any(String),
      role: 'approver',
      lent: { by: approver, name: given.from.name, until: given.endsAt },
    });
    const { access } = test.context;
    for (const unitId of [units.commune, units.village])
      expect(access.can(standIn, 'programme.publish', unitId)).toBe(true);
    expect(access.can(standIn, 'content.approve', units.sister)).toBe(false);
    expect(access.inPlaceOf(standIn, 'content.approve', units.village)).toBe(approver);
    expect(access.inPlaceOf(standIn, 'content.edit', units.village)).toBeNull();
    const root = testActor({ unitId: units.province, role: 'administrator' });
    const { from, startsAt, endsAt } = given;
    expect((await accounts.users.get(root, editor)).standsIn).toEqual([
      { unitId: units.commune, unitName: given.unitName, from, startsAt, endsAt },
    ]);
    expect(await accounts.users.approvers(await actor(approver), units.commune)).toContain(given.to.name);
    test.sources.advance(2 * day);
    expect(await may(editor)).toBe(false);
    expect((await accounts.delegations.list(await actor(approver))).delegations).toEqual([]);
  });

  it('ends with the right and the account that it hangs from, and by either of the two', async () => {
    await give(approver, editor, 0, day);
    expect(await may(editor)).toBe(true);
    const root = testActor({ unitId: units.province, role: 'administrator' });
    await accounts.users.setActive(root, approver, false);
    expect(await may(editor)).toBe(false);
    await accounts.users.setActive(root, approver, true);
    expect(await may(editor)).toBe(true);
    await accounts.users.withdraw(root, approver, { unitId: units.commune, role: 'approver' });
    expect(await may(editor)).toBe(false);
    await accounts.users.grant(root, approver, { unitId: units.commune, role: 'approver' });
    const [given] = (await accounts.delegations.list(await actor(editor))).delegations;
    const stranger = await actor(await person(units.commune, 'approver'));
    const unknown = { code: 'delegation_unknown', status: 404 };
    await expect(accounts.delegations.end(stranger, given!.id)).rejects.toMatchObject(unknown);
    await accounts.delegations.end(await actor(editor), given!.id);
    expect(await may(editor)).toBe(false);
    await expect(accounts.delegations.end(await actor(editor), given!.id)).rejects.toMatchObject(unknown);
    const early = await give(approver, editor, day, 2 * day);
    await accounts.delegations.end(await actor(approver), early.id);
    test.sources.advance(1.5 * day);
    expect(await may(editor)).toBe(false);
  });

  it('is given by who approves there by right of their own, to colleagues there or above, for a while, once', async () => {
    const refused = (code: string) => expect.objectContaining({ code });
    await expect(give(editor, approver, 0, day)).rejects.toEqual(refused('forbidden'));
    const beside = await person(units.sister, 'editor');
    await expect(give(approver, beside, 0, day)).rejects.toEqual(refused('delegate_unknown'));
    await expect(give(approver, approver, 0, day)).rejects.toEqual(refused('delegate_unknown'));
    await expect(give(approver, editor, 0, -1)).rejects.toEqual(refused('delegation_ends_past'));
    await expect(give(approver, editor, 2 * day, day)).rejects.toEqual(refused('validity_reversed'));
    await expect(give(approver, editor, 0, longestDelegationMs + 1)).rejects.toEqual(refused('delegation_too_long'));
    await give(approver, editor, 0, 2 * day);
    await expect(give(approver, editor, day, 3 * day)).rejects.toEqual(refused('delegation_overlaps'));
    // What is lent is not lent on.
    const third = await person(units.commune, 'editor');
    await expect(give(editor, third, 0, day)).rejects.toEqual(refused('forbidden'));
    expect((await accounts.delegations.list(await actor(editor))).units).toEqual([]);
    const above = await person(units.province, 'editor');
    // Who does not write has nothing to do with it, and who approves there needs nobody's right.
    const others = [await person(units.commune, 'auditor'), await person(units.province, 'province')];
    const { people } = await accounts.delegations.delegates(await actor(approver), units.commune);
    expect(people.map(({ id }) => id)).toEqual(expect.arrayContaining([editor, third, above]));
    expect(people.at(-1)!.unitName).not.toBe(people[0]!.unitName);
    for (const id of [beside, ...others]) {
      expect(people.map((one) => one.id)).not.toContain(id);
      await expect(give(approver, id, 0, day)).rejects.toEqual(refused('delegate_unknown'));
    }
  });
});
