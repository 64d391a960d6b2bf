import { sql, type Expression, type ExpressionBuilder, type Selectable, type SqlBool } from 'kysely';
import { noticeContent, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import { foldedName } from '../../listing.ts';
import { standing } from '../../store/bin.ts';
import { inChunks } from '../../store/chunks.ts';
import { countEdited, editedPage, type EditedFilter, type EditPlace } from '../../store/edited-page.ts';
import type { Database, NoticeState } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Use } from './uses.ts';
import { nextNo, setWords } from './words-repo.ts';

export interface NoticeRecord {
  readonly id: string;
  readonly unitId: string;
  readonly title: string;
  readonly category: string;
  readonly content: NoticeContent;
  readonly durationMs: number | null;
  /** Not shown while there is mourning. */
  readonly entertainment: boolean;
  /** The document that it was made of. */
  readonly documentId: string | null;
  readonly revision: number;
  readonly updatedAt: number;
  readonly state: NoticeState;
  /** The number of the version that boards are given. */
  readonly approvedVersion: number | null;
  readonly takenDown: boolean;
}
/** What people write. */
export type NoticeValues = Pick<
  NoticeRecord,
  'unitId' | 'title' | 'category' | 'content' | 'durationMs' | 'entertainment'
>;

type ValueColumns = Pick<
  Selectable<Database['notices']>,
  'unit_id' | 'title' | 'category' | 'content' | 'duration_ms' | 'entertainment'
>;

export const toValues = (row: ValueColumns): NoticeValues => ({
  unitId: row.unit_id,
  title: row.title,
  category: row.category,
  content: noticeContent.parse(JSON.parse(row.content)),
  durationMs: row.duration_ms,
  entertainment: row.entertainment === 1,
});

function toRecord(row: Selectable<Database['notices']>): NoticeRecord {
  return {
    ...toValues(row),
    id: row.id,
    documentId: row.document_id,
    revision: row.revision,
    updatedAt: row.updated_at,
    state: row.state,
    approvedVersion: row.approved_version,
    takenDown: row.takedown_id !== null,
  };
}

const toColumns = (values: NoticeValues) => ({
  unit_id: values.unitId,
  title: values.title,
  folded: foldedName(values.title),
  category: values.category,
  content: JSON.stringify(values.content),
  duration_ms: values.durationMs,
  entertainment: values.entertainment ? 1 : 0,
});

