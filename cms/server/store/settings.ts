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

/** The next number of a counter, from 1. The counter's row stays locked until the transaction ends, so numbers have no gaps. */
export async function nextNumber(tx: Tx, key: string): Promise<number> {
  const row = await tx
    .insertInto('settings')
    .values({ key, value: '1' })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value: sql`cast(cast(settings.value as bigint) + 1 as text)` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return Number(row.value);
}
