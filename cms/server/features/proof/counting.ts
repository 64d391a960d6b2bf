/** `whyNotCounted` of shared/protocol/journal.ts for rows of `plays`, and in the words of a query; proof.test.ts holds the two against each other. */
import { sql, type Selectable } from 'kysely';
import { leastSeenMs, provingHosts, whyNotCounted, type NotCounted } from '../../../../shared/protocol/journal.ts';
import type { Database } from '../../store/schema.ts';

/** That a row of `plays` counts. */
export const counted = sql<boolean>`(plays.host in (${sql.join(provingHosts)}) and (plays.notice_id is not null or plays.takeover_id is not null)
  and plays.outcome not in ('failed', 'dark') and plays.painted_ms >= ${sql.lit(leastSeenMs)})`;

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