export async function findNotice(db: Db | Tx, id: string): Promise<NoticeRecord | null> {
  const row = await db
    .selectFrom('notices')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** What lies in the recycle bin since `since` (ms UTC) or later. */
export async function findInBin(db: Db | Tx, id: string, since: number): Promise<NoticeRecord | null> {
  const row = await db
    .selectFrom('notices')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', '>=', since)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** As `findNotice`, a deleted one too. */
export async function findNoticeEver(db: Db | Tx, id: string): Promise<NoticeRecord | null> {
  const row = await db.selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** As `findNoticeEver`, and until the transaction ends nobody changes it. */
export async function holdNoticeEver(tx: Tx, id: string): Promise<NoticeRecord | null> {
  const row = await tx.selectFrom('notices').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ? toRecord(row) : null;
}

const all = (db: Db | Tx, ids: readonly string[]) => db.selectFrom('notices').selectAll().where('id', 'in', ids);

export async function findNotices(db: Db | Tx, ids: readonly string[]): Promise<NoticeRecord[]> {
  return (await inChunks(ids, (chunk) => all(db, chunk).where(standing(null)).execute())).map(toRecord);
}

/** Whoever takes several does so in the order of their ids: else two could wait for each other. */
const allInOrder = (tx: Tx, ids: readonly string[]) => all(tx, ids).orderBy('id');

/** As `findNotices`, by id, and until the transaction ends nobody changes or deletes them. */
export async function holdNotices(tx: Tx, ids: readonly string[]): Promise<NoticeRecord[]> {
  return (
    await inChunks([...ids].sort(), (chunk) => allInOrder(tx, chunk).where(standing(null)).forShare().execute())
  ).map(toRecord);
}

/**
 * As `holdNotices`, for whoever is going to change them: nobody else holds them meanwhile. With `since` (ms UTC) also those that were
 * deleted then or later.
 */
export async function holdNoticesToEdit(
  tx: Tx,
  ids: readonly string[],
  since: number | null = null,
): Promise<NoticeRecord[]> {
  const rows = await inChunks([...ids].sort(), (chunk) =>
    allInOrder(tx, chunk).where(standing(since)).forUpdate().execute(),
  );
  return rows.map(toRecord);
}

export interface NoticeFilter {
  readonly statements: EditedFilter<'notices'>['statements'];
  readonly category: string | null;
  readonly ids: readonly string[] | null;
  readonly state: NoticeState | null;
  /** Only those that are off all boards, or only the others; null: both. */
  readonly takenDown: boolean | null;
  /** Of these units those that have an approved version, which stands for them whatever is written since. */
  readonly approvedOnly: readonly string[];
  /** Not what this person wrote last. */
  readonly notBy: string | null;
}

/** Its category for who is told its approved version only, if it is of these units; else what is being written. */
const categoryTold = (
  eb: ExpressionBuilder<Database, 'notices'>,
  approvedOnly: readonly string[],
): Expression<string> =>
  approvedOnly.length === 0
    ? eb.ref('category')
    : (eb
        .case()
        .when('unit_id', 'in', approvedOnly)
        .then(
          eb
            .selectFrom('notice_versions as version')
            .select('version.category')
            .whereRef('version.notice_id', '=', 'notices.id')
            .whereRef('version.number', '=', 'notices.approved_version'),
        )
        .else(eb.ref('category'))
        .end() as Expression<string>);

/** What a filter asks beside units, words, and that there is something to tell. */
export const conditions = (
  eb: ExpressionBuilder<Database, 'notices'>,
  { category, ids, state, takenDown, approvedOnly, notBy }: Omit<NoticeFilter, 'statements'>,
): Expression<SqlBool>[] => [
  ...(category === null ? [] : [eb(categoryTold(eb, approvedOnly), '=', category)]),
  ...(ids === null ? [] : [eb('id', 'in', ids)]),
  // Spelled out, so that the index of what waits for approval is used.
  ...(state === null
    ? []
    : state === 'approved' && approvedOnly.length > 0
      ? [eb.or([eb('state', '=', sql.lit(state)), eb('unit_id', 'in', approvedOnly)])]
      : [eb('state', '=', sql.lit(state))]),
  ...(takenDown === null ? [] : [eb('takedown_id', takenDown ? 'is not' : 'is', null)]),
  ...(notBy === null ? [] : [eb('updated_by', '<>', notBy)]),
];

const edited = ({ statements, ...filter }: NoticeFilter): EditedFilter<'notices'> => ({
  statements,
  also: (eb) => [
    ...conditions(eb, filter),
    ...(filter.approvedOnly.length === 0
      ? []
      : [eb.or([eb('unit_id', 'not in', filter.approvedOnly), eb('approved_version', 'is not', null)])]),
  ],
});

/** Newest edit first. */
export async function findPage(
  db: Db | Tx,
  filter: NoticeFilter,
  place: { after: EditPlace | null; limit: number },
): Promise<NoticeRecord[]> {
  return (await editedPage(db, 'notices', edited(filter), place)).map(toRecord);
}

export const count = (db: Db | Tx, filter: NoticeFilter): Promise<number> => countEdited(db, 'notices', edited(filter));

export interface Heading {
  readonly title: string;
  readonly category: string;
}

/** By the approved version, if there is one. Of deleted ones too. */
export async function findHeadings(db: Db | Tx, ids: readonly string[]): Promise<Map<string, Heading>> {
  const rows = await inChunks([...new Set(ids)], (chunk) =>
    db.selectFrom('notice_headings').selectAll().where('id', 'in', chunk).execute(),
  );
  return new Map(rows.map(({ id, title, category }) => [id, { title, category }]));
}

/** The unit of a document; null when there is none. */
export async function unitOfDocument(db: Db | Tx, id: string): Promise<string | null> {
  const row = await db.selectFrom('documents').select('unit_id').where('id', '=', id).executeTakeFirst();
  return row?.unit_id ?? null;
}

export async function insertNotice(
  tx: Tx,
  id: string,
  values: NoticeValues,
  documentId: string | null,
  by: string,
  now: number,
): Promise<void> {
  await tx
    .insertInto('notices')
    .values({
      ...toColumns(values),
      id,
      no: await nextNo(tx),
      document_id: documentId,
      revision: 1,
      created_at: now,
      updated_at: now,
      updated_by: by,
      deleted_at: null,
    })
    .execute();
  await setWords(tx, 'notice_words', id, values);
}

/** Makes it a draft again: what was submitted is withdrawn. @returns false when somebody edited or deleted it since `revision` */
export async function updateNotice(
  tx: Tx,
  id: string,
  revision: number,
  values: NoticeValues,
  by: string,
  now: number,
  since: number | null = null,
): Promise<boolean> {
  const done = await tx
    .updateTable('notices')
    .set({ ...toColumns(values), revision: revision + 1, updated_at: now, updated_by: by, state: 'draft' })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where(standing(since))
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  await setWords(tx, 'notice_words', id, values);
  await tx
    .updateTable('notice_versions')
    .set({ state: 'withdrawn' })
    .where('notice_id', '=', id)
    .where('state', '=', 'submitted')
    .execute();
  return true;
}

/** The playlists that hold the notice, by name, and the obligations that require it. Ids are unmistakable in JSON text. */
export async function usesOf(db: Db | Tx, id: string): Promise<Use[]> {
  const playlists = await db
    .selectFrom('playlists')
    .select(['unit_id', 'name'])
    .where('items', 'like', `%"${id}"%`)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
  const obligations = await db
    .selectFrom('obligations')
    .select('unit_id')
    .where('notice_id', '=', id)
    .where('deleted_at', 'is', null)
    .execute();
  return [
    ...playlists.map((row) => ({ unitId: row.unit_id, name: row.name })),
    ...obligations.map((row) => ({ unitId: row.unit_id, name: null })),
  ];
}
