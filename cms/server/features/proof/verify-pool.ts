/** Reads batches on the event loop itself. */
import type { Verifier } from './ingest.ts';
import { deviceKeyObject, readBatch } from './verify.ts';

export function createVerifier(): Verifier {
  return { readBatch: (batch, deviceKey, head) => Promise.resolve().then(() => readBatch(batch, deviceKeyObject(deviceKey), head)) };
}
