/**
 * Accounts, for those who manage them. Two rules stand above all: nobody hands on, or lays hands on, a right that they do not hold
 * there themselves; and an installation never loses its last administrator.
 */
import type { z } from 'zod';
import { roles as roleNames } from '../../../../shared/protocol/api/accounts.ts';
import type {
  GrantInput,
  OneTimeLink,
  SignInSession,
  User,
  inviteRequest,
  userPatch,
  users as usersAnswer,
  usersQuery,
} from '../../../../shared/protocol/api/users.ts';
import { roleAllows } from '../../../../shared/protocol/rights.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { matches } from '../../../../shared/util/fold.ts';
import type { Action, Actor, Holder } from '../../access.ts';
import type { AuditEntry, Context } from '../../context.ts';
import { isUniqueViolation } from '../../store/errors.ts';
import type { Db, Tx } from '../../store/store.ts';
import { cleanLine } from '../../text.ts';
import type { UnitsService } from '../units/service.ts';
import { standInRole } from './delegations.ts';
import { standIns, takersOf, type StandIn } from './delegations-repo.ts';
import type { SignInGuard } from './guard.ts';
import { createLinks, type Issue, type Links } from './links.ts';
import type { Passwords } from './passwords.ts';
import { insertUser, type Grant } from './repo.ts';
import { deleteSecondFactor } from './second-factor-repo.ts';
import { normalizeEmail } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import * as repo from './users-repo.ts';
import type { Person } from './users-repo.ts';

/**
 * Codes: `user_unknown` 404, `email_taken` 409, `grant_not_held` 403, `last_administrator` 409, `own_account` 409, `user_inactive` 409,
 * `name_empty` 400.
 */
class UserError extends AppError {}

export interface UsersService {
  readonly links: Pick<Links, 'check' | 'use'>;
  list(actor: Actor, query: z.infer<typeof usersQuery>): Promise<z.infer<typeof usersAnswer>>;
  /** Names of those who publish for a unit, but the actor's: its own people, or those of the nearest unit above that has any. @throws AppError `forbidden` 403 */
  publishers(actor: Actor, unitId: string): Promise<string[]>;
  /** As `publishers`: of those who approve notices of a unit. @throws AppError `forbidden` 403 */
  approvers(actor: Actor, unitId: string): Promise<string[]>;
  /** @throws UserError `user_unknown` */
  get(actor: Actor, id: string): Promise<User>;
  /** @throws UserError `email_taken`, `grant_not_held`; AppError `forbidden`, `unit_unknown` */
  invite(actor: Actor, input: z.infer<typeof inviteRequest>): Promise<{ user: User; link: OneTimeLink }>;
  /** Every change of an account throws `user_unknown`, `own_account`, and `forbidden` where the account may do more than the actor. */
  patch(actor: Actor, id: string, patch: z.infer<typeof userPatch>): Promise<User>;
  grant(actor: Actor, id: string, grant: GrantInput): Promise<User>;
  /** @throws UserError also `last_administrator` */
  withdraw(actor: Actor, id: string, grant: GrantInput): Promise<User>;
  /** @throws UserError also `last_administrator` */
  setActive(actor: Actor, id: string, active: boolean): Promise<User>;
  /** @throws UserError also `user_inactive` */
  issueLink(actor: Actor, id: string): Promise<OneTimeLink>;
  revokeLink(actor: Actor, id: string): Promise<void>;
  /** For who has lost their phone: the second factor is no more, and every session ends. */
  resetSecondFactor(actor: Actor, id: string): Promise<User>;
  sessions(actor: Actor, id: string): Promise<SignInSession[]>;
  endSessions(actor: Actor, id: string): Promise<void>;
  endSession(actor: Actor, id: string, sessionId: string): Promise<void>;
}

