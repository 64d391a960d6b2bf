import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { journalRecord, maxBatchRecords, type JournalBody } from '../protocol/journal.ts';
import { canonicalJson } from '../util/canonical-json.ts';
import { sha256, type Sha256 } from '../util/sha256.ts';
import {
  appendRecord,
  type BatchText,
  emptyHead,
  joinChain,
  JournalError,
  readLines,
  type ChainedRecord,
  type JournalHead,
  type RecordEntry,
} from './chain.ts';

const journalId = '00000000-0000-4000-8000-000000000001';
const other = '00000000-0000-4000-8000-000000000002';
const nodeSha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex');

const play: JournalBody = {
  type: 'playEnded',
  start: 1_772_000_000_000,
  paintedMs: 15_000,
  noticeId: other,
  noticeHash: 'a'.repeat(64),
  asset: null,
  takeoverId: null,
  why: { kind: 'loop', id: other },
  outcome: 'completed',
  host: 'headless',
  programme: { epoch: 1, counter: 2 },
};

const entry: fc.Arbitrary<RecordEntry> = fc.record({
  at: fc.integer({ min: 0, max: 2 ** 43 }),
  clock: fc.constantFrom('synced', 'held', 'unknown'),
  offsetMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  body: fc.oneof(
    fc.constant(play),
    fc.record({
      type: fc.constant('faultRaised' as const),
      code: fc.string({ maxLength: 64 }),
      detail: fc.string({ maxLength: 100, unit: 'grapheme' }),
    }),
    fc.record({ type: fc.constant('screenChanged' as const), on: fc.constantFrom(true, false, null) }),
  ),
});

function chainOf(entries: readonly RecordEntry[], head: JournalHead = emptyHead(journalId)): ChainedRecord[] {
  return entries.reduce<ChainedRecord[]>((chain, e) => [...chain, appendRecord(chain.at(-1) ?? head, e)], []);
}

function batchOf(chain: readonly ChainedRecord[]): BatchText {
  return { journalId, firstSeq: chain[0]!.seq, lastSeq: chain.at(-1)!.seq, lines: chain.map((c) => c.line).join('\n') };
}

const entries = fc.array(entry, { minLength: 1, maxLength: 12 });
const plays = (n: number): RecordEntry[] =>
  Array.from({ length: n }, (_, i) => ({ at: i, clock: 'synced', offsetMs: 0, body: play }));

describe('a chain', () => {
  test('is read back as it was written, by either hash function', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const chain = chainOf(list);
        expect(readLines(batchOf(chain))).toEqual(chain);
        expect(readLines(batchOf(chain), nodeSha256)).toEqual(chain);
        for (const { line, record } of chain) {
          expect(line).toBe(canonicalJson(record));
          expect(journalRecord.parse(JSON.parse(line))).toEqual(record);
        }
      }),
    );
  });

  test('does not stand the change of any character, in its own batch or at the next one', () => {
    fc.assert(
      fc.property(
        entries,
        entry,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (list, following, at, character) => {
          const chain = chainOf(list);
          const next = appendRecord(chain.at(-1)!, following);
          const batch = batchOf(chain);
          const index = at % batch.lines.length;
          fc.pre(batch.lines[index] !== character);
          const lines = batch.lines.slice(0, index) + character + batch.lines.slice(index + 1);
          const read = (): unknown => {
            const changed = readLines({ ...batch, lines });
            expect(changed.at(-1)!.hash).not.toBe(chain.at(-1)!.hash);
            return joinChain(joinChain(emptyHead(journalId), changed).head, readLines(batchOf([next])));
          };
          expect(read).toThrow(JournalError);
        },
      ),
    );
  });

  test.each<[string, (batch: BatchText) => Partial<BatchText>]>([
    ['a line too few', (b) => ({ lines: b.lines.split('\n').slice(0, -1).join('\n') })],
    [
      'a line dropped from the middle',
      (b) => ({ lastSeq: b.lastSeq - 1, lines: b.lines.split('\n').toSpliced(1, 1).join('\n') }),
    ],
    ['two lines exchanged', (b) => ({ lines: b.lines.split('\n').reverse().join('\n') })],
    ['numbers that are not those of the lines', (b) => ({ firstSeq: b.firstSeq + 1, lastSeq: b.lastSeq + 1 })],
    ['another journal', () => ({ journalId: other })],
    ['an unknown field', (b) => ({ lines: b.lines.replace('{', '{"x":1,') })],
    ['no JSON', (b) => ({ lines: b.lines.slice(1) })],
    ['numbers that run backwards', (b) => ({ firstSeq: b.lastSeq, lastSeq: b.firstSeq })],
  ])('is refused with %s', (_, change) => {
    const batch = batchOf(chainOf(plays(3)));
    expect(() => readLines({ ...batch, ...change(batch) })).toThrow(
      expect.objectContaining({ code: 'journal_invalid' }),
    );
  });

  test('is refused with more lines than a batch may hold', () => {
    expect(readLines(batchOf(chainOf(plays(maxBatchRecords))))).toHaveLength(maxBatchRecords);
    expect(() => readLines(batchOf(chainOf(plays(maxBatchRecords + 1))))).toThrow(JournalError);
  });

  test('takes a fault whose text was cut inside a character', () => {
    const [cut] = chainOf([
      { at: 1, clock: 'held', offsetMs: 0, body: { type: 'faultRaised', code: 'x', detail: '😀'.slice(0, 1) } },
    ]);
    expect(readLines(batchOf([cut!]))[0]!.record.body).toMatchObject({ detail: '\ufffd' });
  });

  test('takes no record that its readers would refuse', () => {
    const bad = { ...plays(1)[0]!, body: { ...play, paintedMs: 1.5 } };
    expect(() => appendRecord(emptyHead(journalId), bad)).toThrow(expect.objectContaining({ code: 'journal_invalid' }));
  });
});

