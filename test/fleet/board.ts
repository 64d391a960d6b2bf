/**
 * A simulated board: a real key, real tokens, a real journal, the real protocol over a real socket; no stage. Many of them
 * live in one process (fleet.ts); tests use single ones.
 */
import { createPrivateKey, generateKeyPairSync, hash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { io, type Socket } from 'socket.io-client';
import { v7 as uuidv7 } from 'uuid';
import { appendRecord, emptyHead, type ChainedRecord, type JournalHead } from '../../shared/proof/chain.ts';
import { batchMessage, type JournalBatch, type JournalBody } from '../../shared/protocol/journal.ts';
import {
  boardNamespace,
  boardTokenLifeMs,
  type BoardMessage,
  type boardMessages,
  type CmsMessage,
  type cmsMessages,
  type ReplyOf,
  type RequestOf,
} from '../../shared/protocol/link.ts';
import { signDocument, type DocumentType } from '../../shared/protocol/signing.ts';
import type { Sha256 } from '../../shared/util/sha256.ts';

/** Everything a board is; plain data, so that a seeding process can hand it to the fleet's. */
export interface BoardIdentityData {
  readonly boardId: string;
  readonly deviceId: string;
  readonly journalId: string;
  /** Ed25519 key pair, base64url. */
  readonly key: { readonly x: string; readonly d: string };
}

export function makeIdentity(boardId: string = uuidv7()): BoardIdentityData {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { x: string; d: string };
  return { boardId, deviceId: uuidv7(), journalId: uuidv7(), key: { x, d } };
}

const sha256: Sha256 = (data) => hash('sha256', data, 'hex');

function privateKeyOf(identity: BoardIdentityData): KeyObject {
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', ...identity.key }, format: 'jwk' });
}

/** A journal under a key: continues from its head, signs batches. */
export class TestJournal {
  readonly journalId: string;
  readonly #key: KeyObject;
  /** Those that were not forgotten, in order. */
  readonly records: ChainedRecord[] = [];
  #forgotten = 0;
  #head: JournalHead;

  constructor(identity: BoardIdentityData, journalId: string = identity.journalId) {
    this.journalId = journalId;
    this.#key = privateKeyOf(identity);
    this.#head = emptyHead(journalId);
  }

  get head(): JournalHead {
    return this.#head;
  }

  /** @param at trusted ms UTC */
  append(body: JournalBody, at: number): void {
    const record = appendRecord(this.#head, { at, clock: 'synced', offsetMs: 0, body }, sha256);
    this.#head = record;
    this.records.push(record);
  }

  /** Records by number, both included, signed. */
  batch(firstSeq: number, lastSeq: number): JournalBatch {
    const lines = this.records.slice(firstSeq - 1 - this.#forgotten, lastSeq - this.#forgotten);
    const last = lines.at(-1);
    if (!last) throw new Error(`No records ${firstSeq} to ${lastSeq}`);
    return this.sign(firstSeq, lastSeq, lines.map((record) => record.line).join('\n'), last.hash);
  }

  /** Lets go of all records; the journal goes on from its head. */
  forget(): void {
    this.#forgotten += this.records.splice(0).length;
  }

  /** Signs anything, as a player that has gone wrong would. */
  sign(firstSeq: number, lastSeq: number, lines: string, lastHash: string): JournalBatch {
    const message = Buffer.from(batchMessage(this.journalId, lastSeq, lastHash));
    return {
      journalId: this.journalId,
      firstSeq,
      lastSeq,
      lines: deflateSync(lines),
      signature: sign(null, message, this.#key).toString('base64url'),
    };
  }

  /** The same journal up to a number: what a restored disk knows. */
  rewound(identity: BoardIdentityData, toSeq: number): TestJournal {
    const journal = new TestJournal(identity, this.journalId);
    journal.records.push(...this.records.slice(0, toSeq));
    journal.#head = journal.records.at(-1) ?? emptyHead(this.journalId);
    return journal;
  }
}

export interface ConnectOptions {
  readonly journalOnly?: boolean;
  /** Instead of a good token. */
  readonly token?: string;
}

export class SimulatedBoard {
  readonly identity: BoardIdentityData;
  readonly journal: TestJournal;
  readonly #cms: string;
  readonly #now: () => number;
  #socket: Socket | null = null;

  /** @param now the CMS's time, ms UTC: a real board asks for it first */
  constructor(identity: BoardIdentityData, cms: string, now: () => number = Date.now) {
    this.identity = identity;
    this.journal = new TestJournal(identity);
    this.#cms = cms;
    this.#now = now;
  }

  get socket(): Socket {
    if (!this.#socket) throw new Error('Not connected');
    return this.#socket;
  }

  sign(type: DocumentType, payload: unknown, kid: string = this.identity.boardId): Promise<string> {
    const key = privateKeyOf(this.identity).toCryptoKey({ name: 'Ed25519' }, false, ['sign']) as CryptoKey;
    return signDocument(type, payload, { kid, key });
  }

  token(change: { issuedAt?: number; expiresAt?: number; boardId?: string } = {}): Promise<string> {
    const issuedAt = change.issuedAt ?? this.#now();
    return this.sign('bang-tin-board-token', {
      boardId: this.identity.boardId,
      issuedAt,
      expiresAt: issuedAt + boardTokenLifeMs,
      nonce: randomBytes(16).toString('base64url'),
      ...change,
    });
  }

  /** Rejects with the refusal's code. */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const auth = {
      token: options.token ?? (await this.token()),
      ...(options.journalOnly ? { journalOnly: true } : {}),
    };
    const socket = io(this.#cms + boardNamespace, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
  }

  /** Sends a message and waits for the answer, refusals included. */
  async send<M extends BoardMessage>(
    name: M,
    request: RequestOf<(typeof boardMessages)[M]>,
  ): Promise<ReplyOf<(typeof boardMessages)[M]>> {
    return (await this.socket.timeout(20_000).emitWithAck(name, request)) as ReplyOf<(typeof boardMessages)[M]>;
  }

  /** Greets with what this board has. */
  hello(
    cursors: Partial<RequestOf<(typeof boardMessages)['helloV1']>> = {},
  ): Promise<ReplyOf<(typeof boardMessages)['helloV1']>> {
    const { journalId, seq, hash: journalHash } = this.journal.head;
    return this.send('helloV1', {
      app: 'fleet',
      host: 'headless',
      keyList: 0,
      programme: null,
      takeover: null,
      journalId,
      journalSeq: seq,
      journalHash,
      clock: 'synced',
      offsetMs: 0,
      ...cursors,
    });
  }

  /** The next message of this name from the CMS; answered with ok. */
  next<M extends CmsMessage>(name: M): Promise<RequestOf<(typeof cmsMessages)[M]>> {
    return new Promise((resolve) => {
      this.socket.once(name as string, (request: RequestOf<(typeof cmsMessages)[M]>, ack?: (reply: object) => void) => {
        ack?.({ ok: true });
        resolve(request);
      });
    });
  }

  /** When the CMS, or the network, ends the connection; with the reason. */
  ended(): Promise<string> {
    return new Promise((resolve) => this.socket.once('disconnect', resolve));
  }

  disconnect(): void {
    this.#socket?.disconnect();
  }
}
