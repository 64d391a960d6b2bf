/**
 * What a person tells a board to do, by the one table of commands (shared/protocol/commands.ts): written down with who gave it, signed when
 * it is sent, sent at once or when the board comes back while it still counts, and what became of it.
 */
import { commandsShown, type GivenCommand } from '../../../../shared/protocol/api/commands.ts';
import {
  boardCommand,
  commandNames,
  commands,
  standingOrders,
  type CommandBody,
  type CommandName,
  type CommandOutcome,
} from '../../../../shared/protocol/commands.ts';
import type { ReplyOf, cmsMessages } from '../../../../shared/protocol/link.ts';
import { signDocument } from '../../../../shared/protocol/signing.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { KeysService } from '../keys/service.ts';
import { commandRepo as repo, type CommandRow } from './repo.ts';

type Reply = ReplyOf<(typeof cmsMessages)['runCommandV1']>;

export interface CommandDeps {
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly keys: Pick<KeysService, 'programmeSigner'>;
  readonly boards: Pick<BoardsService, 'require' | 'record'>;
  readonly link: {
    isOnline(boardId: string): boolean;
    /** Sends to the board's player; null when it is not there or does not answer. */
    runCommand(boardId: string, command: string): Promise<Reply | null>;
  };
}

export type CommandService = ReturnType<typeof createCommandService>;

/** What a person asked for, as it was written down. */
export type Written = Pick<CommandRow, 'id' | 'issued_at' | 'expires_at'>;

const waitingNames = commandNames.filter((name) => commands[name].waits);
/** Refusals that will pass: the board had other keys just then, and is given its key list first, or could not remember the command. */
const passing = ['key_unknown', 'not_paired', 'disk_full'];

