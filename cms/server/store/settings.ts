/** Small values of the installation, and counters that never give a number twice. */
import { sql } from 'kysely';
import type { Db, Tx } from './store.ts';

export async function readSetting(db: Db | Tx, key: string): Promise<string | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value ?? null;
}

export async function writeSetting(db: Db | Tx, key: string, value: string): Promise<void> {
  await db
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/**
 * The next number of a counter, from 1. The counter's row stays locked until the transaction ends, so numbers have no gaps.
 * @param count how many are taken at once; the last of them is what is returned
 */
export async function nextNumber(tx: Tx, key: string, count = 1): Promise<number> {
  const row = await tx
    .insertInto('settings')
    .values({ key, value: String(count) })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet({ value: sql`cast(cast(settings.value as bigint) + ${sql.lit(count)} as text)` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return Number(row.value);
}
