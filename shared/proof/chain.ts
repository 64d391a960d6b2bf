/**
 * The chain of a journal. A record's canonical bytes are its line (RFC 8785 JSON); the next record names the SHA-256 of that
 * line, so whoever holds the newest hash can tell whether any earlier line was changed, dropped or inserted.
 *
 * Reading has two steps, because a signature stands between them: `readLines` checks a batch by itself and gives the hash that
 * was signed; once the signature holds, `joinChain` says what is new for a reader who stands at `head`.
 */
import {
  firstPrev,
  journalRecord,
  maxBatchRecords,
  type ClockState,
  type JournalBody,
  type JournalRecord,
} from '../protocol/journal.ts';
import { canonicalJson } from '../util/canonical-json.ts';
import { AppError } from '../util/errors.ts';
import { sha256 as pureSha256, type Sha256 } from '../util/sha256.ts';

/** Number and hash of a journal's newest line. */
export interface JournalHead {
  readonly journalId: string;
  /** 0 before the first record. */
  readonly seq: number;
  readonly hash: string;
}

/** A line with what it says. It is the head for the line that follows. */
export interface ChainedRecord extends JournalHead {
  readonly line: string;
  readonly record: JournalRecord;
}

export interface RecordEntry {
  /** Trusted ms UTC. */
  readonly at: number;
  readonly clock: ClockState;
  /** Trusted time minus system time, ms. */
  readonly offsetMs: number;
  readonly body: JournalBody;
}

/** `journal_invalid`, `journal_gap` (params.needFrom) or `journal_fork` (params.seq: the first number that both sides have and differ in). */
export class JournalError extends AppError {}

/** The head of a journal without records. */
export function emptyHead(journalId: string): JournalHead {
  return { journalId, seq: 0, hash: firstPrev };
}

/**
 * The next record of a journal.
 * @throws JournalError `journal_invalid` for what no reader would take: one such line would block all that follow it
 */
export function appendRecord(head: JournalHead, entry: RecordEntry, sha256: Sha256 = pureSha256): ChainedRecord {
  const body = wellFormed(entry.body);
  const parsed = journalRecord.safeParse({
    v: 1,
    journalId: head.journalId,
    seq: head.seq + 1,
    prev: head.hash,
    ...entry,
    body,
  });
  if (!parsed.success) {
    throw new JournalError(
      'journal_invalid',
      `A ${entry.body.type} record has the wrong shape: ${parsed.error.message}`,
      { cause: parsed.error },
    );
  }
  const record = parsed.data;
  const line = canonicalJson(record);
  return { journalId: head.journalId, seq: record.seq, hash: sha256(line), line, record };
}

/** A batch whose lines are unpacked. */
export interface BatchText {
  readonly journalId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Joined with \n. */
  readonly lines: string;
}

/**
 * Checks a batch by itself: count, numbering, shape, and that each line names the one before it. The signature is to be checked
 * over `batchMessage(batch.journalId, batch.lastSeq, last.hash)` before anything is made of the result.
 * @param readKnown a faster reader for lines that it knows; null leaves a line to the schema, which it must agree with
 * @throws JournalError `journal_invalid`
 */
export function readLines(
  batch: BatchText,
  sha256: Sha256 = pureSha256,
  readKnown: (line: string) => JournalRecord | null = () => null,
): ChainedRecord[] {
  const { journalId, firstSeq, lastSeq } = batch;
  const lines = batch.lines.split('\n');
  if (lines.length !== lastSeq - firstSeq + 1 || lines.length > maxBatchRecords) {
    throw invalid(`A batch of ${firstSeq} to ${lastSeq} holds ${lines.length} lines`, firstSeq);
  }
  const chain: ChainedRecord[] = [];
  for (const line of lines) {
    const seq = firstSeq + chain.length;
    const record = readKnown(line) ?? parseLine(line, seq);
    if (record.journalId !== journalId || record.seq !== seq)
      throw invalid(`Line ${seq} says it is line ${record.seq} of ${record.journalId}`, seq);
    const before = chain.at(-1);
    if (before ? record.prev !== before.hash : (seq === 1) !== (record.prev === firstPrev)) {
      throw invalid(`Line ${seq} does not follow the line before it`, seq);
    }
    chain.push({ journalId, seq, hash: sha256(line), line, record });
  }
  return chain;
}

export interface Joined {
  /** Records after `head`, to be stored. */
  readonly fresh: readonly ChainedRecord[];
  /** Records that were sent again. Those before `head` are to be compared with what is stored: another hash is a fork. */
  readonly resent: readonly ChainedRecord[];
  readonly head: JournalHead;
}

/**
 * What a batch that was read and whose signature holds adds to a journal that is known up to `head`.
 * @throws JournalError `journal_gap` when records before the batch are missing, `journal_fork` when it contradicts `head`
 */
export function joinChain(head: JournalHead, chain: readonly ChainedRecord[]): Joined {
  const first = chain[0];
  if (!first || first.journalId !== head.journalId) throw invalid('The batch is of another journal', first?.seq ?? 0);
  if (first.seq > head.seq + 1) {
    throw new JournalError('journal_gap', `Records from ${head.seq + 1} are missing`, {
      status: 409,
      params: { needFrom: head.seq + 1 },
    });
  }
  const known = head.seq - first.seq + 1;
  const resent = chain.slice(0, known);
  const fresh = chain.slice(known);
  const same = resent.length === known ? (resent.at(-1)?.hash ?? fresh[0]?.record.prev) : head.hash;
  if (same !== head.hash) {
    throw new JournalError('journal_fork', `Record ${head.seq} is not the one that is known`, {
      status: 409,
      params: { seq: head.seq },
    });
  }
  return { fresh, resent, head: fresh.at(-1) ?? head };
}

/** A text that was cut inside a character outside the BMP has no canonical bytes (RFC 8785); a fault must never fail for that. */
function wellFormed(body: JournalBody): JournalBody {
  return body.type === 'faultRaised'
    ? { ...body, code: body.code.toWellFormed(), detail: body.detail.toWellFormed() }
    : body;
}

function parseLine(line: string, seq: number): JournalRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw invalid(`Line ${seq} is not JSON`, seq, cause);
  }
  const parsed = journalRecord.safeParse(value);
  if (!parsed.success) throw invalid(`Line ${seq} has the wrong shape`, seq, parsed.error);
  return parsed.data;
}

function invalid(message: string, seq: number, cause?: unknown): JournalError {
  return new JournalError('journal_invalid', message, { params: { seq }, cause });
}
