/** What of the programmes that boards were given rests while there is mourning, and whether they have been told so. Reads only. */
import type { PartRef } from '../../../../shared/protocol/programme.ts';
import type { Context } from '../../context.ts';
import { inTurns, piecesOf } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import * as repo from './repo.ts';
import { readManifest, waitingSchema } from './published.ts';
import { createSuspender, suspendsAlike, type Content, type SuspenderDeps } from './suspended.ts';

export interface RestingBoard {
  readonly board: BoardRecord;
  /** Ids of the notices that entertain, of what was published for it last; none where that cannot be read. */
  readonly noticeIds: readonly string[];
  readonly paired: boolean;
  /** Its newest programme suspends what it has to; nothing can be given to a board without a player. */
  readonly given: boolean;
}

export type Resting = (records: readonly BoardRecord[]) => Promise<RestingBoard[]>;

export interface RestingDeps extends SuspenderDeps {
  readonly boards: Pick<BoardsService, 'devices'>;
}

const boardsPerRead = 100;

export function createResting(
  { store, sources, log }: Pick<Context, 'store' | 'sources' | 'log'>,
  deps: RestingDeps,
): Resting {
  const suspender = createSuspender(store, deps);

  async function read(records: readonly BoardRecord[]): Promise<RestingBoard[]> {
    const ids = records.map(({ id }) => id);
    const [newest, waiting, devices] = await Promise.all([
      repo.findNewest(store.report, ids),
      repo.findWaiting(store.report, ids),
      deps.boards.devices(ids),
    ]);
    const paired = new Set(devices.map(({ boardId }) => boardId));
    const contents = new Map<string, Content>();
    const unreadable = new Set<string>();
    await inTurns(ids, (id) => {
      let parts: readonly PartRef[] = [];
      try {
        parts = partsOf(newest.get(id), waiting.get(id));
      } catch (error) {
        // Nothing can be signed for it either, and that is said; the other boards are no worse for it.
        unreadable.add(id);
        log.error({ err: error, boardId: id }, 'what was published for a board cannot be read');
      }
      contents.set(id, { content: { parts }, parts: [] });
    });
    const rests = await suspender.rests(records, contents);
    return records.map((board) => {
      const { entertaining, suspensions } = rests.get(board.id)!;
      const manifest = newest.get(board.id)?.manifest;
      return {
        board,
        noticeIds: entertaining,
        paired: paired.has(board.id),
        given:
          manifest !== undefined && !unreadable.has(board.id) && suspendsAlike(manifest, suspensions, sources.now()),
      };
    });
  }

  return async (records) => {
    const found: RestingBoard[] = [];
    for (const some of piecesOf(records, boardsPerRead)) found.push(...(await read(some)));
    return found;
  };
}

/** What was published for a board last: waiting for a player, or with one. */
function partsOf(newest: repo.Newest | undefined, waiting: string | undefined): readonly PartRef[] {
  if (waiting !== undefined) return waitingSchema.parse(JSON.parse(waiting)).parts;
  return newest ? readManifest(newest.manifest).parts : [];
}
