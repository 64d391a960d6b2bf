/** What a benchmark and its fleet say to each other. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BoardIdentityData } from './board.ts';

export type FleetRequest =
  | { readonly do: 'connectBoards'; readonly cms: string; readonly identities: readonly BoardIdentityData[] }
  | { readonly do: 'connectBare'; readonly url: string; readonly count: number }
  /** Forget the last round; what comes from now on counts. */
  | { readonly do: 'arm' }
  | { readonly do: 'receipts'; readonly expected: number; readonly withinMs: number }
  | { readonly do: 'verify'; readonly rootKey: string }
  | { readonly do: 'report'; readonly takeoverId: string; readonly state: 'received' | 'displayed' }
  /** Boards that only deliver journals. */
  | { readonly do: 'connectDeliverers'; readonly cms: string; readonly identities: readonly BoardIdentityData[] }
  /** Makes plays for every deliverer, in signed batches, encoded and ready to be sent. */
  | { readonly do: 'makeLoad'; readonly batchesPerBoard: number; readonly playsPerBatch: number }
  /** Sends them, each board its own in order. */
  | { readonly do: 'deliver'; readonly inFlight: number }
  | { readonly do: 'close' };

/** What `makeLoad` cost. */
export interface LoadCost {
  readonly plays: number;
  /** On the wire. */
  readonly bytes: number;
  readonly ms: number;
}
/** First message sent to last answer received. */
export interface Delivered {
  readonly ms: number;
}

export type FleetAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface Receipts {
  /** When each client got it, ms of `performance.timeOrigin + performance.now()`. */
  readonly times: readonly number[];
}

/** A child process that answers requests by number. */
export class Helper<Request extends object> {
  readonly process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextId = 1;

  constructor(script: URL, args: readonly string[] = []) {
    this.process = fork(fileURLToPath(script), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.process.on('message', (answer: FleetAnswer) => {
      const entry = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) entry?.resolve(answer.value);
      else entry?.reject(new Error(answer.message));
    });
    this.process.once('exit', (code, signal) => {
      for (const entry of this.#waiting.values()) entry.reject(new Error(`The helper ended (${code ?? signal})`));
      this.#waiting.clear();
    });
  }

  ask<T = unknown>(request: Request): Promise<T> {
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.process.send({ ...request, id });
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

export const startFleet = (): Helper<FleetRequest> => new Helper<FleetRequest>(new URL('./fleet.ts', import.meta.url));
