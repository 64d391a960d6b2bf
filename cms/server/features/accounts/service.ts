/** People: sign-in, and the first administrator of an empty CMS. Who manages whom stands in users-service.ts. */
import type { z } from 'zod';
import type { Me, setupRequest, signInRequest } from '../../../../shared/protocol/api/accounts.ts';
import type { passwordChange, SignInSession } from '../../../../shared/protocol/api/users.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { matches } from '../../../../shared/util/fold.ts';
import type { Actor, Holder } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { cleanLine } from '../../text.ts';
import { startOfDay } from '../units/days.ts';
import type { UnitsService } from '../units/service.ts';
import { createDelegations, type DelegationsService } from './delegations.ts';
import { SignInGuard } from './guard.ts';
import { revokeLinks } from './links-repo.ts';
import { createPasswords } from './passwords.ts';
import * as repo from './repo.ts';
import type { Grant } from './repo.ts';
import { makeSecret, normalizeEmail, sha256 } from './secrets.ts';
import { findSession } from './sessions-repo.ts';
import { createSessions, type Session } from './sessions.ts';
import { createSecondFactor, type SecondFactor } from './second-factor.ts';
import { awaitTurn, people } from './users-repo.ts';
import { createUsersService, type UsersService } from './users-service.ts';

export type { Session } from './sessions.ts';
export { sessionIdleMs, sessionLifeMs } from './sessions.ts';

const INVITATION_LIFE_MS = 7 * 86_400_000;

/**
 * Codes: `sign_in_failed` 401, `account_closed` 403, `sign_in_throttled` 429, `setup_link_invalid` 403, `setup_done` 409, `password_wrong` 403,
 * `password_unchanged` 400.
 */
class AccountError extends AppError {}

export interface NewUser {
  /** Chosen by the caller when something already names the person. */
  readonly id?: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly grants: readonly Grant[];
}

