/** What boards have shown of obligations, for the feature that asks for it: without rights. */
import type { ObligationPlay } from '../../../../shared/protocol/api/obligations.ts';
import type { Store } from '../../store/store.ts';
import { whyRowNotCounted } from './counting.ts';
import { obligedRepo as repo, type ObligedHours } from './obliged-repo.ts';
import { cursorAt, placeOf } from './places.ts';

export type { ObligedHours };
export type Obliged = ReturnType<typeof createObliged>;

export const createObliged = ({ report }: Pick<Store, 'report'>) => ({
  /** Counted plays by board; boards without any are left out. */
  counts: (asked: ObligedHours) => repo.counts(report, asked),
  /** How many plays each board lacked while it was on record; boards that lacked none are left out. */
  missing: (asked: ObligedHours) => repo.missing(report, asked),
  /** When each board first showed it; those that never did are left out. */
  first: (obligationId: string, boardIds: readonly string[]) => repo.first(report, obligationId, boardIds),
  /** Newest first. @param cursor the `next` of the page before */
  async plays(
    asked: Parameters<typeof repo.plays>[1],
    cursor: string | undefined,
    limit: number,
  ): Promise<{ plays: Omit<ObligationPlay, 'boardName'>[]; next: string | null }> {
    if (asked.boardIds.length === 0) return { plays: [], next: null };
    const found = await repo.plays(report, asked, placeOf(cursor), limit + 1);
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return {
      plays: rows.map((row) => ({
        journalId: row.journal_id,
        seq: row.seq,
        boardId: row.board_id,
        startAt: row.start_at,
        paintedMs: row.painted_ms,
        // Written by ingest from parsed records.
        outcome: row.outcome as ObligationPlay['outcome'],
        host: row.host as ObligationPlay['host'],
        clock: row.clock as ObligationPlay['clock'],
        notCounted: whyRowNotCounted(row),
      })),
      next: last ? cursorAt(last) : null,
    };
  },
});
