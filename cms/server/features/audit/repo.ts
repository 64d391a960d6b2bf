import { sentTogether, type Db, type Tx } from '../../store/store.ts';

export interface AuditFilter {
  readonly from: number | null;
  readonly to: number | null;
  /** What these people did, what was done in their place or to their accounts; null: whoever it was. */
  readonly userIds: readonly string[] | null;
  /** An action begins with one of these words; null: any. */
  readonly prefixes: readonly string[] | null;
  /** null: any. */
  readonly action: string | null;
  /** Folded words that what it is about was called by. */
  readonly words: readonly string[];
  readonly subjectId: string | null;
  /** null: every unit, and what belongs to none. */
  readonly unitIds: readonly string[] | null;
  /** Entries older than this one only. */
  readonly before: { readonly at: number; readonly id: string } | null;
  readonly limit: number;
}

/** The newest first. */
export function findEntries(db: Db, filter: AuditFilter) {
  const { from, to, userIds, prefixes, action, words, subjectId, unitIds, before } = filter;
  let query = db.selectFrom('audit_log').selectAll();
  if (from !== null) query = query.where('at', '>=', from);
  if (to !== null) query = query.where('at', '<', to);
  if (userIds !== null)
    query = query.where((eb) =>
      eb.or([
        eb('user_id', 'in', userIds),
        eb.and([eb('subject_type', '=', 'user'), eb('subject_id', 'in', userIds)]),
        eb('in_place_of', 'in', userIds),
      ]),
    );
  if (prefixes !== null)
    query = query.where((eb) => eb.or(prefixes.map((prefix) => eb('action', 'like', `${prefix}.%`))));
  if (action !== null) query = query.where('action', '=', action);
  for (const word of words) query = query.where('folded', 'like', `%${word}%`);
  if (subjectId !== null) query = query.where('subject_id', '=', subjectId);
  if (unitIds !== null) query = query.where('unit_id', 'in', unitIds);
  if (before !== null)
    query = query
      .where('at', '<=', before.at)
      .where((eb) => eb.or([eb('at', '<', before.at), eb('id', '<', before.id)]));
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute();
}

/** Entries of a release before, which no words find yet; those with ids after one, in that order. */
export const unfolded = (db: Db, { after, limit }: { after: string; limit: number }) =>
  db
    .selectFrom('audit_log')
    .select(['id', 'subject_type', 'subject_id', 'detail', 'names'])
    .where('folded', 'is', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();

/** @param folded what to find them by, by id of entry */
export async function setFolded(tx: Tx, folded: ReadonlyMap<string, string>): Promise<void> {
  for (const [id, words] of folded)
    await tx.updateTable('audit_log').set({ folded: words }).where('id', '=', id).execute();
}

/** Where the things that entries are about keep what they are called. */
const named = {
  user: 'users',
  board: 'boards',
  media: 'media',
  playlist: 'playlists',
  schedule: 'schedule_entries',
} as const;
export type Named = keyof typeof named | 'notice' | 'takeover' | 'mourning' | 'obligation';

/** What things are called now, by id; deleted ones too. @param ids by the subject type of entries */
export async function namesNow(db: Db, ids: ReadonlyMap<string, readonly string[]>): Promise<Map<string, string>> {
  const lookups = [...ids].flatMap(([type, wanted]) => {
    if (type in named)
      return [
        db
          .selectFrom(named[type as keyof typeof named])
          .select(['id', 'name'])
          .where('id', 'in', wanted)
          .execute(),
      ];
    if (type === 'notice')
      return [db.selectFrom('notices').select(['id', 'title as name']).where('id', 'in', wanted).execute()];
    if (type === 'takeover')
      return [db.selectFrom('takeovers').select(['id', 'headline as name']).where('id', 'in', wanted).execute()];
    if (type === 'mourning')
      return [db.selectFrom('mournings').select(['id', 'reason as name']).where('id', 'in', wanted).execute()];
    if (type === 'obligation')
      return [
        db
          .selectFrom('obligations')
          .innerJoin('notices', 'notices.id', 'obligations.notice_id')
          .select(['obligations.id', 'notices.title as name'])
          .where('obligations.id', 'in', wanted)
          .execute(),
      ];
    return [];
  });
  return new Map((await sentTogether(lookups)).flat().map((row) => [row.id, row.name]));
}
