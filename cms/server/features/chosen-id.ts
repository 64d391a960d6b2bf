/** Ids that pages choose for what they make (`chosenId`): what an answer that was lost has made is not made again. */
import { sql } from 'kysely';
import { AppError } from '../../../shared/util/errors.ts';
import { isUniqueViolation } from '../store/errors.ts';
import type { Tx } from '../store/store.ts';

const alreadyCreated = (cause?: unknown): AppError =>
  new AppError('already_created', 'It has been created before', { status: 409, cause });

/** The work that makes it; of two at the same moment the database lets one. @throws AppError `already_created` 409 */
export const madeOnce = <T>(made: Promise<T>): Promise<T> =>
  made.catch((error: unknown) => {
    throw isUniqueViolation(error) ? alreadyCreated(error) : error;
  });

/** Also what lies in the recycle bin has its id. @throws AppError `already_created` 409 */
export async function assertIdFree(
  tx: Tx,
  table: 'notices' | 'playlists' | 'schedule_entries' | 'obligations',
  id: string,
): Promise<void> {
  const { rows } = await sql`select 1 from ${sql.table(table)} where id = ${id}`.execute(tx);
  if (rows.length > 0) throw alreadyCreated();
}
