/** What an entry of the audit log speaks of by id: who did it, what it is about, and what its detail refers to. */
import type { AuditEntry } from '../../context.ts';
import type { Named } from './repo.ts';

/** Keys of a detail whose values are ids, and of what. Units are not among them: their history says what they were called. */
const keys: Readonly<Record<string, Named>> = {
  boardId: 'board',
  boardIds: 'board',
  mediaId: 'media',
  noticeId: 'notice',
  playlistId: 'playlist',
  takeoverId: 'takeover',
  userId: 'user',
};

/** @returns ids by the kind of what they are of */
export function idsOf(
  entry: Pick<AuditEntry, 'actor' | 'subjectType' | 'subjectId' | 'detail'>,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (kind: string, id: string) => found.set(kind, [...(found.get(kind) ?? []), id]);
  if (entry.actor) add('user', entry.actor.userId);
  if (entry.subjectId !== null) add(entry.subjectType, entry.subjectId);
  for (const [key, id] of textsIn('', entry.detail)) {
    const kind = keys[key];
    if (kind !== undefined) add(kind, id);
  }
  return found;
}

/** Every text of a detail, under the nearest key above it. */
export function* textsIn(key: string, value: unknown): Generator<readonly [key: string, text: string]> {
  if (typeof value === 'string') yield [key, value];
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(key, one);
  else if (typeof value === 'object' && value !== null)
    for (const [inner, one] of Object.entries(value)) yield* textsIn(inner, one);
}
