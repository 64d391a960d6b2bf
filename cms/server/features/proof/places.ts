/** Where a page of plays ends. */
import type { PlayPlace } from './repo.ts';

export const cursorAt = (row: { start_at: number; journal_no: number; seq: number }): string =>
  `${row.start_at}_${row.journal_no}_${row.seq}`;

/** A cursor of the shape that the border has checked (shared/protocol/api/proof.ts). */
export function placeOf(cursor: string | undefined): PlayPlace | null {
  if (cursor === undefined) return null;
  const [startAt, journalNo, seq] = cursor.split('_').map(Number);
  return { startAt: startAt!, journalNo: journalNo!, seq: seq! };
}
