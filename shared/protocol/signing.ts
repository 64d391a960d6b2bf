/** Signed documents: a compact JWS (Ed25519) whose protected header names its type and key, so that no document passes for another. */
import { CompactSign, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { z } from 'zod';
import { AppError } from '../util/errors.ts';
import type { KeyList, KeyUse } from './keys.ts';

export type DocumentType =
  | 'bang-tin-key-list'
  | 'bang-tin-certificate'
  | 'bang-tin-manifest'
  | 'bang-tin-takeover'
  | 'bang-tin-command'
  | 'bang-tin-dismissal'
  | 'bang-tin-release'
  | 'bang-tin-board-token'
  | 'bang-tin-pairing-proof';

export type SigningKey = CryptoKey;
export interface Signer {
  readonly kid: string;
  readonly key: SigningKey;
}

export class SignatureError extends AppError {}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Signs a document. The caller has parsed `payload` with the document's schema. */
export async function signDocument(type: DocumentType, payload: unknown, signer: Signer): Promise<string> {
  return new CompactSign(encoder.encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: type, kid: signer.kid })
    .sign(signer.key);
}

/** Imports an Ed25519 public key given as the base64url `x` of its JWK. */
async function importPublicKey(x: string): Promise<CryptoKey> {
  return (await importJWK({ kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA' })) as CryptoKey;
}

/** Which public key may have signed: the `x` for a kid, or null when there is none that counts. */
export type KeyLookup = (kid: string) => string | null;

/** The keys of a list for one use. Validity is checked against `now` (ms UTC); null skips it, for a board that has no trusted time. */
export function keysOf(list: KeyList, use: KeyUse, now: number | null): KeyLookup {
  return (kid) => {
    const entry = list.keys.find((key) => key.kid === kid && key.use === use);
    if (!entry || (now !== null && (now < entry.notBefore || now >= entry.notAfter))) return null;
    return entry.x;
  };
}

/**
 * Verifies a document's type, key and signature, then its shape.
 * @throws SignatureError code `signature_invalid`, `key_unknown` or `document_invalid`
 */
export async function verifyDocument<T>(
  jws: string,
  type: DocumentType,
  schema: z.ZodType<T>,
  keyFor: KeyLookup,
): Promise<T> {
  let kid: string | undefined;
  try {
    const header = decodeProtectedHeader(jws);
    if (header.typ !== type || header.alg !== 'EdDSA') throw new Error(`expected ${type}, found ${String(header.typ)}`);
    kid = header.kid;
  } catch (cause) {
    throw new SignatureError('signature_invalid', `Not a signed ${type}`, { cause });
  }
  const x = kid === undefined ? null : keyFor(kid);
  if (x === null) throw new SignatureError('key_unknown', `No valid key ${String(kid)} for ${type}`);
  let text: string;
  try {
    const { payload } = await compactVerify(jws, await importPublicKey(x), { algorithms: ['EdDSA'] });
    text = decoder.decode(payload);
  } catch (cause) {
    throw new SignatureError('signature_invalid', `The signature of a ${type} does not hold`, { cause });
  }
  return parsePayload(text, type, schema);
}

function parsePayload<T>(text: string, type: DocumentType, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SignatureError('document_invalid', `A ${type} is not JSON`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new SignatureError('document_invalid', `A ${type} has the wrong shape`, { cause: parsed.error });
  return parsed.data;
}
