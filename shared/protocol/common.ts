/** Field types that every document and message shares. */
import { z } from 'zod';
import { cleanLine, cleanParagraphs } from '../util/text.ts';

export const uuid = z.uuid();
/** Chosen by the page that makes something, so that asking again after an answer that was lost makes nothing twice: `already_created` 409. */
export const chosenId = { id: uuid.optional() };
/** Lower-case hex SHA-256. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** One line of text that people type, at most so many characters as it is stored. What is only read is never measured again. */
export const optionalLine = (maxLength: number) => z.string().overwrite(cleanLine).max(maxLength);
/** The same, with something to see in it. */
export const requiredLine = (maxLength: number) => z.string().overwrite(cleanLine).min(1).max(maxLength);
/** Paragraphs that people type, one per line. */
export const optionalParagraphs = (maxLength: number) => z.string().overwrite(cleanParagraphs).max(maxLength);
/** Milliseconds since the Unix epoch, UTC. */
export const msUtc = z.int().min(0).max(8_640_000_000_000_000);
/** A length of time in whole milliseconds. */
export const durationMs = z.int().min(0);
/** An Ed25519 public key: 32 bytes, base64url without padding (the `x` of an OKP JWK, RFC 8037). */
export const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** A compact JWS (RFC 7515). */
export const compactJws = z
  .string()
  .max(8_000_000)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
/** An IANA zone name that this runtime knows. */
export const timeZone = z.string().max(64).refine(isTimeZone, { error: 'Unknown time zone' });

/** Zones found good: asking Intl costs a tenth of a millisecond, and a list of boards asks once a board. A few hundred names at most. */
const goodZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (goodZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    goodZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Version of a signed document, compared by epoch, then counter. A CMS restored from a backup continues in a
 * higher epoch, so what it signs always counts as newer than what boards have seen.
 */
export const version = z.strictObject({ epoch: z.int().min(1), counter: z.int().min(0) });
export type Version = z.infer<typeof version>;

export function compareVersions(a: Version, b: Version): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

/** What a board's picture occupies: a rectangle of the raster in px, and the turn of the picture, clockwise. */
export const outputRegion = z.strictObject({
  x: z.int().min(0).max(16_384),
  y: z.int().min(0).max(16_384),
  /** Size of the region on the raster, before rotation. */
  width: z.int().min(1).max(16_384),
  height: z.int().min(1).max(16_384),
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
});
export type OutputRegion = z.infer<typeof outputRegion>;

/** Everything that is refused over a socket or HTTP is answered with this. */
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    field: z.string().nullable(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;

const failure = z.object({ ok: z.literal(false), error: z.object(errorBody.shape.error.shape) });
/** The answer to a message over a socket: what was asked for, or why not. */
export const reply = <T extends z.ZodRawShape>(shape: T) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), ...shape }), failure]);
