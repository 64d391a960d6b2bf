/** What would be published for boards beside what was published for them last: counted for many boards, named for one. */
import { createHash } from 'node:crypto';
import type {
  BoardField,
  ChangeCounts,
  ChangeKind,
  CountsByChange,
  ProgrammeChanges,
} from '../../../../shared/protocol/api/publishing.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import type { Db } from '../../store/store.ts';
import { takeTurns } from '../../turns.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { SchedulesService } from '../schedules/service.ts';
import { changesBetween, kindOf, onlyInOne, type PartChanges } from './changes.ts';
import type { Compiled, ProgrammeContent } from './compile.ts';
import { readPartsLeniently } from './published.ts';

export interface Compared {
  readonly board: BoardRecord;
  /** What would be published now. */
  readonly made: Compiled;
  readonly paired: boolean;
  readonly changed: boolean;
  /** What was published last; null: nothing ever was, or it cannot be read. */
  readonly before: ProgrammeContent | null;
  readonly unreadable: boolean;
  /** What its certificate would say otherwise. */
  readonly fields: readonly BoardField[];
  readonly mourning: boolean;
}

/** Counts what differs. What is the same for many boards is worked out once, as long as the counter lives. */
export function changeCounter(db: Db): (some: readonly Compared[]) => Promise<Map<string, ChangeCounts>> {
  const known = new Map<string, { changes: PartChanges; unreadable: boolean; key: string }>();
  return async (some) => {
    const turn = takeTurns();
    const open: { one: Compared; sides: ReturnType<typeof onlyInOne>; name: string }[] = [];
    for (const one of some) {
      if (!one.changed) continue;
      const sides = onlyInOne(one.before?.parts ?? [], one.made.content.parts);
      const defaults = [one.before === null, one.before?.defaultPlaylistId ?? null, one.made.content.defaultPlaylistId];
      const name = sha256(
        [sides.was, sides.is].map((refs) => refs.map(({ hash }) => hash).join()).join(' ') + defaults.join(),
      );
      open.push({ one, sides, name });
      await turn();
    }
    const fresh = [...new Map(open.map((each) => [each.name, each])).values()].filter(({ name }) => !known.has(name));
    const encoded = new Map(
      fresh.flatMap(({ one, sides }) => sides.is.map(({ hash }) => [hash, one.made.parts.get(hash)!] as const)),
    );
    const partOf = await readPartsLeniently(db, [
      { content: { parts: fresh.flatMap(({ sides }) => sides.was) }, parts: encoded.values() },
    ]);
    for (const { one, sides, name } of fresh) {
      const said = (content: ProgrammeContent, refs: typeof sides.was) => ({
        defaultPlaylistId: content.defaultPlaylistId,
        parts: refs.flatMap(({ hash }) => partOf(hash) ?? []),
      });
      const changes = changesBetween(one.before && said(one.before, sides.was), said(one.made.content, sides.is));
      const unreadable = sides.was.some(({ hash }) => partOf(hash) === null);
      known.set(name, { changes, unreadable, key: sha256(canonicalJson(changes)) });
      await turn();
    }
    const counts = new Map<string, ChangeCounts>();
    for (const { one, name } of open) {
      const { changes, unreadable, key } = known.get(name)!;
      counts.set(one.board.id, countsOf({ ...one, unreadable: one.unreadable || unreadable }, changes, key));
    }
    return counts;
  };
}

/** What differs for one board, by name. */
export async function namedChanges(
  db: Db,
  one: Compared,
  entryNames: SchedulesService['names'],
): Promise<ProgrammeChanges> {
  const { before, made } = one;
  const contents = [made.content, ...(before ? [before] : [])];
  const partOf = await readPartsLeniently(db, [
    { content: { parts: contents.flatMap(({ parts }) => parts) }, parts: made.parts.values() },
  ]);
  const said = (content: ProgrammeContent) => ({
    defaultPlaylistId: content.defaultPlaylistId,
    parts: content.parts.flatMap(({ hash }) => partOf(hash) ?? []),
  });
  const changes = changesBetween(before && said(before), said(made.content));
  const names = new Map((await entryNames(changes.schedules.map(({ id }) => id))).map(({ id, name }) => [id, name]));
  return {
    ...changes,
    schedules: changes.schedules.map((entry) => ({ ...entry, name: names.get(entry.id) ?? '' })),
    board: boardFields(one, changes),
    mourning: one.mourning,
    bytes: bytesToFetch(made.content, before),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const boardFields = ({ fields }: Compared, changes: PartChanges): BoardField[] => [
  ...new Set([...changes.board, ...fields]),
];

/** @param content names what differs of the content */
function countsOf(one: Compared, changes: PartChanges, content: string): ChangeCounts {
  const board = boardFields(one, changes);
  return {
    key: sha256(canonicalJson([content, board, one.mourning, one.unreadable])).slice(0, 16),
    first: one.before === null && !one.unreadable,
    unreadable: one.unreadable,
    notices: byChange(changes.notices.map(({ change }) => change)),
    playlists: byChange(changes.playlists.map(({ change }) => change)),
    schedules: byChange(changes.schedules.map(kindOf)),
    required: byChange(changes.required.map(({ change }) => change)),
    board: board.length,
    mourning: one.mourning,
  };
}

function byChange(changes: readonly ChangeKind[]): CountsByChange {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const change of changes) counts[change]++;
  return counts;
}

/** Bytes of parts and media that the board does not hold yet: what publishing costs its SIM card. */
function bytesToFetch(content: ProgrammeContent, before: ProgrammeContent | null): number {
  const known = new Set([...(before?.parts ?? []), ...(before?.assets ?? [])].map((file) => file.hash));
  return [...content.parts, ...content.assets].reduce((sum, file) => sum + (known.has(file.hash) ? 0 : file.size), 0);
}
