/**
 * Signed documents: verified before anything of them is stored, stored as received, verified again when read from the disk.
 *
 * From the wire, a key must be valid now. From the disk only signatures count: a key that has run out since must not
 * take a running programme off a board that has been offline for months.
 */
import { z } from 'zod';
import { AppError } from '../../shared/util/errors.ts';
import { keyList, type KeyList, type KeyUse } from '../../shared/protocol/keys.ts';
import { boardCommand, type BoardCommand } from '../../shared/protocol/commands.ts';
import { dismissal, type SignedDismissal } from '../../shared/protocol/link.ts';
import { certificate, manifest, type Certificate, type Manifest } from '../../shared/protocol/programme.ts';
import { keysOf, verifyDocument } from '../../shared/protocol/signing.ts';
import { takeover, type Takeover } from '../../shared/protocol/takeover.ts';
import type { Clock } from './clock.ts';
import type { Store } from './store.ts';

/** A document or content that the player does not take. Nothing has changed. `code` goes into the journal and to the CMS. */
export class RefusedError extends AppError {}

/** Whose documents count. */
export interface Trust {
  readonly boardId: string;
  readonly rootKey: string;
  readonly deviceKey: string;
}

export type Slot = 'keyList' | 'active' | 'previous' | 'candidate';

export class Documents {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #trust: () => Trust | null;
  #keys: { jws: string; list: KeyList } | null = null;

  constructor(store: Store, clock: Clock, trust: () => Trust | null) {
    this.#store = store;
    this.#clock = clock;
    this.#trust = trust;
  }

  read(slot: Slot): string | null {
    const row = this.#store.db.prepare('SELECT jws FROM documents WHERE slot = ?').get(slot) as
      { jws: string } | undefined;
    return row?.jws ?? null;
  }

  /** null removes it. */
  write(slot: Slot, jws: string | null): void {
    if (jws === null) this.#store.db.prepare('DELETE FROM documents WHERE slot = ?').run(slot);
    else {
      this.#store.db
        .prepare(
          'INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE SET jws = excluded.jws, saved_at = excluded.saved_at',
        )
        .run(slot, jws, this.#clock.now());
    }
  }

  /** Keeps a damaged document under another name, so that somebody can look at it, and empties its slot. */
  setAside(slot: Slot): void {
    this.#store.db.prepare('UPDATE OR REPLACE documents SET slot = ? WHERE slot = ?').run(`corrupt-${slot}`, slot);
  }

  /** Number of the key list in force; 0 for none. */
  get keyListNumber(): number {
    return this.#keys?.list.number ?? 0;
  }

  /** The programme key of the CMS that this player knows and that ends last; null: none. */
  get programmeKey(): string | null {
    const keys = this.#keys?.list.keys.filter(({ use }) => use === 'programme') ?? [];
    return keys.toSorted((a, b) => b.notAfter - a.notAfter)[0]?.x ?? null;
  }

  /**
   * Reads the key list from the disk.
   * @throws AppError when it is damaged
   */
  async recallKeyList(): Promise<void> {
    this.#keys = null;
    const jws = this.read('keyList');
    if (jws !== null) this.#keys = { jws, list: await this.#verifyKeyList(jws, this.#requireTrust().rootKey) };
  }

  async #verifyKeyList(jws: string, rootKey: string): Promise<KeyList> {
    return verifyDocument(jws, 'bang-tin-key-list', keyList, () => rootKey);
  }

