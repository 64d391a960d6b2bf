/**
 * Who is changing what at this moment, for those who have the same thing open: they are told of each other, and of what is saved,
 * before one writes over the other. Said by the pages themselves, kept in memory only, gone with the socket. Nobody hears of a
 * thing that they may not read at its own unit: who uses an upper unit's notice is not told who writes it.
 *
 * Of one process. Of several, each would hand the others what its own pages say, by the adapter that their sockets share
 * (`namespace.serverSideEmit`), and `viewOf` would put the lists together; nothing else here would be another.
 */
import type { Socket } from 'socket.io';
import {
  mostEditors,
  type EditedKind,
  type Editing,
  type consoleMessages,
  type consoleRequests,
} from '../../../shared/protocol/api/console.ts';
import type { Action } from '../../../shared/protocol/rights.ts';
import { AppError } from '../../../shared/util/errors.ts';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { findSaved, type SavedThing } from './editing-repo.ts';
import type { Handlers } from './messages.ts';

/** Editors that one page has open at most. */
const mostOpen = 8;
const told: keyof typeof consoleMessages = 'editingChangedV1';

const mayChange: Record<EditedKind, Action> = {
  notice: 'content.edit',
  playlist: 'content.edit',
  schedule: 'schedule.edit',
  obligation: 'obligation.edit',
};

/** A page that has the editor open. */
interface Page {
  readonly actor: Actor;
  /** Since when it has unsaved changes, ms UTC; null: it has none. */
  readonly since: number | null;
}
interface Thing {
  readonly kind: EditedKind;
  readonly id: string;
  saved: SavedThing;
  readonly pages: Map<Socket, Page>;
}

/** Whose page it is, as their rights are now. */
export interface ConsolePeer {
  readonly socket: Socket;
  actorOf(): Actor;
}

interface EditingDesk {
  readonly handlers: Pick<Handlers<ConsolePeer, typeof consoleRequests>, 'openEditorV1' | 'closeEditorV1'>;
  /** The page is gone. */
  gone(socket: Socket): void;
  /** The person's rights are others. */
  settle(socket: Socket, actor: Actor): void;
  close(): Promise<void>;
}

export function createEditingDesk({ store, sources, access, events, log }: Context): EditingDesk {
  const things = new Map<string, Thing>();
  const keyOf = (kind: EditedKind, id: string): string => `${kind} ${id}`;
  /** One after the other, so that an editor that is closed at once is not opened after it. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  function viewOf({ kind, id, saved, pages }: Thing, to: Socket): Editing {
    const editors = new Map<string, Editing['editors'][number]>();
    for (const [socket, { actor, since }] of pages) {
      if (socket === to || since === null) continue;
      const { userId, name } = actor;
      const before = editors.get(userId);
      if (!before || since < before.since) editors.set(userId, { userId, name, since });
    }
    const { revision, savedBy, savedAt } = saved;
    const first = [...editors.values()].toSorted((a, b) => a.since - b.since).slice(0, mostEditors);
    return { kind, id, revision, savedBy, savedAt, editors: first };
  }

  /** Tells those who may read it where it is now; others do not have it open any more. */
  function tell(thing: Thing, except?: Socket): void {
    const { kind, id, saved, pages } = thing;
    for (const [socket, { actor }] of pages) if (!access.can(actor, 'content.read', saved.unitId)) pages.delete(socket);
    if (pages.size === 0) things.delete(keyOf(kind, id));
    for (const socket of pages.keys()) if (socket !== except) socket.emit(told, viewOf(thing, socket));
  }

  function leave(thing: Thing, socket: Socket): void {
    thing.pages.delete(socket);
    tell(thing);
  }
  const openIn = (socket: Socket): Thing[] => [...things.values()].filter(({ pages }) => pages.has(socket));

  const handlers: EditingDesk['handlers'] = {
    openEditorV1: ({ socket, actorOf }, { kind, id, editingMs }) =>
      inTurn(async () => {
        const saved = await findSaved(store.read, kind, id);
        const actor = actorOf();
        const action = editingMs === null ? 'content.read' : mayChange[kind];
        // What is out of sight reads the same as what does not exist.
        if (!saved || !access.can(actor, 'content.read', saved.unitId) || !access.can(actor, action, saved.unitId))
          throw new AppError('forbidden', `You may not do this here (${action})`, { status: 403 });
        const thing = things.get(keyOf(kind, id)) ?? { kind, id, saved, pages: new Map<Socket, Page>() };
        thing.saved = saved;
        const before = thing.pages.get(socket);
        if (!before && openIn(socket).length >= mostOpen)
          throw new AppError('server_busy', 'Too many editors are open in one page', { status: 503 });
        // It may have gone meanwhile.
        if (socket.connected) {
          const since = editingMs === null ? null : (before?.since ?? sources.now() - editingMs);
          thing.pages.set(socket, { actor, since });
          things.set(keyOf(kind, id), thing);
          if (since !== (before?.since ?? null)) tell(thing, socket);
        }
        return viewOf(thing, socket);
      }),
    closeEditorV1: ({ socket }, { kind, id }) =>
      inTurn(async () => {
        const thing = things.get(keyOf(kind, id));
        if (thing) leave(thing, socket);
        return Promise.resolve({});
      }),
  };

  const stop = events.on('contentSaved', ({ kind, id }) => {
    const thing = things.get(keyOf(kind, id));
    if (!thing) return;
    inTurn(async () => {
      thing.saved = (await findSaved(store.read, kind, id)) ?? thing.saved;
      tell(thing);
    }).catch((error: unknown) => log.error({ err: error }, 'the editors were not told'));
  });

  return {
    handlers,
    gone(socket) {
      for (const thing of openIn(socket)) leave(thing, socket);
    },
    settle(socket, actor) {
      for (const thing of openIn(socket)) {
        const before = thing.pages.get(socket)!.since;
        const may = (action: Action): boolean => access.can(actor, action, thing.saved.unitId);
        const since = may(mayChange[thing.kind]) ? before : null;
        thing.pages.set(socket, { actor, since });
        if (since !== before || !may('content.read')) tell(thing);
      }
    },
    async close() {
      stop();
      await turn;
    },
  };
}
