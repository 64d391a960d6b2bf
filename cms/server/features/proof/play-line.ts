/**
 * Reads the one kind of line that comes by the million. A line is canonical JSON (RFC 8785), so its keys have one order and a
 * regular expression can check it whole, at a third of what JSON.parse and the schema take. It is stricter than the schema and
 * never more lenient: whatever it does not know is read by the schema (play-line.test.ts holds the two against each other).
 */
import type { JournalRecord, PlayBody } from '../../../../shared/protocol/journal.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const sha = '[0-9a-f]{64}';
/** Below 2^53 by its digits. */
const positive = '[1-9]\\d{0,14}';
const natural = `0|${positive}`;
const text = (of: string): string => `"(${of})"`;
const orNull = (of: string): string => `(?:null|"(${of})")`;

const line = new RegExp(
  `^\\{"at":(${natural}),"body":\\{"asset":${orNull(sha)},"host":${text('electron|chromium|headless|standIn|browser')},` +
    `"noticeHash":${orNull(sha)},"noticeId":${orNull(uuid)},"outcome":${text('completed|cut|failed|interrupted|dark')},` +
    `"paintedMs":(${natural}),"programme":(?:null|\\{"counter":(${natural}),"epoch":(${positive})\\}),"start":(${natural}),` +
    `"takeoverId":${orNull(uuid)},"type":"playEnded",` +
    `"why":\\{"id":${orNull(uuid)},"kind":${text('takeover|obligation|schedule|loop|fallback')}\\}\\},` +
    `"clock":${text('synced|held|unknown')},"journalId":${text(uuid)},"offsetMs":(0|-?${positive}),"prev":${text(sha)},` +
    `"seq":(${positive}),"v":1\\}$`,
);

/** The record of a play's line, or null when it is none or another reader has to decide. */
export function readPlayLine(of: string): JournalRecord | null {
  const found = line.exec(of);
  if (!found) return null;
  const [
    ,
    at,
    asset,
    host,
    noticeHash,
    noticeId,
    outcome,
    paintedMs,
    counter,
    epoch,
    start,
    takeoverId,
    whyId,
    kind,
    clock,
    journalId,
    offsetMs,
    prev,
    seq,
  ] = found;
  return {
    v: 1,
    journalId: journalId!,
    seq: Number(seq),
    prev: prev!,
    at: Number(at),
    clock: clock as JournalRecord['clock'],
    offsetMs: Number(offsetMs),
    body: {
      type: 'playEnded',
      start: Number(start),
      paintedMs: Number(paintedMs),
      noticeId: noticeId ?? null,
      noticeHash: noticeHash ?? null,
      asset: asset ?? null,
      takeoverId: takeoverId ?? null,
      why: { kind: kind as PlayBody['why']['kind'], id: whyId ?? null },
      outcome: outcome as PlayBody['outcome'],
      host: host as PlayBody['host'],
      programme: epoch === undefined ? null : { epoch: Number(epoch), counter: Number(counter) },
    },
  };
}