export interface AccountsService {
  /** Other people's accounts, for those who manage them. */
  readonly users: UsersService;
  /** One's own second factor. */
  readonly secondFactor: SecondFactor;
  /** Who stands in for whom. */
  readonly delegations: DelegationsService;
  /** @param previous token of the session that this one replaces */
  signIn(
    request: z.infer<typeof signInRequest>,
    address: string,
    previous: string | null,
    userAgent?: string | null,
  ): Promise<Session>;
  signOut(actor: Actor): Promise<void>;
  /** Who a session's token belongs to; null when it is over or never was. */
  resolve(token: string): Promise<Actor | null>;
  me(actor: Actor): Me;
  /** The person's own sessions. */
  ownSessions(actor: Actor): Promise<SignInSession[]>;
  endOwnSession(actor: Actor, id: string): Promise<void>;
  /** Signs out everywhere, here too. */
  endOwnSessions(actor: Actor): Promise<void>;
  /**
   * The person's other sessions end.
   * @throws AccountError `password_wrong`, `password_unchanged`; AppError `sign_in_throttled`, `not_signed_in` when it ended meanwhile
   */
  changePassword(actor: Actor, change: z.infer<typeof passwordChange>, address: string): Promise<void>;
  /** Creates the province and its first administrator, once, by the link's token. */
  setup(request: z.infer<typeof setupRequest>, address: string, userAgent?: string | null): Promise<Session>;
  /** Whether the link's token still opens `setup`. @throws AccountError `setup_done`, `setup_link_invalid`, `sign_in_throttled` */
  checkSetup(token: string, address: string): Promise<void>;
  /** A fresh one-time token for `setup`; null when somebody has an account. */
  inviteFirstAdministrator(): Promise<string | null>;
  /** @returns the user's id */
  createUser(actor: Actor | null, user: NewUser): Promise<string>;
  /** All or none, with what else belongs into the same transaction. */
  createUsers(actor: Actor | null, users: readonly NewUser[], within: (tx: Tx) => Promise<void>): Promise<void>;
  /** Names by user id, for pages that say who did something. */
  names(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whose name holds these words, with or without diacritics. */
  called(words: string): Promise<string[]>;
  /** As `called`, or whose e-mail does: for those who keep accounts, since others are not told of anybody's e-mail. */
  calledOrMailed(words: string): Promise<string[]>;
  /** Those of the people who can sign in, with where to write to them and what they may see. */
  mailable(userIds: readonly string[]): Promise<ReadonlyMap<string, Holder & { readonly email: string }>>;
  hasUsers(): Promise<boolean>;
  /** Forgets sessions that are over; emits `sessionEnded` for each. */
  endOverSessions(): Promise<void>;
}

export function createAccountsService(context: Context, deps: { units: UnitsService }): AccountsService {
  const { store, sources, audit, log } = context;
  const { units } = deps;
  const { now } = sources;
  const guard = new SignInGuard(now);
  const passwords = createPasswords(sources);
  const sessions = createSessions(context, { units });
  const users = createUsersService(context, { units, sessions, guard, passwords });
  const whose = async (isMeant: (person: { name: string; email: string }) => boolean): Promise<string[]> =>
    (await repo.everybody(store.read)).filter(isMeant).map(({ id }) => id);
  const secondFactor = createSecondFactor(context, {
    sessions,
    guard,
    assertPassword: async (actor, password, address) => {
      await assertPassword(actor, password, address, 'password');
    },
  });

  async function insertUser(tx: Tx, actor: Actor | null, user: NewUser, passwordHash: string): Promise<string> {
    const id = user.id ?? sources.newId();
    const email = normalizeEmail(user.email);
    await repo.insertUser(tx, { id, email, name: user.name, passwordHash, active: true }, user.grants, now());
    const detail = { email, grants: user.grants };
    await audit(tx, {
      actor,
      action: 'user.created',
      subjectType: 'user',
      subjectId: id,
      unitId: user.grants[0]?.unitId ?? null,
      detail,
    });
    return id;
  }

  /**
   * Whoever found a page open does not know it.
   * @returns the hash that it was checked against
   * @throws AccountError `password_wrong`; AppError `sign_in_throttled`
   */
  async function assertPassword(actor: Actor, password: string, address: string, field: string): Promise<string> {
    const attempt = guard.begin(actor.email, address);
    const user = await repo.userByEmail(store.read, actor.email);
    if (!user?.passwordHash || !(await passwords.verify(password, user.passwordHash))) throw passwordWrong(field);
    attempt.right();
    return user.passwordHash;
  }

  /** Nobody has proved who they are: the entry names the account that was tried, not an actor. */
  async function writeFailure(user: repo.UserRow | null, email: string, address: string): Promise<void> {
    log.info({ address }, 'a sign-in failed');
    await store.transaction(async (tx) => {
      const unitId = user && sessions.unitOf(await repo.grantsOf(tx, user.id));
      // What is no address may be a password that was typed into the wrong field.
      const tried = email.includes('@') ? email : null;
      await audit(tx, {
        actor: null,
        action: 'session.refused',
        subjectType: 'user',
        subjectId: user?.id ?? null,
        unitId,
        detail: { address, email: tried, active: user?.active ?? null },
      });
    });
  }

  return {
    users,
    secondFactor,
    delegations: createDelegations(context, { units }),
    async signIn(request, address, previous, userAgent = null) {
      const email = normalizeEmail(request.email);
      const attempt = guard.begin(email, address);
      const user = await repo.userByEmail(store.read, email);
      const right = await passwords.verify(request.password, user?.passwordHash ?? null);
      if (!user || !right || !user.active) {
        await writeFailure(user, email, address);
        // Only who knows the password learns that there is an account. Tries are counted on.
        throw user && right ? accountClosed() : signInFailed();
      }
      attempt.right();
      const { session, afterwards } = await store.transaction(async (tx) => {
        // While the password was being checked, the account may have been closed or the password changed. Held until the session
        // is there: whoever closes or changes it at this moment finds the session and ends it.
        const still = await repo.holdUserByEmail(tx, email);
        if (still?.passwordHash !== user.passwordHash) throw signInFailed();
        if (!still.active) throw accountClosed();
        return {
          afterwards: previous === null ? () => undefined : await sessions.endReplaced(tx, previous),
          session: await sessions.begin(tx, user, { address, userAgent }),
        };
      });
      // Pages that the session before had open hear nothing more.
      afterwards();
      return session;
    },
    me: sessions.me,
    async signOut(actor) {
      const tell = await store.transaction((tx) => sessions.endThis(tx, actor));
      tell();
    },
    resolve: sessions.resolve,
    ownSessions: (actor) => sessions.list(actor.userId, actor.sessionHash),
    endOwnSession: (actor, id) => sessions.endOne(actor, actor.userId, id),
    async endOwnSessions(actor) {
      const tell = await store.transaction((tx) => sessions.endAll(tx, actor, actor.userId, 'signed_out'));
      tell();
    },
    async changePassword(actor, change, address) {
      const checked = await assertPassword(actor, change.current, address, 'current');
      if (change.next.normalize('NFC') === change.current.normalize('NFC'))
        throw new AccountError('password_unchanged', 'The new password is the current one', { field: 'next' });
      const passwordHash = await passwords.hash(change.next);
      const tell = await store.transaction(async (tx) => {
        await awaitTurn(tx);
        // While they were being checked and hashed, the owner may have put an intruder out, by a link or from another device.
        if (!(await repo.replacePassword(tx, actor.userId, checked, passwordHash))) throw passwordWrong('current');
        if (!(await findSession(tx, actor.sessionHash)))
          throw new AppError('not_signed_in', 'This session has ended; sign in again', { status: 401 });
        const unitId = actor.grants[0]?.unitId ?? null;
        await audit(tx, {
          actor,
          action: 'user.passwordChanged',
          subjectType: 'user',
          subjectId: actor.userId,
          unitId,
          detail: { address },
        });
        // Whoever has a link to the account may be whom the new password is to keep out.
        if ((await revokeLinks(tx, actor.userId, now())) > 0)
          await audit(tx, {
            actor,
            action: 'user.linkRevoked',
            subjectType: 'user',
            subjectId: actor.userId,
            unitId,
            detail: { reason: 'password_changed' },
          });
        return sessions.endAll(tx, actor, actor.userId, 'password_changed', actor.sessionHash);
      });
      tell();
    },
    async setup(request, address, userAgent = null) {
      const attempt = guard.begin(null, address);
      const passwordHash = await passwords.hash(request.password);
      const session = await store.transaction(async (tx) => {
        if ((await repo.userCount(tx)) > 0) throw setupDone();
        if (!(await repo.useInvitation(tx, sha256(request.token), now()))) throw setupLinkInvalid();
        const userId = sources.newId();
        const province = {
          code: request.provinceCode,
          name: request.provinceName.normalize('NFC'),
          level: 'province',
          parentId: null,
          validFrom: startOfDay(now()),
          validTo: null,
        } as const;
        const unitId = await units.add(tx, province, { userId });
        const name = cleanLine(request.name);
        const user: NewUser = { ...request, id: userId, name, grants: [{ unitId, role: 'administrator' }] };
        const id = await insertUser(tx, null, user, passwordHash);
        return sessions.begin(tx, { id, name, email: normalizeEmail(request.email) }, { address, userAgent });
      });
      attempt.right();
      // The session's own view of the grant names the unit, which the tree knows only now.
      await units.reload();
      const actor = await sessions.resolve(session.token);
      return actor ? { token: session.token, me: sessions.me(actor) } : session;
    },
    async checkSetup(token, address) {
      const attempt = guard.begin(null, address);
      if ((await repo.userCount(store.read)) > 0) throw setupDone();
      if (!(await repo.invitationCounts(store.read, sha256(token), now()))) throw setupLinkInvalid();
      attempt.right();
    },
    async inviteFirstAdministrator() {
      const token = makeSecret(sources);
      return store.transaction(async (tx) => {
        if ((await repo.userCount(tx)) > 0) return null;
        await repo.replaceInvitation(tx, sha256(token), now(), now() + INVITATION_LIFE_MS);
        return token;
      });
    },
    async createUser(actor, user) {
      const passwordHash = await passwords.hash(user.password);
      return store.transaction((tx) => insertUser(tx, actor, user, passwordHash));
    },
    async createUsers(actor, users, within) {
      const hashes = await Promise.all(users.map((user) => passwords.hash(user.password)));
      await store.transaction(async (tx) => {
        for (const [i, user] of users.entries()) await insertUser(tx, actor, user, hashes[i]!);
        await within(tx);
      });
    },
    names: (userIds) => repo.userNames(store.read, userIds),
    called: (words) => whose(({ name }) => matches(words.trim(), name)),
    calledOrMailed: (words) => whose(({ name, email }) => matches(words.trim(), name, email)),
    async mailable(userIds) {
      const found = userIds.length === 0 ? [] : await people(store.read, userIds, now());
      return new Map(
        found
          .filter(({ active, hasPassword }) => active && hasPassword)
          .map(({ id, email, grants }) => [id, { email, grants }]),
      );
    },
    hasUsers: async () => (await repo.userCount(store.read)) > 0,
    endOverSessions: () => sessions.endOver(),
  };
}

const passwordWrong = (field: string): AccountError =>
  new AccountError('password_wrong', 'The current password is wrong', { status: 403, field });

const signInFailed = (): AccountError =>
  new AccountError('sign_in_failed', 'E-mail or password is wrong', { status: 401 });

const accountClosed = (): AccountError =>
  new AccountError('account_closed', 'This account has been closed', { status: 403 });

const setupDone = (): AccountError =>
  new AccountError('setup_done', 'This CMS has its first administrator', { status: 409 });

const setupLinkInvalid = (): AccountError =>
  new AccountError('setup_link_invalid', 'This link has been used or is not valid; start the CMS again for a new one', {
    status: 403,
  });
