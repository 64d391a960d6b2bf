/**
 * The boards' gateway (shared/protocol/link.ts): lets players in by their token, gives them what they lack, takes what they say,
 * and nudges them when something is new. HTTP and the cursors carry the truth; a lost message never matters.
 */
import type { Namespace, Server, Socket } from 'socket.io';
import type { CommandOutcome } from '../../../shared/protocol/commands.ts';
import { compareVersions, type Version } from '../../../shared/protocol/common.ts';
import {
  boardAuth,
  boardMessages,
  boardNamespace,
  cmsMessages,
  dismissal,
  type CmsMessage,
  type ReplyOf,
  type RequestOf,
  type SignedDismissal,
} from '../../../shared/protocol/link.ts';
import { proves } from '../../../shared/protocol/journal.ts';
import { signDocument } from '../../../shared/protocol/signing.ts';
import { AppError } from '../../../shared/util/errors.ts';
import type { Context } from '../context.ts';
import { bodyOf, toAppError } from '../http.ts';
import type { CommandService } from '../features/commands/service.ts';
import type { KeysService } from '../features/keys/service.ts';
import { TokenError, type BoardIdentity, type PairingService } from '../features/pairing/service.ts';
import type { ProofService } from '../features/proof/service.ts';
import type { ScreenshotService } from '../features/screenshots/service.ts';
import type { TakeoverService } from '../features/takeovers/service.ts';
import { listen, noCounts, type Handlers, type MessageCounts } from './messages.ts';
import type { Presence } from './presence.ts';
import type { StatusIntake } from './status-intake.ts';

export interface BoardGatewayDeps {
  readonly pairing: Pick<PairingService, 'verifyBoardToken'>;
  readonly keys: Pick<KeysService, 'keyList' | 'programmeSigner'>;
  readonly programmes: {
    /** The newest published programme of a board. */
    newestManifest(boardId: string): Promise<{ readonly version: Version; readonly manifest: string } | null>;
    recordProgress(boardId: string, progress: RequestOf<typeof boardMessages.programmeProgressedV1>): Promise<void>;
  };
  readonly takeovers: Pick<TakeoverService, 'handOver' | 'recordProgress'>;
  readonly proof: Pick<ProofService, 'cursor' | 'append'>;
  readonly commands: Pick<CommandService, 'deliver' | 'ended' | 'heard'>;
  readonly screenshots: Pick<ScreenshotService, 'failed'>;
  readonly presence: Presence;
  readonly statuses: Pick<StatusIntake, 'reported'>;
}

export interface BoardGateway {
  isOnline(boardId: string): boolean;
  onlineCount(): number;
  /** Sends a command; null when the board is not there or does not answer in time. */
  runCommand(boardId: string, command: string): Promise<ReplyOf<(typeof cmsMessages)['runCommandV1']> | null>;
  readonly counts: Readonly<MessageCounts>;
  close(): void;
}

/** What a connection was admitted as, in `socket.data`. */
interface Admission {
  readonly identity: BoardIdentity;
  readonly journalOnly: boolean;
  /** Count of player changes when its token was read. */
  readonly admittedAt: number;
}

/** Who may be told things: the players that speak for a board now. */
const currentRoom = 'current';
const ackTimeoutMs = 10_000;

