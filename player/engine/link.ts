/**
 * The socket to the CMS: connects with a fresh token, comes back by itself, parses what arrives and answers it. It decides
 * nothing; what a message does is its handler's matter (board-link.ts).
 */
import type { Socket } from 'socket.io-client';
import type { Logger } from 'pino';
import type { z } from 'zod';
import {
  boardMessages,
  boardNamespace,
  cmsMessages,
  connectRefusal,
  sparingQuery,
  type BoardMessage,
  type CmsMessage,
  type ReplyOf,
  type RequestOf,
  type SentOf,
  type SignedDismissal,
} from '../../shared/protocol/link.ts';
import type { LogEvent } from '../../shared/protocol/log.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { CmsHttp, Credentials } from './cms-http.ts';
import { codeOf } from './programmes.ts';
import { backoffMs, pause, type System } from './system.ts';

/** Longest wait for an answer, ms: a batch of records over a thin line is slow. */
const answerMs = 30_000;
/** A network that is now one thing, now another costs a connection this often at most, ms. */
const otherNetworkMs = 15 * 60_000;

/** The first connection waits so long to be told what kind of network it goes over, ms: alerts matter more than bytes. */
const networkKindMs = 1_000;

/** No connection comes about: where the CMS answers other requests, something on the way lets no socket through. */
export const socketBlocked = 'socket_blocked';

/** The CMS refused a message, or did not answer it. */
export class LinkError extends AppError {}

export interface LinkHandlers {
  /** A connection is there; what it sends first is the handler's to send. Runs again after each reconnection. */
  readonly onConnect: () => Promise<void>;
  readonly onDisconnect: () => void;
  /** The CMS does not let this board in; the link goes on trying. `dismissal`: unverified. */
  readonly onRefused: (code: string, dismissal: SignedDismissal | null) => void;
  /** Does what a message asks. What it throws is answered as a refusal. */
  readonly onMessage: <M extends CmsMessage>(name: M, request: RequestOf<(typeof cmsMessages)[M]>) => Promise<void>;
  /** A message of the wrong shape came. */
  readonly onInvalid: (name: string) => void;
}

export interface LinkOptions extends LinkHandlers {
  readonly http: CmsHttp;
  readonly credentials: Credentials;
  /** Whether the next connection is for delivering a journal and nothing else. */
  readonly journalOnly: () => boolean;
  /** Whether somebody pays for the bytes of the network that is used now; asked before the first connection, which goes on without an answer after a while; see `setMetered`. */
  readonly isMetered: () => Promise<boolean>;
  readonly system: System;
  readonly log: Logger;
}

type Accepted<M extends BoardMessage> = Extract<ReplyOf<(typeof boardMessages)[M]>, { ok: true }>;

export class Link {
  readonly #o: LinkOptions;
  #socket: Socket | null = null;
  readonly #closed = new AbortController();
  #retry: NodeJS.Timeout | null = null;
  #refusals = 0;
  /** That the CMS cannot be reached is in the log. */
  #unreachable = false;
  #metered = false;
  #refusal: string | null = null;
  #changedNetwork = -Infinity;
  #since: number;

  constructor(options: LinkOptions) {
    this.#o = options;
    this.#since = options.system.monotonic();
  }

  /** Since when there is a connection, or none, by monotonic time. */
  get since(): number {
    return this.#since;
  }

  /** The code with which the last attempt was refused, `socket_blocked`: it did not come through; null: it did, or there was none. */
  get refusal(): string | null {
    return this.#refusal;
  }

  get connected(): boolean {
    return this.#socket?.connected === true;
  }

  start(): void {
    this.#open().catch((error: unknown) => this.#o.log.error({ err: error }, 'the socket to the CMS cannot be opened'));
  }

