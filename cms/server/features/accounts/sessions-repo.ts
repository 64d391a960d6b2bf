import type { Db, Tx } from '../../store/store.ts';

export interface SessionRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly csrfToken: string;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** When the session showed its second factor. */
  readonly secondFactorAt: number | null;
  /** Whether the person has a second factor. */
  readonly hasSecondFactor: boolean;
}

export interface NewSession {
  readonly tokenHash: string;
  readonly userId: string;
  readonly csrfToken: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly userAgent: string | null;
}

/** The session of a secret and its person, unless the account is closed. */
export async function findSession(db: Db | Tx, tokenHash: string): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .leftJoin('second_factors', 'second_factors.user_id', 'sessions.user_id')
    .select(['users.id', 'users.name', 'users.email', 'csrf_token', 'last_seen_at', 'expires_at'])
    .select(['second_factor_at', 'confirmed_at'])
    .where('token_hash', '=', tokenHash)
    .where('users.active', '=', 1)
    .executeTakeFirst();
  if (!row) return null;
  return {
    userId: row.id,
    name: row.name,
    email: row.email,
    csrfToken: row.csrf_token,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    secondFactorAt: row.second_factor_at,
    hasSecondFactor: row.confirmed_at !== null,
  };
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx
    .insertInto('sessions')
    .values({
      token_hash: session.tokenHash,
      user_id: session.userId,
      csrf_token: session.csrfToken,
      created_at: session.createdAt,
      last_seen_at: session.createdAt,
      expires_at: session.expiresAt,
      address: session.address,
      user_agent: session.userAgent,
    })
    .execute();
  await tx.updateTable('users').set({ last_sign_in_at: session.createdAt }).where('id', '=', session.userId).execute();
}

/** The session has shown its second factor. */
export async function markSecondFactor(tx: Tx, tokenHash: string, now: number): Promise<void> {
  await tx.updateTable('sessions').set({ second_factor_at: now }).where('token_hash', '=', tokenHash).execute();
}

export async function touchSession(db: Db, tokenHash: string, now: number): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ last_seen_at: now })
    .where('token_hash', '=', tokenHash)
    .where('last_seen_at', '<', now)
    .execute();
}

/** A person's sessions, the last used first; those that are over may be among them. */
export function sessionsOf(db: Db | Tx, userId: string) {
  return db
    .selectFrom('sessions')
    .select(['token_hash', 'created_at', 'last_seen_at', 'expires_at', 'address', 'user_agent'])
    .where('user_id', '=', userId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('token_hash')
    .execute();
}

/** @returns whether it was there */
export async function deleteSession(tx: Tx, tokenHash: string): Promise<boolean> {
  const rows = await tx.deleteFrom('sessions').where('token_hash', '=', tokenHash).returning('token_hash').execute();
  return rows.length === 1;
}

/** @returns the hashes of those that were there */
export async function deleteSessionsOf(tx: Tx, userId: string, except: string | null): Promise<string[]> {
  let query = tx.deleteFrom('sessions').where('user_id', '=', userId);
  if (except !== null) query = query.where('token_hash', '!=', except);
  const rows = await query.returning('token_hash').execute();
  return rows.map((row) => row.token_hash);
}

/** @returns the hashes of the sessions that were over */
export async function deleteOverSessions(tx: Tx, now: number, idleSince: number): Promise<string[]> {
  const rows = await tx
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', now), eb('last_seen_at', '<=', idleSince)]))
    .returning('token_hash')
    .execute();
  return rows.map((row) => row.token_hash);
}
