import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export interface LinkRow {
  readonly userId: string;
  readonly createdBy: string | null;
  readonly purpose: Database['account_links']['purpose'];
  readonly expiresAt: number;
  readonly usedAt: number | null;
  readonly revokedAt: number | null;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
}

export async function findLink(db: Db | Tx, tokenHash: string): Promise<LinkRow | null> {
  const row = await db
    .selectFrom('account_links')
    .innerJoin('users', 'users.id', 'account_links.user_id')
    .select(['user_id', 'created_by', 'purpose', 'expires_at', 'used_at', 'revoked_at', 'name', 'email', 'active'])
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  if (!row) return null;
  return {
    userId: row.user_id,
    createdBy: row.created_by,
    purpose: row.purpose,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    revokedAt: row.revoked_at,
    name: row.name,
    email: row.email,
    active: row.active === 1,
  };
}

export async function insertLink(
  tx: Tx,
  link: Pick<LinkRow, 'userId' | 'createdBy' | 'purpose' | 'expiresAt'> & { tokenHash: string; createdAt: number },
): Promise<void> {
  await tx
    .insertInto('account_links')
    .values({
      token_hash: link.tokenHash,
      user_id: link.userId,
      purpose: link.purpose,
      created_at: link.createdAt,
      created_by: link.createdBy,
      expires_at: link.expiresAt,
      used_at: null,
      revoked_at: null,
    })
    .execute();
}

/** The person's links that nobody has used open nothing from now on. @returns how many */
export async function revokeLinks(tx: Tx, userId: string, now: number): Promise<number> {
  const rows = await tx
    .updateTable('account_links')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returning('token_hash')
    .execute();
  return rows.length;
}

export async function revokeLink(tx: Tx, tokenHash: string, now: number): Promise<void> {
  await tx.updateTable('account_links').set({ revoked_at: now }).where('token_hash', '=', tokenHash).execute();
}

/** Links that open something, for the person or issued by them. */
export async function openLinksAbout(
  tx: Tx,
  userId: string,
  now: number,
): Promise<(Pick<LinkRow, 'userId' | 'createdBy'> & { tokenHash: string })[]> {
  const rows = await tx
    .selectFrom('account_links')
    .select(['token_hash', 'user_id', 'created_by'])
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('created_by', '=', userId)]))
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('token_hash')
    .execute();
  return rows.map((row) => ({ tokenHash: row.token_hash, userId: row.user_id, createdBy: row.created_by }));
}

/** Uses the link up. @returns false when somebody else just did */
export async function markUsed(tx: Tx, tokenHash: string, now: number): Promise<boolean> {
  const rows = await tx
    .updateTable('account_links')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returning('token_hash')
    .execute();
  return rows.length === 1;
}
