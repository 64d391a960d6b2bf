import type { Database, Role } from '../../store/schema.ts';
import { nextNumber } from '../../store/settings.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Grant } from './repo.ts';

export interface OpenLink {
  readonly purpose: Database['account_links']['purpose'];
  readonly expiresAt: number;
}

/** A person with all that their account holds. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
  readonly hasPassword: boolean;
  readonly createdAt: number;
  readonly lastSignInAt: number | null;
  readonly grants: readonly Grant[];
  readonly link: OpenLink | null;
  readonly secondFactor: boolean;
}

/**
 * Changes of accounts wait for each other, so that two administrators cannot close each other at the same time, and none comes between
 * the question whether a link still counts and its use.
 */
export async function awaitTurn(tx: Tx): Promise<void> {
  await nextNumber(tx, 'account_changes');
}

/** @param ids all when null */
export async function people(db: Db | Tx, ids: readonly string[] | null, now: number): Promise<Person[]> {
  let users = db
    .selectFrom('users')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .select(['id', 'name', 'email', 'active', 'password_hash', 'created_at', 'last_sign_in_at', 'confirmed_at']);
  let grants = db.selectFrom('grants').select(['user_id', 'unit_id', 'role']).orderBy('unit_id').orderBy('role');
  let links = db
    .selectFrom('account_links')
    .select(['user_id', 'purpose', 'expires_at'])
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now);
  if (ids !== null) {
    users = users.where('id', 'in', ids);
    grants = grants.where('user_id', 'in', ids);
    links = links.where('user_id', 'in', ids);
  }
  const [userRows, grantRows, linkRows] = [await users.execute(), await grants.execute(), await links.execute()];
  const grantsByUser = Map.groupBy(grantRows, (row) => row.user_id);
  const linkByUser = new Map(linkRows.map((row) => [row.user_id, { purpose: row.purpose, expiresAt: row.expires_at }]));
  return userRows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    active: row.active === 1,
    hasPassword: row.password_hash !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
    grants: (grantsByUser.get(row.id) ?? []).map((grant) => ({ unitId: grant.unit_id, role: grant.role })),
    link: linkByUser.get(row.id) ?? null,
    secondFactor: row.confirmed_at !== null,
  }));
}

/** Administrators who can sign in, with where they are it. */
export async function administrators(tx: Tx): Promise<{ userId: string; unitId: string }[]> {
  const rows = await tx
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .select(['user_id', 'unit_id'])
    .where('role', '=', 'administrator')
    .where('active', '=', 1)
    .where('password_hash', 'is not', null)
    .execute();
  return rows.map((row) => ({ userId: row.user_id, unitId: row.unit_id }));
}

/** Who but one person can sign in and has one of the roles on one of the units: names by unit. */
export async function namesWithRole(
  db: Db,
  unitIds: readonly string[],
  roles: readonly Role[],
  but: string,
): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .select(['unit_id', 'name'])
    .distinct()
    .where('unit_id', 'in', unitIds)
    .where('role', 'in', roles)
    .where('active', '=', 1)
    .where('password_hash', 'is not', null)
    .where('users.id', '<>', but)
    .orderBy('name')
    .execute();
  return new Map([...Map.groupBy(rows, (row) => row.unit_id)].map(([id, some]) => [id, some.map(({ name }) => name)]));
}

export async function changeUser(
  tx: Tx,
  id: string,
  to: { name?: string; email?: string; active?: boolean },
): Promise<void> {
  const { active, ...rest } = to;
  const set = { ...rest, ...(active === undefined ? {} : { active: active ? 1 : 0 }) };
  if (Object.keys(set).length === 0) return;
  await tx.updateTable('users').set(set).where('id', '=', id).execute();
}

/** @returns false when it was there */
export async function insertGrant(tx: Tx, userId: string, grant: Grant): Promise<boolean> {
  const rows = await tx
    .insertInto('grants')
    .values({ user_id: userId, unit_id: grant.unitId, role: grant.role })
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .execute();
  return rows.length === 1;
}

/** @returns whether it was there */
export async function deleteGrant(tx: Tx, userId: string, unitId: string, role: Role): Promise<boolean> {
  const rows = await tx
    .deleteFrom('grants')
    .where('user_id', '=', userId)
    .where('unit_id', '=', unitId)
    .where('role', '=', role)
    .returning('user_id')
    .execute();
  return rows.length === 1;
}
