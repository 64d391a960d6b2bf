/**
 * What upper units oblige boards to show reaches them without anybody there publishing: of what was published for a board only the
 * obligations and their notices are exchanged. Playlists, schedule entries and the commune's drafts stay as they were.
 */
import {
  assetsOf,
  part as partSchema,
  type AssetRef,
  type Part,
  type PartRef,
} from '../../../../shared/protocol/programme.ts';
import type { UnitTree } from '../../access.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { Compiled, Library, ProgrammeContent } from './compile.ts';
import { readLibrary, type LibraryDeps } from './library.ts';

/** What boards are obliged to show, and nothing else. */
export async function readObligedLibrary(
  boards: readonly BoardRecord[],
  tree: UnitTree,
  deps: LibraryDeps,
): Promise<Library> {
  const bare = boards.map((board) => ({ ...board, defaultPlaylistId: null }));
  return readLibrary(bare, tree, { ...deps, schedules: { ofUnits: () => Promise.resolve([]) } });
}

/**
 * @param partOf what a published part says, by its hash
 * @param obliged what the board is obliged to show by now, compiled from `readObligedLibrary`
 */
export function withObligations(
  published: ProgrammeContent,
  partOf: (hash: string) => Part,
  obliged: Compiled,
): ProgrammeContent {
  const before = published.parts.map((ref) => ({ ref, part: partOf(ref.hash) }));
  const required = [...obliged.parts.values()]
    .map(({ hash, size, body }) => ({ ref: { hash, size }, part: partSchema.parse(JSON.parse(body)) }))
    .filter(({ part }) => part.kind === 'obligation' || part.kind === 'notice');
  // A notice that is in a playlist too is there as the upper unit has it now: a programme holds each notice once.
  const renewed = new Set(required.flatMap(({ part }) => (part.kind === 'notice' ? part.noticeId : [])));
  const played = new Set(
    before.flatMap(({ part }) => (part.kind === 'playlist' ? part.items.map((item) => item.noticeId) : [])),
  );
  const kept = before.filter(({ part }) => {
    if (part.kind === 'notice') return played.has(part.noticeId) && !renewed.has(part.noticeId);
    return part.kind !== 'obligation';
  });
  const shown = new Set(kept.flatMap(({ part }) => (part.kind === 'notice' ? assetsOf(part.content) : [])));
  const assets = [...published.assets.filter(({ hash }) => shown.has(hash)), ...obliged.content.assets];
  return {
    defaultPlaylistId: published.defaultPlaylistId,
    parts: orderly<PartRef>([...kept, ...required].map(({ ref }) => ref)),
    assets: orderly<AssetRef>(assets),
  };
}

/** Each once, as manifests name them. */
const orderly = <T extends { hash: string }>(refs: readonly T[]): T[] =>
  [...new Map(refs.map((ref) => [ref.hash, ref])).values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
