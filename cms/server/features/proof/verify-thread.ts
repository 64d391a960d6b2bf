/** The thread that reads batches (verify-worker.ts), as seen from the event loop. */
import { Worker } from 'node:worker_threads';
import { JournalError } from '../../../../shared/proof/chain.ts';
import type { JournalBatch } from '../../../../shared/protocol/journal.ts';
import type { Verifier } from './ingest.ts';
import type { JournalFacts, ReadBatch } from './verify.ts';

export interface VerifyRequest {
  readonly id: number;
  readonly batch: JournalBatch;
  readonly facts: JournalFacts;
}

export type VerifyAnswer =
  | { readonly id: number; readonly ok: true; readonly read: ReadBatch }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly status: number;
      readonly field: string | null;
      readonly params: Record<string, string | number>;
    }
  /** Nobody foresaw it. */
  | { readonly id: number; readonly ok: false; readonly code: null; readonly message: string };

export interface VerifierThread extends Verifier {
  close(): Promise<void>;
}

/** Room for the batches that come at one time: they are gone before the collector has to look for what lives longer. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 };

interface Waiting {
  resolve(read: ReadBatch): void;
  reject(error: Error): void;
}

/** Starts at the first batch; a thread that died is replaced at the next. */
export function createVerifierThread(): VerifierThread {
  let thread: { readonly worker: Worker; readonly waiting: Map<number, Waiting> } | null = null;
  let nextId = 1;

  function start(): NonNullable<typeof thread> {
    const waiting = new Map<number, Waiting>();
    const made = new Worker(new URL('./verify-worker.ts', import.meta.url), { execArgv: [], resourceLimits });
    made.on('message', (answer: VerifyAnswer) => {
      const entry = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.ok) entry?.resolve(answer.read);
      else entry?.reject(errorOf(answer));
    });
    const end = (error: Error): void => {
      if (thread?.worker === made) thread = null;
      for (const entry of waiting.values()) entry.reject(error);
      waiting.clear();
    };
    made.on('error', (error) => end(error as Error));
    made.on('exit', () => end(new Error('The thread that reads journals has ended')));
    return { worker: made, waiting };
  }

  return {
    readBatch(batch, { boardId, no, boardNo, deviceKey, head }) {
      const { worker, waiting } = (thread ??= start());
      const id = nextId++;
      const request: VerifyRequest = { id, batch, facts: { boardId, no, boardNo, deviceKey, head } };
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage(request);
      });
    },
    async close() {
      await thread?.worker.terminate();
    },
  };
}

function errorOf(answer: Extract<VerifyAnswer, { ok: false }>): Error {
  if (answer.code === null) return new Error(answer.message);
  const { code, message, status, field, params } = answer;
  return new JournalError(code, message, { status, params, ...(field === null ? {} : { field }) });
}
