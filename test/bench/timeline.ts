/**
 * `npm run bench -- timeline`: a day of a board with 200 schedule entries and 20 obligations, asked for once of a programme
 * that was never seen before. The details say what the same day costs when it is asked for again, as a player does.
 */
import { createTimeline, timeline } from '../../shared/schedule/timeline.ts';
import type { Part, Programme } from '../../shared/protocol/programme.ts';
import { noticeOf, playlistOf, programmeOf, testId } from '../lib/programmes.ts';
import { runBench } from './lib/bench.ts';

const zone = 'Asia/Ho_Chi_Minh';
const hour = 3_600_000;
const from = Date.parse('2026-03-03T00:00:00+07:00');
const to = from + 24 * hour;
/** Programmes per round: one alone is too short to measure. */
const programmes = 20;

/** 100 notices of 10 to 60 s in 50 playlists of 20; windows of 20 to 110 minutes, half of them eight times a day. */
function programme(seed: number): Programme {
  const parts: Part[] = [];
  for (let n = 0; n < 100; n++) parts.push(noticeOf(n, 10_000 + ((n * 7_919 + seed) % 50) * 1_000));
  for (let n = 0; n < 50; n++)
    parts.push(
      playlistOf(
        n,
        Array.from({ length: 20 }, (_, i) => (n * 3 + i) % 100),
      ),
    );
  for (let n = 0; n < 200; n++) {
    parts.push({
      kind: 'entry',
      entryId: testId(3, n),
      playlistId: testId(2, n % 50),
      priority: n % 7,
      cron: `${(n * 7 + seed) % 60} ${n % 2 === 0 ? n % 24 : '*/3'} * * ${n % 3 === 0 ? '1-5' : '*'}`,
      durationMs: (20 + (n % 90)) * 60_000,
      validFrom: null,
      validTo: null,
    });
  }
  for (let n = 0; n < 20; n++) {
    parts.push({
      kind: 'obligation',
      obligationId: testId(4, n),
      noticeId: testId(1, n),
      perHour: 1 + (n % 4),
      order: n,
      cron: n % 2 === 0 ? '0 0 * * *' : '0 6 * * *',
      durationMs: (n % 2 === 0 ? 24 : 16) * hour,
      validFrom: null,
      validTo: null,
    });
  }
  return programmeOf(zone, testId(2, 0), parts);
}

let slots = 0;
let again = Infinity;

await runBench({
  name: 'timeline',
  unit: 'ms',
  figure: (round) => {
    // Making the load is not measured.
    const load = Array.from({ length: programmes }, (_, n) => programme(round * programmes + n));
    if (round === 0) for (const each of load) timeline(each, [], from - 24 * hour, from);
    const before = performance.now();
    for (const each of load) slots = timeline(each, [], from, to).length;
    const figure = (performance.now() - before) / programmes;

    const known = createTimeline(load[0]!);
    known.slots([], from, to);
    const start = performance.now();
    known.slots([], from, to);
    again = Math.min(again, performance.now() - start);
    return figure;
  },
  details: () => ({ entries: 200, obligations: 20, slots, againMs: Number(again.toPrecision(3)) }),
});
