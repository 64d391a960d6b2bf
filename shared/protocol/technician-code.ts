/**
 * The code that opens the technician's page of a player. The player shows a challenge; a technician enters it in the CMS, which answers
 * with eight digits; the player computes the same. Both have the secret without ever having sent it: the player's own key with the CMS's
 * programme key (X25519, RFC 7748). So a code needs neither a network nor a clock at the board, serves one board and one challenge, and a
 * board's disk opens that board alone. See docs/decisions/0019.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { challenge } from './technician.ts';

/** Letters and digits that are not mistaken for each other (Crockford base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The bytes of an Ed25519 key, given as the base64url of its JWK. */
function bytesOf(base64url: string): Uint8Array {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const prime = 2n ** 255n - 19n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % prime)
    if (rest & 1n) result = (result * square) % prime;
  return result;
}

/** The X25519 public key of an Ed25519 public key (RFC 7748 §4.1: u = (1 + y) / (1 − y)). @param x as in its JWK */
export function agreementPublicKey(x: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(x);
  const y = bytes.reduceRight((sum, byte, index) => (sum << 8n) | BigInt(index === 31 ? byte & 0x7f : byte), 0n);
  const u = ((1n + y) * power((prime + 1n - y) % prime, prime - 2n)) % prime;
  return Uint8Array.from({ length: 32 }, (_, index) => Number((u >> BigInt(8 * index)) & 0xffn));
}

/** The X25519 private key of an Ed25519 private key (RFC 8032 §5.1.5: its scalar). @param d as in its JWK */
export function agreementPrivateKey(d: string): Uint8Array<ArrayBuffer> {
  const scalar = new Uint8Array(sha512(bytesOf(d)).subarray(0, 32));
  scalar[0]! &= 0xf8;
  scalar[31]! = (scalar[31]! & 0x7f) | 0x40;
  return scalar;
}

/** What comes before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

/** The secret of two Ed25519 keys: the same from either side. @param d of one's own @param x of the other's, as in their JWKs */
export async function secretBetween(d: string, x: string): Promise<Uint8Array> {
  const whole = Uint8Array.from([...pkcs8Head, ...agreementPrivateKey(d)]);
  const own = await crypto.subtle.importKey('pkcs8', whole, 'X25519', false, ['deriveBits']);
  const theirs = await crypto.subtle.importKey('raw', agreementPublicKey(x), 'X25519', false, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: theirs }, own, 256));
}

/** Whose secret it is. Keys as in their JWKs. */
export interface Parties {
  readonly boardId: string;
  readonly deviceKey: string;
  readonly cmsKey: string;
}

/** What codes are made with. @param secret what X25519 gave: never used by itself */
export const codeKey = (secret: Uint8Array, { boardId, deviceKey, cmsKey }: Parties): Uint8Array =>
  hkdf(sha256, secret, undefined, utf8ToBytes(`bang-tin-technician/1\n${boardId}\n${deviceKey}\n${cmsKey}`), 32);

/** @param bits taken from the front, at most 48 */
function digest(key: Uint8Array, use: 'check' | 'code', text: string, bits: number): number {
  const bytes = hmac(sha256, key, utf8ToBytes(`${use}\n${text}`));
  const first = bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  return Math.floor(first / 2 ** (48 - bits));
}

const characters = (value: number, count: number): string =>
  Array.from({ length: count }, (_, i) => alphabet[Math.floor(value / 32 ** (count - 1 - i)) % 32]).join('');

/** @param random four bytes by chance */
export function makeChallenge(key: Uint8Array, random: Uint8Array): string {
  const chance = characters(
    random.reduce((sum, byte) => sum * 256 + byte, 0),
    6,
  );
  return chance + characters(digest(key, 'check', chance, 10), 2);
}

/** Whether a player with this key may have shown it: a slip of the finger, or another board's, is told before a code is made. */
export const isChallengeOf = (key: Uint8Array, given: string): boolean =>
  challenge.safeParse(given).success && characters(digest(key, 'check', given.slice(0, 6), 10), 2) === given.slice(6);

/** The eight digits that open the page. */
export const codeFor = (key: Uint8Array, given: string): string =>
  String(digest(key, 'code', given, 48) % 100_000_000).padStart(8, '0');
