/**
 * What signed-in people's pages are told by themselves. A person's socket is in a room per unit of their grants and right to hear
 * something there; news of a board goes to the rooms of its unit and all units above it. News is collected, so that a board that
 * talks a lot costs each page a message or two per second. How a board's player is doing goes to the pages that watch it. Who changes
 * what at this moment: see editing.ts.
 */
import cookie from '@fastify/cookie';
import type { Server, Socket } from 'socket.io';
import type { z } from 'zod';
import { consoleNamespace, consoleRequests, type consoleMessages } from '../../../shared/protocol/api/console.ts';
import { AppError } from '../../../shared/util/errors.ts';
import { reachOf, roleAllows, type Action, type Actor, type UnitTree } from '../access.ts';
import type { Context } from '../context.ts';
import { sessionCookie } from '../cookies.ts';
import type { AccountsService } from '../features/accounts/service.ts';
import type { BoardsService } from '../features/boards/service.ts';
import type { TakeoverService } from '../features/takeovers/service.ts';
import { createEditingDesk, type ConsolePeer } from './editing.ts';
import { listen, noCounts, type Handlers } from './messages.ts';
import { presenceRepo } from './presence-repo.ts';

export interface ConsoleGatewayDeps {
  readonly accounts: Pick<AccountsService, 'resolve'>;
  readonly boards: Pick<BoardsService, 'presences' | 'progress' | 'records'>;
  readonly takeovers: Pick<TakeoverService, 'audience'>;
  readonly tree: UnitTree;
}

type Name = keyof typeof consoleMessages;
type Body<N extends Name> = z.infer<(typeof consoleMessages)[N]>;

/** How long news is collected, ms. */
const flushEveryMs = 400;

/** The right to hear of something, at its unit. */
const newsRights = {
  boardChangedV1: 'board.read',
  programmeProgressedV1: 'board.read',
  playsRecordedV1: 'proof.read',
  mediaChangedV1: 'content.read',
  approvalsChangedV1: 'content.read',
  obligationsChangedV1: 'content.read',
  mourningsChangedV1: 'content.read',
  takeoverProgressedV1: 'takeover.read',
  screenshotsChangedV1: 'screenshot.read',
  commandsChangedV1: 'board.cut',
  boardStatusChangedV1: 'board.read',
  incidentsChangedV1: 'board.read',
} as const satisfies Partial<Record<Name, Action>>;
const rightsToHear = [...new Set(Object.values(newsRights))];

const unitRoom = (action: Action, unitId: string): string => `unit ${action} ${unitId}`;
const isUnitRoom = (room: string): boolean => room.startsWith('unit ');
const unitRoomsOf = ({ grants }: Actor): string[] =>
  grants.flatMap(({ role, unitId }) =>
    rightsToHear.filter((action) => roleAllows(role, action)).map((action) => unitRoom(action, unitId)),
  );
const isHeldUp = ({ secondFactor }: Actor): boolean => secondFactor === 'code' || secondFactor === 'setUp';
/** Who looks at how the board is doing. Being in it is no right: see `tellWatchers`. */
const watchRoom = (boardId: string): string => `watch ${boardId}`;
/** Boards that one page watches at most. */
const mostWatched = 8;
const watchHandlers: Pick<Handlers<ConsolePeer, typeof consoleRequests>, 'watchBoardV1' | 'unwatchBoardV1'> = {
  async watchBoardV1({ socket }, { boardId }) {
    const others = [...socket.rooms].filter((room) => room.startsWith('watch ') && room !== watchRoom(boardId));
    if (others.length >= mostWatched)
      throw new AppError('server_busy', 'Too many boards are watched in one page', { status: 503 });
    await socket.join(watchRoom(boardId));
    return {};
  },
  async unwatchBoardV1({ socket }, { boardId }) {
    await socket.leave(watchRoom(boardId));
    return {};
  },
};
const userRoom = (userId: string): string => `user ${userId}`;
const sessionRoom = (sessionHash: string): string => `session ${sessionHash}`;
/** Whose page it is, as they were when last asked for. */
const actorOf = (socket: Socket): Actor => (socket.data as { actor: Actor }).actor;
const know = (socket: Socket, actor: Actor): void => void Object.assign(socket.data as object, { actor });

/** News since the last flush. */
interface News {
  readonly boards: Set<string>;
  readonly progress: Set<string>;
  readonly plays: Map<string, number>;
  readonly media: Set<string>;
  /** Boards with news of their pictures. */
  readonly screenshots: Set<string>;
  /** Boards with news of their commands. */
  readonly commands: Set<string>;
  /** Boards whose player said how it is doing. */
  readonly statuses: Set<string>;
  /** Units with news of what waits for approval. */
  readonly approvals: Set<string>;
  /** Obligations with news, each with the units, and boards beyond them, that it concerns. */
  readonly obligations: Map<string, { readonly unitIds: Set<string>; readonly boardIds: Set<string> }>;
  /** Units whose mourning has changed. */
  readonly mournings: Set<string>;
  /** Units whose incidents have changed, by the look that found it: however many they are, each page is told once. */
  readonly incidents: Map<string, readonly string[]>;
  readonly takeovers: Set<string>;
}
const noNews = (): News => ({
  boards: new Set(),
  progress: new Set(),
  plays: new Map(),
  media: new Set(),
  screenshots: new Set(),
  commands: new Set(),
  statuses: new Set(),
  approvals: new Set(),
  obligations: new Map(),
  mournings: new Set(),
  incidents: new Map(),
  takeovers: new Set(),
});

