/** Sessions: begun by a sign-in or a link, ended by their person, by whoever manages the account, and by time. */
import type { Me } from '../../../../shared/protocol/api/accounts.ts';
import type { SignInSession } from '../../../../shared/protocol/api/users.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Db, Tx } from '../../store/store.ts';
import { cleanLine } from '../../text.ts';
import type { UnitsService } from '../units/service.ts';
import { standInRole } from './delegations.ts';
import { standIns } from './delegations-repo.ts';
import { grantsOf, type Grant } from './repo.ts';
import { findSecondFactor } from './second-factor-repo.ts';
import { isSecondFactorRequired, needsSecondFactor } from './second-factor-policy.ts';
import { makeSecret, sha256 } from './secrets.ts';
import * as repo from './sessions-repo.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A session ends 8 hours after its last request and 7 days after its first. */
export const sessionIdleMs = 8 * HOUR_MS;
export const sessionLifeMs = 7 * 24 * HOUR_MS;
/** How often a session's last use is written down. */
const TOUCH_EVERY_MS = MINUTE_MS;
const USER_AGENT_LENGTH = 300;

/** A session that has begun; `token` goes into the cookie and nowhere else. */
export interface Session {
  readonly token: string;
  readonly me: Me;
}

/** Where a request comes from. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string | null;
}

/** Why sessions end before their time; stands in the audit log. */
export type EndReason =
  'signed_out' | 'signed_in_again' | 'ended' | 'password_changed' | 'deactivated' | 'second_factor_reset';

export interface Sessions {
  begin(tx: Tx, user: { id: string; name: string; email: string }, origin: Origin): Promise<Session>;
  /** Who a token belongs to; null when its session is over or never was. */
  resolve(token: string): Promise<Actor | null>;
  me(actor: Actor): Me;
  /** Those of a person that are not over. @param currentHash the one that asks */
  list(userId: string, currentHash: string | null): Promise<SignInSession[]>;
  /** Ends one of a person's by its public id. @throws AppError `session_unknown` 404 */
  endOne(actor: Actor, userId: string, id: string): Promise<void>;
  /** Ends all of a person in the given transaction. Call what it returns when it is committed. */
  endAll(
    tx: Tx,
    actor: Pick<Actor, 'userId'> | null,
    userId: string,
    reason: EndReason,
    exceptHash?: string | null,
  ): Promise<() => void>;
  /** Signs out: ends the actor's own session. Call what it returns when it is committed. */
  endThis(tx: Tx, actor: Actor): Promise<() => void>;
  /** Ends the one that a browser held before, whoever's it was. Call what it returns when it is committed. */
  endReplaced(tx: Tx, token: string): Promise<() => void>;
  /** Forgets sessions that are over; emits `sessionEnded` for each. */
  endOver(): Promise<void>;
  /** The unit under which entries about a person stand in the audit log. */
  unitOf(grants: readonly Grant[]): string | null;
}

/** What a session is called outside: of no use to whoever would like to have it. */
const publicId = (tokenHash: string): string => sha256(`session ${tokenHash}`).slice(0, 32);

