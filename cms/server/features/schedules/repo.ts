import type { Selectable } from 'kysely';
import { targets } from '../../../../shared/protocol/api/content.ts';
import { exceptionDays, type ExceptionDay } from '../../../../shared/protocol/programme.ts';
import { foldedName, mapInTurns } from '../../listing.ts';
import { inChunks } from '../../store/chunks.ts';
import { countEdited, editedPage, type EditedFilter, type EditPlace } from '../../store/edited-page.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Targets } from './targets.ts';
import type { TermColumns } from './terms-repo.ts';

export interface EntryRecord {
  readonly id: string;
  readonly unitId: string;
  readonly playlistId: string;
  readonly name: string;
  readonly cron: string;
  readonly durationMs: number;
  readonly priority: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  /** By date. */
  readonly exceptions: ExceptionDay[];
  readonly targets: Targets;
  readonly revision: number;
  readonly updatedAt: number;
}
export type EntryValues = Omit<EntryRecord, 'id' | 'revision' | 'updatedAt'>;

function toRecord(row: Selectable<Database['schedule_entries']>): EntryRecord {
  return {
    id: row.id,
    unitId: row.unit_id,
    playlistId: row.playlist_id,
    name: row.name,
    cron: row.cron,
    durationMs: row.duration_ms,
    priority: row.priority,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    exceptions: exceptionDays.parse(JSON.parse(row.exceptions)),
    targets: targets.parse(JSON.parse(row.targets)),
    revision: row.revision,
    updatedAt: row.updated_at,
  };
}

const toColumns = (values: EntryValues) => ({
  unit_id: values.unitId,
  playlist_id: values.playlistId,
  name: values.name,
  folded: foldedName(values.name),
  cron: values.cron,
  duration_ms: values.durationMs,
  priority: values.priority,
  valid_from: values.validFrom,
  valid_to: values.validTo,
  exceptions: JSON.stringify(values.exceptions),
  targets: JSON.stringify(values.targets),
});

/** What of an entry is kept when it changes: whose it is, what it is called, when and where. */
export function termOf(values: EntryValues): TermColumns {
  const { playlist_id: _playlist, priority: _priority, folded: _folded, ...columns } = toColumns(values);
  return columns;
}

export async function findEntry(db: Db | Tx, id: string): Promise<EntryRecord | null> {
  const row = await db
    .selectFrom('schedule_entries')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** What lies in the recycle bin since `since` (ms UTC) or later. */
export async function findInBin(db: Db | Tx, id: string, since: number): Promise<EntryRecord | null> {
  const row = await db
    .selectFrom('schedule_entries')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', '>=', since)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** What they are called, of deleted ones too. */
export async function findNames(db: Db | Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return inChunks(ids, (chunk) =>
    db.selectFrom('schedule_entries').select(['id', 'name']).where('id', 'in', chunk).execute(),
  );
}

export interface EntryFilter {
  readonly statements: EditedFilter<'schedule_entries'>['statements'];
  readonly playlistId: string | null;
}

const edited = ({ statements, playlistId }: EntryFilter): EditedFilter<'schedule_entries'> => ({
  statements,
  elsewhere: (eb, pattern) =>
    eb(
      'playlist_id',
      'in',
      eb.selectFrom('playlists').select('playlists.id').where('playlists.folded', 'like', pattern),
    ),
  also: (eb) => (playlistId === null ? [] : [eb('playlist_id', '=', playlistId)]),
});

/** Newest edit first. */
export async function findPage(
  db: Db | Tx,
  filter: EntryFilter,
  place: { after: EditPlace | null; limit: number },
): Promise<EntryRecord[]> {
  return mapInTurns(await editedPage(db, 'schedule_entries', edited(filter), place), toRecord);
}

export const count = (db: Db | Tx, filter: EntryFilter): Promise<number> =>
  countEdited(db, 'schedule_entries', edited(filter));

/** Newest edit first. */
export async function findEntriesOfUnits(db: Db | Tx, unitIds: readonly string[]): Promise<EntryRecord[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('schedule_entries')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute(),
  );
  return rows.map(toRecord).sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
}

export async function insertEntry(tx: Tx, id: string, values: EntryValues, by: string, now: number): Promise<void> {
  await tx
    .insertInto('schedule_entries')
    .values({
      ...toColumns(values),
      id,
      revision: 1,
      created_at: now,
      updated_at: now,
      updated_by: by,
      deleted_at: null,
    })
    .execute();
}

/** @returns false when somebody edited or deleted it since `revision` */
export async function updateEntry(
  tx: Tx,
  id: string,
  revision: number,
  values: EntryValues,
  by: string,
  now: number,
): Promise<boolean> {
  const done = await tx
    .updateTable('schedule_entries')
    .set({ ...toColumns(values), revision: revision + 1, updated_at: now, updated_by: by })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