  close(): void {
    this.#closed.abort();
    if (this.#retry) clearTimeout(this.#retry);
    this.#socket?.disconnect();
  }

  /** Says what kind of network is used now. Where the connection was made for the other kind it is made anew. */
  setMetered(metered: boolean): void {
    if (this.#metered === metered || !this.#socket) return;
    const now = this.#o.system.monotonic();
    if (now - this.#changedNetwork < otherNetworkMs) return;
    this.#changedNetwork = now;
    this.#metered = metered;
    this.#socket.io.opts.query = heartbeatQuery(metered);
    if (this.#socket.connected) this.reconnect();
  }

  /** Drops the connection and makes another: the next hello asks for what is missing. */
  reconnect(): void {
    this.#socket?.disconnect();
    this.#connectLater();
  }

  /**
   * Sends a message and waits for the answer.
   * @throws LinkError `link_down`, `answer_invalid`, or the code with which the CMS refused (`params` as it gave them)
   */
  async send<M extends BoardMessage>(name: M, request: SentOf<(typeof boardMessages)[M]>): Promise<Accepted<M>> {
    if (!this.#socket?.connected) throw new LinkError('link_down', 'There is no connection to the CMS');
    let raw: unknown;
    try {
      raw = await this.#socket.timeout(answerMs).emitWithAck(name, request);
    } catch (cause) {
      throw new LinkError('link_down', `No answer to ${name}`, { cause });
    }
    const schema: z.ZodType = boardMessages[name].reply;
    const parsed = schema.safeParse(raw);
    if (!parsed.success)
      throw new LinkError('answer_invalid', `The CMS answered ${name} with something else`, { cause: parsed.error });
    const reply = parsed.data as ReplyOf<(typeof boardMessages)[M]>;
    if (reply.ok) return reply as Accepted<M>;
    throw new LinkError(reply.error.code, reply.error.message, { params: reply.error.params });
  }

  /** Sends what needs no answer. Without a connection it is lost. */
  tell<M extends BoardMessage>(name: M, request: SentOf<(typeof boardMessages)[M]>): void {
    if (this.#socket?.connected) this.#socket.emit(name, request);
  }

  /** An empty token makes the CMS refuse, which leads to another attempt later. */
  async #auth(): Promise<Record<string, unknown>> {
    const mode = this.#o.journalOnly() ? { journalOnly: true } : {};
    try {
      return { token: await this.#o.http.token(this.#o.credentials, this.#closed.signal), ...mode };
    } catch (error) {
      this.#o.log.debug({ code: codeOf(error) }, 'no token yet');
      return { token: '', ...mode };
    }
  }

  /** Loaded here: the first picture after power-on does not wait for what only the network needs. */
  async #open(): Promise<void> {
    const [{ io }, metered] = await Promise.all([import('socket.io-client'), this.#askMetered()]);
    this.#metered = metered;
    if (this.#closed.signal.aborted) return;
    this.#socket = io(this.#o.http.cms + boardNamespace, {
      autoConnect: false,
      forceNew: true,
      transports: ['websocket'],
      query: heartbeatQuery(metered),
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 30_000,
      randomizationFactor: 0.5,
      timeout: 20_000,
      auth: (give) => {
        void this.#auth().then(give);
      },
    });
    this.#listen(this.#socket);
    this.#socket.connect();
  }

  #askMetered(): Promise<boolean> {
    return Promise.race([this.#o.isMetered(), pause(networkKindMs, this.#closed.signal).then(() => false)]);
  }

  #listen(socket: Socket): void {
    socket.on('connect', () => {
      this.#unreachable = false;
      this.#refusal = null;
      this.#o.log.info({ event: { type: 'linkUp' } satisfies LogEvent }, 'connected to the CMS');
      this.#since = this.#o.system.monotonic();
      this.#o.onConnect().then(
        () => (this.#refusals = 0),
        (error: unknown) => {
          this.#o.log.warn({ code: codeOf(error) }, 'greeting the CMS failed');
          // Half a greeting is none: start over rather than sit on a connection that brings nothing.
          if (socket.connected) this.reconnect();
        },
      );
    });
    socket.on('disconnect', (reason) => {
      this.#o.log.info({ event: { type: 'linkLost' } satisfies LogEvent, reason }, 'connection to the CMS lost');
      this.#since = this.#o.system.monotonic();
      this.#o.onDisconnect();
      if (reason === 'io server disconnect') this.#connectLater();
    });
    socket.on('connect_error', (error) => {
      // While the transport fails socket.io tries again by itself; a refusal by the CMS is left to us.
      if (socket.active) {
        this.#refusal = socketBlocked;
        return this.#noteUnreachable(error);
      }
      const body = connectRefusal.safeParse((error as { data?: unknown }).data);
      const code = body.success ? body.data.error.code : error.message.slice(0, 64);
      this.#refusal = code;
      this.#o.http.distrustTime();
      this.#o.onRefused(code, body.data?.dismissal ?? null);
      this.#connectLater();
    });
    for (const name of Object.keys(cmsMessages) as CmsMessage[]) {
      socket.on(name, (raw: unknown, answer: unknown) => {
        void this.#receive(name, raw).then((reply) => {
          if (typeof answer === 'function') (answer as (reply: unknown) => void)(reply);
        });
      });
    }
  }

  /** Once until it is reached: it is tried every few seconds, for weeks. */
  #noteUnreachable(error: Error): void {
    if (this.#unreachable) return;
    this.#unreachable = true;
    this.#o.log.info(
      { event: { type: 'linkFailed' } satisfies LogEvent, reason: error.message },
      'the CMS cannot be reached',
    );
  }

  async #receive(name: CmsMessage, raw: unknown): Promise<unknown> {
    const schema: z.ZodType = cmsMessages[name].request;
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      this.#o.onInvalid(name);
      return refusal('message_invalid', `${name} has the wrong shape`);
    }
    try {
      await this.#o.onMessage(name, parsed.data as RequestOf<(typeof cmsMessages)[CmsMessage]>);
      return { ok: true };
    } catch (error) {
      return refusal(codeOf(error), error instanceof AppError ? error.message : 'The board could not do this');
    }
  }

  #connectLater(): void {
    if (this.#closed.signal.aborted || this.#retry) return;
    this.#retry = setTimeout(
      () => {
        this.#retry = null;
        this.#socket?.connect();
      },
      backoffMs(this.#refusals++, 1_000, 60_000, this.#o.system),
    );
  }
}

/** Whoever pays for each byte is asked less often whether it is there. */
const heartbeatQuery = (metered: boolean): Record<string, string> => (metered ? { ...sparingQuery } : {});

function refusal(code: string, message: string) {
  return { ok: false, error: { code, message, field: null, params: {} } };
}
