/** What is on a board, and what comes next, as its player says it. */
import { z } from 'zod';
import { msUtc, uuid } from './common.ts';

export const playingNow = z.object({
  noticeId: uuid.nullable(),
  title: z.string().max(300),
  why: z.enum(['takeover', 'obligation', 'schedule', 'loop', 'fallback']),
  /** When the slot ends, ms UTC. */
  until: msUtc,
  /** The takeover that is on is an exercise. Players from before this field do not say so. */
  exercise: z.boolean().default(false),
});
export type PlayingNow = z.infer<typeof playingNow>;
