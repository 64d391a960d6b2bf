/** Logs of players: brought for a command that asked for them, once, and read by those who may give commands, which is written down. */
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from '../boards/service.ts';
import { commandRepo } from './repo.ts';
import type { CommandService } from './service.ts';

/** Of each board so many are kept. */
const kept = 3;

export type LogService = ReturnType<typeof createLogService>;

export function createLogService(
  { store, sources, audit }: Context,
  deps: { boards: Pick<BoardsService, 'require'>; commands: Pick<CommandService, 'ended'> },
) {
  const unknown = (): AppError => new AppError('log_unknown', 'There is no such log', { status: 404 });
  return {
    /** Takes what a board brings. A resend changes nothing. @throws AppError `log_unknown` 404, `log_expired` 410 */
    async take(boardId: string, commandId: string, text: string): Promise<void> {
      const now = sources.now();
      const command = await commandRepo.find(store.write, boardId, commandId);
      if (command?.name !== 'sendLogs') throw unknown();
      if (command.state === 'done') return;
      if (command.expires_at <= now) throw new AppError('log_expired', 'The command is past its time', { status: 410 });
      await store.transaction(async (tx) => {
        await tx
          .insertInto('board_logs')
          // Databases do not store every text.
          .values({ command_id: commandId, board_id: boardId, at: now, text: text.replaceAll('\0', '') })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const newest = tx
          .selectFrom('board_logs')
          .select('command_id')
          .where('board_id', '=', boardId)
          .orderBy('at', 'desc')
          .orderBy('command_id', 'desc')
          .limit(kept);
        // The one that has just come stays, whatever the clock said when those before it came.
        const ids = [commandId, ...(await newest.execute()).map((row) => row.command_id)];
        await tx.deleteFrom('board_logs').where('board_id', '=', boardId).where('command_id', 'not in', ids).execute();
      });
      await deps.commands.ended(boardId, commandId, { outcome: 'done', errorCode: null });
    },

    /** @throws AppError `board_unknown`, `forbidden`, `log_unknown` 404 */
    async read(actor: Actor, boardId: string, commandId: string): Promise<string> {
      const { unitId } = await deps.boards.require(actor, 'board.command', boardId);
      const row = await store.read
        .selectFrom('board_logs')
        .select('text')
        .where('board_id', '=', boardId)
        .where('command_id', '=', commandId)
        .executeTakeFirst();
      if (!row) throw unknown();
      await store.transaction((tx) =>
        audit(tx, {
          actor,
          action: 'board.logRead',
          subjectType: 'board',
          subjectId: boardId,
          unitId,
          detail: { commandId },
        }),
      );
      return row.text;
    },
  };
}
