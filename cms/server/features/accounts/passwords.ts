/** Passwords are held as argon2id in the PHC string format, which says what each of them cost. */
import { argon2, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordCost, Sources } from '../../context.ts';

/** RFC 9106 section 4, second recommended option. */
const recommended: PasswordCost = { memory: 65_536, passes: 3, parallelism: 4 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Runs on libuv's threads, never on the event loop. */
const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');
/** The same password however it was typed: some keyboards send Vietnamese letters decomposed. */
const message = (password: string): string => password.normalize('NFC');

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the hash, whatever that cost. Without a hash the same work is done for nothing, so that the time
   * taken does not tell whether an account exists.
   */
  verify(password: string, stored: string | null): Promise<boolean>;
}

/** @param sources.passwordCost of those that are hashed from now on; what is recommended, unless a test wants it cheap */
export function createPasswords({
  randomBytes,
  passwordCost: cost = recommended,
}: Pick<Sources, 'randomBytes' | 'passwordCost'>): Passwords {
  return {
    async hash(password) {
      const nonce = randomBytes(SALT_BYTES);
      const hash = await derive('argon2id', { message: message(password), nonce, tagLength: HASH_BYTES, ...cost });
      const { memory, passes, parallelism } = cost;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;
    },
    async verify(password, stored) {
      const match = stored === null ? null : phc.exec(stored);
      if (stored !== null && !match) throw new Error('A stored password hash has an unknown form');
      const [memory, passes, parallelism] = match ? match.slice(1, 4).map(Number) : [];
      const paid = match ? { memory: memory!, passes: passes!, parallelism: parallelism! } : cost;
      const nonce = match ? Buffer.from(match[4]!, 'base64') : Buffer.alloc(SALT_BYTES);
      const expected = match ? Buffer.from(match[5]!, 'base64') : Buffer.alloc(HASH_BYTES);
      const hash = await derive('argon2id', { message: message(password), nonce, tagLength: expected.length, ...paid });
      return timingSafeEqual(hash, expected) && match !== null;
    },
  };
}
