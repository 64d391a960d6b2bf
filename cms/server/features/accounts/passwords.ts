/** Passwords are held as argon2id (RFC 9106 section 4, second recommended option) in the PHC string format. */
import { argon2, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';

const MEMORY_KIB = 65_536;
const PASSES = 3;
const LANES = 4;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Runs on libuv's threads, never on the event loop. */
const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');
/** The same password however it was typed: some keyboards send Vietnamese letters decomposed. */
const message = (password: string): string => password.normalize('NFC');

export async function hashPassword(password: string, randomBytes: (length: number) => Uint8Array): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES };
  const hash = await derive('argon2id', { message: message(password), nonce, tagLength: HASH_BYTES, ...cost });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(nonce)}$${base64(hash)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Whether the password belongs to the hash. Without a hash the same work is done for nothing, so that the time taken does not tell
 * whether an account exists.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const match = stored === null ? null : phc.exec(stored);
  if (stored !== null && !match) throw new Error('A stored password hash has an unknown form');
  const [memory, passes, parallelism] = match ? match.slice(1, 4).map(Number) : [MEMORY_KIB, PASSES, LANES];
  const nonce = match ? Buffer.from(match[4]!, 'base64') : Buffer.alloc(SALT_BYTES);
  const expected = match ? Buffer.from(match[5]!, 'base64') : Buffer.alloc(HASH_BYTES);
  const cost = { memory: memory!, passes: passes!, parallelism: parallelism! };
  const hash = await derive('argon2id', { message: message(password), nonce, tagLength: expected.length, ...cost });
  return timingSafeEqual(hash, expected) && match !== null;
}
