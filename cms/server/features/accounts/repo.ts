import type { Db, Tx } from '../../store/store.ts';
import type { Role } from '../../store/schema.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly active: boolean;
}

export interface Grant {
  readonly unitId: string;
  readonly role: Role;
}

export interface SessionRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly csrfToken: string;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

export async function userByEmail(db: Db | Tx, email: string): Promise<UserRow | null> {
  const row = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row
    ? { id: row.id, email: row.email, name: row.name, passwordHash: row.password_hash, active: row.active === 1 }
    : null;
}

export async function userCount(db: Db | Tx): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function userNames(db: Db | Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function insertUser(tx: Tx, user: UserRow, grants: readonly Grant[], now: number): Promise<void> {
  await tx
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      name: user.name,
      password_hash: user.passwordHash,
      active: user.active ? 1 : 0,
      created_at: now,
    })
    .execute();
  if (grants.length === 0) return;
  await tx
    .insertInto('grants')
    .values(grants.map((grant) => ({ user_id: user.id, unit_id: grant.unitId, role: grant.role })))
    .execute();
}

export async function grantsOf(db: Db | Tx, userId: string): Promise<Grant[]> {
  const rows = await db.selectFrom('grants').select(['unit_id', 'role']).where('user_id', '=', userId).execute();
  return rows.map((row) => ({ unitId: row.unit_id, role: row.role }));
}

/** The session of a secret and its person, unless the account is closed. */
export async function findSession(db: Db | Tx, tokenHash: string): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.name', 'users.email', 'csrf_token', 'last_seen_at', 'expires_at'])
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
  };
}

export async function insertSession(
  tx: Tx,
  session: { tokenHash: string; userId: string; csrfToken: string; createdAt: number; expiresAt: number },
): Promise<void> {
  await tx
    .insertInto('sessions')
    .values({
      token_hash: session.tokenHash,
      user_id: session.userId,
      csrf_token: session.csrfToken,
      created_at: session.createdAt,
      last_seen_at: session.createdAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

export async function touchSession(db: Db, tokenHash: string, now: number): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ last_seen_at: now })
    .where('token_hash', '=', tokenHash)
    .where('last_seen_at', '<', now)
    .execute();
}

export async function deleteSession(tx: Tx, tokenHash: string): Promise<void> {
  await tx.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
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

/** One link at a time leads to the first administrator. */
export async function replaceInvitation(tx: Tx, tokenHash: string, now: number, expiresAt: number): Promise<void> {
  await tx.deleteFrom('invitations').where('purpose', '=', 'first_admin').where('used_at', 'is', null).execute();
  await tx
    .insertInto('invitations')
    .values({ token_hash: tokenHash, purpose: 'first_admin', created_at: now, expires_at: expiresAt, used_at: null })
    .execute();
}

/** Whether `useInvitation` would take this link. */
export async function invitationCounts(db: Db | Tx, tokenHash: string, now: number): Promise<boolean> {
  const row = await db
    .selectFrom('invitations')
    .select('token_hash')
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses the link up. @returns whether it was one that counts */
export async function useInvitation(tx: Tx, tokenHash: string, now: number): Promise<boolean> {
  const rows = await tx
    .updateTable('invitations')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('token_hash')
    .execute();
  return rows.length === 1;
}
