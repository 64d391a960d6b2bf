import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import { journalRecord, type JournalRecord } from '../../../../shared/protocol/journal.ts';
import { readPlayLine } from './play-line.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const id = fc.uuid({ version: [1, 4, 7] });
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const ms = fc.integer({ min: 0, max: 999_999_999_999_999 });

const play: fc.Arbitrary<JournalRecord> = fc.record({
  v: fc.constant(1 as const),
  journalId: id,
  seq: fc.integer({ min: 1, max: 2 ** 40 }),
  prev: hex,
  at: ms,
  clock: fc.constantFrom('synced', 'held', 'unknown'),
  offsetMs: fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
  body: fc.record({
    type: fc.constant('playEnded' as const),
    start: ms,
    paintedMs: fc.integer({ min: 0, max: 10 ** 9 }),
    noticeId: orNull(id),
    noticeHash: orNull(hex),
    asset: orNull(hex),
    takeoverId: orNull(id),
    why: fc.record({ kind: fc.constantFrom('takeover', 'obligation', 'schedule', 'loop', 'fallback'), id: orNull(id) }),
    outcome: fc.constantFrom('completed', 'cut', 'failed', 'interrupted', 'dark'),
    host: fc.constantFrom('electron', 'chromium', 'headless', 'standIn', 'browser'),
    programme: orNull(
      fc.record({ epoch: fc.integer({ min: 1, max: 99 }), counter: fc.integer({ min: 0, max: 10 ** 9 }) }),
    ),
  }),
});

/** What the schema makes of a line; null when it refuses. */
function bySchema(line: string): JournalRecord | null {
  try {
    return journalRecord.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

describe('readPlayLine', () => {
  it('reads every play as the schema does', () => {
    fc.assert(
      fc.property(play, (record) => {
        expect(readPlayLine(canonicalJson(record))).toEqual(bySchema(canonicalJson(record)));
        expect(readPlayLine(canonicalJson(record))).toEqual(record);
      }),
    );
  });

  it('never takes a changed line that the schema refuses, nor reads it otherwise', () => {
    const signs = fc.constantFrom(...'0123456789abcdefABCDEF-+.eE"\\{}[]:, nulltrue\n\u0000ế'.split(''));
    const change = fc.record({
      at: fc.nat(),
      drop: fc.integer({ min: 0, max: 3 }),
      put: fc.array(signs, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(play, fc.array(change, { minLength: 1, maxLength: 3 }), (record, changes) => {
        let line = canonicalJson(record);
        for (const { at, drop, put } of changes) {
          const where = at % line.length;
          line = line.slice(0, where) + put.join('') + line.slice(where + drop);
        }
        const read = readPlayLine(line);
        if (read !== null) expect(read).toEqual(bySchema(line));
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves what is not a canonical play to the schema', () => {
    const [record] = fc.sample(play, 1);
    const line = canonicalJson(record);
    for (const other of [
      line.replace('"playEnded"', '"booted"'),
      line.replace('{', '{ '),
      `${line}\n`,
      ` ${line}`,
      line.replace('"v":1', '"v":1,"w":2'),
      line.replace('"v":1', '"v":2'),
      JSON.stringify({ ...record, seq: 2 ** 53 }),
      line.replace(/"offsetMs":-?\d+/, '"offsetMs":-0'),
      line.replace(/"start":\d+/, '"start":01'),
      '',
    ]) {
      expect(readPlayLine(other), other).toBeNull();
    }
  });
});
