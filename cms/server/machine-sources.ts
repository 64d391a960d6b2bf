/** Time and randomness of this machine. */
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Sources } from './context.ts';

export const machineSources: Sources = {
  now: Date.now,
  newId: () => uuidv7(),
  randomBytes: (length) => randomBytes(length),
};