export function createCommandService(context: Context, deps: CommandDeps) {
  const { store, sources, audit, events, log } = context;
  const changed = (boardId: string): void => events.emit('commandsChanged', { boardId });

  /** Signed now: its key may have been replaced while it waited. Returns what the board said; null: it said nothing. */
  async function send({ id, board_id, name, payload, issued_at, expires_at }: CommandRow): Promise<Reply | null> {
    const document = boardCommand.parse({
      v: 1,
      commandId: id,
      boardId: board_id,
      name,
      ...(JSON.parse(payload) as object),
      issuedAt: issued_at,
      expiresAt: expires_at,
    });
    const jws = await signDocument('bang-tin-command', document, deps.keys.programmeSigner());
    const reply = await deps.link.runCommand(board_id, jws);
    if (!reply || (!reply.ok && passing.includes(reply.error.code))) return reply;
    const state = reply.ok ? 'received' : 'refused';
    const code = reply.ok ? null : reply.error.code.slice(0, 64);
    if (await repo.move(store.write, board_id, id, state, sources.now(), code)) changed(board_id);
    return reply;
  }

  /** @throws AppError `command_pending` 409 */
  async function makeWay(tx: Tx, boardId: string, name: CommandBody['name'], now: number): Promise<void> {
    const { repeatable, waits } = commands[name];
    if (repeatable && !waits) return;
    const underWay = await repo.underWay(tx, boardId, [name], now);
    if (!repeatable && underWay.length > 0)
      throw new AppError('command_pending', 'One of the kind is under way', { status: 409 });
    for (const { id } of underWay) await repo.move(tx, boardId, id, 'replaced', now);
  }

  /**
   * Gives a board a command. Returns when the board has taken it; if it may wait, as it then stands: it may wait, or be refused.
   * @param alongside written in the transaction of the command itself
   * @throws AppError `board_unknown`, `forbidden`, `command_pending`, `board_offline` 409, `command_refused` 409 (params.code: what the board said)
   */
  async function give(
    actor: Actor,
    boardId: string,
    { name, ...payload }: CommandBody,
    alongside?: (tx: Tx, written: Written) => Promise<void>,
  ): Promise<CommandRow> {
    const { right, lifeMs, waits } = commands[name];
    const board = await deps.boards.require(actor, right, boardId);
    if (!waits && !deps.link.isOnline(boardId)) throw offline('The board is not connected');
    const now = sources.now();
    const row = {
      id: sources.newId(),
      board_id: boardId,
      name,
      payload: JSON.stringify(payload),
      issued_by: actor.userId,
      issued_at: now,
      expires_at: now + lifeMs,
    };
    await store.transaction(async (tx) => {
      await makeWay(tx, boardId, name, now);
      await repo.insert(tx, row);
      await alongside?.(tx, row);
      await audit(tx, {
        actor,
        action: 'board.commanded',
        subjectType: 'board',
        subjectId: boardId,
        unitId: board.unitId,
        detail: { commandId: row.id, name, ...payload },
      });
    });
    changed(boardId);
    const reply = await send({ ...row, state: 'waiting', state_at: now, error_code: null });
    if (!waits && !reply) throw offline('The board did not answer');
    if (!waits && reply?.ok === false)
      throw new AppError('command_refused', `The board refused: ${reply.error.message}`, {
        status: 409,
        params: { code: reply.error.code },
      });
    return (await repo.find(store.write, boardId, row.id))!;
  }

  /** Writes a standing order down anew, as of now and by whoever gave it, for the player that the board has now. */
  async function renew(boardId: string, name: CommandName): Promise<void> {
    const board = await deps.boards.record(boardId);
    const order = await repo.newestOrder(store.write, boardId, name);
    if (!board || !order) return;
    const now = sources.now();
    const { payload, issued_by } = order;
    const row = { id: sources.newId(), board_id: boardId, name, payload, issued_by, issued_at: now };
    await store.transaction(async (tx) => {
      await makeWay(tx, boardId, name, now);
      await repo.insert(tx, { ...row, expires_at: now + commands[name].lifeMs });
      await audit(tx, {
        actor: null,
        action: 'board.commanded',
        subjectType: 'board',
        subjectId: boardId,
        unitId: board.unitId,
        detail: { commandId: row.id, name, ...(JSON.parse(payload) as object) },
      });
    });
    changed(boardId);
  }

  /** A board has come back: it is sent what waits for it, the oldest first. */
  async function deliver(boardId: string): Promise<void> {
    const rows = await repo.underWay(store.write, boardId, waitingNames, sources.now());
    for (const row of rows.filter(({ state }) => state === 'waiting')) {
      const reply = await send(row);
      // Gone again; the next greeting brings the rest.
      if (!reply) return;
      if (!reply.ok) log.info({ boardId, name: row.name, code: reply.error.code }, 'a board refused a command');
    }
  }

  async function views(rows: readonly CommandRow[]): Promise<GivenCommand[]> {
    const names = await deps.accounts.names([...new Set(rows.map((row) => row.issued_by))]);
    const now = sources.now();
    return rows.map((row) => {
      const expired = row.state === 'waiting' && row.expires_at <= now;
      return {
        id: row.id,
        name: row.name,
        payload: JSON.parse(row.payload) as Record<string, unknown>,
        by: names.get(row.issued_by) ?? null,
        issuedAt: row.issued_at,
        expiresAt: row.expires_at,
        state: expired || row.state === null ? 'expired' : row.state,
        stateAt: expired ? row.expires_at : (row.state_at ?? row.issued_at),
        errorCode: row.error_code,
      };
    });
  }

  return {
    give,

    /** @throws AppError as `give` */
    async run(actor: Actor, boardId: string, request: CommandBody): Promise<GivenCommand> {
      return (await views([await give(actor, boardId, request)]))[0]!;
    },

    /** What was given to a board, the newest first. @throws AppError `board_unknown`, `forbidden` */
    async list(actor: Actor, boardId: string): Promise<GivenCommand[]> {
      await deps.boards.require(actor, 'board.command', boardId);
      return views(await repo.newest(store.read, boardId, commandsShown));
    },

    deliver,

    /** Another player speaks for the board now: what stands for the board is ordered anew. */
    async renewOrders(boardId: string): Promise<void> {
      for (const name of standingOrders) await renew(boardId, name);
      if (deps.link.isOnline(boardId)) await deliver(boardId);
    },

    /** A board says what became of a command. One that it was not given is passed by. */
    async ended(
      boardId: string,
      id: string,
      { outcome, errorCode }: { outcome: CommandOutcome; errorCode: string | null },
    ): Promise<void> {
      if (await repo.move(store.write, boardId, id, outcome, sources.now(), errorCode)) changed(boardId);
    },
  };
}

const offline = (message: string): AppError => new AppError('board_offline', message, { status: 409 });
