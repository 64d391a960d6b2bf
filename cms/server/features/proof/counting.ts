/** `whyNotCounted` of shared/protocol/journal.ts for rows of `plays`, and in the words of a query; proof.test.ts holds the two against each other. */
import { sql, type Selectable } from 'kysely';
import { leastSeenMs, provingHosts, whyNotCounted, type NotCounted } from '../../../../shared/protocol/journal.ts';
import type { Database } from '../../store/schema.ts';

/** That a row of `plays` is of a notice or an alert; the standby slide is a play of nothing, and in no sum. */
export const ofContent = sql<boolean>`(plays.notice_id is not null or plays.takeover_id is not null)`;

/** That a row of `plays` counts. */
export const counted = sql<boolean>`(plays.host in (${sql.join(provingHosts)}) and ${ofContent}
  and plays.outcome not in ('failed', 'dark') and plays.painted_ms >= ${sql.lit(leastSeenMs)})`;

/** That it counts as an exercise, beside `takeovers`: an exercise counts as nothing else. */
export const countedExercise = sql<boolean>`(${counted} and coalesce(takeovers.status, 'actual') = 'exercise')`;
/** That it counts as shown to people in earnest, beside `takeovers`. */
export const countedReal = sql<boolean>`(${counted} and coalesce(takeovers.status, 'actual') <> 'exercise')`;

type PlayRow = Pick<Selectable<Database['plays']>, 'host' | 'outcome' | 'painted_ms' | 'notice_id' | 'takeover_id'>;

/** null: the play of this row counts. */
export const whyRowNotCounted = (row: PlayRow): NotCounted | null =>
  whyNotCounted({
    host: row.host,
    outcome: row.outcome,
    paintedMs: row.painted_ms,
    noticeId: row.notice_id,
    takeoverId: row.takeover_id,
  });
