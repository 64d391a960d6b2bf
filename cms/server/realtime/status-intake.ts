/**
 * How players say that they are doing: the last of each board, for its page. Apart from presence, which decides things: this may be
 * some seconds late and is written by many boards at once, in few transactions.
 */
import { statusAfter, type BoardStatus, type StatusReport } from '../../../shared/protocol/status.ts';
import type { Context } from '../context.ts';
import { statusRepo, type HeardStatus } from '../features/boards/status-repo.ts';
import { cleanLine } from '../text.ts';
import { GroupCommit } from './group-commit.ts';

/** Boards per transaction at most. */
const most = 500;
/** How long a report waits for company, ms: whoever looks at the board's page waits as long. */
const delayMs = 1_000;

export type StatusIntake = ReturnType<typeof createStatusIntake>;

export function createStatusIntake({ store, sources, events, log }: Context) {
  /** What partial reports are added to: the connection of each began with a full one. */
  const known = new Map<string, BoardStatus>();
  /** What is not being written yet, one a board: a board that talks a lot costs no more than others. */
  const waiting = new Map<string, HeardStatus>();
  const writer = new GroupCommit<HeardStatus>(store, {
    async write(tx, heard) {
      // Written again, of a lost race or by halves: a newer report of the same board goes on waiting.
      for (const one of heard) if (waiting.get(one.boardId) === one) waiting.delete(one.boardId);
      await statusRepo.write(tx, heard);
    },
    weigh: () => 1,
    maxWeight: most,
    aimMs: 100,
    delayMs,
  });
  const forget = (boardId: string): void => void known.delete(boardId);
  const stop = [
    events.on('boardPaired', ({ boardId }) => forget(boardId)),
    events.on('boardUnpaired', ({ boardId }) => forget(boardId)),
  ];

  return {
    /** Takes a report. Not durable yet: what is lost is told again within 15 minutes. @returns all that is known now */
    reported(boardId: string, report: StatusReport): BoardStatus {
      const said = statusAfter(known.get(boardId) ?? null, report);
      // One board's odd text must not keep the rows of the others from being written.
      const clean = (text: string | null): string | null => (text === null ? null : cleanLine(text));
      const status = {
        ...said,
        app: clean(said.app),
        os: clean(said.os),
        operator: clean(said.operator),
        radio: clean(said.radio),
        fault: said.fault && { ...said.fault, code: cleanLine(said.fault.code) },
      };
      known.set(boardId, status);
      const news = { boardId, at: sources.now(), status };
      const before = waiting.get(boardId);
      if (before) {
        Object.assign(before, news);
        return status;
      }
      waiting.set(boardId, news);
      writer.add(news).then(
        () => events.emit('boardStatusChanged', { boardId }),
        (error: unknown) => {
          if (waiting.get(boardId) === news) waiting.delete(boardId);
          log.warn({ err: error, boardId }, 'the status of a board was not written');
        },
      );
      return status;
    },

    async close(): Promise<void> {
      for (const end of stop) end();
      await writer.idle();
    },
  };
}
