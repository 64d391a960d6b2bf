/**
 * What a person tells a board to do, by the one table of commands (shared/protocol/commands.ts): written down with who gave it, signed when
 * it is sent, sent at once or when the board comes back while it still counts, and what became of it.
 */
import { setTimeout } from 'node:timers/promises';
import {
  commandsShown,
  type GivenCommand,
  type GivenCommands,
  type OrdersCopied,
} from '../../../../shared/protocol/api/commands.ts';
import { toldOf } from '../../../../shared/protocol/command-told.ts';
import {
  boardCommand,
  commandNames,
  commands,
  standingOrders,
  type CommandBody,
  type CommandOf,
  type CommandOutcome,
  type CopiedOrder,
  type StandingOrder,
} from '../../../../shared/protocol/commands.ts';
import { limitsKey } from '../../../../shared/protocol/downloads.ts';
import type { ReplyOf, cmsMessages } from '../../../../shared/protocol/link.ts';
import { hoursKey } from '../../../../shared/protocol/screen.ts';
import { signDocument } from '../../../../shared/protocol/signing.ts';
import type { BoardStatus } from '../../../../shared/protocol/status.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { piecesOf } from '../../turns.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { KeysService } from '../keys/service.ts';
import { commandRepo as repo, unanswered, type CommandRow } from './repo.ts';

type Reply = ReplyOf<(typeof cmsMessages)['runCommandV1']>;

export interface CommandDeps {
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly keys: Pick<KeysService, 'programmeSigner'>;
  readonly boards: Pick<BoardsService, 'require'>;
  readonly link: {
    isOnline(boardId: string): boolean;
    /** Sends to the board's player; null when it is not there or does not answer. */
    runCommand(boardId: string, command: string): Promise<Reply | null>;
  };
}

export type CommandService = ReturnType<typeof createCommandService>;

type PayloadOf<Name extends StandingOrder> = Omit<CommandOf<Name>, 'name'>;

/** What a person asked for, as it was written down. */
type Written = Pick<CommandRow, 'id' | 'issued_at' | 'expires_at'>;

const waitingNames = commandNames.filter((name) => commands[name].waits);
/** Refusals that will pass: the board had other keys just then, and is given its key list first, or could not remember the command. */
const passing = ['key_unknown', 'not_paired', 'disk_full', 'store_failed'];
/** Boards that are sent theirs at the same time: each may take a moment to answer. */
const atOnce = 20;
/** Boards that are there have so long to say what became of an order that was copied to them: mostly they do within a moment. ms */
const toldWithinMs = 2_000;
const lookAgainMs = 100;
/** What a player tells of an order counts so long after the order's own news, ms: the one may have overtaken the other. */
const settledMs = 60_000;
/** An order that was given anew and refused is not given again for so long, ms: the player is from before it. */
const refusedMs = 86_400_000;

