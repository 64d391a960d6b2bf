/**
 * What a line of a player's log says in a form that the studio has words for, as `event` of the line; a line without one is told as it
 * is written. Faults stand there with `code` and `detail` instead.
 */
import { z } from 'zod';
import { journalBody, type JournalBody } from './journal.ts';

const plain = z.object({
  type: z.enum(['ended', 'paired', 'replaced', 'stageConnected', 'linkUp', 'linkLost', 'linkFailed']),
});
const command = { name: z.string(), payload: z.record(z.string(), z.unknown()) };
const ofCommands = z.discriminatedUnion('type', [
  z.object({ type: z.literal('commandTaken'), ...command }),
  z.object({ type: z.literal('commandFailed'), ...command, code: z.string() }),
]);

/** What the journal tells beside plays stands in the log too. */
export const logEvent = z.union([plain, ofCommands, journalBody]);
export type LogEvent = z.infer<typeof plain> | z.infer<typeof ofCommands> | Exclude<JournalBody, { type: 'playEnded' }>;

/** A line as pino writes it: level from 10 (trace) to 60 (fatal), 40 is a warning; time in ms UTC by the machine's own clock. */
export const logLine = z.looseObject({
  level: z.int(),
  time: z.number(),
  msg: z.string().default(''),
  /** Not read: by a release that has no words for it. */
  event: logEvent.optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
});
export type LogLine = z.infer<typeof logLine>;
