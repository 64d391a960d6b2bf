import type { Database } from '../store/schema.ts';
import type { Tx } from '../store/store.ts';

/** In the order in which rows may go: what refers before what is referred to. */
const tables: readonly (keyof Database)[] = [
  'journal_tallies',
  'play_hours',
  'board_days',
  'content_days',
  'journal_forks',
  'journal_batches',
  'journals',
  'plays',
  'board_events',
  'board_logs',
  'commands',
  'takeover_deliveries',
  'takeovers',
  'programme_progress',
  'programmes',
  'parts',
  'schedule_terms',
  'schedule_entries',
  'obligations',
  'playlists',
  'mourning_changes',
  'mournings',
  'notice_takedown_boards',
  'notice_takedowns',
  'notice_versions',
  'notices',
  'media_tags',
  'media',
  'asset_renditions',
  'assets',
  'pairings',
  'board_states',
  'board_statuses',
  'devices',
  'board_moves',
  'board_upkeep',
  'sample_views',
  'samples',
  'screenshot_views',
  'screenshots',
  'boards',
  'sessions',
  'account_links',
  'second_factors',
  'recovery_codes',
  'delegations',
  'grants',
  'users',
  'unit_versions',
  'units',
];

/**
 * Empties a CMS in which nobody has an account, so that a sample province whose making was cut off can be made again. Settings stay:
 * counters never give a number twice. The audit log stays too: it only grows.
 * @throws Error when somebody has an account
 */
export async function emptyUnusedCms(tx: Tx): Promise<void> {
  const user = await tx.selectFrom('users').select('id').limit(1).executeTakeFirst();
  if (user) throw new Error('A CMS with accounts is not emptied');
  for (const table of tables) await tx.deleteFrom(table).execute();
}