export function createCommandService(context: Context, deps: CommandDeps) {
  const { store, sources, access, audit, events, log } = context;
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
    const waits = waitingNames.some((waiting) => waiting === name);
    if (waits && (!reply || (!reply.ok && passing.includes(reply.error.code)))) return reply;
    const state = !reply ? 'failed' : reply.ok ? 'received' : 'refused';
    const code = !reply ? unanswered : reply.ok ? null : reply.error.code.slice(0, 64);
    if (await repo.move(store.write, board_id, id, state, sources.now(), code)) changed(board_id);
    return reply;
  }

  /**
   * Writes a command down, later than all of its name before, in a transaction that holds the board.
   * @throws AppError `command_pending` 409
   */
  async function write(
    tx: Tx,
    board: { readonly id: string; readonly unitId: string },
    { name, ...payload }: CommandBody,
    actor: Actor | null,
  ): Promise<CommandRow> {
    const { right, repeatable, waits, lifeMs } = commands[name];
    const now = sources.now();
    const row = {
      id: sources.newId(),
      board_id: board.id,
      name,
      payload: JSON.stringify(payload),
      issued_by: actor?.userId ?? '',
      issued_at: now,
      expires_at: now + lifeMs,
      state_at: now,
    };
    if (!repeatable || waits) {
      const underWay = await repo.underWay(tx, board.id, name, now);
      if (!repeatable && underWay.length > 0)
        throw new AppError('command_pending', 'One of the kind is under way', { status: 409 });
      for (const { id } of underWay) await repo.move(tx, board.id, id, 'replaced', now);
    }
    if (waits) {
      // The board refuses what is older than what it has: a clock that was ahead once must not silence the orders after it.
      const before = await repo.newestOf(tx, board.id, name);
      if (before) row.issued_at = Math.max(now, before.issued_at + 1);
    }
    await repo.insert(tx, row);
    await audit(tx, {
      actor,
      action: 'board.commanded',
      subjectType: 'board',
      subjectId: board.id,
      unitId: board.unitId,
      detail: {
        commandId: row.id,
        name,
        ...toldOf(payload),
        ...(actor ? access.saidInPlace(actor, right, board.unitId) : {}),
      },
    });
    return { ...row, state: 'waiting', error_code: null };
  }

  /**
   * Writes down what may wait for the board, which `deliver` sends.
   * @param alongside written in the transaction of the command itself
   * @throws AppError `board_unknown`, `forbidden`, `command_pending`
   */
  async function put(
    actor: Actor,
    boardId: string,
    body: CommandBody,
    alongside?: (tx: Tx, written: Written) => Promise<void>,
  ): Promise<CommandRow> {
    const board = await deps.boards.require(actor, commands[body.name].right, boardId);
    const row = await store.transaction(async (tx) => {
      await repo.hold(tx, boardId);
      const written = await write(tx, { id: boardId, unitId: board.unitId }, body, actor);
      await alongside?.(tx, written);
      return written;
    });
    changed(boardId);
    return row;
  }

  /**
   * Gives a board a command. Returns when the board has taken it; if it may wait, as it then stands: it may wait, or be refused.
   * @param alongside written in the transaction of the command itself
   * @throws AppError `board_unknown`, `forbidden`, `command_pending`, `board_offline` 409, `command_refused` 409 (params.code: what the board said)
   */
  async function give(
    actor: Actor,
    boardId: string,
    body: CommandBody,
    alongside?: (tx: Tx, written: Written) => Promise<void>,
  ): Promise<CommandRow> {
    const { right, waits } = commands[body.name];
    if (!waits) {
      await deps.boards.require(actor, right, boardId);
      if (!deps.link.isOnline(boardId)) throw offline('The board is not connected');
    }
    const row = await put(actor, boardId, body, alongside);
    const reply = await send(row);
    if (!waits && !reply) throw offline('The board did not answer');
    if (!waits && reply?.ok === false)
      throw new AppError('command_refused', `The board refused: ${reply.error.message}`, {
        status: 409,
        params: { code: reply.error.code },
      });
    return (await repo.find(store.write, boardId, row.id))!;
  }

  /** Gives an order that stands anew, where the player tells of another: it is a new one, or has lost what it had on its disk. */
  async function renew<Name extends StandingOrder>(
    boardId: string,
    name: Name,
    agrees: (order: PayloadOf<Name>, issuedAt: number) => boolean,
  ): Promise<void> {
    const saysSo = ({ payload, issued_at }: CommandRow): boolean =>
      agrees(JSON.parse(payload) as CommandOf<Name>, issued_at);
    // Each report of each board asks: takeovers wait for `read`.
    const seen = await repo.standing(store.report, boardId, name, sources.now());
    if (!seen || saysSo(seen)) return;
    const row = await store.transaction(async (tx) => {
      const now = sources.now();
      const board = await repo.hold(tx, boardId);
      const order = await repo.standing(tx, boardId, name, now);
      if (!board || !order || saysSo(order) || order.state === 'waiting' || order.state_at! > now - settledMs)
        return null;
      const last = await repo.newestOf(tx, boardId, name);
      if (last?.issued_by === '' && last.state === 'refused' && last.state_at! > now - refusedMs) return null;
      return write(tx, board, { name, ...(JSON.parse(order.payload) as object) } as CommandBody, null);
    });
    if (!row) return;
    log.warn({ boardId, name }, 'a player told of another order than the one that stands: given anew');
    changed(boardId);
    await send(row);
  }

  /** A board is there: it is sent what waits for it, the oldest first. */
  async function deliver(boardId: string): Promise<void> {
    for (const row of await repo.waiting(store.report, boardId, waitingNames, sources.now())) {
      const reply = await send(row);
      // Gone again; the next greeting brings the rest.
      if (!reply) return;
      if (!reply.ok) log.info({ boardId, name: row.name, code: reply.error.code }, 'a board refused a command');
    }
  }

  /** The commands once boards have said what became of them, or some time later. */
  async function untilTold(ids: readonly string[]): Promise<CommandRow[]> {
    for (let waited = 0; ; waited += lookAgainMs) {
      const rows = await repo.byIds(store.report, ids);
      if (waited >= toldWithinMs || rows.every(({ state }) => state !== 'received')) return rows;
      await setTimeout(lookAgainMs);
    }
  }

  async function views(rows: readonly CommandRow[], logs: ReadonlySet<string> = new Set()): Promise<GivenCommand[]> {
    const names = await deps.accounts.names([...new Set(rows.map((row) => row.issued_by))]);
    const now = sources.now();
    return rows.map((row) => {
      const expired = row.state === 'waiting' && row.expires_at <= now;
      return {
        id: row.id,
        name: row.name,
        payload: toldOf(JSON.parse(row.payload) as Record<string, unknown>),
        by: names.get(row.issued_by) ?? null,
        renewed: row.issued_by === '',
        issuedAt: row.issued_at,
        expiresAt: row.expires_at,
        state: expired || row.state === null ? 'expired' : row.state,
        stateAt: expired ? row.expires_at : (row.state_at ?? row.issued_at),
        errorCode: row.error_code,
        hasLog: logs.has(row.id),
      };
    });
  }

  return {
    give,
    put,

    /** @throws AppError as `give` */
    async run(actor: Actor, boardId: string, request: CommandBody): Promise<GivenCommand> {
      return (await views([await give(actor, boardId, request)]))[0]!;
    },

    /** What was given to a board, the newest first, and what stands for it. @throws AppError `board_unknown`, `forbidden` */
    async list(actor: Actor, boardId: string): Promise<GivenCommands> {
      await deps.boards.require(actor, 'board.cut', boardId);
      const now = sources.now();
      const [rows, logs, standing] = await Promise.all([
        repo.newest(store.read, boardId, commandsShown),
        repo.withLog(store.read, boardId),
        Promise.all(standingOrders.map((name) => repo.standing(store.read, boardId, name, now))),
      ]);
      const orders = await views(standing.filter((row) => row !== undefined));
      return {
        commands: await views(rows, new Set(logs)),
        orders: Object.fromEntries(
          standingOrders.map((name) => [name, orders.find((order) => order.name === name) ?? null]),
        ) as GivenCommands['orders'],
      };
    },

    /**
     * Gives orders that stand for one board to others.
     * @returns how many boards those are, how many of them are yet to take theirs, and what they said at once that they cannot do
     * @throws AppError `order_none` 409; `board_unknown`, `forbidden`: of all boards this is asked before the first is given anything
     */
    async copy(
      actor: Actor,
      boardId: string,
      names: readonly CopiedOrder[],
      boardIds: readonly string[],
    ): Promise<OrdersCopied> {
      await deps.boards.require(actor, 'board.command', boardId);
      const now = sources.now();
      const bodies: CommandBody[] = [];
      for (const name of new Set(names)) {
        const order = await repo.standing(store.read, boardId, name, now);
        if (!order) throw new AppError('order_none', `The board has no ${name}`, { status: 409 });
        bodies.push({ name, ...(JSON.parse(order.payload) as object) } as CommandBody);
      }
      const ids = [...new Set(boardIds)].filter((id) => id !== boardId);
      for (const id of ids) await deps.boards.require(actor, 'board.command', id);
      const given: string[] = [];
      try {
        for (const id of ids) for (const body of bodies) given.push((await put(actor, id, body)).id);
      } finally {
        // What was written down by then counts, also where a board has gone meanwhile.
        for (const slice of piecesOf(ids, atOnce)) await Promise.all(slice.map((id) => deliver(id)));
      }
      const became = await untilTold(given);
      const waiting = new Set(became.filter(({ state }) => state === 'waiting').map((row) => row.board_id));
      return {
        boards: ids.length,
        waiting: waiting.size,
        failed: became
          .filter(({ state }) => state === 'failed' || state === 'refused')
          .map((row) => ({ boardId: row.board_id, name: row.name as CopiedOrder, errorCode: row.error_code })),
      };
    },

    deliver,

    /** What an order that stands for the board says; null: none does. */
    async standing<Name extends StandingOrder>(boardId: string, name: Name): Promise<PayloadOf<Name> | null> {
      const row = await repo.standing(store.report, boardId, name, sources.now());
      return row ? (JSON.parse(row.payload) as PayloadOf<Name>) : null;
    },

    /** The same of all boards that have one. */
    async standingByBoard<Name extends StandingOrder>(name: Name): Promise<Map<string, PayloadOf<Name>>> {
      const rows = await repo.standingByBoard(store.report, name, sources.now());
      return new Map([...rows].map(([boardId, { payload }]) => [boardId, JSON.parse(payload) as PayloadOf<Name>]));
    },

    /** A board says how it is doing: it is there, so it is sent what waits, and what differs from the orders that stand is ordered anew. */
    async heard(boardId: string, status: BoardStatus | null): Promise<void> {
      await deliver(boardId);
      if (!status) return;
      await renew(boardId, 'setVolume', ({ percent }) => percent === (status.volume ?? 100));
      await renew(boardId, 'setSource', ({ cut }) => cut === (status.cut ?? false));
      await renew(boardId, 'setScreenHours', ({ hours }) => hoursKey(hours) === (status.hours ?? ''));
      const hours = await repo.lastGiven(store.report, boardId, 'setScreenHours');
      // By hand: until its time, or until hours are given after it.
      const isOver = (until: number | null, issuedAt: number): boolean =>
        until === null ? hours !== undefined && hours.issued_at > issuedAt : until <= sources.now();
      const { hand, dim } = status;
      await renew(
        boardId,
        'setScreen',
        ({ on, until }, issuedAt) => isOver(until, issuedAt) || (on === hand?.on && until === hand.until),
      );
      await renew(
        boardId,
        'setBrightness',
        ({ percent, until }, issuedAt) => isOver(until, issuedAt) || (percent === dim?.percent && until === dim.until),
      );
      await renew(boardId, 'setDownloads', (order) => limitsKey(order) === (status.dl ?? null));
      await renew(boardId, 'setScreenshots', ({ everyMinutes }) => everyMinutes === (status.shots ?? 0));
    },

    /** A board says what became of a command, and when. One that it was not given is passed by. */
    async ended(
      boardId: string,
      id: string,
      { outcome, errorCode, at }: { outcome: CommandOutcome; errorCode: string | null; at?: number },
    ): Promise<void> {
      const command = await repo.find(store.write, boardId, id);
      if (!command) return;
      // Between its giving and now, whatever the board's clock says.
      const now = sources.now();
      const endedAt = Math.min(now, Math.max(at ?? now, command.issued_at));
      if (await repo.move(store.write, boardId, id, outcome, endedAt, errorCode)) changed(boardId);
    },
  };
}

const offline = (message: string): AppError => new AppError('board_offline', message, { status: 409 });
