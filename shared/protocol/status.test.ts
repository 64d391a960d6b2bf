import { expect, it } from 'vitest';
import { boardMessages, heartbeats } from './link.ts';
import {
  boardStatus,
  fullAgain,
  fullEveryMs,
  type BoardStatus,
  statusAfter,
  statusDifference,
  statusReport,
  thresholds,
  unknownStatus,
} from './status.ts';

const some = { ...unknownStatus, cpu: 10, mem: 40, temp: 50, net: 'mobile', signal: 60 } as const;

it('has a threshold for every reading', () => {
  expect(Object.keys(thresholds).sort()).toEqual(Object.keys(boardStatus.shape).sort());
});

it('tells only what moved by its threshold since it was told', () => {
  expect(statusDifference(some, { ...some, cpu: 39, mem: 49, temp: 46, signal: 40 })).toEqual({});
  expect(statusDifference(some, { ...some, cpu: 40, mem: 30, temp: 55 })).toEqual({
    cpu: 40,
    mem: 30,
    temp: 55,
  });
});

it('tells what becomes known or unknown, and what is another', () => {
  const fault = { code: 'disk_low', at: 1 };
  expect(statusDifference(some, { ...some, cpu: null, disk: 1, net: 'wifi', fault })).toEqual({
    cpu: null,
    disk: 1,
    net: 'wifi',
    fault,
  });
});

it('tells what always moves along with anything else, and not by itself once it is known', () => {
  const known = { ...some, up: 60, tx: 1, rx: 2, freeMb: 3 } as const;
  const later = { ...known, up: 120, tx: 9, freeMb: 9 };
  expect(statusDifference(known, later)).toEqual({});
  expect(statusDifference(known, { ...later, temp: 70 })).toEqual({ temp: 70, up: 120, tx: 9, freeMb: 9 });
  expect(statusDifference(some, known)).toEqual({ up: 60, tx: 1, rx: 2, freeMb: 3 });
});

it('is the same at both ends after a full report and differences', () => {
  const now = { ...some, cpu: 90, mem: null };
  const full = statusReport.parse({
    full: true,
    status: { cpu: 10, mem: 40, temp: 50, net: 'mobile', signal: 60 },
  });
  const told = statusAfter(null, full);
  expect(told).toEqual(some);
  expect(statusAfter(told, statusReport.parse({ full: false, status: statusDifference(told, now) }))).toEqual(now);
  // A full one says all there is.
  expect(statusAfter(now, statusReport.parse({ full: true, status: { cpu: 5 } }))).toEqual({
    ...unknownStatus,
    cpu: 5,
  });
});

it('takes what a later player says as far as it is understood', () => {
  const said = { full: true, later: 1, status: { cpu: 'much', mem: 12, net: 'satellite', fan: 900 } };
  expect(boardMessages.statusReportedV1.request.parse(said)).toEqual({
    full: true,
    status: { ...unknownStatus, mem: 12 },
  });
});

it.each([null, {}, { full: true }, { full: 1, status: {} }, { full: true, status: 'x' }])('refuses %j', (said) => {
  expect(statusReport.safeParse(said).success).toBe(false);
});

const wholeStatus: BoardStatus = {
  app: '0.1.0',
  os: 'Debian GNU/Linux 13 (trixie)',
  up: 1_234_567,
  cpu: 12,
  mem: 45,
  memMb: 3978,
  disk: 33,
  freeMb: 18_234,
  temp: 51,
  net: 'mobile',
  operator: 'Viettel',
  radio: 'lte',
  signal: 72,
  tx: 123_456_789,
  rx: 1_234_567_890,
  clock: 'synced',
  offset: -12,
  cut: null,
  volume: null,
  driver: 'ddcutil',
  off: null,
  why: 'hours',
  unlit: null,
  fails: null,
  light: null,
  hours: '300-1320',
  hand: null,
  dim: null,
  dl: '10o.8c.1jk.2bc',
  shots: null,
  mb: 1234,
  upd: null,
  diskFails: null,
  fault: { code: 'asset_damaged', at: 1_795_190_460_180 },
};

/** A quarter of an hour later: everything that is measured has moved. */
const later: BoardStatus = {
  ...wholeStatus,
  up: 1_235_467,
  cpu: 14,
  mem: 46,
  freeMb: 18_230,
  temp: 52,
  signal: 70,
  tx: 123_461_234,
  rx: 1_234_570_123,
  offset: -11,
  mb: 1235,
};

it('is known in full again without what has not changed being said again', () => {
  const again = statusReport.parse(JSON.parse(JSON.stringify(fullAgain(wholeStatus, { ...later, hours: null }))));
  expect(again.status).not.toHaveProperty('app');
  expect(statusAfter(wholeStatus, again)).toEqual({ ...later, hours: null });
});

it('takes little room, and leaves room for the heartbeat in 5 MB a month', () => {
  const again = JSON.stringify(fullAgain(wholeStatus, later));
  expect(again.length).toBeLessThan(200);
  const perMonth = (everyMs: number): number => (30 * 86_400_000) / everyMs;
  // Beside the report itself: its name, WebSocket, TLS, and two packets' headers; a heartbeat as `npm run bench -- idle` measures it.
  const bytes = (again.length + 166) * perMonth(fullEveryMs) + 213 * perMonth(heartbeats.sparing.pingInterval);
  // The rest is for changes, the clock and new connections.
  expect(bytes).toBeLessThan(4_000_000);
});
