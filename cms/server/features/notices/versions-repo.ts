/** Versions of notices as they were submitted, what was decided on each, and the one that boards are given. */
import { sql, type Selectable } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database, NoticeState } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import { toValues, type NoticeRecord, type NoticeValues } from './repo.ts';
import { setWords } from './words-repo.ts';

export type VersionState = Database['notice_versions']['state'];

export interface VersionRecord extends NoticeValues {
  readonly number: number;
  readonly revision: number;
  readonly editedBy: string;
  readonly submittedBy: string;
  readonly submittedAt: number;
  readonly state: VersionState;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly inPlaceOf: string | null;
  readonly remark: string;
  readonly selfApproved: boolean;
}

const toVersion = (row: Selectable<Database['notice_versions']>): VersionRecord => ({
  ...toValues(row),
  number: row.number,
  revision: row.revision,
  editedBy: row.edited_by,
  submittedBy: row.submitted_by,
  submittedAt: row.submitted_at,
  state: row.state,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  inPlaceOf: row.in_place_of,
  remark: row.remark,
  selfApproved: row.self_approved === 1,
});

/**
 * What boards may show of these notices: not deleted, as approved last.
 * @param takenDown also of those that were taken down
 */
export async function findApproved(
  db: Db | Tx,
  ids: readonly string[],
  takenDown = false,
): Promise<(NoticeValues & { id: string })[]> {
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom('notices')
      .innerJoin('notice_versions as version', (join) =>
        join.onRef('version.notice_id', '=', 'notices.id').onRef('version.number', '=', 'notices.approved_version'),
      )
      .select([
        'notices.id',
        'version.unit_id',
        'version.title',
        'version.category',
        'version.content',
        'version.duration_ms',
        'version.entertainment',
      ])
      .where('notices.id', 'in', chunk)
      .where('notices.deleted_at', 'is', null)
      .$if(!takenDown, (query) => query.where('notices.takedown_id', 'is', null))
      .execute(),
  );
  return rows.map((row) => ({ id: row.id, ...toValues(row) }));
}

/** Those that entertain, as approved last; deleted ones and those taken down too, since boards may have them still. */
export async function findEntertaining(db: Db | Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom('notices')
      .innerJoin('notice_versions as version', (join) =>
        join.onRef('version.notice_id', '=', 'notices.id').onRef('version.number', '=', 'notices.approved_version'),
      )
      .select('notices.id')
      .where('notices.id', 'in', chunk)
      .where('version.entertainment', '=', 1)
      .execute(),
  );
  return rows.map(({ id }) => id);
}

/** Those of which nothing was ever approved; deleted ones are not among them. */
export async function findUnapproved(db: Db | Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom('notices')
      .select('id')
      .where('id', 'in', chunk)
      .where('approved_version', 'is', null)
      .where('deleted_at', 'is', null)
      .execute(),
  );
  return rows.map((row) => row.id);
}

/** Who wrote what the notice says now. */
export async function findEditor(db: Db | Tx, noticeId: string): Promise<string> {
  const row = await db.selectFrom('notices').select('updated_by').where('id', '=', noticeId).executeTakeFirstOrThrow();
  return row.updated_by;
}

/** The newest first. */
export async function findVersions(db: Db | Tx, noticeId: string, limit: number): Promise<VersionRecord[]> {
  const rows = await db
    .selectFrom('notice_versions')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toVersion);
}

export async function findVersion(db: Db | Tx, noticeId: string, number: number): Promise<VersionRecord | null> {
  const row = await db
    .selectFrom('notice_versions')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .where('number', '=', number)
    .executeTakeFirst();
  return row ? toVersion(row) : null;
}

/** Freezes what the notice says. The caller holds the notice. @returns its number */
export async function insertVersion(
  tx: Tx,
  notice: NoticeRecord,
  { editedBy, by, now }: { editedBy: string; by: string; now: number },
): Promise<number> {
  const [last] = await findVersions(tx, notice.id, 1);
  const number = (last?.number ?? 0) + 1;
  await tx
    .insertInto('notice_versions')
    .values({
      notice_id: notice.id,
      number,
      revision: notice.revision,
      unit_id: notice.unitId,
      title: notice.title,
      category: notice.category,
      content: JSON.stringify(notice.content),
      duration_ms: notice.durationMs,
      entertainment: notice.entertainment ? 1 : 0,
      edited_by: editedBy,
      submitted_by: by,
      submitted_at: now,
      state: 'submitted',
    })
    .execute();
  return number;
}

/** What was given back of what somebody wrote or submitted, and has not been edited since; the newest first. */
export const returnedTo = (db: Db, userId: string) =>
  db
    .selectFrom('notices')
    // In this order and spelled out, so that SQLite takes the index of those that were given back, not every version there is.
    .crossJoin('notice_versions as version')
    .whereRef('version.notice_id', '=', 'notices.id')
    .selectAll('version')
    .where('notices.state', '=', sql.lit('returned'))
    .where('notices.deleted_at', 'is', null)
    .where('version.state', '=', 'returned')
    .where(({ eb, or }) => or([eb('version.edited_by', '=', userId), eb('version.submitted_by', '=', userId)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('notice_versions as later')
            .select('later.number')
            .whereRef('later.notice_id', '=', 'version.notice_id')
            .whereRef('later.number', '>', 'version.number'),
        ),
      ),
    )
    .orderBy('version.decided_at', 'desc')
    .orderBy('version.notice_id');

export async function findReturned(db: Db, userId: string): Promise<(VersionRecord & { noticeId: string })[]> {
  const rows = await returnedTo(db, userId).execute();
  return rows.map((row) => ({ noticeId: row.notice_id, ...toVersion(row) }));
}

export async function decide(
  tx: Tx,
  noticeId: string,
  number: number,
  decision: {
    state: 'approved' | 'returned';
    by: string;
    inPlaceOf: string | null;
    now: number;
    remark: string;
    selfApproved: boolean;
  },
): Promise<void> {
  await tx
    .updateTable('notice_versions')
    .set({
      state: decision.state,
      decided_by: decision.by,
      decided_at: decision.now,
      in_place_of: decision.inPlaceOf,
      remark: decision.remark,
      self_approved: decision.selfApproved ? 1 : 0,
    })
    .where('notice_id', '=', noticeId)
    .where('number', '=', number)
    .execute();
}

export async function setState(tx: Tx, noticeId: string, state: Exclude<NoticeState, 'approved'>): Promise<void> {
  await tx.updateTable('notices').set({ state }).where('id', '=', noticeId).execute();
}

/** Boards are given this version from now on, and who is told of approved ones only finds it by its words. */
export async function setApproved(tx: Tx, noticeId: string, version: VersionRecord): Promise<void> {
  await tx
    .updateTable('notices')
    .set({ state: 'approved', approved_version: version.number })
    .where('id', '=', noticeId)
    .execute();
  await setWords(tx, 'approved_words', noticeId, version);
}