export function createBoardGateway(io: Server, context: Context, deps: BoardGatewayDeps): BoardGateway {
  const { events, log, sources } = context;
  const { presence } = deps;
  const namespace: Namespace = io.of(boardNamespace);
  /** The newest connection of each board. */
  const online = new Map<string, Socket>();
  /** When each board's player was last changed, in order of all changes: an admission that was under way meanwhile is void. */
  const changes = new Map<string, number>();
  let changeCount = 0;
  const changedSince = (boardId: string, count: number): boolean => (changes.get(boardId) ?? 0) > count;
  const counts = noCounts();

  const handlers: Handlers<BoardIdentity, typeof boardMessages> = {
    async helloV1(board, request) {
      presence.greeted(board.boardId, { host: request.host, app: request.app });
      const [newest, takeovers, journalAcked] = await Promise.all([
        newestOf(board.boardId),
        deps.takeovers.handOver(board.boardId, request.takeover),
        cursorOf(board, request),
      ]);
      const list = deps.keys.keyList();
      const isNewer =
        newest !== null && (request.programme === null || compareVersions(newest.version, request.programme) > 0);
      // Behind the answer, which may bring the keys that they are signed with.
      setImmediate(() => void careFor(board.boardId, () => deps.commands.deliver(board.boardId)));
      return {
        now: sources.now(),
        keyList: list.number > request.keyList ? list.jws : null,
        manifest: isNewer ? newest.manifest : null,
        takeovers,
        journalAcked,
      };
    },
    appendJournalV1: async (board, batch) => ({ acked: await deps.proof.append(board, batch) }),
    stateChangedV1(board, state) {
      presence.said(board.boardId, state);
      return Promise.resolve({});
    },
    async programmeProgressedV1(board, progress) {
      await deps.programmes.recordProgress(board.boardId, progress);
      return {};
    },
    async takeoverProgressedV1(board, progress) {
      // A stage in any browser, or with no glass behind it, proves nothing: what it takes has arrived, no more.
      const arrived = progress.state === 'received' || progress.state === 'displayed' || progress.state === 'dark';
      const host = presence.hostOf(board.boardId);
      const unproven = arrived && host !== null && !proves(host);
      await deps.takeovers.recordProgress(
        board.boardId,
        unproven ? { ...progress, state: 'received', errorCode: 'display_unproved' } : progress,
      );
      return {};
    },
    commandEndedV1: (board, { commandId, ...end }) => commandEnded(board, commandId, end),
    commandFailedV1: (board, { commandId, errorCode }) =>
      commandEnded(board, commandId, { outcome: 'failed', errorCode }),
    statusReportedV1(board, report) {
      const status = deps.statuses.reported(board.boardId, report);
      const { upd } = report.status;
      if (upd?.state === 'wentBack') events.emit('boardWentBack', { boardId: board.boardId, orderId: upd.of });
      void careFor(board.boardId, () =>
        deps.commands.heard(board.boardId, report.full || report.whole ? status : null),
      );
      return Promise.resolve({});
    },
    readClockV1: () => Promise.resolve({ now: sources.now() }),
  };

  async function commandEnded(
    { boardId }: BoardIdentity,
    id: string,
    end: { outcome: CommandOutcome; errorCode: string | null; at?: number },
  ): Promise<Record<never, never>> {
    await deps.commands.ended(boardId, id, end);
    if (end.outcome === 'failed') await deps.screenshots.failed(boardId, id, end.errorCode ?? 'command_failed');
    return {};
  }

  async function careFor(boardId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error, boardId }, 'what waits or stands for a board was not sent');
    }
  }

  /** Whatever is wrong with its programme must not keep a board from its takeovers. */
  async function newestOf(boardId: string): ReturnType<BoardGatewayDeps['programmes']['newestManifest']> {
    try {
      return await deps.programmes.newestManifest(boardId);
    } catch (error) {
      log.error({ err: error, boardId }, 'the programme of a board that greeted cannot be given');
      return null;
    }
  }

  /** A journal that is not this player's must not keep it from programmes and takeovers: its own append says what is wrong. */
  async function cursorOf(board: BoardIdentity, hello: RequestOf<typeof boardMessages.helloV1>): Promise<number> {
    try {
      return await deps.proof.cursor(board, {
        journalId: hello.journalId,
        seq: hello.journalSeq,
        hash: hello.journalHash,
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      log.warn(
        { boardId: board.boardId, journalId: hello.journalId, code: error.code },
        'a board greeted with a journal that is not its own',
      );
      return 0;
    }
  }

  /** A mere refusal may come from anybody: only what the CMS has signed takes content off a player. */
  async function signedDismissal({ boardId, deviceKey }: BoardIdentity): Promise<SignedDismissal> {
    const payload = dismissal.parse({ v: 1, boardId, deviceKey, issuedAt: sources.now() });
    const statement = await signDocument('bang-tin-dismissal', payload, deps.keys.programmeSigner());
    return { statement, keyList: deps.keys.keyList().jws };
  }

  async function admit(socket: Socket): Promise<void> {
    const auth = boardAuth.safeParse(socket.handshake.auth);
    if (!auth.success) throw new TokenError('token_invalid', 'Connect with auth {token}');
    const admittedAt = changeCount;
    const identity = await deps.pairing.verifyBoardToken(auth.data.token);
    const journalOnly = auth.data.journalOnly === true;
    if (!identity.current && !journalOnly)
      throw Object.assign(replaced(), { dismissal: await signedDismissal(identity) });
    Object.assign(socket.data as object, { identity, journalOnly, admittedAt } satisfies Admission);
  }

  namespace.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        const known = toAppError(error);
        if (known.status >= 500) log.error({ err: error }, 'a board was not admitted');
        const { dismissal: proof } = error as { dismissal?: SignedDismissal };
        next(Object.assign(new Error(known.code), { data: { ...bodyOf(known), ...(proof && { dismissal: proof }) } }));
      },
    );
  });

  namespace.on('connection', (socket) => {
    const { identity, journalOnly, admittedAt } = socket.data as Admission;
    if (changedSince(identity.boardId, admittedAt)) {
      socket.disconnect(true);
      return;
    }
    listen(socket, identity, boardMessages, handlers, {
      counts,
      log: log.child({ boardId: identity.boardId }),
      refused: (name) => (journalOnly && name !== 'appendJournalV1' ? replaced() : null),
    });
    if (!journalOnly) welcome(socket, identity.boardId);
  });

  /** The newest connection of a board is the one that counts. */
  function welcome(socket: Socket, boardId: string): void {
    const older = online.get(boardId);
    online.set(boardId, socket);
    older?.disconnect(true);
    void socket.join(currentRoom);
    presence.connected(boardId);
    socket.conn.on('packet', () => presence.seen(boardId));
    socket.on('disconnect', (reason) => {
      if (online.get(boardId) !== socket) return;
      online.delete(boardId);
      presence.disconnected(boardId, reason === 'ping timeout');
    });
  }

  /** Another player, or none, speaks for the board from now on. */
  function dismiss(boardId: string): void {
    changes.set(boardId, ++changeCount);
    online.get(boardId)?.disconnect(true);
  }

  async function push<M extends CmsMessage>(
    boardId: string,
    name: M,
    request: RequestOf<(typeof cmsMessages)[M]>,
  ): Promise<unknown> {
    const socket = online.get(boardId);
    if (!socket) return null;
    try {
      return (await socket.timeout(ackTimeoutMs).emitWithAck(name, request)) as unknown;
    } catch {
      // Its next hello brings what it missed.
      log.debug({ boardId, message: name }, 'a board did not answer');
      return null;
    }
  }

  const stop = [
    events.on(
      'programmePublished',
      ({ boardId, manifest }) => void push(boardId, 'programmePublishedV1', { manifest }),
    ),
    events.on(
      'takeoverRaised',
      ({ jws }) => void namespace.to(currentRoom).emit('takeoverRaisedV1', { takeover: jws }),
    ),
    events.on(
      'keyListPublished',
      ({ keyList }) => void namespace.to(currentRoom).emit('keyListPublishedV1', { keyList }),
    ),
    events.on('boardPaired', ({ boardId }) => dismiss(boardId)),
    events.on('boardUnpaired', ({ boardId }) => dismiss(boardId)),
  ];

  return {
    counts,
    isOnline: (boardId) => online.has(boardId),
    onlineCount: () => online.size,
    async runCommand(boardId, command) {
      const parsed = cmsMessages.runCommandV1.reply.safeParse(await push(boardId, 'runCommandV1', { command }));
      return parsed.success ? parsed.data : null;
    },
    close() {
      for (const end of stop) end();
      namespace.disconnectSockets(true);
    },
  };
}

const replaced = (): TokenError =>
  new TokenError('device_replaced', 'This player does not speak for the board any more');