export function createSessions(context: Context, deps: { units: Pick<UnitsService, 'get' | 'tree'> }): Sessions {
  const { store, sources, audit, events, log } = context;
  const { now } = sources;

  /** Grants on units that are no more give nothing and are not shown. */
  function named<T extends Grant>(grants: readonly T[]): (T & { unitName: string })[] {
    return grants.flatMap((grant) => {
      const unit = deps.units.get(grant.unitId);
      return unit ? [{ ...grant, unitName: unit.name }] : [];
    });
  }

  /** What a person may do now: by their own roles, and in the place of others. */
  async function heldBy(db: Db | Tx, userId: string): Promise<Actor['grants']> {
    const own = named(await grantsOf(db, userId));
    const at = now();
    const lent = (await standIns(db, deps.units.tree, { to: userId }, at))
      .filter(({ startsAt, unitId }) => {
        return startsAt <= at && !own.some((grant) => grant.unitId === unitId && grant.role === standInRole);
      })
      .map(({ unitId, fromId, fromName, endsAt }) => {
        return { unitId, role: standInRole, lent: { by: fromId, name: fromName, until: endsAt } } as const;
      });
    return [...own, ...named([...new Map(lent.map((grant) => [grant.unitId, grant])).values()])];
  }

  function me(actor: Actor): Me {
    return {
      user: { id: actor.userId, name: actor.name, email: actor.email },
      // Whoever knows no more than the password is told no more than what they typed.
      grants: actor.secondFactor === 'code' ? [] : actor.grants.map((grant) => ({ ...grant })),
      csrfToken: actor.csrfToken,
      secondFactor: actor.secondFactor,
    };
  }

  async function standingOf(
    db: Db | Tx,
    held: { hasSecondFactor: boolean; secondFactorAt: number | null },
    grants: Actor['grants'],
  ): Promise<Actor['secondFactor']> {
    if (held.hasSecondFactor) return held.secondFactorAt === null ? 'code' : 'passed';
    // Asked only of those few that it matters for.
    return needsSecondFactor(grants) && (await isSecondFactorRequired(db)) ? 'setUp' : 'none';
  }

  const unitOf = (grants: readonly Grant[]): string | null => named(grants)[0]?.unitId ?? null;
  const isOver = (session: { lastSeenAt: number; expiresAt: number }, at: number): boolean =>
    at >= session.expiresAt || at - session.lastSeenAt >= sessionIdleMs;

  async function begin(tx: Tx, user: { id: string; name: string; email: string }, origin: Origin): Promise<Session> {
    const token = makeSecret(sources);
    const grants = await heldBy(tx, user.id);
    const hasSecondFactor = (await findSecondFactor(tx, user.id))?.confirmedAt != null;
    const actor: Actor = {
      userId: user.id,
      name: user.name,
      email: user.email,
      sessionHash: sha256(token),
      csrfToken: makeSecret(sources),
      secondFactor: await standingOf(tx, { hasSecondFactor, secondFactorAt: null }, grants),
      grants,
    };
    const at = now();
    await repo.insertSession(tx, {
      tokenHash: actor.sessionHash,
      userId: user.id,
      csrfToken: actor.csrfToken,
      createdAt: at,
      expiresAt: at + sessionLifeMs,
      address: origin.address,
      userAgent: origin.userAgent === null ? null : cleanLine(origin.userAgent).slice(0, USER_AGENT_LENGTH),
    });
    await audit(tx, {
      actor: { userId: user.id },
      action: 'session.begun',
      subjectType: 'user',
      subjectId: user.id,
      unitId: unitOf(grants),
      detail: { address: origin.address, ...(hasSecondFactor ? { secondFactor: 'code' } : {}) },
    });
    return { token, me: me(actor) };
  }

  async function resolve(token: string): Promise<Actor | null> {
    const sessionHash = sha256(token);
    const session = await repo.findSession(store.read, sessionHash);
    const at = now();
    if (!session || isOver(session, at)) return null;
    if (at - session.lastSeenAt >= TOUCH_EVERY_MS) {
      // Not waited for: the request need not queue behind a storm of records.
      repo
        .touchSession(store.write, sessionHash, at)
        .catch((error: unknown) => log.warn({ err: error }, 'a session was not touched'));
    }
    const grants = await heldBy(store.read, session.userId);
    return {
      userId: session.userId,
      name: session.name,
      email: session.email,
      sessionHash,
      csrfToken: session.csrfToken,
      secondFactor: await standingOf(store.read, session, grants),
      grants,
    };
  }

  const ended = (hashes: readonly string[]): void => {
    for (const sessionHash of hashes) events.emit('sessionEnded', { sessionHash });
  };

  async function writeEnd(
    tx: Tx,
    actor: Pick<Actor, 'userId'> | null,
    userId: string,
    reason: EndReason,
    count: number,
  ): Promise<void> {
    if (count === 0) return;
    const unitId = unitOf(await grantsOf(tx, userId));
    const detail = { reason, count };
    await audit(tx, { actor, action: 'session.ended', subjectType: 'user', subjectId: userId, unitId, detail });
  }

  return {
    begin,
    resolve,
    me,
    unitOf,
    async list(userId, currentHash) {
      const at = now();
      return (await repo.sessionsOf(store.read, userId))
        .filter((row) => !isOver({ lastSeenAt: row.last_seen_at, expiresAt: row.expires_at }, at))
        .map((row) => ({
          id: publicId(row.token_hash),
          createdAt: row.created_at,
          lastSeenAt: row.last_seen_at,
          endsAt: Math.min(row.expires_at, row.last_seen_at + sessionIdleMs),
          address: row.address,
          userAgent: row.user_agent,
          current: row.token_hash === currentHash,
        }));
    },
    async endOne(actor, userId, id) {
      const held = (await repo.sessionsOf(store.read, userId)).find((row) => publicId(row.token_hash) === id);
      const gone =
        held !== undefined &&
        (await store.transaction(async (tx) => {
          if (!(await repo.deleteSession(tx, held.token_hash))) return false;
          const reason = held.token_hash === actor.sessionHash ? 'signed_out' : 'ended';
          await writeEnd(tx, actor, userId, reason, 1);
          return true;
        }));
      if (!gone) throw new AppError('session_unknown', 'There is no such session any more', { status: 404 });
      ended([held.token_hash]);
    },
    async endAll(tx, actor, userId, reason, exceptHash = null) {
      const hashes = await repo.deleteSessionsOf(tx, userId, exceptHash);
      await writeEnd(tx, actor, userId, reason, hashes.length);
      return () => ended(hashes);
    },
    async endThis(tx, actor) {
      const { sessionHash } = actor;
      if (await repo.deleteSession(tx, sessionHash)) await writeEnd(tx, actor, actor.userId, 'signed_out', 1);
      return () => ended([sessionHash]);
    },
    async endReplaced(tx, token) {
      const tokenHash = sha256(token);
      const held = await repo.findSession(tx, tokenHash);
      if (!(await repo.deleteSession(tx, tokenHash))) return () => undefined;
      if (held) await writeEnd(tx, held, held.userId, 'signed_in_again', 1);
      return () => ended([tokenHash]);
    },
    async endOver() {
      ended(await store.transaction((tx) => repo.deleteOverSessions(tx, now(), now() - sessionIdleMs)));
    },
  };
}
