/** People: sign-in, sessions, and the first administrator of an empty CMS. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Me, setupRequest, signInRequest } from '../../../../shared/protocol/api/accounts.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { networkOf, Throttle } from '../pairing/throttle.ts';
import type { UnitsService } from '../units/service.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import * as repo from './repo.ts';
import type { Grant } from './repo.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A session ends 8 hours after its last request and 7 days after its first. */
export const sessionIdleMs = 8 * HOUR_MS;
export const sessionLifeMs = 7 * DAY_MS;
/** How often a session's last use is written down. */
const TOUCH_EVERY_MS = MINUTE_MS;
const INVITATION_LIFE_MS = 7 * DAY_MS;
/** Wrong passwords within a quarter of an hour: per account and address, and per address whatever the account. */
const THROTTLE_WINDOW_MS = 15 * MINUTE_MS;
const WRONG_PER_ACCOUNT = 5;
const WRONG_PER_ADDRESS = 50;

/** Codes: `sign_in_failed` 401, `sign_in_throttled` 429, `setup_link_invalid` 403, `setup_done` 409. */
export class AccountError extends AppError {}

/** A session that has begun; `token` goes into the cookie and nowhere else. */
export interface Session {
  readonly token: string;
  readonly me: Me;
}

export interface NewUser {
  /** Chosen by the caller when something already names the person. */
  readonly id?: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly grants: readonly Grant[];
}

