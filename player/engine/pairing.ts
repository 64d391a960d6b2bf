/** Pairing with a CMS: commit, show the code, wait for a person to carry it over, pin the root key. See shared/protocol/pairing.ts. */
import { z } from 'zod';
import type { HostKind } from '../../shared/protocol/journal.ts';
import {
  pairingAnswer,
  pairingCode,
  pairingCommitment,
  pairingState,
  type PairingState,
} from '../../shared/protocol/pairing.ts';
import type { CmsHttp } from './cms-http.ts';
import type { Documents } from './documents.ts';
import type { DeviceKey } from './identity.ts';
import { backoffMs, pause, type System } from './system.ts';

export interface PairingOptions {
  readonly http: CmsHttp;
  readonly documents: Documents;
  readonly system: System;
  readonly key: () => DeviceKey;
  readonly journalId: () => string;
  /** The CMS has given key or journal to a board already, and this player never heard of it: it needs others. @throws the disk's error */
  readonly onSpent: () => void;
  readonly host: HostKind;
  readonly app: string;
  /** Size of the stage's window in device px, once known. */
  readonly screen: () => { width: number; height: number } | null;
  /** A code to show; empty while there is none. */
  readonly onCode: (code: string) => void;
  readonly onTrouble: (error: unknown) => void;
  /** How often to ask whether somebody has entered the code, ms. */
  readonly askMs: number;
  readonly signal: AbortSignal;
}

/** A key and a journal serve one pairing: the power went after the code was typed, before this player asked again. */
const spent = ['pairing_key_used', 'pairing_journal_used'];

export type Paired = Extract<PairingState, { state: 'paired' }> & { readonly rootKey: string };

/**
 * Goes on until somebody has entered a code: expired ones are replaced, a CMS that is away is asked again.
 * @returns null when the signal aborted
 */
export async function pair(options: PairingOptions): Promise<Paired | null> {
  let attempt = 0;
  while (!options.signal.aborted) {
    try {
      const paired = await offer(options);
      if (paired) return paired;
      attempt = 0;
    } catch (error) {
      if (options.signal.aborted) return null;
      options.onCode('');
      options.onTrouble(error);
      if (spent.includes((error as { code?: string }).code ?? '') && renewed(options)) continue;
      await pause(backoffMs(attempt++, 1_000, 30_000, options.system), options.signal);
    }
  }
  return null;
}

/** A disk that does not take the new identity is tried again after the usual wait. */
function renewed({ onSpent, onTrouble }: PairingOptions): boolean {
  try {
    onSpent();
    return true;
  } catch (error) {
    onTrouble(error);
    return false;
  }
}

/** One code, from its making to its end. null: it expired. @throws CmsError, SignatureError, RefusedError */
async function offer(options: PairingOptions): Promise<Paired | null> {
  const { http, system, signal } = options;
  const key = options.key();
  const nonce = system.randomBytes(16).toString('base64url');
  const sent = system.monotonic();
  const answer = await http.json('POST', '/api/pairing', pairingAnswer, signal, {
    commitment: pairingCommitment(key.x, nonce),
  });
  const received = system.monotonic();
  http.takeSample(answer.now, sent, received);
  await reveal(options, answer, nonce);
  options.onCode(pairingCode(key.x, answer.rootKey, nonce, answer.nonce));
  const endsAt = received + answer.expiresAt - answer.now;
  while (system.monotonic() < endsAt && (await pause(options.askMs, signal))) {
    const state = await ask(options, answer.pairingId);
    if (state?.state === 'expired') return null;
    if (state?.state !== 'paired') continue;
    const now = answer.now + (system.monotonic() - received);
    await options.documents.verifyPairing(state, answer.rootKey, key.x, now);
    return { ...state, rootKey: answer.rootKey };
  }
  return null;
}

async function reveal(options: PairingOptions, answer: z.infer<typeof pairingAnswer>, nonce: string): Promise<void> {
  const { http, host, app, signal } = options;
  const [key, journalId] = [options.key(), options.journalId()];
  const proof = await key.signDocument('bang-tin-pairing-proof', { pairingId: answer.pairingId, journalId }, 'device');
  const body = { deviceKey: key.x, nonce, journalId, proof, host, app, screen: options.screen() };
  await http.json('POST', `/api/pairing/${answer.pairingId}/reveal`, z.unknown(), signal, body);
}

/** A question that is not answered is asked again; the code on the screen stays good. null: no answer. */
async function ask(options: PairingOptions, pairingId: string): Promise<PairingState | null> {
  try {
    return await options.http.json('GET', `/api/pairing/${pairingId}`, pairingState, options.signal);
  } catch (error) {
    options.onTrouble(error);
    // The CMS has answered that it knows no such pairing (any more): make a new code.
    return (error as { httpStatus?: number }).httpStatus === 404 ? { state: 'expired' } : null;
  }
}