export function createConsoleGateway(
  io: Server,
  context: Context,
  deps: ConsoleGatewayDeps,
): { close(): Promise<void> } {
  const { events, log, store } = context;
  const namespace = io.of(consoleNamespace);
  const editing = createEditingDesk(context);
  let news = noNews();
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let settling: Promise<void> = Promise.resolve();

  namespace.use((socket, next) => {
    admit(socket).then(
      (refusal) => next(refusal === null ? undefined : new Error(refusal)),
      (error: unknown) => {
        log.error({ err: error }, 'a console was not admitted');
        next(new Error('internal'));
      },
    );
  });

  /** @returns why not, or null */
  async function admit(socket: Socket): Promise<string | null> {
    const { cookie: cookies, host, origin } = socket.handshake.headers;
    // The browser adds the cookie whatever page asks; only our own may.
    if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host) return 'cross_site';
    const token = cookie.parse(cookies ?? '')[sessionCookie];
    const actor = token === undefined ? null : await deps.accounts.resolve(token);
    if (!actor) return 'not_signed_in';
    if (isHeldUp(actor)) return 'second_factor_needed';
    know(socket, actor);
    await socket.join([sessionRoom(actor.sessionHash), userRoom(actor.userId), ...unitRoomsOf(actor)]);
    return null;
  }

  /** Puts a page into the rooms that its person's grants open now, or ends it with the session. */
  async function settle(socket: Socket): Promise<void> {
    const token = cookie.parse(socket.handshake.headers.cookie ?? '')[sessionCookie];
    const actor = token === undefined ? null : await deps.accounts.resolve(token);
    if (!actor || isHeldUp(actor)) {
      socket.disconnect(true);
      return;
    }
    const rooms = new Set(unitRoomsOf(actor));
    for (const room of socket.rooms) if (isUnitRoom(room) && !rooms.has(room)) await socket.leave(room);
    await socket.join([...rooms]);
    know(socket, actor);
    editing.settle(socket, actor);
  }

  /** What cannot be settled is ended: the page connects anew and is asked who it is. */
  async function settleAll(sockets: Iterable<Socket>): Promise<void> {
    for (const socket of sockets) {
      await settle(socket).catch((error: unknown) => {
        log.error({ err: error }, 'a console was not settled');
        socket.disconnect(true);
      });
    }
  }

  function onAccountChanged(userId: string): void {
    const sockets = [...namespace.sockets.values()].filter((socket) => socket.rooms.has(userRoom(userId)));
    settling = settling
      .then(() => settleAll(sockets))
      .then(() => {
        for (const socket of sockets) socket.emit('accountChangedV1', {} satisfies Body<'accountChangedV1'>);
      });
  }

  // What changed between the question who it is and the joining of the rooms was told to nobody.
  namespace.on('connection', (socket) => {
    const handlers = { ...editing.handlers, ...watchHandlers };
    const peer = { socket, actorOf: () => actorOf(socket) };
    listen(socket, peer, consoleRequests, handlers, { counts: noCounts(), log });
    socket.on('disconnect', () => editing.gone(socket));
    settling = settling.then(() => settleAll([socket]));
  });

  function note(add: (to: News) => void): void {
    if (namespace.sockets.size === 0) return;
    add(news);
    timer ??= setTimeout(() => {
      timer = null;
      flushing = flushing
        .then(flush)
        .catch((error: unknown) => log.error({ err: error }, 'the consoles were not told'));
    }, flushEveryMs);
  }

  function noteObligations(ids: readonly string[], unitIds: readonly string[], boardIds: readonly string[]): void {
    note(({ obligations }) => {
      for (const id of ids) {
        const concerned = obligations.get(id) ?? { unitIds: new Set(), boardIds: new Set() };
        obligations.set(id, concerned);
        for (const unitId of unitIds) concerned.unitIds.add(unitId);
        for (const boardId of boardIds) concerned.boardIds.add(boardId);
      }
    });
  }

  function roomsFor(name: keyof typeof newsRights, unitIds: readonly string[]): string[] {
    const reach = new Set(unitIds.flatMap((unitId) => reachOf(deps.tree, unitId)));
    return [...reach].map((unitId) => unitRoom(newsRights[name], unitId));
  }

  function tell<N extends keyof typeof newsRights>(name: N, body: Body<N>, unitIds: readonly string[]): void {
    const rooms = roomsFor(name, unitIds);
    if (rooms.length > 0) namespace.to(rooms).emit(name, body);
  }

  /** Those who look at the board and may hear of it: a player says how it is doing every minute, and few look. */
  function tellWatchers(boardId: string, unitIds: readonly string[]): void {
    const rooms = roomsFor('boardStatusChangedV1', unitIds);
    for (const id of namespace.adapter.rooms.get(watchRoom(boardId)) ?? []) {
      const socket = namespace.sockets.get(id);
      if (rooms.some((room) => socket?.rooms.has(room)))
        socket?.emit('boardStatusChangedV1', { boardId } satisfies Body<'boardStatusChangedV1'>);
    }
  }

  async function flush(): Promise<void> {
    const told = news;
    news = noNews();
    const boardIds = [
      ...new Set([
        ...told.boards,
        ...told.progress,
        ...told.plays.keys(),
        ...told.screenshots,
        ...told.commands,
        ...told.statuses,
        ...[...told.obligations.values()].flatMap((concerned) => [...concerned.boardIds]),
      ]),
    ];
    if (boardIds.length > 0) {
      const [records, presences, progress] = await Promise.all([
        deps.boards.records(boardIds),
        deps.boards.presences([...told.boards]),
        deps.boards.progress([...told.progress]),
      ]);
      const unitOf = new Map(records.map((record) => [record.id, record.unitId]));
      const unitsOf = (boardId: string): string[] => [unitOf.get(boardId) ?? []].flat();
      for (const body of presences) tell('boardChangedV1', body, unitsOf(body.boardId));
      for (const body of progress) tell('programmeProgressedV1', body, unitsOf(body.boardId));
      for (const [boardId, count] of told.plays) tell('playsRecordedV1', { boardId, count }, unitsOf(boardId));
      for (const boardId of told.screenshots) tell('screenshotsChangedV1', { boardId }, unitsOf(boardId));
      for (const boardId of told.commands) tell('commandsChangedV1', { boardId }, unitsOf(boardId));
      for (const boardId of told.statuses) tellWatchers(boardId, unitsOf(boardId));
      for (const concerned of told.obligations.values())
        for (const unitId of [...concerned.boardIds].flatMap(unitsOf)) concerned.unitIds.add(unitId);
    }
    for (const takeoverId of told.takeovers)
      tell('takeoverProgressedV1', { takeoverId }, await deps.takeovers.audience(takeoverId));
    for (const unitId of told.approvals) tell('approvalsChangedV1', { unitId }, [unitId]);
    for (const [id, { unitIds }] of told.obligations) tell('obligationsChangedV1', { id }, [...unitIds]);
    // It concerns everybody below as well.
    for (const unitId of told.mournings) tell('mourningsChangedV1', { unitId }, deps.tree.subtreeOf(unitId));
    for (const [id, unitIds] of told.incidents) tell('incidentsChangedV1', { id }, unitIds);
    for (const mediaId of told.media) {
      const unitId = await presenceRepo.unitOfMedia(store.read, mediaId);
      if (unitId !== undefined) tell('mediaChangedV1', { mediaId }, [unitId]);
    }
  }

  const stop = [
    events.on('boardChanged', ({ boardId }) => note((to) => to.boards.add(boardId))),
    events.on('programmeProgressed', ({ boardId }) => note((to) => to.progress.add(boardId))),
    events.on('playsRecorded', ({ boardId, count }) =>
      note((to) => to.plays.set(boardId, (to.plays.get(boardId) ?? 0) + count)),
    ),
    events.on('screenshotsChanged', ({ boardId }) => note((to) => to.screenshots.add(boardId))),
    events.on('commandsChanged', ({ boardId }) => note((to) => to.commands.add(boardId))),
    events.on('boardStatusChanged', ({ boardId }) => {
      if (namespace.adapter.rooms.has(watchRoom(boardId))) note((to) => to.statuses.add(boardId));
    }),
    events.on('mediaChanged', ({ mediaId }) => note((to) => to.media.add(mediaId))),
    events.on('approvalsChanged', ({ unitId }) => note((to) => to.approvals.add(unitId))),
    events.on('obligationsChanged', ({ changes, unitIds, boardIds }) =>
      noteObligations(
        changes.map(({ id }) => id),
        unitIds.flatMap((unitId) => deps.tree.subtreeOf(unitId)),
        boardIds,
      ),
    ),
    events.on('obligationsProgressed', ({ ids, unitId }) => noteObligations(ids, [unitId], [])),
    events.on('mourningsChanged', ({ unitIds }) => note((to) => unitIds.forEach((id) => to.mournings.add(id)))),
    events.on('incidentsChanged', ({ id, unitIds }) => note((to) => to.incidents.set(id, unitIds))),
    events.on('takeoverProgressed', ({ takeoverId }) => note((to) => to.takeovers.add(takeoverId))),
    events.on(
      'categoriesChanged',
      (body) => void namespace.emit('categoriesChangedV1', body satisfies Body<'categoriesChangedV1'>),
    ),
    events.on('accountChanged', ({ userId }) => onAccountChanged(userId)),
    events.on('sessionEnded', ({ sessionHash }) => namespace.in(sessionRoom(sessionHash)).disconnectSockets(true)),
  ];

  return {
    async close() {
      for (const end of stop) end();
      if (timer) clearTimeout(timer);
      namespace.disconnectSockets(true);
      await flushing;
      await settling;
      await editing.close();
    },
  };
}
