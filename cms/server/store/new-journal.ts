/** A journal is begun when a board is paired, and by a player that had to begin another. */
import { sql } from 'kysely';
import { firstPrev } from '../../../shared/protocol/journal.ts';
import { nextNumber } from './settings.ts';
import type { Tx } from './store.ts';

/**
 * Its number, and that of its board, which is its first journal's: plays name both by them.
 * @returns false when there is one with this id
 */
export async function insertJournal(
  tx: Tx,
  journal: { id: string; boardId: string; deviceId: string; now: number },
): Promise<boolean> {
  const no = await nextNumber(tx, 'journal');
  const done = await tx
    .insertInto('journals')
    .values((eb) => ({
      id: journal.id,
      no,
      board_no: sql<number>`coalesce(${eb
        .selectFrom('journals as other')
        .select((other) => other.fn.min('other.board_no').as('no'))
        .where('other.board_id', '=', journal.boardId)}, cast(${no} as bigint))`,
      board_id: journal.boardId,
      device_id: journal.deviceId,
      last_seq: 0,
      last_hash: firstPrev,
      forked_at: null,
      created_at: journal.now,
    }))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
