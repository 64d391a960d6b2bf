/** What schedule entries said when. */
import type { Selectable } from 'kysely';
import { targets, type ScheduleTerm } from '../../../../shared/protocol/api/content.ts';
import { exceptionDays } from '../../../../shared/protocol/programme.ts';
import { mapInTurns } from '../../listing.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

type Row = Selectable<Database['schedule_terms']>;
/** What a term is of: a change of anything else begins none. */
export type TermColumns = Omit<Row, 'entry_id' | 'revision' | 'from_at' | 'until_at'>;

const toTerm = (row: Row): ScheduleTerm => ({
  entryId: row.entry_id,
  unitId: row.unit_id,
  name: row.name,
  cron: row.cron,
  durationMs: row.duration_ms,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  exceptions: exceptionDays.parse(JSON.parse(row.exceptions)),
  targets: targets.parse(JSON.parse(row.targets)),
  from: row.from_at,
  until: row.until_at,
});

/** From now on the entry says this, as it stands at `revision`. */
export async function beginTerm(
  tx: Tx,
  entry: { readonly id: string; readonly revision: number },
  columns: TermColumns,
  now: number,
): Promise<void> {
  await endTerm(tx, entry.id, now);
  await tx
    .insertInto('schedule_terms')
    .values({ ...columns, entry_id: entry.id, revision: entry.revision, from_at: now, until_at: null })
    .execute();
}

/** From now on the entry says nothing. */
export async function endTerm(tx: Tx, entryId: string, now: number): Promise<void> {
  await tx
    .updateTable('schedule_terms')
    .set({ until_at: now })
    .where('entry_id', '=', entryId)
    .where('until_at', 'is', null)
    .execute();
}

/** Terms that held in some of [from, to), the newest first. */
export async function findTerms(
  db: Db | Tx,
  unitIds: readonly string[],
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<ScheduleTerm[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('schedule_terms')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('from_at', '<', to)
      .where((eb) => eb.or([eb('until_at', 'is', null), eb('until_at', '>', from)]))
      .orderBy('from_at', 'desc')
      .limit(limit)
      .execute(),
  );
  rows.sort((a, b) => b.from_at - a.from_at || b.revision - a.revision);
  return mapInTurns(rows.slice(0, limit), toTerm);
}
