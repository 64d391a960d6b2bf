/** What every feature is handed by the composition root (app.ts), and how it offers routes. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { EditedKind } from '../../shared/protocol/api/console.ts';
import type { Access, Actor } from './access.ts';
import type { Store, Tx } from './store/store.ts';

/** What it takes to try a password, each time. */
export interface PasswordCost {
  /** KiB; at least eight a lane. */
  readonly memory: number;
  readonly passes: number;
  /** Lanes. */
  readonly parallelism: number;
}

/** Time and randomness, passed in so that tests decide them. */
export interface Sources {
  /** ms UTC. */
  now(): number;
  /** A UUIDv7. */
  newId(): string;
  randomBytes(length: number): Uint8Array;
  /** Left out where people use the CMS: as recommended. */
  readonly passwordCost?: PasswordCost;
}

export interface AuditEntry {
  readonly actor: (Pick<Actor, 'userId'> & Partial<Pick<Actor, 'name'>>) | null;
  /** Verb in the past, `noun.verbed`: `board.paired`. */
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string | null;
  readonly unitId: string | null;
  readonly detail: Record<string, unknown>;
  /** What the caller knows the things to be called that it speaks of, by id: they are not looked up. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Writes the entries in the transaction of the change itself: no change without its entry. */
export type Audit = (tx: Tx, ...entries: readonly AuditEntry[]) => Promise<void>;

/** What happened, for whoever listens inside this process (console gateway, board gateway). Listeners must not throw. */
export interface Events {
  emit<K extends keyof EventMap>(name: K, payload: EventMap[K]): void;
  on<K extends keyof EventMap>(name: K, listener: (payload: EventMap[K]) => void): () => void;
}
export interface EventMap {
  boardChanged: { boardId: string };
  boardPaired: { boardId: string };
  boardUnpaired: { boardId: string };
  /** It belongs to another unit or to other groups now: takeovers find it by them. */
  boardMoved: { boardId: string };
  programmePublished: { boardId: string; manifest: string };
  programmeProgressed: { boardId: string };
  playsRecorded: { boardId: string; count: number };
  /**
   * What upper units oblige boards to, or its order, is another. `changes`: which obligations changed when; boards of `unitIds` and
   * below, and `boardIds`, lack it.
   */
  obligationsChanged: {
    changes: readonly { readonly id: string; readonly at: number }[];
    unitIds: readonly string[];
    boardIds: readonly string[];
  };
  /** Somebody of the unit has seen these obligations, or accepted them; or what the unit changed of them has come to all boards. */
  obligationsProgressed: { ids: readonly string[]; unitId: string };
  /** Its player has said how it is doing. */
  boardStatusChanged: { boardId: string };
  /** Its player says that it tried another version by this order and went back; said again with each connection. */
  boardWentBack: { boardId: string; orderId: string };
  /** A command was given to the board, or something has become of one. */
  commandsChanged: { boardId: string };
  /** A picture of the board was asked for, has come, or will not come. */
  screenshotsChanged: { boardId: string };
  /** Who mourns from when to when, or what entertains, is another: boards of `unitIds` and below lack it. `changes`: as of obligations. */
  mourningsChanged: {
    changes: readonly { readonly id: string; readonly at: number }[];
    unitIds: readonly string[];
  };
  /** Incidents of boards of these units began, ended, or are other than before. `id` names the look that found it. */
  incidentsChanged: { id: string; unitIds: readonly string[] };
  mediaChanged: { mediaId: string };
  /** A notice of the unit was submitted, decided on, or edited while it waited for a decision. */
  approvalsChanged: { unitId: string };
  /** What notices are filed under is another list: that of this revision. */
  categoriesChanged: { revision: number };
  /** What people have editors for was saved, deleted or restored. */
  contentSaved: { kind: EditedKind; id: string };
  takeoverRaised: { takeoverId: string; jws: string };
  takeoverProgressed: { takeoverId: string };
  sessionEnded: { sessionHash: string };
  /** What the person may do, or what they are called, is another. */
  accountChanged: { userId: string };
  /** A renewed key list, to be sent to every board. */
  keyListPublished: { keyList: string };
  /** Units were added, renamed, merged or moved, or such a change that was planned has begun; `moved` hang elsewhere than before. */
  unitsChanged: { moved: readonly string[] };
}

export interface Context {
  readonly store: Store;
  readonly sources: Sources;
  readonly access: Access;
  readonly audit: Audit;
  readonly events: Events;
  readonly log: Logger;
  /** The data folder's `media`, `uploads`, `documents` (uploads to be read), `screenshots` (of boards), `releases` (of the player) and `keys` folders, absolute. */
  readonly folders: {
    readonly media: string;
    readonly uploads: string;
    readonly documents: string;
    readonly screenshots: string;
    readonly releases: string;
    readonly keys: string;
  };
}

/** Routes declare who may call them; a route without `auth` does not start (http.ts checks). */
export type RouteAuth = 'user' | 'board' | 'boardOrUser' | 'monitor' | 'public';
declare module 'fastify' {
  interface FastifyContextConfig {
    auth?: RouteAuth;
    /** Also answers a session whose second factor is yet to be shown or set up. */
    beforeSecondFactor?: true;
  }
  interface FastifyRequest {
    /** Set on routes with auth `user`. */
    actor: Actor | null;
    /** Board id, set on routes with auth `board`. */
    boardId: string | null;
  }
}
export type Routes = (app: FastifyInstance) => Promise<void>;

/** The signed-in person, on a route with auth `user`. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new Error('This route lacks auth: user');
  return request.actor;
}

/** The board whose player calls, on a route with auth `board`. */
export function boardIdOf(request: FastifyRequest): string {
  if (request.boardId === null) throw new Error('This route lacks auth: board');
  return request.boardId;
}
