/** What boards do now, in one word each; without rights. */
import { restoredOf } from '../../backup/marker.ts';
import type { BoardCondition } from '../../../../shared/protocol/api/overview.ts';
import type { Context } from '../../context.ts';
import * as repo from './conditions-repo.ts';

export type BoardConditions = ReturnType<typeof createBoardConditions>;

/** `unitIds` null: of all units. */
export function createBoardConditions({ store, sources }: Pick<Context, 'store' | 'sources'>) {
  return {
    count: (unitIds: readonly string[] | null) => repo.countConditions(store.read, unitIds, sources.now()),

    /** Whether any was heard of at that time or later, ms UTC. */
    heardSince: (unitIds: readonly string[] | null, since: number) => repo.anyHeardSince(store.read, unitIds, since),

    /** When the backup was taken that these data come from, ms UTC, while no board of the units has been heard of since; else null. */
    async restoredFrom(unitIds: readonly string[] | null): Promise<number | null> {
      const restored = await restoredOf(store.read);
      return restored === null || (await repo.anyHeardSince(store.read, unitIds, restored.at))
        ? null
        : restored.backupAt;
    },

    /** Whether any says that it shows something of what it was given, also where that proves nothing. */
    showContent: (unitIds: readonly string[] | null) => repo.anyShowsContent(store.read, unitIds),

    /** Whether any board outside the unit is online, or was at that time or later, ms UTC. */
    elsewhere: (unitId: string, since: number) => repo.anyOnlineOutside(store.report, unitId, since),

    /** @param cursor the `next` of the page before */
    async page(
      unitIds: readonly string[] | null,
      { condition, cursor, limit }: { condition: BoardCondition; cursor: string | undefined; limit: number },
    ) {
      const [since, id] = cursor?.split('_') ?? [];
      const after = id === undefined ? null : { since: Number(since), id };
      // One more tells whether there are more.
      const found = await repo.boardsIn(store.read, unitIds, sources.now(), { condition, after, limit: limit + 1 });
      const boards = found.slice(0, limit);
      const last = found.length > limit ? boards.at(-1) : undefined;
      return { boards, next: last ? `${last.since ?? Number.MAX_SAFE_INTEGER}_${last.id}` : null };
    },
  };
}
