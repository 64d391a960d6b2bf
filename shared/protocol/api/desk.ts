/** HTTP: what waits for the person who asks, for all pages in one answer. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';
import { person } from './approval.ts';

/** GET /api/desk → desk. What the asker has no right for is empty. */
export const desk = z.strictObject({
  /** Notices that wait for their approval. */
  toDecide: z.int(),
  /** What was given back of what they wrote or submitted, and nobody has edited since; the newest first. */
  returned: z.array(z.strictObject({ id: uuid, title: z.string(), remark: z.string(), by: person, at: msUtc })),
  /** Units for which they have a role themselves, with how many obligations wait there to be accepted by them. */
  obligations: z.array(z.strictObject({ unitId: uuid, unitName: z.string(), count: z.int() })),
});
export type Desk = z.infer<typeof desk>;
