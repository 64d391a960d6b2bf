/**
 * From a batch as it came to rows: shape, numbering and chain (shared/proof/chain.ts), signature, what is new after the
 * journal's head. A pure function, so that it can run in a thread beside the event loop (verify-worker.ts).
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import {
  batchMessage,
  maxBatchBytes,
  proves,
  type JournalBatch,
  type JournalRecord,
} from '../../../../shared/protocol/journal.ts';
import type { Sha256 } from '../../../../shared/util/sha256.ts';
import {
  joinChain,
  JournalError,
  readLines,
  type ChainedRecord,
  type JournalHead,
} from '../../../../shared/proof/chain.ts';
import { readPlayLine } from './play-line.ts';

/** Rows of one table, as the inside of a JSON array: made here, passed on as text, joined with others, never looked into again. */
export interface RowText {
  readonly count: number;
  readonly json: string;
}

/** What the reader is told of the journal. */
export interface JournalFacts {
  readonly boardId: string;
  /** By which plays name the journal and its board. */
  readonly no: number;
  readonly boardNo: number;
  /** Ed25519 public key of its player, base64url. */
  readonly deviceKey: string;
  readonly head: JournalHead;
}

/** A batch that holds, as seen from the journal's head. */
export interface ReadBatch {
  /** The first new number, or null when all was held. */
  readonly freshFrom: number | null;
  /** Lines of the new records, packed, where not all are new; null: the batch's own. */
  readonly repacked: Uint8Array<ArrayBuffer> | null;
  readonly head: JournalHead;
  /** Newest of the records that were sent again, when the batch ends below the head: to be compared with what is held. */
  readonly resent: { readonly seq: number; readonly hash: string } | null;
  /** Rows in the order of repo.ts playColumns and eventColumns. */
  readonly plays: RowText;
  readonly events: RowText;
  readonly takeovers: readonly TakeoverFact[];
}

/** What a record says about a takeover on its board. */
export interface TakeoverFact {
  readonly takeoverId: string;
  readonly state: 'displayed' | 'dark' | 'failed' | 'ended';
  readonly at: number;
}

/**
 * The text of packed lines. Nothing may hide behind their end: they are kept as evidence.
 * @throws JournalError `journal_invalid`
 */
export function unpackLines(packed: Uint8Array): string {
  try {
    const { buffer, engine } = inflated(packed);
    if (engine.bytesWritten === packed.length) return buffer.toString('utf8');
  } catch (cause) {
    throw new JournalError('journal_invalid', 'The lines of the batch cannot be unpacked', { field: 'lines', cause });
  }
  throw new JournalError('journal_invalid', 'Something follows the lines of the batch', { field: 'lines' });
}

/** With `info`, Node says how much of its input was used; its types do not know that. */
const inflated = (packed: Uint8Array) =>
  inflateSync(packed, { info: true, maxOutputLength: maxBatchBytes }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };

const packLines = (records: readonly ChainedRecord[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(deflateSync(records.map((record) => record.line).join('\n')));

export const sha256: Sha256 = (data) => hash('sha256', data, 'hex');

/** Keys that were imported, by their `x`; a board sends many batches under one. */
export type KeyCache = Map<string, KeyObject>;
const keysKept = 10_000;

function keyOf(x: string, cache: KeyCache): KeyObject {
  let key = cache.get(x);
  if (!key) {
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    cache.set(x, key);
    if (cache.size > keysKept) cache.delete(cache.keys().next().value!);
  }
  return key;
}

/** @throws JournalError `journal_invalid`, `journal_gap`, `journal_fork` */
export function readBatch(batch: JournalBatch, facts: JournalFacts, cache: KeyCache): ReadBatch {
  const chain = readLines({ ...batch, lines: unpackLines(batch.lines) }, sha256, readPlayLine);
  const last = chain[chain.length - 1]!;
  const message = Buffer.from(batchMessage(batch.journalId, last.seq, last.hash), 'utf8');
  if (!verify(null, message, keyOf(facts.deviceKey, cache), Buffer.from(batch.signature, 'base64url'))) {
    throw new JournalError('journal_invalid', 'The signature of the batch does not hold', { field: 'signature' });
  }
  const { fresh, head } = joinChain(facts.head, chain);
  return {
    freshFrom: fresh[0]?.seq ?? null,
    repacked: fresh.length === 0 || fresh.length === chain.length ? null : packLines(fresh),
    head: { journalId: head.journalId, seq: head.seq, hash: head.hash },
    resent: last.seq < facts.head.seq ? { seq: last.seq, hash: last.hash } : null,
    ...rowsOf(fresh, facts),
  };
}

function rowsOf(
  fresh: readonly ChainedRecord[],
  facts: JournalFacts,
): Pick<ReadBatch, 'plays' | 'events' | 'takeovers'> {
  const plays: string[] = [];
  const events: string[] = [];
  const takeovers: TakeoverFact[] = [];
  for (const { record } of fresh) {
    const { body } = record;
    if (body.type === 'playEnded') plays.push(playRow(record, body, facts));
    else
      events.push(
        JSON.stringify([record.journalId, record.seq, record.at, body.type, JSON.stringify(body), facts.boardId]),
      );
    const fact = takeoverFact(record);
    if (fact) takeovers.push(fact);
  }
  return { plays: textOf(plays), events: textOf(events), takeovers };
}

const textOf = (rows: readonly string[]): RowText => ({ count: rows.length, json: rows.join(',') });

/** Ids, hashes and names of a parsed play hold nothing that JSON would escape. */
const plain = (text: string | null): string => (text === null ? 'null' : `"${text}"`);

/** Written by hand: there are millions of them, and this takes a third of what JSON.stringify does. */
function playRow(
  record: JournalRecord,
  body: Extract<JournalRecord['body'], { type: 'playEnded' }>,
  facts: JournalFacts,
): string {
  const { noticeId, takeoverId, why } = body;
  return (
    `[${facts.no},${record.seq},${body.start},${body.paintedMs},${plain(noticeId)},` +
    `${plain(takeoverId)},${plain(why.kind)},${plain(why.id)},${plain(body.outcome)},${plain(body.host)},` +
    `${plain(record.clock)},${record.offsetMs},${facts.boardNo}]`
  );
}

/**
 * A play of a takeover proves what the board's messages only report, and it arrives when those were lost. A stage in any
 * browser, or with no glass behind it, proves nothing.
 */
function takeoverFact({ at, body }: JournalRecord): TakeoverFact | null {
  if (body.type === 'takeoverEnded') return { takeoverId: body.takeoverId, state: 'ended', at };
  if (body.type !== 'playEnded' || body.takeoverId === null || !proves(body.host)) return null;
  const state = body.outcome === 'dark' || body.outcome === 'failed' ? body.outcome : 'displayed';
  return { takeoverId: body.takeoverId, state, at: body.start };
}
