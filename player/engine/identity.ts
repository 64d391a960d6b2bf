/**
 * Who this player is: its key, made here and never leaving the device, its journal, and the CMS that it was paired with.
 * Losing this file and its copy means pairing anew: nothing else on the disk can be trusted without the pinned root key.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { LowSync } from 'lowdb';
import { z } from 'zod';
import { compactJws, publicKey, uuid } from '../../shared/protocol/common.ts';
import { signDocument, type DocumentType, type SigningKey } from '../../shared/protocol/signing.ts';
import { secretBetween } from '../../shared/protocol/technician-code.ts';
import { openJsonFile } from './json-file.ts';
import type { System } from './system.ts';

/** Ed25519 private key as a JWK (RFC 8037). */
const privateJwk = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: publicKey,
  d: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

const pairing = z.strictObject({
  boardId: uuid,
  /** Pinned when a person carried the code from the screen to the CMS. */
  rootKey: publicKey,
  certificate: compactJws,
});
export type PairingRecord = z.infer<typeof pairing>;

/** An identity of before, kept until its journal is delivered. */
const formerIdentity = z.strictObject({ journalId: uuid, boardId: uuid, key: privateJwk, cms: z.url() });
export type FormerIdentity = z.infer<typeof formerIdentity>;

const identityFile = z.strictObject({
  v: z.literal(1),
  key: privateJwk,
  /** The journal that is being written. */
  journalId: uuid,
  paired: pairing.nullable(),
  former: z.array(formerIdentity).max(20),
});
export type IdentityData = z.infer<typeof identityFile>;

export interface DeviceKey {
  /** Public half, base64url. */
  readonly x: string;
  /** Signs a document as `kid`. */
  signDocument(type: DocumentType, payload: unknown, kid: string): Promise<string>;
  /** Ed25519 over UTF-8 text, base64url. */
  signText(text: string): string;
  /** The secret that this key has with another Ed25519 key, which its owner comes to as well. @param x as in its JWK */
  secretWith(x: string): Promise<Uint8Array>;
}

function newKey(): z.infer<typeof privateJwk> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return privateJwk.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, d: jwk.d });
}

export function openDeviceKey(jwk: z.infer<typeof privateJwk>): DeviceKey {
  const key: KeyObject = createPrivateKey({ key: jwk, format: 'jwk' });
  // The public half is computed, so that a file with two halves that do not belong together cannot mislead.
  const x = createPublicKey(key).export({ format: 'jwk' }).x as string;
  // Node's own type of the Web Crypto key knows more usages than the DOM's; it is the same object.
  const signingKey = key.toCryptoKey({ name: 'Ed25519' }, false, ['sign']) as SigningKey;
  return {
    x,
    signDocument: (type, payload, kid) => signDocument(type, payload, { kid, key: signingKey }),
    signText: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url'),
    secretWith: (other) => secretBetween(jwk.d, other),
  };
}

export class Identity {
  /** True when there was none on the disk: a first start, or a lost file. */
  readonly fresh: boolean;
  readonly #file: LowSync<IdentityData>;
  readonly #system: System;
  #key: DeviceKey;

  constructor(file: LowSync<IdentityData>, fresh: boolean, system: System) {
    this.#file = file;
    this.fresh = fresh;
    this.#system = system;
    this.#key = openDeviceKey(file.data.key);
  }

  get key(): DeviceKey {
    return this.#key;
  }

  get journalId(): string {
    return this.#file.data.journalId;
  }

  get paired(): PairingRecord | null {
    return this.#file.data.paired;
  }

  get former(): readonly FormerIdentity[] {
    return this.#file.data.former;
  }

  /** Durable on return. A disk that does not take it leaves everything as it was. @throws the disk's error */
  #update(change: (data: IdentityData) => void): void {
    const before = structuredClone(this.#file.data);
    try {
      this.#file.update(change);
    } catch (error) {
      this.#file.data = before;
      throw error;
    }
  }

  /** Pins the root key and remembers the board. Durable on return. */
  pair(record: PairingRecord): void {
    this.#update((data) => {
      data.paired = pairing.parse(record);
    });
  }

  /** The certificate of the newest programme, for restarts without one. Durable on return. */
  renewCertificate(certificate: string): void {
    if (this.#file.data.paired === null || this.#file.data.paired.certificate === certificate) return;
    this.#update((data) => {
      if (data.paired) data.paired.certificate = certificate;
    });
  }

  /**
   * Begins another journal under the same key. Where the disk does not take that, it is begun for this run: the one before is not gone on
   * with, by the next start neither, and what is written into this one is delivered all the same.
   */
  newJournal(): void {
    const data = { ...this.#file.data, journalId: this.#system.uuid() };
    try {
      this.#update((kept) => Object.assign(kept, data));
    } catch {
      this.#file.data = data;
    }
  }

  /** A new key and journal, not paired; the old ones stay until their journal is delivered. Durable on return. */
  startAnew(cms: string): void {
    this.#update((data) => {
      if (data.paired) {
        data.former.push({ journalId: data.journalId, boardId: data.paired.boardId, key: data.key, cms });
        data.former.splice(0, Math.max(0, data.former.length - 20));
      }
      data.key = newKey();
      data.journalId = this.#system.uuid();
      data.paired = null;
    });
    this.#key = openDeviceKey(this.#file.data.key);
  }

  forgetFormer(journalId: string): void {
    this.#update((data) => {
      data.former = data.former.filter((former) => former.journalId !== journalId);
    });
  }
}

/** Opens `identity.json`, or makes an identity that is not paired. */
export function openIdentity(folder: string, system: System, setAside: (path: string) => void): Identity {
  let fresh = false;
  const file = openJsonFile(
    join(folder, 'identity.json'),
    identityFile,
    () => {
      fresh = true;
      return { v: 1 as const, key: newKey(), journalId: system.uuid(), paired: null, former: [] };
    },
    setAside,
  );
  if (fresh) file.write();
  return new Identity(file, fresh, system);
}

const settingsFile = z.strictObject({
  v: z.literal(1),
  /** Origin of the CMS. */
  cms: z.url().nullable(),
  locale: z.enum(['vi', 'en']),
});
export type Settings = z.infer<typeof settingsFile>;

/** Opens `settings.json`. */
export function openSettings(folder: string, setAside: (path: string) => void): LowSync<Settings> {
  return openJsonFile(join(folder, 'settings.json'), settingsFile, () => ({ v: 1, cms: null, locale: 'vi' }), setAside);
}
