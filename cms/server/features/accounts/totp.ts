/** Codes of authenticator apps: TOTP with SHA-1, six figures, 30 seconds, as every app has it (RFC 6238). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Sources } from '../../context.ts';
import { makePrivateFolder, syncFolder, writeNewFile } from '../../files.ts';

const STEP_MS = 30_000;
/** RFC 4226, 4: at least 128 bits, 160 recommended. */
export const secretBytes = 20;
const issuer = 'Bảng Tin';

const totpOf = (secret: Uint8Array, label = ''): TOTP =>
  new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_MS / 1000,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });

/**
 * The 30-second step that a code belongs to, if it is the present one or the one before or after it: clocks differ.
 * @param at ms UTC
 */
export function stepOf(secret: Uint8Array, code: string, at: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: at, window: 1 });
  return delta === null ? null : Math.floor(at / STEP_MS) + delta;
}

/** @param label whose account it is */
export function keyFor(secret: Uint8Array, label: string): { secret: string; uri: string } {
  const totp = totpOf(secret, label);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** Letters and figures that nobody mistakes for each other. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const CODES = 10;

/** Ten codes of 16 signs, 79 bits each: nobody guesses one, and of its hash nobody finds it. */
export function makeRecoveryCodes({ randomBytes }: Pick<Sources, 'randomBytes'>): string[] {
  const sign = (): string => {
    // Bytes that would make the first signs likelier are thrown away.
    for (;;) {
      const [byte] = randomBytes(1);
      if (byte! < 248) return alphabet[byte! % alphabet.length]!;
    }
  };
  const group = (): string => Array.from({ length: 4 }, sign).join('');
  return Array.from({ length: CODES }, () => Array.from({ length: 4 }, group).join('-'));
}

/** As recovery codes are compared: however they were typed. */
export const plainCode = (typed: string): string => typed.toLowerCase().replace(/[^a-z0-9]/g, '');

const keyFile = z.strictObject({ v: z.literal(1), key: z.base64url() });

/** Seals secrets for the database with a key that is not in it (AES-256-GCM), bound to their person. */
export class SecretBox {
  readonly #key: Uint8Array;
  readonly #randomBytes: Sources['randomBytes'];

  private constructor(key: Uint8Array, randomBytes: Sources['randomBytes']) {
    this.#key = key;
    this.#randomBytes = randomBytes;
  }

  /**
   * The box of the key in this folder, which is made where there is none; several processes end with the same one.
   * @throws AppError `second_factor_key_damaged`
   */
  static async open(folder: string, { randomBytes }: Pick<Sources, 'randomBytes'>): Promise<SecretBox> {
    const path = join(folder, 'second-factor.json');
    const read = (): Promise<string | null> =>
      readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
    let text = await read();
    if (text === null) {
      await makePrivateFolder(folder);
      const fresh = { v: 1, key: Buffer.from(randomBytes(32)).toString('base64url') };
      const temporary = `${path}.${Buffer.from(randomBytes(8)).toString('hex')}.tmp`;
      await writeNewFile(temporary, `${JSON.stringify(fresh)}\n`, 0o600);
      try {
        // Fails where another process was first: its key stays.
        await link(temporary, path);
        await syncFolder(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        await rm(temporary, { force: true });
      }
      text = (await read())!;
    }
    const damaged = (cause?: unknown): AppError =>
      new AppError('second_factor_key_damaged', `${path} is damaged; put it back from a backup`, {
        status: 500,
        cause,
      });
    let key: Buffer;
    try {
      key = Buffer.from(keyFile.parse(JSON.parse(text)).key, 'base64url');
    } catch (error) {
      throw damaged(error);
    }
    if (key.length !== 32) throw damaged();
    return new SecretBox(key, randomBytes);
  }

  seal(userId: string, secret: Uint8Array): string {
    const nonce = this.#randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(userId));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    return `1.${Buffer.from(nonce).toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** null: it was sealed with another key, or for somebody else, or is damaged. */
  unseal(userId: string, text: string): Uint8Array | null {
    const [version, nonce, sealed] = text.split('.');
    if (version !== '1' || nonce === undefined || sealed === undefined) return null;
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(nonce, 'base64url'), {
        authTagLength: 16,
      })
        .setAAD(Buffer.from(userId))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    } catch {
      return null;
    }
  }
}
