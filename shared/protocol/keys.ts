/**
 * Keys: a root key, pinned by players at pairing, signs a numbered list of the online keys. A player takes a list
 * only if its number is not lower than the one it has, so an old list cannot bring back a withdrawn key.
 */
import { z } from 'zod';
import { msUtc, publicKey } from './common.ts';

export const keyUse = z.enum(['programme', 'takeover', 'release']);
export type KeyUse = z.infer<typeof keyUse>;

const keyListEntry = z.strictObject({
  kid: z.string().max(64),
  use: keyUse,
  x: publicKey,
  notBefore: msUtc,
  notAfter: msUtc,
});

/** Payload of the key list JWS (typ `bang-tin-key-list`, signed by the root key). */
export const keyList = z.strictObject({
  v: z.literal(1),
  number: z.int().min(1),
  issuedAt: msUtc,
  keys: z.array(keyListEntry).max(64),
});
export type KeyList = z.infer<typeof keyList>;
