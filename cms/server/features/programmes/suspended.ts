/**
 * What boards may not show for a while: the notices of their programmes that entertain, while there is mourning at their unit or
 * above. No part says so: it stands in the manifest beside what was published, and is worked out anew whenever one is signed.
 */
import { decodeJwt } from 'jose';
import { suspension, type Suspension } from '../../../../shared/protocol/programme.ts';
import { reachOf, type UnitTree } from '../../access.ts';
import type { Store } from '../../store/store.ts';
import { piecesOf, takeTurns } from '../../turns.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { MourningsService, MourningTime } from '../mournings/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { EncodedPart, ProgrammeContent } from './compile.ts';
import * as repo from './repo.ts';

/** What a board is to play, with those of its parts that may not be stored yet. */
export interface Content {
  readonly content: Pick<ProgrammeContent, 'parts'>;
  readonly parts: Iterable<EncodedPart>;
}

/** What a board rests. */
export interface Rest {
  /** Ids of the notices of its programme that entertain, in order, whether anybody mourns or not. */
  readonly entertaining: readonly string[];
  readonly suspensions: readonly Suspension[];
}

export interface SuspenderDeps {
  readonly units: { readonly tree: UnitTree };
  readonly mournings: Pick<MourningsService, 'standing'>;
  readonly notices: Pick<NoticesService, 'entertaining'>;
}

export interface Suspender {
  /** What boards with these programmes have to suspend; boards that suspend nothing are not there. */
  suspensions(
    boards: readonly BoardRecord[],
    contents: ReadonlyMap<string, Content>,
  ): Promise<ReadonlyMap<string, readonly Suspension[]>>;
  /** Of each board what it rests. */
  rests(boards: readonly BoardRecord[], contents: ReadonlyMap<string, Content>): Promise<ReadonlyMap<string, Rest>>;
}

/** As many notices as one suspension names, and as many suspensions as a manifest has (shared/protocol/programme.ts). */
const noticesEach = 5000;
const suspensionsEach = 20;
/** Parts read in one go. */
const partsPerRead = 200;

export function createSuspender(
  { read }: Pick<Store, 'read'>,
  { units, mournings, notices }: SuspenderDeps,
): Suspender {
  /** Which notice each part is; parts of other kinds are not there. */
  async function noticesOf(all: readonly Content[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const known = new Set<string>();
    const turn = takeTurns();
    for (const { parts } of all)
      for (const { hash, body } of parts) {
        if (known.has(hash)) continue;
        known.add(hash);
        const noticeId = repo.noticeIdOf(body);
        if (noticeId !== null) found.set(hash, noticeId);
        await turn();
      }
    const others = new Set(all.flatMap(({ content }) => content.parts.map(({ hash }) => hash)));
    const stored = [...others].filter((hash) => !known.has(hash));
    for (const some of piecesOf(stored, partsPerRead)) {
      for (const { hash, noticeId } of await repo.findNoticeParts(read, some)) found.set(hash, noticeId);
      await turn();
    }
    return found;
  }

  async function entertainingIn(contents: ReadonlyMap<string, Content>): Promise<Map<string, string[]>> {
    const noticeOf = await noticesOf([...contents.values()]);
    const entertaining = new Set(await notices.entertaining([...new Set(noticeOf.values())]));
    const found = new Map<string, string[]>();
    const turn = takeTurns();
    for (const [boardId, { content }] of contents) {
      const ids = content.parts.flatMap(({ hash }) => noticeOf.get(hash) ?? []).filter((id) => entertaining.has(id));
      found.set(boardId, ids.sort());
      await turn();
    }
    return found;
  }

  function timesOf(standing: readonly MourningTime[], { unitId }: BoardRecord): MourningTime[] {
    if (standing.length === 0) return [];
    const reach = reachOf(units.tree, unitId);
    return standing.filter((mourning) => reach.includes(mourning.unitId));
  }

  return {
    async suspensions(boards, contents) {
      const standing = await mournings.standing();
      const concerned = new Map(boards.map((board) => [board.id, timesOf(standing, board)]));
      const their = new Map([...contents].filter(([id]) => (concerned.get(id)?.length ?? 0) > 0));
      const found = new Map<string, readonly Suspension[]>();
      if (their.size === 0) return found;
      for (const [id, noticeIds] of await entertainingIn(their)) {
        const suspensions = suspensionsOf(concerned.get(id)!, noticeIds);
        if (suspensions.length > 0) found.set(id, suspensions);
      }
      return found;
    },
    async rests(boards, contents) {
      const standing = await mournings.standing();
      const entertaining = await entertainingIn(contents);
      return new Map(
        boards.map((board) => {
          const noticeIds = entertaining.get(board.id) ?? [];
          return [
            board.id,
            { entertaining: noticeIds, suspensions: suspensionsOf(timesOf(standing, board), noticeIds) },
          ];
        }),
      );
    },
  };
}

/** @param times of a board, the first to begin first; those that meet are one */
export function suspensionsOf(
  times: readonly Pick<MourningTime, 'from' | 'to'>[],
  noticeIds: readonly string[],
): Suspension[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of times) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  const named = piecesOf(noticeIds, noticesEach);
  return joined.flatMap(({ from, to }) => named.map((ids) => ({ from, to, noticeIds: ids }))).slice(0, suspensionsEach);
}

/** What a manifest that this CMS signed suspends. */
const suspendedBy = (manifest: string): Suspension[] =>
  suspension.array().parse(decodeJwt(manifest)['suspensions'] ?? []);

/**
 * Whether a manifest that was signed before suspends the same from now on. What has passed since is no difference.
 * @throws where the manifest cannot be read
 */
export function suspendsAlike(manifest: string, suspensions: readonly Suspension[], now: number): boolean {
  const toCome = (all: readonly Suspension[]): string =>
    JSON.stringify(all.flatMap((one) => (one.to > now ? { ...one, from: Math.max(one.from, now) } : [])));
  return toCome(suspendedBy(manifest)) === toCome(suspensions);
}