export interface AccountsService {
  /** @param previous token of the session that this one replaces */
  signIn(request: z.infer<typeof signInRequest>, address: string, previous: string | null): Promise<Session>;
  signOut(actor: Actor): Promise<void>;
  /** Who a session's token belongs to; null when it is over or never was. */
  resolve(token: string): Promise<Actor | null>;
  me(actor: Actor): Me;
  /** Creates the province and its first administrator, once, by the link's token. */
  setup(request: z.infer<typeof setupRequest>, address: string): Promise<Session>;
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
  hasUsers(): Promise<boolean>;
  /** Forgets sessions that are over; emits `sessionEnded` for each. */
  endOverSessions(): Promise<void>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const normalizeEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase();

export function createAccountsService(context: Context, deps: { units: UnitsService }): AccountsService {
  const { store, sources, audit, events, log } = context;
  const { units } = deps;
  const { now } = sources;
  const wrongByAccount = new Throttle({ limit: WRONG_PER_ACCOUNT, windowMs: THROTTLE_WINDOW_MS, now });
  const wrongByAddress = new Throttle({ limit: WRONG_PER_ADDRESS, windowMs: THROTTLE_WINDOW_MS, now });

  const secret = (): string => Buffer.from(sources.randomBytes(32)).toString('base64url');

  /** Grants on units that are no more give nothing and are not shown. */
  function named(grants: readonly Grant[]): Actor['grants'] {
    return grants.flatMap((grant) => {
      const unit = units.get(grant.unitId);
      return unit ? [{ ...grant, unitName: unit.name }] : [];
    });
  }

  function meOf(actor: Actor): Me {
    return {
      user: { id: actor.userId, name: actor.name, email: actor.email },
      grants: actor.grants.map((grant) => ({ ...grant })),
      csrfToken: actor.csrfToken,
    };
  }

  async function begin(tx: Tx, user: { id: string; name: string; email: string }): Promise<Session> {
    const token = secret();
    const actor: Actor = {
      userId: user.id,
      name: user.name,
      email: user.email,
      sessionHash: sha256(token),
      csrfToken: secret(),
      grants: named(await repo.grantsOf(tx, user.id)),
    };
    const at = now();
    await repo.insertSession(tx, {
      tokenHash: actor.sessionHash,
      userId: user.id,
      csrfToken: actor.csrfToken,
      createdAt: at,
      expiresAt: at + sessionLifeMs,
    });
    return { token, me: meOf(actor) };
  }

  function throttled(keys: readonly [string, string]): AccountError | null {
    const full = wrongByAccount.exceeded(keys[0]) ? wrongByAccount.retryAfterMs(keys[0]) : null;
    const wait = full ?? (wrongByAddress.exceeded(keys[1]) ? wrongByAddress.retryAfterMs(keys[1]) : null);
    if (wait === null) return null;
    const params = { retryAfterSeconds: Math.ceil(wait / 1000) };
    return new AccountError('sign_in_throttled', 'Too many wrong passwords; wait and try again', {
      status: 429,
      params,
    });
  }

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

  async function signIn(
    request: z.infer<typeof signInRequest>,
    address: string,
    previous: string | null,
  ): Promise<Session> {
    const email = normalizeEmail(request.email);
    const network = networkOf(address);
    const keys = [`${email}\n${network}`, network] as const;
    const refusal = throttled(keys);
    if (refusal) throw refusal;
    // Counted before the work is done, so that requests at the same time do not slip through; given back when it was right.
    wrongByAccount.take(keys[0]);
    wrongByAddress.take(keys[1]);
    const user = await repo.userByEmail(store.read, email);
    const right = await verifyPassword(request.password, user?.passwordHash ?? null);
    if (!user || !right || !user.active) {
      log.info({ address }, 'a sign-in failed');
      throw new AccountError('sign_in_failed', 'E-mail or password is wrong', { status: 401 });
    }
    wrongByAccount.forgive(keys[0]);
    wrongByAddress.giveBack(keys[1]);
    const session = await store.transaction(async (tx) => {
      if (previous !== null) await repo.deleteSession(tx, sha256(previous));
      await audit(tx, {
        actor: { userId: user.id },
        action: 'session.begun',
        subjectType: 'user',
        subjectId: user.id,
        unitId: null,
        detail: { address },
      });
      return begin(tx, user);
    });
    // Pages that the session before had open hear nothing more.
    if (previous !== null) events.emit('sessionEnded', { sessionHash: sha256(previous) });
    return session;
  }

  async function resolve(token: string): Promise<Actor | null> {
    const sessionHash = sha256(token);
    const session = await repo.findSession(store.read, sessionHash);
    const at = now();
    if (!session || at >= session.expiresAt || at - session.lastSeenAt >= sessionIdleMs) return null;
    if (at - session.lastSeenAt >= TOUCH_EVERY_MS) {
      // Not waited for: the request need not queue behind a storm of records.
      repo
        .touchSession(store.write, sessionHash, at)
        .catch((error: unknown) => log.warn({ err: error }, 'a session was not touched'));
    }
    const grants = named(await repo.grantsOf(store.read, session.userId));
    return {
      userId: session.userId,
      name: session.name,
      email: session.email,
      sessionHash,
      csrfToken: session.csrfToken,
      grants,
    };
  }

  return {
    signIn,
    me: meOf,
    async signOut(actor) {
      await store.transaction((tx) => repo.deleteSession(tx, actor.sessionHash));
      events.emit('sessionEnded', { sessionHash: actor.sessionHash });
    },
    resolve,
    async setup(request, address) {
      const network = networkOf(address);
      const refusal = throttled(['', network]);
      if (refusal) throw refusal;
      wrongByAddress.take(network);
      const passwordHash = await hashPassword(request.password, sources.randomBytes);
      const session = await store.transaction(async (tx) => {
        if ((await repo.userCount(tx)) > 0) throw setupDone();
        if (!(await repo.useInvitation(tx, sha256(request.token), now()))) throw setupLinkInvalid();
        const unitId = await units.add(tx, {
          code: request.provinceCode,
          name: request.provinceName.normalize('NFC'),
          level: 'province',
          parentId: null,
          validFrom: now(),
          validTo: null,
        });
        const user: NewUser = {
          ...request,
          name: request.name.normalize('NFC'),
          grants: [{ unitId, role: 'administrator' }],
        };
        const id = await insertUser(tx, null, user, passwordHash);
        await audit(tx, {
          actor: { userId: id },
          action: 'session.begun',
          subjectType: 'user',
          subjectId: id,
          unitId: null,
          detail: { address },
        });
        return begin(tx, { id, name: user.name, email: normalizeEmail(user.email) });
      });
      wrongByAddress.giveBack(network);
      // The session's own view of the grant names the unit, which the tree knows only now.
      await units.reload();
      const actor = await resolve(session.token);
      return actor ? { token: session.token, me: meOf(actor) } : session;
    },
    async checkSetup(token, address) {
      const network = networkOf(address);
      const refusal = throttled(['', network]);
      if (refusal) throw refusal;
      wrongByAddress.take(network);
      if ((await repo.userCount(store.read)) > 0) throw setupDone();
      if (!(await repo.invitationCounts(store.read, sha256(token), now()))) throw setupLinkInvalid();
      wrongByAddress.giveBack(network);
    },
    async inviteFirstAdministrator() {
      const token = secret();
      return store.transaction(async (tx) => {
        if ((await repo.userCount(tx)) > 0) return null;
        await repo.replaceInvitation(tx, sha256(token), now(), now() + INVITATION_LIFE_MS);
        return token;
      });
    },
    async createUser(actor, user) {
      const passwordHash = await hashPassword(user.password, sources.randomBytes);
      return store.transaction((tx) => insertUser(tx, actor, user, passwordHash));
    },
    async createUsers(actor, users, within) {
      const hashes = await Promise.all(users.map((user) => hashPassword(user.password, sources.randomBytes)));
      await store.transaction(async (tx) => {
        for (const [i, user] of users.entries()) await insertUser(tx, actor, user, hashes[i]!);
        await within(tx);
      });
    },
    names: (userIds) => repo.userNames(store.read, userIds),
    hasUsers: async () => (await repo.userCount(store.read)) > 0,
    async endOverSessions() {
      const over = await store.transaction((tx) => repo.deleteOverSessions(tx, now(), now() - sessionIdleMs));
      for (const sessionHash of over) events.emit('sessionEnded', { sessionHash });
    },
  };
}

const setupDone = (): AccountError =>
  new AccountError('setup_done', 'This CMS has its first administrator', { status: 409 });

const setupLinkInvalid = (): AccountError =>
  new AccountError('setup_link_invalid', 'This link has been used or is not valid; start the CMS again for a new one', {
    status: 403,
  });
