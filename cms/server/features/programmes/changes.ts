/** What one programme differs in from another of the same board, for those who decide whether it goes out. Pure. */
import type { BoardField, ChangeKind, ProgrammeChanges } from '../../../../shared/protocol/api/publishing.ts';
import type { Certificate, EntryPart, Part, PartRef, PlaylistPart } from '../../../../shared/protocol/programme.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';

export interface Said {
  readonly defaultPlaylistId: string | null;
  readonly parts: readonly Part[];
}

/** What stands in the parts. Entries are named elsewhere: their parts carry no name. */
export type PartChanges = Pick<ProgrammeChanges, 'notices' | 'playlists' | 'required' | 'board'> & {
  readonly schedules: Omit<ProgrammeChanges['schedules'][number], 'name'>[];
};

interface Pair<T> {
  readonly id: string;
  readonly before: T | null;
  readonly after: T | null;
}

/**
 * Parts that both hold may be left out of both, for the same answer but for titles: a notice that is in neither has the title ''.
 * @param before null: nothing was ever published
 */
export function changesBetween(before: Said | null, after: Said): PartChanges {
  const was = before?.parts ?? [];
  const titles = titlesOf([...was, ...after.parts]);
  const title = (noticeId: string): string => titles.get(noticeId) ?? '';
  return {
    notices: pairsOf(was, after.parts, 'notice', (part) => part.noticeId).map((pair) => ({
      id: pair.id,
      title: title(pair.id),
      change: kindOf(pair),
    })),
    playlists: pairsOf(was, after.parts, 'playlist', (part) => part.playlistId).map((pair) =>
      playlistChange(pair, title),
    ),
    schedules: pairsOf(was, after.parts, 'entry', (part) => part.entryId) satisfies Pair<EntryPart>[],
    required: pairsOf(was, after.parts, 'obligation', (part) => part.obligationId).map((pair) => ({
      id: pair.id,
      title: title((pair.after ?? pair.before)!.noticeId),
      change: kindOf(pair),
    })),
    board: before === null ? [] : boardChanges(before, after),
  };
}

/** Of two lists of references, those that only one of them holds. */
export function onlyInOne(before: readonly PartRef[], after: readonly PartRef[]): { was: PartRef[]; is: PartRef[] } {
  const old = new Set(before.map(({ hash }) => hash));
  const next = new Set(after.map(({ hash }) => hash));
  return { was: before.filter(({ hash }) => !next.has(hash)), is: after.filter(({ hash }) => !old.has(hash)) };
}

/** What a board's certificate would say otherwise. */
export function certificateChanges(
  before: Omit<Certificate, 'issuedAt'>,
  after: Omit<Certificate, 'issuedAt'>,
): BoardField[] {
  const fields = [
    ['name', 'boardName'],
    ['unit', 'unitPath'],
    ['unit', 'unitName'],
    ['place', 'place'],
    ['zone', 'zone'],
    ['groups', 'groups'],
    ['output', 'output'],
    ['player', 'deviceKey'],
  ] as const;
  return fields.flatMap(([field, key]) => (canonicalJson(before[key]) === canonicalJson(after[key]) ? [] : field));
}

/** Those of one kind that differ, by their record's id. */
function pairsOf<K extends Part['kind'], T extends Extract<Part, { kind: K }>>(
  before: readonly Part[],
  after: readonly Part[],
  kind: K,
  idOf: (part: T) => string,
): Pair<T>[] {
  const ofKind = (parts: readonly Part[]): Map<string, T> =>
    new Map(parts.flatMap((part) => (part.kind === kind ? [[idOf(part as T), part as T] as const] : [])));
  const [was, is] = [ofKind(before), ofKind(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((id) => ({ id, before: was.get(id) ?? null, after: is.get(id) ?? null }))
    .filter((pair) => !pair.before || !pair.after || canonicalJson(pair.before) !== canonicalJson(pair.after));
}

export const kindOf = ({ before, after }: Pair<unknown>): ChangeKind =>
  before === null ? 'added' : after === null ? 'removed' : 'changed';

function titlesOf(parts: readonly Part[]): Map<string, string> {
  return new Map(parts.flatMap((part) => (part.kind === 'notice' ? [[part.noticeId, part.title] as const] : [])));
}

function playlistChange(
  pair: Pair<PlaylistPart>,
  title: (noticeId: string) => string,
): ProgrammeChanges['playlists'][number] {
  const { id, before, after } = pair;
  const said = { id, name: (after ?? before)!.name, change: kindOf(pair) };
  if (!before || !after) return { ...said, added: [], removed: [], reordered: false, retimed: false };
  const [was, is] = [before.items, after.items].map((items) => new Map(items.map((item) => [item.itemId, item])));
  const stays = (items: PlaylistPart['items']): string[] =>
    items.flatMap(({ itemId }) => (was!.has(itemId) && is!.has(itemId) ? itemId : []));
  const stayed = stays(after.items);
  return {
    ...said,
    added: after.items.flatMap((item) => (was!.has(item.itemId) ? [] : title(item.noticeId))),
    removed: before.items.flatMap((item) => (is!.has(item.itemId) ? [] : title(item.noticeId))),
    reordered: stayed.join() !== stays(before.items).join(),
    retimed: stayed.some((itemId) => canonicalJson(was!.get(itemId)!) !== canonicalJson(is!.get(itemId)!)),
  };
}

function boardChanges(before: Said, after: Said): BoardField[] {
  const slide = (said: Said) => said.parts.find((part) => part.kind === 'fallback');
  const [was, is] = [slide(before), slide(after)];
  return [
    ...(before.defaultPlaylistId === after.defaultPlaylistId ? [] : ['defaultPlaylist' as const]),
    ...(was?.boardName === is?.boardName ? [] : ['name' as const]),
    ...(was?.unitName === is?.unitName ? [] : ['unit' as const]),
  ];
}