export function createUsersService(
  context: Context,
  deps: {
    units: Pick<UnitsService, 'get' | 'tree'>;
    sessions: Sessions;
    guard: SignInGuard;
    passwords: Passwords;
  },
): UsersService {
  const { store, sources, access, audit, events } = context;
  const { units, sessions } = deps;
  const { now } = sources;
  const links = createLinks(context, { ...deps, mayIssue });
  const collator = new Intl.Collator('vi');

  /** Grants on units that are no more give nothing. */
  const live = (grants: readonly Grant[]): Grant[] => grants.filter((grant) => units.get(grant.unitId) !== null);

  function sees(actor: Actor, person: Person): boolean {
    const grants = live(person.grants);
    if (grants.length === 0) return access.canEverywhere(actor, 'user.manage');
    return grants.some((grant) => access.can(actor, 'user.manage', grant.unitId));
  }

  /** Whether the actor holds all that the account may do: whoever may reset its password can act as it. */
  function covers(actor: Holder, person: Person): boolean {
    const grants = live(person.grants);
    if (grants.length === 0) return access.canEverywhere(actor, 'user.manage');
    return grants.every(
      (grant) => access.can(actor, 'user.manage', grant.unitId) && access.holds(actor, grant.role, grant.unitId),
    );
  }

  async function mayIssue(db: Db | Tx, { createdBy, userId }: Issue): Promise<boolean> {
    if (createdBy === null) return false;
    const found = await repo.people(db, [createdBy, userId], now());
    const [issuer, person] = [createdBy, userId].map((id) => found.find((one) => one.id === id));
    return issuer !== undefined && person !== undefined && issuer.active && covers(issuer, person);
  }

  /** Of one person, or of all. */
  async function standInsOf(id?: string): Promise<Map<string, StandIn[]>> {
    const found = await standIns(store.read, units.tree, id === undefined ? {} : { to: id }, now());
    return Map.groupBy(found, ({ toId }) => toId);
  }

  const view = (actor: Actor, person: Person, standing: ReadonlyMap<string, readonly StandIn[]>): User => ({
    id: person.id,
    name: person.name,
    email: person.email,
    state: !person.active ? 'inactive' : person.hasPassword ? 'active' : 'invited',
    grants: person.grants.flatMap((grant) => {
      const unit = units.get(grant.unitId);
      return unit ? [{ ...grant, unitName: unit.name }] : [];
    }),
    standsIn: (standing.get(person.id) ?? []).map(({ unitId, fromId, fromName, startsAt, endsAt }) => {
      const unitName = units.get(unitId)?.name ?? unitId;
      return { unitId, unitName, from: { id: fromId, name: fromName }, startsAt, endsAt };
    }),
    createdAt: person.createdAt,
    lastSignInAt: person.lastSignInAt,
    link: person.active ? person.link : null,
    secondFactor: person.secondFactor,
    manageable: person.id !== actor.userId && covers(actor, person),
  });

  async function find(actor: Actor, id: string, tx?: Tx): Promise<Person> {
    const [person] = await repo.people(tx ?? store.read, [id], now());
    if (!person || !sees(actor, person)) throw new UserError('user_unknown', 'There is no such user', { status: 404 });
    return person;
  }

  const forbidden = (): AppError =>
    new AppError('forbidden', 'This account may do more than yours; ask an administrator', { status: 403 });

  /** @throws AppError unless the actor may hand this role on at this unit */
  function assertHolds(actor: Actor, grant: GrantInput, field: string): void {
    if (units.get(grant.unitId) === null)
      throw new AppError('unit_unknown', 'There is no such unit', { status: 404, field: `${field}unitId` });
    access.assert(actor, 'user.manage', grant.unitId);
    if (!access.holds(actor, grant.role, grant.unitId))
      throw new UserError('grant_not_held', 'You cannot hand on rights that you do not hold here', {
        status: 403,
        field: `${field}role`,
      });
  }

  function assertNotOwn(actor: Actor, id: string): void {
    if (actor.userId === id)
      throw new UserError('own_account', 'Nobody changes this of their own account; ask another administrator', {
        status: 409,
      });
  }

  /** @param leaving the units where the person would be administrator no more; null: everywhere */
  async function assertNotLast(tx: Tx, person: Person, leaving: string | null): Promise<void> {
    const roots = new Set(units.tree.roots());
    const all = (await repo.administrators(tx)).filter(({ unitId }) => roots.has(unitId));
    const lost = all.filter(({ userId, unitId }) => userId === person.id && (leaving ?? unitId) === unitId);
    const held = lost.every(({ unitId }) => all.some((one) => one.unitId === unitId && one.userId !== person.id));
    if (!held)
      throw new UserError('last_administrator', 'This is the last administrator; make another one first', {
        status: 409,
      });
  }

  const entry = (
    actor: Actor,
    action: string,
    person: Pick<Person, 'id' | 'grants'>,
    detail: AuditEntry['detail'],
    unitId: string | null = sessions.unitOf(person.grants),
  ): AuditEntry => ({ actor, action, subjectType: 'user', subjectId: person.id, unitId, detail });

  /** One change of an account, after the changes before it and in view of them. @param work returns what is to be done afterwards */
  async function change(
    actor: Actor,
    id: string,
    work: (tx: Tx, person: Person) => Promise<(() => void) | void>,
  ): Promise<User> {
    const after = await store.transaction(async (tx) => {
      await repo.awaitTurn(tx);
      return work(tx, await find(actor, id, tx));
    });
    after?.();
    // What hangs from their rights has changed with them.
    for (const userId of [id, ...(await takersOf(store.read, id, now()))]) events.emit('accountChanged', { userId });
    const [person] = await repo.people(store.read, [id], now());
    return view(actor, person!, await standInsOf(id));
  }

  const nameOf = (name: string): string => {
    const clean = cleanLine(name);
    if (clean === '') throw new UserError('name_empty', 'A person needs a name', { field: 'name' });
    return clean;
  };
  const takenAsError = (error: unknown): never => {
    if (!isUniqueViolation(error)) throw error;
    throw new UserError('email_taken', 'Somebody has an account with this e-mail', { status: 409, field: 'email' });
  };

  async function othersWho(action: Action, unitId: string, actor: Actor): Promise<string[]> {
    const path = units.tree.pathOf(unitId);
    const roles = roleNames.filter((role) => roleAllows(role, action));
    const names = await repo.namesWithRole(store.read, path, roles, actor.userId);
    if (roleAllows(standInRole, action))
      for (const { unitId: at, toId, toName, startsAt } of await standIns(
        store.read,
        units.tree,
        { unitIds: path },
        now(),
      ))
        if (startsAt <= now() && toId !== actor.userId) names.set(at, [...new Set([...(names.get(at) ?? []), toName])]);
    return names.get(path.findLast((id) => names.has(id)) ?? '') ?? [];
  }

  return {
    links,
    async list(actor, query) {
      const within = query.unitId === undefined ? null : new Set(units.tree.subtreeOf(query.unitId));
      const standing = await standInsOf();
      const found = (await repo.people(store.read, null, now()))
        .filter((person) => sees(actor, person))
        .map((person) => view(actor, person, standing))
        .filter(
          (user) =>
            (query.state === undefined || user.state === query.state) &&
            (query.role === undefined || user.grants.some((grant) => grant.role === query.role)) &&
            (within === null || user.grants.some((grant) => within.has(grant.unitId))) &&
            matches(query.query, user.name, user.email, ...user.grants.map((grant) => grant.unitName)),
        )
        .sort((a, b) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
      const from = query.cursor ?? 0;
      const to = from + query.limit;
      return { users: found.slice(from, to), total: found.length, next: to < found.length ? to : null };
    },
    async publishers(actor, unitId) {
      if (!access.can(actor, 'board.edit', unitId)) access.assert(actor, 'content.edit', unitId);
      return othersWho('programme.publish', unitId, actor);
    },
    async approvers(actor, unitId) {
      access.assert(actor, 'content.edit', unitId);
      return othersWho('content.approve', unitId, actor);
    },
    get: async (actor, id) => view(actor, await find(actor, id), await standInsOf(id)),
    async invite(actor, input) {
      for (const [i, grant] of input.grants.entries()) assertHolds(actor, grant, `grants.${i}.`);
      const grants = input.grants.filter(
        (grant, i, all) => all.findIndex((one) => one.unitId === grant.unitId && one.role === grant.role) === i,
      );
      const [id, name, email] = [sources.newId(), nameOf(input.name), normalizeEmail(input.email)];
      const link = await store
        .transaction(async (tx) => {
          await insertUser(tx, { id, email, name, passwordHash: null, active: true }, grants, now());
          const made = await links.issue(tx, actor, id, 'invitation');
          const detail = { name, email, grants, expiresAt: made.expiresAt };
          await audit(tx, entry(actor, 'user.invited', { id, grants }, detail));
          return made;
        })
        .catch(takenAsError);
      const [person] = await repo.people(store.read, [id], now());
      return { user: view(actor, person!, new Map()), link };
    },
    async patch(actor, id, patch) {
      const to = {
        ...(patch.name === undefined ? {} : { name: nameOf(patch.name) }),
        ...(patch.email === undefined ? {} : { email: normalizeEmail(patch.email) }),
      };
      return change(actor, id, async (tx, person) => {
        if (!covers(actor, person)) throw forbidden();
        assertNotOwn(actor, id);
        await repo.changeUser(tx, id, to);
        const before = { name: person.name, email: person.email };
        await audit(tx, entry(actor, 'user.changed', person, { ...to, before }));
      }).catch(takenAsError);
    },
    async grant(actor, id, grant) {
      assertHolds(actor, grant, '');
      return change(actor, id, async (tx, person) => {
        assertNotOwn(actor, id);
        if (!(await repo.insertGrant(tx, id, grant))) return;
        await audit(tx, entry(actor, 'user.granted', person, { ...grant }, grant.unitId));
        await links.revokeUnheld(tx, actor, id);
      });
    },
    async withdraw(actor, id, grant) {
      return change(actor, id, async (tx, person) => {
        // A right on a unit that is no more may be cleared away by whoever manages the account.
        if (units.get(grant.unitId) !== null) assertHolds(actor, grant, '');
        else if (!covers(actor, person)) throw forbidden();
        if (grant.role === 'administrator') await assertNotLast(tx, person, grant.unitId);
        assertNotOwn(actor, id);
        if (!(await repo.deleteGrant(tx, id, grant.unitId, grant.role))) return;
        await audit(tx, entry(actor, 'user.withdrawn', person, { ...grant }, grant.unitId));
        await links.revokeUnheld(tx, actor, id);
      });
    },
    async setActive(actor, id, active) {
      return change(actor, id, async (tx, person) => {
        if (!covers(actor, person)) throw forbidden();
        if (!active) await assertNotLast(tx, person, null);
        assertNotOwn(actor, id);
        if (person.active === active) return;
        await repo.changeUser(tx, id, { active });
        await audit(tx, entry(actor, active ? 'user.reactivated' : 'user.deactivated', person, {}));
        if (active) return;
        await links.revoke(tx, id);
        await links.revokeUnheld(tx, actor, id);
        return sessions.endAll(tx, actor, id, 'deactivated');
      });
    },
    async issueLink(actor, id) {
      return store.transaction(async (tx) => {
        await repo.awaitTurn(tx);
        const person = await find(actor, id, tx);
        if (!covers(actor, person)) throw forbidden();
        assertNotOwn(actor, id);
        if (!person.active)
          throw new UserError('user_inactive', 'The account is closed; open it again first', { status: 409 });
        const link = await links.issue(tx, actor, id, person.hasPassword ? 'password_reset' : 'invitation');
        const detail = { purpose: link.purpose, expiresAt: link.expiresAt };
        await audit(tx, entry(actor, 'user.linkIssued', person, detail));
        return link;
      });
    },
    async revokeLink(actor, id) {
      await change(actor, id, async (tx, person) => {
        if (!covers(actor, person)) throw forbidden();
        assertNotOwn(actor, id);
        if ((await links.revoke(tx, id)) > 0) await audit(tx, entry(actor, 'user.linkRevoked', person, {}));
      });
    },
    async resetSecondFactor(actor, id) {
      return change(actor, id, async (tx, person) => {
        if (!covers(actor, person)) throw forbidden();
        assertNotOwn(actor, id);
        if (!(await deleteSecondFactor(tx, id))) return;
        await audit(tx, entry(actor, 'user.secondFactorReset', person, {}));
        return sessions.endAll(tx, actor, id, 'second_factor_reset');
      });
    },
    async sessions(actor, id) {
      if (!covers(actor, await find(actor, id))) throw forbidden();
      return sessions.list(id, actor.sessionHash);
    },
    async endSessions(actor, id) {
      await change(actor, id, async (tx, person) => {
        if (!covers(actor, person)) throw forbidden();
        assertNotOwn(actor, id);
        return sessions.endAll(tx, actor, id, 'ended');
      });
    },
    async endSession(actor, id, sessionId) {
      if (!covers(actor, await find(actor, id))) throw forbidden();
      assertNotOwn(actor, id);
      await sessions.endOne(actor, id, sessionId);
    },
  };
}