describe('a batch joins what is known', () => {
  const chain = chainOf(plays(6));
  const headAt = (seq: number): JournalHead => chain[seq - 1] ?? emptyHead(journalId);

  test.each([
    [0, 1, 6, 6, 0],
    [3, 4, 6, 3, 0],
    [3, 2, 6, 3, 2],
    [6, 1, 6, 0, 6],
    [6, 2, 4, 0, 3],
  ])('known to %i, sent %i to %i: %i new, %i sent again', (known, first, last, fresh, resent) => {
    const joined = joinChain(headAt(known), readLines(batchOf(chain.slice(first - 1, last))));
    expect(joined.fresh.map((c) => c.seq)).toEqual(Array.from({ length: fresh }, (_, i) => known + 1 + i));
    expect(joined.resent).toHaveLength(resent);
    expect(joined.head).toMatchObject({ seq: Math.max(known, last), hash: headAt(Math.max(known, last)).hash });
  });

  test('a gap is asked for from the first record that is missing', () => {
    expect(() => joinChain(headAt(2), readLines(batchOf(chain.slice(4))))).toThrow(
      expect.objectContaining({ code: 'journal_gap', params: { needFrom: 3 }, status: 409 }),
    );
  });

  test('another history is a fork: behind the head, at it, or sent again up to it', () => {
    const fork = [
      ...chain.slice(0, 3),
      ...chainOf(
        plays(4).map((e) => ({ ...e, at: 99 })),
        headAt(3),
      ),
    ];
    const forked = expect.objectContaining({ code: 'journal_fork', status: 409 });
    expect(() => joinChain(headAt(5), readLines(batchOf(fork.slice(5))))).toThrow(forked);
    expect(() => joinChain(headAt(5), readLines(batchOf(fork.slice(3))))).toThrow(forked);
    expect(() => joinChain(headAt(5), readLines(batchOf(fork.slice(0, 5))))).toThrow(forked);
    // Wholly before the head only the store can tell; the lines are handed over for that.
    expect(joinChain(headAt(6), readLines(batchOf(fork.slice(3, 5)))).resent[0]!.hash).not.toBe(chain[3]!.hash);
  });

  test('a batch of another journal is refused', () => {
    expect(() => joinChain(emptyHead(other), readLines(batchOf(chain)))).toThrow(
      expect.objectContaining({ code: 'journal_invalid' }),
    );
  });
});

test('both hash functions agree on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(sha256(text)).toBe(nodeSha256(text));
    }),
  );
});
