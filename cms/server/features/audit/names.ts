/** What an entry of the audit log speaks of by id: who did it, what it is about, and what its detail refers to. */
import type { AuditEntry } from '../../context.ts';
import { foldedName } from '../../listing.ts';
import type { Named } from './repo.ts';

/** Keys of a detail whose values are ids, and of what. */
const keys: Readonly<Record<string, Named | 'unit'>> = {
  boardId: 'board',
  boardIds: 'board',
  defaultPlaylistId: 'playlist',
  inPlaceOf: 'user',
  intoId: 'unit',
  mediaId: 'media',
  moved: 'unit',
  noticeId: 'notice',
  notices: 'notice',
  order: 'obligation',
  parentId: 'unit',
  playlistId: 'playlist',
  takeoverId: 'takeover',
  unitId: 'unit',
  unitIds: 'unit',
  userId: 'user',
};

/** Of longer lists the first are named: a name takes a look-up in the transaction, and its room in the log for ever. */
export const mostNames = 100;

/** @returns of what each id is that the entry itself has to name. Of units their history says what they were called. */
export function idsOf(
  entry: Pick<AuditEntry, 'actor' | 'subjectType' | 'subjectId' | 'detail'>,
): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>();
  if (entry.actor) kinds.set(entry.actor.userId, 'user');
  if (entry.subjectId !== null) kinds.set(entry.subjectId, entry.subjectType);
  eachId(entry.detail, (id, kind) => {
    if (kind !== 'unit' && kinds.size < mostNames && !kinds.has(id)) kinds.set(id, kind);
  });
  return kinds;
}

/** Units that a detail refers to. */
export function unitIdsIn(detail: AuditEntry['detail']): ReadonlySet<string> {
  const ids = new Set<string>();
  eachId(detail, (id, kind) => {
    if (kind === 'unit') ids.add(id);
  });
  return ids;
}

/** What the entry itself says that its thing was called. */
export function nameThen(type: string, detail: AuditEntry['detail']): string | null {
  const held = type === 'takeover' ? detail.headline : (detail.title ?? (type === 'board' ? null : detail.name));
  return typeof held === 'string' && held !== '' ? held : null;
}

/** What an entry is found by: what its thing was called then and, of a change, before it; '' where it had no name. @param names by id */
export function foldedThen(
  { subjectType, subjectId, detail }: Pick<AuditEntry, 'subjectType' | 'subjectId' | 'detail'>,
  names: Readonly<Record<string, string>>,
): string {
  const before = detail.before as AuditEntry['detail'] | null | undefined;
  const found = [
    subjectId === null ? null : names[subjectId],
    nameThen(subjectType, detail),
    typeof before === 'object' && before !== null ? nameThen(subjectType, before) : null,
    detail.email,
  ];
  return [...new Set(found.filter((name) => typeof name === 'string').map(foldedName))].join(' ');
}

/** Called for thousands of values of one entry, so without a list between. An id stands under the nearest key above it. */
function eachId(value: unknown, found: (id: string, kind: string) => void, kind?: string): void {
  if (typeof value === 'string') {
    if (kind !== undefined) found(value, kind);
  } else if (Array.isArray(value)) for (const one of value) eachId(one, found, kind);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) eachId(one, found, keys[key]);
}
