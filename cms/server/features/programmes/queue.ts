/** One publication at a time in this process; other processes are met by the primary key, and then it is made again. */
import type { Context } from '../../context.ts';
import { isUniqueViolation } from '../../store/errors.ts';

/** Boards per transaction: some 50 ms of the one writer, so that neither a takeover nor a greeting board waits for a province. */
export const boardsPerTransaction = 100;
/** Another CMS process may publish the same board at the same moment. */
const attempts = 4;

export interface PublicationQueue {
  /** Runs the work when those before it are done, and again when another process published one of its boards meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Works through groups of boards, each in a turn of its own; of a group that fails every board by itself, so that one that cannot
   * be read or signed keeps no other waiting.
   * @param failed says in the log what did not happen
   * @throws the first failure of a board, when all have had their turn
   */
  inGroups(
    groups: readonly (readonly string[])[],
    work: (boardIds: readonly string[]) => Promise<void>,
    failed: string,
  ): Promise<void>;
  /** When nothing is in the queue. */
  idle(): Promise<void>;
}

export function createPublicationQueue({ log }: Pick<Context, 'log'>): PublicationQueue {
  let last: Promise<unknown> = Promise.resolve();

  async function untilFirst<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === attempts) throw error;
        log.info({ attempt }, 'another process published first; compiling again');
      }
    }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(() => untilFirst(work));
    last = done.catch(() => undefined);
    return done;
  }

  return {
    inTurn,
    async inGroups(groups, work, failed) {
      const failures: unknown[] = [];
      for (const group of groups) {
        if (group.length === 0) continue;
        await inTurn(() => work(group)).catch(async (error: unknown) => {
          log.error({ err: error, boardIds: group }, failed);
          if (group.length === 1) return void failures.push(error);
          for (const id of group) await inTurn(() => work([id])).catch((failure: unknown) => failures.push(failure));
        });
      }
      if (failures.length > 0) throw failures[0];
    },
    async idle() {
      // One turn may ask for others.
      for (let seen: unknown = null; seen !== last;) await (seen = last);
    },
  };
}
