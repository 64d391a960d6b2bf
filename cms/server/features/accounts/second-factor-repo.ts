import type { Db, Tx } from '../../store/store.ts';

export interface SecondFactorRow {
  readonly secret: string | null;
  readonly confirmedAt: number | null;
  readonly lastStep: number;
  readonly pendingSecret: string | null;
  readonly pendingAt: number | null;
}

export async function findSecondFactor(db: Db | Tx, userId: string): Promise<SecondFactorRow | null> {
  const row = await db.selectFrom('second_factors').selectAll().where('user_id', '=', userId).executeTakeFirst();
  if (!row) return null;
  return {
    secret: row.secret,
    confirmedAt: row.confirmed_at,
    lastStep: row.last_step,
    pendingSecret: row.pending_secret,
    pendingAt: row.pending_at,
  };
}

/** One that is being set up, beside the one that counts. */
export async function setPending(tx: Tx, userId: string, sealed: string, now: number): Promise<void> {
  await tx
    .insertInto('second_factors')
    .values({
      user_id: userId,
      secret: null,
      confirmed_at: null,
      last_step: 0,
      pending_secret: sealed,
      pending_at: now,
    })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ pending_secret: sealed, pending_at: now }))
    .execute();
}

/** The one that was being set up counts from now on. @returns false when it is another one meanwhile */
export async function confirmPending(
  tx: Tx,
  userId: string,
  sealed: string,
  step: number,
  now: number,
): Promise<boolean> {
  const rows = await tx
    .updateTable('second_factors')
    .set({ secret: sealed, confirmed_at: now, last_step: step, pending_secret: null, pending_at: null })
    .where('user_id', '=', userId)
    .where('pending_secret', '=', sealed)
    .returning('user_id')
    .execute();
  return rows.length === 1;
}

/** Uses a code's step up, and every one before it. @returns false when it had been used */
export async function takeStep(tx: Tx, userId: string, step: number): Promise<boolean> {
  const rows = await tx
    .updateTable('second_factors')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .returning('user_id')
    .execute();
  return rows.length === 1;
}

/** @returns whether there was one */
export async function deleteSecondFactor(tx: Tx, userId: string): Promise<boolean> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  const rows = await tx.deleteFrom('second_factors').where('user_id', '=', userId).returning('confirmed_at').execute();
  return rows.some((row) => row.confirmed_at !== null);
}

export async function replaceRecoveryCodes(
  tx: Tx,
  userId: string,
  hashes: readonly string[],
  now: number,
): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await tx
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ user_id: userId, code_hash: hash, created_at: now, used_at: null })))
    .execute();
}

/** Uses a recovery code up. @returns whether it was one that counts */
export async function useRecoveryCode(tx: Tx, userId: string, hash: string, now: number): Promise<boolean> {
  const rows = await tx
    .updateTable('recovery_codes')
    .set({ used_at: now })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .returning('code_hash')
    .execute();
  return rows.length === 1;
}

/** Whether it is one of theirs, used or not. */
export async function isRecoveryCode(db: Db | Tx, userId: string, hash: string): Promise<boolean> {
  const row = await db
    .selectFrom('recovery_codes')
    .select('used_at')
    .where('user_id', '=', userId)
    .where('code_hash', '=', hash)
    .executeTakeFirst();
  return row !== undefined;
}

export async function recoveryCodesLeft(db: Db | Tx, userId: string): Promise<number> {
  const row = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
