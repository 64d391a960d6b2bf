/**
 * Proof-of-play records. One journal is one chain: every record names the SHA-256 of the line before it. The canonical
 * bytes of a record are its line (RFC 8785 JSON); lines are stored and sent as they were written, never re-made.
 */
import { z } from 'zod';
import { durationMs, msUtc, sha256Hex, uuid, version } from './common.ts';

/**
 * Where the stage ran. `browser` was opened by hand, nobody supervises it. `headless` painted with no glass behind it, because
 * somebody asked for that (a test); `standIn` did so of its own accord, where a window was wanted and could not be had.
 */
export const hostKind = z.enum(['electron', 'chromium', 'headless', 'standIn', 'browser']);
export type HostKind = z.infer<typeof hostKind>;

/** Hosts whose plays count, and whose word that an alert is displayed is believed. */
export const provingHosts = ['electron', 'chromium', 'headless'] as const satisfies readonly HostKind[];

export function proves(host: string): boolean {
  return provingHosts.some((proving) => proving === host);
}

/** synced: sampled from the CMS within a day; held: trusted time carried on from an older sample; unknown: never sampled. */
export const clockState = z.enum(['synced', 'held', 'unknown']);
export type ClockState = z.infer<typeof clockState>;

/** Why something was on the board. */
export const why = z.strictObject({
  kind: z.enum(['takeover', 'obligation', 'schedule', 'loop', 'fallback']),
  /** Takeover, obligation or schedule entry; for `loop` the default playlist; null for the fallback. */
  id: uuid.nullable(),
});
export type Why = z.infer<typeof why>;

export const playOutcome = z.enum(['completed', 'cut', 'failed', 'interrupted', 'dark']);
export type PlayOutcome = z.infer<typeof playOutcome>;

/** Painted for less than this a play was a flash that nobody can have seen, ms. */
export const leastSeenMs = 1_000;

/** Why a play counts for nothing. */
export const notCounted = z.enum(['failed', 'dark', 'standby', 'unproved', 'unseen']);
export type NotCounted = z.infer<typeof notCounted>;

/** What the rule of counting looks at. */
export interface Countable {
  readonly host: string;
  readonly outcome: string;
  readonly paintedMs: number;
  readonly noticeId: string | null;
  readonly takeoverId: string | null;
}

/** The rule of counting. @returns null for a play that counts: as complete when it is `completed`, else as incomplete */
export function whyNotCounted(play: Countable): NotCounted | null {
  if (play.outcome === 'failed' || play.outcome === 'dark') return play.outcome;
  if (play.noticeId === null && play.takeoverId === null) return 'standby';
  if (!proves(play.host)) return 'unproved';
  return play.paintedMs < leastSeenMs ? 'unseen' : null;
}

export const journalBody = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('playEnded'),
    /** First frame painted, trusted ms UTC. */
    start: msUtc,
    paintedMs: durationMs,
    noticeId: uuid.nullable(),
    noticeHash: sha256Hex.nullable(),
    asset: sha256Hex.nullable(),
    takeoverId: uuid.nullable(),
    why,
    outcome: playOutcome,
    host: hostKind,
    programme: version.nullable(),
  }),
  z.strictObject({ type: z.literal('programmeSwitched'), version }),
  z.strictObject({ type: z.literal('booted'), bootId: uuid, host: hostKind, app: z.string().max(64) }),
  z.strictObject({ type: z.literal('clockStepped'), fromOffsetMs: z.int(), toOffsetMs: z.int() }),
  z.strictObject({ type: z.literal('screenChanged'), on: z.boolean().nullable() }),
  z.strictObject({ type: z.literal('takeoverShown'), takeoverId: uuid }),
  z.strictObject({
    type: z.literal('takeoverEnded'),
    takeoverId: uuid,
    reason: z.enum(['allClear', 'superseded', 'expired']),
  }),
  z.strictObject({ type: z.literal('faultRaised'), code: z.string().max(64), detail: z.string().max(500) }),
]);
export type JournalBody = z.infer<typeof journalBody>;
export type PlayBody = Extract<JournalBody, { type: 'playEnded' }>;

export const journalRecord = z.strictObject({
  v: z.literal(1),
  journalId: uuid,
  /** From 1, without gaps. */
  seq: z.int().min(1),
  /** SHA-256 of the previous line; 64 zeros for the first. */
  prev: sha256Hex,
  /** When it was recorded, trusted ms UTC. */
  at: msUtc,
  clock: clockState,
  /** Trusted time minus system time when recorded, ms. */
  offsetMs: z.int(),
  body: journalBody,
});
export type JournalRecord = z.infer<typeof journalRecord>;

export const firstPrev = '0'.repeat(64);

/** Bytes of a batch's lines at most, packed as well as unpacked. */
export const maxBatchBytes = 900_000;

/** Records on their way to the CMS. The signature is over `batchMessage`; through the chain it covers every line. */
export const journalBatch = z.object({
  journalId: uuid,
  firstSeq: z.int().min(1),
  lastSeq: z.int().min(1),
  /** Lines joined with \n, UTF-8, in zlib's format (RFC 1950): a tenth of their size, on a SIM card's bill and on the CMS's disk. */
  lines: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= maxBatchBytes, 'too long'),
  /** Ed25519 by the device key over the UTF-8 bytes of `batchMessage(journalId, lastSeq, lastHash)`, base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type JournalBatch = z.infer<typeof journalBatch>;

/** At most this many records in a batch. */
export const maxBatchRecords = 500;

/** What a device signs for a batch whose last line has the SHA-256 `lastHash`. */
export function batchMessage(journalId: string, lastSeq: number, lastHash: string): string {
  return `bang-tin-journal-batch/1\n${journalId}\n${lastSeq}\n${lastHash}`;
}
