import type { Insertable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Tx } from '../../store/store.ts';

/** Commands that were given to boards; kept as they were signed. */
export const commandRepo = {
  async insert(tx: Tx, row: Insertable<Database['commands']>): Promise<void> {
    await tx.insertInto('commands').values(row).execute();
  },
};
