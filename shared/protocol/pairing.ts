/**
 * Pairing. The 8 characters on the screen are a short authentication string over both public keys: the player commits
 * to its key and nonce, the CMS answers with its root key and nonce, the player reveals. Both compute the same string only if
 * nobody sits between them; a person carries it from the screen to the CMS.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { compactJws, msUtc, publicKey, sha256Hex, uuid } from './common.ts';
import { hostKind } from './journal.ts';

/** Life of a code: 10 minutes. */
export const pairingLifeMs = 600_000;
/** 16 random bytes, base64url. */
const nonce = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** POST /api/pairing */
export const pairingOffer = z.strictObject({ commitment: sha256Hex });
export const pairingAnswer = z.strictObject({ pairingId: uuid, rootKey: publicKey, nonce, expiresAt: msUtc, now: msUtc });
/** POST /api/pairing/:pairingId/reveal; `proof` is a JWS (typ `bang-tin-pairing-proof`) by the device key over `{pairingId, journalId}`. */
export const pairingReveal = z.strictObject({
  deviceKey: publicKey,
  nonce,
  journalId: uuid,
  proof: compactJws,
  host: hostKind,
  app: z.string().max(64),
  screen: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).nullable(),
});
export const pairingProof = z.strictObject({ pairingId: uuid, journalId: uuid });
/** GET /api/pairing/:pairingId, asked every two seconds. */
export const pairingState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('waiting') }),
  z.strictObject({ state: z.literal('expired') }),
  z.strictObject({ state: z.literal('paired'), boardId: uuid, certificate: compactJws, keyList: compactJws }),
]);
export type PairingState = z.infer<typeof pairingState>;

/** What the player commits to before it sees the CMS's nonce. */
export function pairingCommitment(deviceKey: string, playerNonce: string): string {
  return bytesToHex(sha256(utf8ToBytes(`bang-tin-pairing-commit/1\n${deviceKey}\n${playerNonce}`)));
}

/** Letters and digits that are not mistaken for each other on a screen (Crockford base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The 8 characters (40 bits) on the screen. */
export function pairingCode(deviceKey: string, rootKey: string, playerNonce: string, cmsNonce: string): string {
  const digest = sha256(utf8ToBytes(`bang-tin-pairing-code/1\n${deviceKey}\n${rootKey}\n${playerNonce}\n${cmsNonce}`));
  let bits = 0n;
  for (const byte of digest.subarray(0, 5)) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: 8 }, (_, i) => alphabet[Number((bits >> BigInt(35 - 5 * i)) & 31n)]).join('');
}

/** A code as a person typed it: case, spaces and dashes do not matter, O reads as 0, I and L as 1. */
export function normalizePairingCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
