/**
 * What `npm start` and its children say to each other over Node's IPC channel. Only a parent process holds
 * the other end, so nothing of this is reachable from a network.
 */
import { z } from 'zod';

/** CMS → start: it listens. */
const cmsReady = z.object({
  type: z.literal('ready'),
  url: z.url(),
  /** The sample province; null with --empty. */
  sample: z
    .object({
      firstBoardId: z.string(),
      /** Only at the first start and only when a person looks at a terminal. */
      accounts: z.array(z.object({ role: z.string(), email: z.string(), password: z.string() })).nullable(),
      /** File, readable by its owner only, that holds the passwords otherwise. */
      passwordFile: z.string().nullable(),
    })
    .nullable(),
  /** One-time link that creates the first administrator, while there is none. */
  firstAdminLink: z.string().nullable(),
});
export type CmsReady = z.infer<typeof cmsReady>;

/** CMS → start. */
export const cmsMessage = z.discriminatedUnion('type', [
  cmsReady,
  /** What it is busy with before it is ready, such as making the sample's videos. */
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('paired'), boardId: z.string() }),
  z.object({ type: z.literal('pairFailed'), code: z.string(), message: z.string() }),
]);

/** start → CMS: the player on this machine shows this code, and a person who started both may confirm it. */
export interface PairBoard {
  type: 'pairBoard';
  boardId: string;
  code: string;
}

/** player host → start. */
export const playerMessage = z.discriminatedUnion('type', [
  /** Shown on the screen now; empty when none is shown any more. */
  z.object({ type: z.literal('pairingCode'), code: z.string() }),
  z.object({ type: z.literal('paired'), boardId: z.string() }),
  /** Another player has taken its board: it gives that up and shows a new code. */
  z.object({ type: z.literal('dismissed') }),
  z.object({
    type: z.literal('stage'),
    url: z.string(),
    /** standIn: a headless browser where a window was wanted. */
    host: z.enum(['electron', 'chromium', 'headless', 'standIn', 'none']),
    reason: z.string().optional(),
  }),
]);
export type PlayerMessage = z.infer<typeof playerMessage>;
export type StageMessage = Extract<PlayerMessage, { type: 'stage' }>;
