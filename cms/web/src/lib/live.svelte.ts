/** What the CMS tells this page by itself: the console socket. HTTP carries the truth; after a gap pages ask again. */
import type { Socket } from 'socket.io-client';
import type { z } from 'zod';
import { consoleMessages, consoleNamespace, consoleRequests } from '../../../../shared/protocol/api/console.ts';
import type { ReplyOf, RequestOf } from '../../../../shared/protocol/link.ts';

type Requests = typeof consoleRequests;
type Messages = { [K in keyof typeof consoleMessages]: z.infer<(typeof consoleMessages)[K]> };

/** Between two attempts to fetch the socket's client. */
const retryMs = 5_000;
/** For an answer. */
const answerMs = 10_000;

export class Live {
  /** connecting: not once yet; online; lost: was there and is gone, trying again. */
  state = $state<'connecting' | 'online' | 'lost'>('connecting');
  /** Between open() and close(). */
  #wanted = false;
  #socket: Socket | null = null;
  #listeners = new Map<string, Set<(message: never) => void>>();
  /** Since the connection was last there, messages may have been missed. */
  #missed = false;
  #onReturn = new Set<() => void>();
  #onEnded = new Set<() => void>();

  /** Opens the socket with the session's cookie. Its client is fetched behind the page that is to be seen first. */
  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    const client = await import('socket.io-client').catch(() => null);
    if (!this.#wanted || this.#socket) return;
    if (client === null) {
      this.#missed = true;
      this.state = 'lost';
      setTimeout(() => void this.#connect(), retryMs);
      return;
    }
    const socket = client.io(consoleNamespace, { transports: ['websocket', 'polling'] });
    socket.on('connect', () => {
      this.state = 'online';
      if (this.#missed) for (const again of this.#onReturn) again();
      this.#missed = false;
    });
    socket.on('disconnect', (reason) => {
      this.#missed = true;
      this.state = 'lost';
      if (reason !== 'io server disconnect') return;
      // Such a connection does not come back by itself.
      for (const listener of this.#onEnded) listener();
      socket.connect();
    });
    socket.on('connect_error', () => {
      this.#missed = true;
      this.state = 'lost';
    });
    for (const [name, schema] of Object.entries(consoleMessages)) {
      socket.on(name, (body: unknown) => {
        const parsed = schema.safeParse(body);
        if (!parsed.success) {
          console.error(`A ${name} of unknown shape was ignored`, parsed.error);
          return;
        }
        for (const listener of this.#listeners.get(name) ?? []) listener(parsed.data as never);
      });
    }
    this.#socket = socket;
  }

  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#socket?.disconnect();
    this.#missed = true;
    this.#socket = null;
    this.state = 'connecting';
  }

  /** @returns the answer; null: there is none, as without a connection */
  async ask<N extends keyof Requests>(name: N, request: RequestOf<Requests[N]>): Promise<ReplyOf<Requests[N]> | null> {
    if (this.state !== 'online') return null;
    const answer: unknown = await this.#socket
      ?.timeout(answerMs)
      .emitWithAck(name, request)
      .catch(() => null);
    const parsed = consoleRequests[name].reply.safeParse(answer);
    return parsed.success ? (parsed.data as ReplyOf<Requests[N]>) : null;
  }

  /** @returns what ends the listening, so that it can be an effect's clean-up */
  on<K extends keyof Messages>(name: K, listener: (message: Messages[K]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  /** The CMS ended the connection, as it does when the session ends. */
  onEnded(listener: () => void): () => void {
    this.#onEnded.add(listener);
    return () => this.#onEnded.delete(listener);
  }

  /** After the connection was lost and is back: what was missed has to be asked for. */
  onReturn(listener: () => void): () => void {
    this.#onReturn.add(listener);
    return () => this.#onReturn.delete(listener);
  }
}
