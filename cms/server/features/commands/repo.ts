import type { Insertable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Tx } from '../../store/store.ts';

/** Which commands were given to boards, by whom and when. */
export const commandRepo = {
  async insert(tx: Tx, row: Insertable<Database['commands']>): Promise<void> {
    await tx.insertInto('commands').values(row).execute();
  },
};
