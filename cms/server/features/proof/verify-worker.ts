/** Reads batches in a thread of its own: a storm of records then costs the event loop that carries takeovers next to nothing. */
import { parentPort } from 'node:worker_threads';
import { AppError } from '../../../../shared/util/errors.ts';
import type { VerifyAnswer, VerifyRequest } from './verify-thread.ts';
import { readBatch, type KeyCache } from './verify.ts';

const port = parentPort!;
const keys: KeyCache = new Map();

function answer({ id, batch, facts }: VerifyRequest): VerifyAnswer {
  try {
    return { id, ok: true, read: readBatch(batch, facts, keys) };
  } catch (error) {
    if (!(error instanceof AppError))
      return { id, ok: false, code: null, message: String((error as Error).stack ?? error) };
    const { code, message, status, field, params } = error;
    return { id, ok: false, code, message, status, field, params };
  }
}

port.on('message', (request: VerifyRequest) => port.postMessage(answer(request)));
