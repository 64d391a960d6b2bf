import { expect, test } from 'vitest';
import type { JournalBody, JournalRecord, PlayOutcome } from '../../../../shared/protocol/journal.ts';
import { judge, type Run } from './verdict.ts';

const ids = { a: '00000000-0000-4000-8000-00000000000a', b: '00000000-0000-4000-8000-00000000000b' };
type Name = keyof typeof ids;

/** A life with these scenes on the glass, from `startedAt` on, that answered every 100 ms up to `answersTo`; a code is no play. */
const life = (
  painted: readonly [Name | 'code', number][],
  endedAt: number,
  { startedAt = 0, watchedTo = Infinity, answersTo = endedAt, unseen = [] as Run['unseen'] } = {},
): Run => ({
  startedAt,
  painted: painted.map(([name, at]) => ({ content: name === 'code' ? null : `notice:${ids[name]}`, at })),
  answers: Array.from({ length: Math.max(0, (answersTo - startedAt) / 100) }, (_, i) => ({
    said: startedAt + i * 100,
    answeredAt: startedAt + i * 100 + 10,
  })),
  endedAt,
  watchedTo,
  unseen,
});

const play = (name: Name, start: number, paintedMs: number, outcome: PlayOutcome = 'completed'): JournalBody => ({
  type: 'playEnded',
  start,
  paintedMs,
  noticeId: ids[name],
  noticeHash: null,
  asset: null,
  takeoverId: null,
  why: { kind: 'loop', id: null },
  outcome,
  host: 'chromium',
  programme: { epoch: 1, counter: 1 },
});

const records = (...bodies: JournalBody[]): JournalRecord[] =>
  bodies.map((body, index) => ({
    v: 1,
    journalId: ids.a,
    seq: index + 1,
    prev: '0'.repeat(64),
    at: body.type === 'playEnded' ? body.start + body.paintedMs : 0,
    clock: 'synced',
    offsetMs: 0,
    body: structuredClone(body),
  }));

/** A for two seconds, B until the kill at 5000. */
const glass = life(
  [
    ['code', 0],
    ['a', 1_000],
    ['b', 3_000],
  ],
  5_000,
);
const whole = [play('a', 1_010, 1_995), play('b', 3_005, 1_600, 'interrupted')];

test('a journal with every play once is as it should be', () => {
  expect(judge([glass], records(...whole))).toEqual({ plays: 2, lost: [], unheard: 0, doubled: [], corrupt: [] });
});

test('what ended, or stood, a second before the kill may not be missing; what came just then may', () => {
  expect(judge([glass], records(whole[1]!)).lost).toEqual([expect.stringContaining(`notice:${ids.a} at 1000`)]);
  expect(judge([glass], records(whole[0]!)).lost).toEqual([expect.stringContaining('(killed)')]);
  const late = life(
    [
      ['a', 1_000],
      ['b', 4_500],
    ],
    5_000,
  );
  expect(judge([late], [])).toMatchObject({ plays: 0, lost: [] });
});

test('a play that the player had no time to hear of is lost, and is said to be such', () => {
  const starved = life(
    [
      ['a', 1_000],
      ['b', 3_000],
    ],
    5_000,
    { answersTo: 2_900 },
  );
  expect(judge([starved], records(play('a', 1_005, 3_900, 'interrupted')))).toMatchObject({
    lost: [expect.stringMatching(/had no time/)],
    unheard: 1,
    corrupt: [],
  });
});

test('plays of one notice in two lives are not taken for each other', () => {
  const lives = [
    life([['a', 4_980]], 5_000),
    life(
      [
        ['a', 6_000],
        ['b', 7_900],
      ],
      10_000,
      { startedAt: 5_500 },
    ),
  ];
  const written = [play('a', 6_005, 1_896), play('b', 7_905, 1_600, 'interrupted')];
  expect(judge(lives, records(...written))).toEqual({ plays: 2, lost: [], unheard: 0, doubled: [], corrupt: [] });
  // What was open at the kill is written down in the life after it.
  const open = play('a', 4_985, 10, 'interrupted');
  const booted: JournalBody = { type: 'booted', bootId: ids.b, host: 'chromium', app: '1' };
  const late = records(open, booted, ...written);
  late[0]!.at = late[1]!.at = 5_700;
  expect(judge(lives, late)).toMatchObject({ plays: 3, doubled: [], corrupt: [] });
});

test('a play that is there twice, and one that nobody saw, are doubled', () => {
  expect(judge([glass], records(...whole, whole[1]!)).doubled).toHaveLength(1);
  expect(judge([glass], records(...whole, play('a', 9_000, 100))).doubled).toHaveLength(1);
  const shown: JournalBody = { type: 'takeoverShown', takeoverId: ids.b };
  expect(judge([], records(shown, shown)).doubled).toEqual([`takeoverShown ${ids.b}`]);
});

test('what came while nobody could watch is believed once', () => {
  const blind = life([['a', 1_000]], 5_000, { watchedTo: 2_900 });
  expect(judge([blind], records(...whole)).doubled).toEqual([]);
  expect(judge([blind], records(...whole, whole[1]!)).doubled).toHaveLength(2);
  // A page that was gone before anybody could look at it.
  const flash = records(play('a', 1_000, 1_000), play('a', 2_100, 98, 'interrupted'), play('b', 3_005, 1_600));
  const between = (from: number, to: number) =>
    life(
      [
        ['a', 1_000],
        ['code', 2_000],
        ['b', 3_000],
      ],
      5_000,
      { unseen: [{ from, to }] },
    );
  expect(judge([between(2_000, 2_900)], flash).doubled).toEqual([]);
  expect(judge([between(2_500, 2_900)], flash).doubled).toHaveLength(1);
});

test('a length or a beginning that is not what was seen, a hole, a fault and a programme from before are corrupt states', () => {
  expect(judge([glass], records(play('a', 1_000, 9_000), whole[1]!)).corrupt).toHaveLength(1);
  expect(judge([glass], records(play('a', 2_800, 1_995), whole[1]!)).corrupt).toHaveLength(1);
  expect(
    judge(
      [],
      records(...whole, ...whole).filter(({ seq }) => seq !== 2),
    ).corrupt,
  ).toEqual(['record 3 follows 1']);
  const fault = (code: string): JournalBody => ({ type: 'faultRaised', code, detail: 'x' });
  expect(judge([], records(fault('scene_late'), fault('store_lost'))).corrupt).toEqual(['fault store_lost: x']);
  const programme = (counter: number): JournalBody => ({ type: 'programmeSwitched', version: { epoch: 1, counter } });
  expect(judge([], records(programme(2), programme(2))).corrupt).toEqual(['programme 2 after 2']);
});
