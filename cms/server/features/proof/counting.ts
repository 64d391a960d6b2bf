/** `whyNotCounted` of shared/protocol/journal.ts in the words of a query; proof.test.ts holds the two against each other. */
import { sql } from 'kysely';
import { leastSeenMs, provingHosts } from '../../../../shared/protocol/journal.ts';

/** That a row of `plays` counts. */
export const counted = sql<boolean>`(plays.host in (${sql.join(provingHosts)}) and (plays.notice_id is not null or plays.takeover_id is not null)
  and plays.outcome not in ('failed', 'dark') and plays.painted_ms >= ${sql.lit(leastSeenMs)})`;
