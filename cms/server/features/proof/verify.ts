/**
 * From a batch as it came to rows: shape, numbering and chain (shared/proof/chain.ts), signature, what is new after the
 * journal's head. A pure function, so that it can run in a thread beside the event loop (verify-worker.ts).
 */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { batchMessage, type JournalBatch, type JournalRecord } from '../../../../shared/protocol/journal.ts';
import type { Sha256 } from '../../../../shared/util/sha256.ts';
import { joinChain, JournalError, readLines, type ChainedRecord, type JournalHead } from '../../../../shared/proof/chain.ts';

export type Cell = string | number | null;

/** A batch that holds, as seen from the journal's head. */
export interface ReadBatch {
  /** The first new number, or null when all was held. */
  readonly freshFrom: number | null;
  /** Lines of the new records only. */
  readonly lines: string;
  readonly head: JournalHead;
  /** Newest of the records that were sent again, when the batch ends below the head: to be compared with what is held. */
  readonly resent: { readonly seq: number; readonly hash: string } | null;
  /** Rows in the order of repo.ts playColumns and eventColumns, without the board. */
  readonly plays: readonly (readonly Cell[])[];
  readonly events: readonly (readonly Cell[])[];
  readonly takeovers: readonly TakeoverFact[];
}

/** What a record says about a takeover on its board. */
export interface TakeoverFact {
  readonly takeoverId: string;
  readonly state: 'displayed' | 'dark' | 'failed' | 'ended';
  readonly at: number;
}

export const sha256: Sha256 = (data) => hash('sha256', data, 'hex');

/** A device's public key; `x` is the base64url of its 32 bytes. */
export function deviceKeyObject(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** @throws JournalError `journal_invalid`, `journal_gap`, `journal_fork` */
export function readBatch(batch: JournalBatch, key: KeyObject, head: JournalHead): ReadBatch {
  const chain = readLines(batch, sha256);
  const last = chain[chain.length - 1]!;
  const message = Buffer.from(batchMessage(batch.journalId, last.seq, last.hash), 'utf8');
  if (!verify(null, message, key, Buffer.from(batch.signature, 'base64url'))) {
    throw new JournalError('journal_invalid', 'The signature of the batch does not hold', { field: 'signature' });
  }
  const joined = joinChain(head, chain);
  const { fresh } = joined;
  const whole = fresh.length === chain.length;
  return {
    freshFrom: fresh[0]?.seq ?? null,
    lines: whole ? batch.lines : fresh.map((record) => record.line).join('\n'),
    head: { journalId: joined.head.journalId, seq: joined.head.seq, hash: joined.head.hash },
    resent: last.seq < head.seq ? { seq: last.seq, hash: last.hash } : null,
    ...rowsOf(fresh),
  };
}

function rowsOf(fresh: readonly ChainedRecord[]): Pick<ReadBatch, 'plays' | 'events' | 'takeovers'> {
  const plays: Cell[][] = [];
  const events: Cell[][] = [];
  const takeovers: TakeoverFact[] = [];
  for (const { record } of fresh) {
    const { body } = record;
    if (body.type === 'playEnded') plays.push(playRow(record, body));
    else events.push([record.journalId, record.seq, record.at, body.type, JSON.stringify(body)]);
    const fact = takeoverFact(record);
    if (fact) takeovers.push(fact);
  }
  return { plays, events, takeovers };
}

function playRow(record: JournalRecord, body: Extract<JournalRecord['body'], { type: 'playEnded' }>): Cell[] {
  return [
    record.journalId,
    record.seq,
    body.start,
    body.paintedMs,
    body.noticeId,
    body.noticeHash,
    body.asset,
    body.takeoverId,
    body.why.kind,
    body.why.id,
    body.outcome,
    body.host,
    record.clock,
    record.offsetMs,
  ];
}

/**
 * A play of a takeover proves what the board's messages only report, and it arrives when those were lost. A stage in any
 * browser proves nothing.
 */
function takeoverFact({ at, body }: JournalRecord): TakeoverFact | null {
  if (body.type === 'takeoverEnded') return { takeoverId: body.takeoverId, state: 'ended', at };
  if (body.type !== 'playEnded' || body.takeoverId === null || body.host === 'browser') return null;
  const state = body.outcome === 'dark' || body.outcome === 'failed' ? body.outcome : 'displayed';
  return { takeoverId: body.takeoverId, state, at: body.start };
}
