import type { Selectable } from 'kysely';
import type { Database, Role } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

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

const toUser = (row: Selectable<Database['users']>): UserRow => ({
  id: row.id,
  email: row.email,
  name: row.name,
  passwordHash: row.password_hash,
  active: row.active === 1,
});

export async function userByEmail(db: Db | Tx, email: string): Promise<UserRow | null> {
  const row = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row ? toUser(row) : null;
}

/** As `userByEmail`, and until the transaction ends nobody else changes the account: it waits for who is about to. */
export async function holdUserByEmail(tx: Tx, email: string): Promise<UserRow | null> {
  const row = await tx.selectFrom('users').selectAll().where('email', '=', email).forUpdate().executeTakeFirst();
  return row ? toUser(row) : null;
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

export const everybody = (db: Db | Tx) => db.selectFrom('users').select(['id', 'name', 'email']).execute();

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

export async function setPassword(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  await tx.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', userId).execute();
}

/** As `setPassword`, unless the password is another by now. @returns whether it was written */
export async function replacePassword(tx: Tx, userId: string, checked: string, passwordHash: string): Promise<boolean> {
  const rows = await tx
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('id', '=', userId)
    .where('password_hash', '=', checked)
    .returning('id')
    .execute();
  return rows.length === 1;
}

export async function grantsOf(db: Db | Tx, userId: string): Promise<Grant[]> {
  const rows = await db
    .selectFrom('grants')
    .select(['unit_id', 'role'])
    .where('user_id', '=', userId)
    .orderBy('unit_id')
    .orderBy('role')
    .execute();
  return rows.map((row) => ({ unitId: row.unit_id, role: row.role }));
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