  /**
   * Takes a key list whose number is higher than that of any before; the newest again if it was lost here.
   * @returns false when it is the one in force
   * @throws AppError `signature_invalid`, `document_invalid`, `key_list_old`
   */
  async takeKeyList(jws: string): Promise<boolean> {
    const { rootKey } = this.#requireTrust();
    const list = await this.#verifyKeyList(jws, rootKey);
    if (this.#keys?.jws === jws) return false;
    const floor = this.#store.readMeta('keyListFloor', z.int()) ?? 0;
    if (list.number < floor || list.number <= this.keyListNumber)
      throw new RefusedError('key_list_old', `Key list ${list.number} is not newer than ${floor}`);
    this.#store.transaction(() => {
      this.write('keyList', jws);
      this.#store.writeMeta('keyListFloor', list.number);
    });
    this.#keys = { jws, list };
    return true;
  }

  /**
   * Verifies what pairing brought, against the root key that the code on the screen vouches for.
   * @param now ms UTC, from the CMS
   * @throws AppError
   */
  async verifyPairing(
    answer: { boardId: string; certificate: string; keyList: string },
    rootKey: string,
    deviceKey: string,
    now: number,
  ): Promise<void> {
    const list = await this.#verifyKeyList(answer.keyList, rootKey);
    const cert = await verifyDocument(
      answer.certificate,
      'bang-tin-certificate',
      certificate,
      keysOf(list, 'programme', now),
    );
    requireOwn(cert, { boardId: answer.boardId, rootKey, deviceKey });
  }

  /** @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `board_wrong`, `device_key_wrong` */
  async verifyManifest(jws: string, from: 'wire' | 'disk'): Promise<{ manifest: Manifest; certificate: Certificate }> {
    const keys = this.#keysFor('programme', from);
    const parsed = await verifyDocument(jws, 'bang-tin-manifest', manifest, keys);
    const trust = this.#requireTrust();
    if (parsed.boardId !== trust.boardId)
      throw new RefusedError('board_wrong', `The manifest is for board ${parsed.boardId}`);
    // A certificate may be older than the key list that is in force: its key only has to be known.
    const cert = await verifyDocument(
      parsed.certificate,
      'bang-tin-certificate',
      certificate,
      this.#keysFor('programme', 'disk'),
    );
    requireOwn(cert, trust);
    return { manifest: parsed, certificate: cert };
  }

  /** @throws AppError as `verifyManifest` */
  async verifyCertificate(jws: string): Promise<Certificate> {
    const cert = await verifyDocument(jws, 'bang-tin-certificate', certificate, this.#keysFor('programme', 'disk'));
    requireOwn(cert, this.#requireTrust());
    return cert;
  }

  /** @throws AppError `signature_invalid`, `key_unknown`, `document_invalid` */
  async verifyTakeover(jws: string, from: 'wire' | 'disk'): Promise<Takeover> {
    return verifyDocument(jws, 'bang-tin-takeover', takeover, this.#keysFor('takeover', from));
  }

  /** @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `board_wrong`, `command_expired` */
  async verifyCommand(jws: string): Promise<BoardCommand> {
    const command = await verifyDocument(jws, 'bang-tin-command', boardCommand, this.#keysFor('programme', 'wire'));
    if (command.boardId !== this.#requireTrust().boardId)
      throw new RefusedError('board_wrong', `The command is for board ${command.boardId}`);
    if (command.expiresAt <= this.#clock.now())
      throw new RefusedError('command_expired', 'The command is past its time');
    return command;
  }

  /**
   * That this player no longer speaks for its board. Takes the key list that comes with it, should it be a newer one.
   * @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `board_wrong`, `device_key_wrong`
   */
  async verifyDismissal({ statement, keyList: list }: SignedDismissal): Promise<void> {
    try {
      await this.takeKeyList(list);
    } catch (error) {
      // An older list brings no key that counts; the one that is here decides.
      if ((error as AppError).code !== 'key_list_old') throw error;
    }
    const named = await verifyDocument(statement, 'bang-tin-dismissal', dismissal, this.#keysFor('programme', 'wire'));
    requireOwn(named, this.#requireTrust());
  }

  /** Forgets everything signed: the player is paired anew. */
  clear(): void {
    this.#keys = null;
    this.#store.writeMeta('keyListFloor', null);
    this.#store.db.exec('DELETE FROM documents; DELETE FROM parts; DELETE FROM takeovers; DELETE FROM commands;');
  }

  #keysFor(use: KeyUse, from: 'wire' | 'disk') {
    const list = this.#keys?.list;
    return list ? keysOf(list, use, from === 'wire' ? this.#clock.validityNow() : null) : () => null;
  }

  #requireTrust(): Trust {
    const trust = this.#trust();
    if (trust === null) throw new RefusedError('not_paired', 'This player is not paired');
    return trust;
  }
}

function requireOwn(named: Pick<Certificate, 'boardId' | 'deviceKey'>, trust: Trust): void {
  if (named.boardId !== trust.boardId)
    throw new RefusedError('board_wrong', `The document is for board ${named.boardId}`);
  if (named.deviceKey !== trust.deviceKey)
    throw new RefusedError('device_key_wrong', 'The document names another device key');
}
