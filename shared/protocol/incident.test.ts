import { describe, expect, it } from 'vitest';
import { togetherMs, type AbsenceEvidence } from './board-absence.ts';
import {
  incidentKindOf,
  planIncidents,
  reminderDue,
  watchedFor,
  type IncidentAbout,
  type IncidentEvidence,
  type IncidentKind,
  type OpenIncident,
  type Standing,
} from './incident.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * 24 * hour;
const since = now - hour;

const absence: AbsenceEvidence = {
  since,
  restoredFrom: null,
  others: { there: 3, online: 3, together: 0 },
  everywhere: { there: true, heard: true },
  simPaidUntil: null,
  readsSim: true,
  network: null,
  data: null,
  fault: null,
  restarts: 0,
  clockOffMs: null,
};
const alone: IncidentEvidence = {
  there: 4,
  gone: 1,
  spanMs: 0,
  nobody: false,
  absence,
  back: { started: 0, ranOn: 0, playerStarted: 0 },
  machineUpMs: null,
  data: null,
  screen: null,
};
const screenSaying = (said: string) => ({ driver: 'ddcutil', why: null, hours: null, said });
const area = { ...alone, there: 7, gone: 6, spanMs: 3 * minute, absence: null };

describe('what an incident comes from', () => {
  it.each<[string, IncidentAbout, IncidentEvidence, IncidentKind]>([
    ['nobody looked', 'away', { ...alone, absence: null }, 'unknown'],
    ['others of the unit are there', 'away', alone, 'unknown'],
    ['6 of 7 went together', 'away', area, 'area'],
    ['2 of 4 went together', 'away', { ...area, there: 4, gone: 2 }, 'unknown'],
    ['the only board of its unit went', 'away', { ...area, there: 1, gone: 1 }, 'unknown'],
    ['all boards there are went', 'away', { ...area, gone: 7, nobody: true }, 'server'],
    ['its SIM card had ended', 'away', { ...alone, absence: { ...absence, simPaidUntil: since } }, 'sim'],
    ['its SIM card had ended, and all went', 'away', { ...area, absence: { ...absence, simPaidUntil: since } }, 'area'],
    [
      'its signal was weak',
      'away',
      { ...alone, absence: { ...absence, network: { net: 'mobile', signal: 10 } } },
      'network',
    ],
    ['it kept restarting', 'away', { ...alone, absence: { ...absence, restarts: 4 } }, 'power'],
    [
      'it had just told of a fault',
      'away',
      { ...alone, absence: { ...absence, fault: { at: since - 1000, code: 'stage_gone', detail: '' } } },
      'player',
    ],
    ['machines had started meanwhile', 'away', { ...area, back: { started: 2, ranOn: 0, playerStarted: 0 } }, 'power'],
    ['machines had run on', 'away', { ...area, back: { started: 0, ranOn: 2, playerStarted: 1 } }, 'network'],
    ['they ran on, the players not', 'away', { ...area, back: { started: 0, ranOn: 2, playerStarted: 2 } }, 'player'],
    ['some did, some did not', 'away', { ...area, back: { started: 1, ranOn: 1, playerStarted: 0 } }, 'area'],
    ['the player restarts, the machine does not', 'restarting', { ...alone, machineUpMs: 5 * hour }, 'player'],
    ['player and machine restart', 'restarting', { ...alone, machineUpMs: 5 * minute }, 'power'],
    ['what restarts is not known', 'restarting', alone, 'unknown'],
    ['it has no window', 'unproved', alone, 'player'],
    ['its screen is off and should not be', 'dark', alone, 'screen'],
    [
      'its screen does not answer',
      'screen_failed',
      { ...alone, screen: screenSaying('DDC communication failed') },
      'screen',
    ],
    [
      'the program for its screen is not there',
      'screen_failed',
      { ...alone, screen: screenSaying('ddcutil: spawn ddcutil ENOENT') },
      'player',
    ],
    [
      'its month’s data were used up',
      'away',
      { ...alone, absence: { ...absence, data: { usedMb: 500, limitMb: 500 } } },
      'sim',
    ],
    [
      'its month’s data were nearly used up',
      'away',
      { ...alone, absence: { ...absence, data: { usedMb: 499, limitMb: 500 } } },
      'unknown',
    ],
    ['little of its month’s data is left', 'data_low', alone, 'data'],
    ['its disk is full', 'disk_failed', alone, 'player'],
    ['it refuses its programme', 'programme_refused', alone, 'player'],
  ])('when %s', (_when, about, evidence, kind) => {
    expect(incidentKindOf(about, evidence, now)).toBe(kind);
  });
});

/** p ▸ a (boards a1 …), b (b1 …); v hangs below a. */
const paths: Record<string, readonly string[]> = { p: ['p'], a: ['p', 'a'], b: ['p', 'b'], v: ['p', 'a', 'v'] };
const boards = (units: Record<string, readonly (number | null)[]>): Standing[] =>
  Object.entries(units).flatMap(([unitId, times]) =>
    times.map((at, i) => ({ boardId: `${unitId}${i + 1}`, unitId, since: at })),
  );

