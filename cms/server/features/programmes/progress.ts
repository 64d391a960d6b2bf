/**
 * How far boards have come with their newest programmes. After a publication to a province thousands of boards tell it at once, each
 * several times: reports share transactions, so that a takeover never waits behind them.
 */
import type { z } from 'zod';
import type { boardMessages } from '../../../../shared/protocol/link.ts';
import type { Context } from '../../context.ts';
import { GroupCommit } from '../../realtime/group-commit.ts';
import * as repo from './repo.ts';

export type ProgressSaid = z.infer<typeof boardMessages.programmeProgressedV1.request>;

const reportsPerTransaction = 500;
const transactionMs = 50;
const delayMs = 20;

interface Report {
  readonly row: repo.ProgressRow;
  /** Set when it is written: whether it was about the board's newest programme, and news. */
  isNews: boolean;
}

export interface ProgressRecorder {
  /** Durable when it resolves. What a board says of an older programme, or late, is passed over. */
  record(boardId: string, said: ProgressSaid): Promise<void>;
  /** When every report that was taken is durable. */
  idle(): Promise<void>;
}

export function createProgressRecorder({ store, sources, events }: Context): ProgressRecorder {
  const reports = new GroupCommit<Report>(store, {
    async write(tx, items) {
      const written = await repo.updateProgress(
        tx,
        items.map(({ row }) => row),
      );
      for (const item of items) item.isNews = written.has(item.row.board_id);
    },
    maxWeight: reportsPerTransaction,
    aimMs: transactionMs,
    weigh: () => 1,
    delayMs,
  });

  return {
    async record(boardId, said) {
      const report: Report = {
        row: {
          board_id: boardId,
          ...said.version,
          state: said.state,
          missing: said.missing,
          error_code: said.errorCode,
          at: sources.now(),
        },
        isNews: false,
      };
      await reports.add(report);
      if (report.isNews) events.emit('programmeProgressed', { boardId });
    },
    idle: () => reports.idle(),
  };
}
