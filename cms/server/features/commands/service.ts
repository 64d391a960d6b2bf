/** What a person tells a board to do: show a test pattern or who it is, take a picture. Signed, for one board, short-lived. */
import type { z } from 'zod';
import type { commandRequest } from '../../../../shared/protocol/api/boards.ts';
import {
  boardCommand,
  type BoardCommand,
  type ReplyOf,
  type TestCommand,
  type cmsMessages,
} from '../../../../shared/protocol/link.ts';
import { signDocument } from '../../../../shared/protocol/signing.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { BoardsService } from '../boards/service.ts';
import type { KeysService } from '../keys/service.ts';
import { commandRepo as repo } from './repo.ts';

export interface CommandDeps {
  readonly keys: Pick<KeysService, 'programmeSigner'>;
  readonly boards: Pick<BoardsService, 'require'>;
  readonly link: {
    isOnline(boardId: string): boolean;
    /** Sends to the board's player; null when it is not there or does not answer. */
    runCommand(boardId: string, command: string): Promise<ReplyOf<(typeof cmsMessages)['runCommandV1']> | null>;
  };
}

/** What a command says beside whom it is for and when. */
export type CommandBody = Pick<TestCommand, 'name' | 'durationMs'> | { readonly name: 'screenshot' };

export type CommandService = ReturnType<typeof createCommandService>;

/** A picture that somebody waits for is of no use later, ms. */
const commandLifeMs = 30_000;

export function createCommandService(context: Context, deps: CommandDeps) {
  const { store, sources, audit } = context;

  /**
   * Gives a board a command, which counts for `lifeMs`. Returns when the board has taken it.
   * @param options.alongside written in the transaction of the command itself
   * @throws AppError `board_unknown`, `forbidden`, `board_offline` 409, `command_refused` 409 (params.code: what the board said)
   */
  async function give(
    actor: Actor,
    boardId: string,
    body: CommandBody,
    lifeMs: number,
    options: { readonly alongside?: (tx: Tx, command: BoardCommand) => Promise<void> } = {},
  ): Promise<BoardCommand> {
    const board = await deps.boards.require(actor, 'board.command', boardId);
    if (!deps.link.isOnline(boardId)) throw offline('The board is not connected');
    const now = sources.now();
    const command = boardCommand.parse({
      v: 1,
      commandId: sources.newId(),
      boardId,
      ...body,
      issuedAt: now,
      expiresAt: now + lifeMs,
    } satisfies BoardCommand);
    const jws = await signDocument('bang-tin-command', command, deps.keys.programmeSigner());
    const { commandId } = command;
    await store.transaction(async (tx) => {
      await repo.insert(tx, {
        id: commandId,
        board_id: boardId,
        name: command.name,
        issued_by: actor.userId,
        issued_at: now,
        expires_at: command.expiresAt,
      });
      await options.alongside?.(tx, command);
      await audit(tx, {
        actor,
        action: 'board.commanded',
        subjectType: 'board',
        subjectId: boardId,
        unitId: board.unitId,
        detail: { commandId, ...body },
      });
    });
    const reply = await deps.link.runCommand(boardId, jws);
    if (!reply) throw offline('The board did not answer');
    if (!reply.ok)
      throw new AppError('command_refused', `The board refused: ${reply.error.message}`, {
        status: 409,
        params: { code: reply.error.code },
      });
    return command;
  }

  return {
    give,
    /** Calls a picture to a board, or ends it. @throws as `give` */
    async run(actor: Actor, boardId: string, request: z.output<typeof commandRequest>): Promise<{ commandId: string }> {
      const { commandId } = await give(actor, boardId, request, commandLifeMs);
      return { commandId };
    },
  };
}

const offline = (message: string): AppError => new AppError('board_offline', message, { status: 409 });