function plan(all: readonly Standing[], open: readonly OpenIncident[] = [], taken: readonly string[] = []) {
  const { opened, joined } = planIncidents(all, open, {
    isTaken: (id) => taken.includes(id),
    isDue: (board) => now - board.since >= 15 * minute,
    pathOf: (id) => paths[id] ?? [],
  });
  return {
    opened: opened.map(({ unitId, boards: of, gone, there }) => [
      unitId,
      of.map(({ boardId }) => boardId).join(' '),
      `${gone}/${there}`,
    ]),
    joined: joined.map(({ incidentId, board }) => [incidentId, board.boardId]),
  };
}
const ago = (minutes: number) => now - minutes * minute;

describe('boards that went together', () => {
  it('are one incident of their unit', () => {
    expect(plan(boards({ a: [ago(20), ago(18), ago(17), null], b: [null, null] })).opened).toEqual([
      ['a', 'a1 a2 a3', '3/4'],
    ]);
  });

  it('are told of together, also those that have been away for less', () => {
    expect(plan(boards({ a: [ago(16), ago(9)], b: [null, null, null] })).opened).toEqual([['a', 'a1 a2', '2/2']]);
    expect(plan(boards({ a: [ago(14), ago(9)], b: [null, null, null] })).opened).toEqual([]);
  });

  it('are one of the unit above where most there went, however many there are', () => {
    const many = Array.from({ length: 3000 }, (_, i) => ago(20 - (i % 5)));
    const { opened } = plan(boards({ a: many, b: [ago(19), ago(18)], v: [ago(19)] }));
    expect(opened.map(([unitId, , share]) => [unitId, share])).toEqual([['p', '3003/3003']]);
    // One board in each of two units, and others stay.
    expect(plan(boards({ a: [ago(20), null, null], b: [ago(20), null, null] })).opened).toEqual([
      ['a', 'a1', '1/3'],
      ['b', 'b1', '1/3'],
    ]);
  });

  it('do not take in what went long before, nor count it as having been there', () => {
    expect(plan(boards({ a: [ago(600), ago(20), ago(19)], b: [null, null, null] })).opened).toEqual([
      ['a', 'a1', '1/3'],
      ['a', 'a2 a3', '2/2'],
    ]);
  });

  it('join what was opened meanwhile, in the unit and the time of that alone', () => {
    const open = [{ id: 'i', unitId: 'a', since: ago(30) }];
    const all = boards({ a: [ago(30), ago(30) + togetherMs, ago(19)], v: [ago(25)], b: [ago(30)] });
    expect(plan(all, open, ['a1'])).toEqual({
      opened: [
        ['b', 'b1', '1/1'],
        ['a', 'a3', '1/1'],
      ],
      joined: [
        ['i', 'a2'],
        ['i', 'v1'],
      ],
    });
  });

  it('are put together in one go, however many waves there are', () => {
    let reads = 0;
    const all = Array.from({ length: 5000 }, (_, i): Standing => ({
      boardId: `${i}`,
      get unitId() {
        reads++;
        return i % 2 === 0 ? 'a' : 'b';
      },
      since: i < 1000 ? now - (i + 2) * 2 * togetherMs : null,
    }));
    const { opened } = plan(all);
    expect(opened).toHaveLength(1000);
    // The oldest first, and what went before is not counted as having been there.
    expect([opened[0], opened[999]]).toEqual([
      ['b', '999', '1/2500'],
      ['a', '0', '1/2001'],
    ]);
    expect(reads).toBeLessThan(5 * all.length);
  });

  it('of a unit that hangs nowhere are an incident of that unit', () => {
    expect(plan(boards({ lost: [ago(20), ago(20)] })).opened).toEqual([['lost', 'lost1 lost2', '2/2']]);
  });
});

describe('hours that are watched', () => {
  const at = (h: number, min = 0) => h * 60 + min;
  it.each([
    ['the whole day', 0, 0, at(3), hour],
    ['by day', at(5), at(22), at(12), hour],
    ['by day, before', at(5), at(22), at(4, 59), null],
    ['by day, after', at(5), at(22), at(22), null],
    ['by day, just begun', at(5), at(22), at(5, 10), 10 * minute],
    ['over midnight', at(18), at(2), at(1), hour],
    ['over midnight, by day', at(18), at(2), at(2), null],
  ])('%s', (_when, from, to, minuteOfDay, watched) => {
    expect(watchedFor(now - hour, now, minuteOfDay, { from, to })).toBe(watched);
  });
});

it.each([
  [31, null],
  [30, 30],
  [8, 30],
  [7, 7],
  [2, 7],
  [1, 1],
  [0, 0],
  [-1, 0],
  [-7, 0],
  [-8, null],
])('%i days before the end the reminder of %s days is due', (daysLeft, step) => {
  expect(reminderDue(daysLeft)).toBe(step);
});
