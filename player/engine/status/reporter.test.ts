import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  fullEveryMs,
  readEveryMs,
  unknownStatus,
  type BoardStatus,
  type StatusReport,
} from '../../../shared/protocol/status.ts';
import { LinkError } from '../link.ts';
import { StatusReporter } from './reporter.ts';

let now: BoardStatus;
let sent: StatusReport[];
let refuses: string | null;
let reporter: StatusReporter;

beforeEach(() => {
  vi.useFakeTimers();
  now = { ...unknownStatus, cpu: 5, temp: 50 };
  sent = [];
  refuses = null;
  reporter = new StatusReporter({
    read: () => Promise.resolve(now),
    send: (report) => {
      sent.push(report);
      return refuses === null ? Promise.resolve() : Promise.reject(new LinkError(refuses, 'Not taken'));
    },
    tell: (report) => void sent.push(report),
    log: pino({ level: 'silent' }),
  });
});
afterEach(() => {
  reporter.stop();
  vi.useRealTimers();
});

it('tells in full at once and every 15 minutes, then without what is as it was', async () => {
  reporter.start();
  await vi.advanceTimersByTimeAsync(fullEveryMs - readEveryMs);
  // Whatever is looked at out of turn meanwhile.
  for (let looks = 0; looks < 20; looks++) reporter.lookNow();
  now = { ...now, temp: 51 };
  await vi.advanceTimersByTimeAsync(readEveryMs - 1);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(fullEveryMs + 1);
  expect(sent).toEqual([
    { full: true, status: { cpu: 5, temp: 50 } },
    { full: false, whole: true, status: { temp: 51 } },
    { full: false, whole: true, status: {} },
  ]);
});

it('tells between only what has changed, once', async () => {
  reporter.start();
  await vi.advanceTimersByTimeAsync(0);
  now = { ...now, cpu: 95, temp: 51 };
  await vi.advanceTimersByTimeAsync(5 * readEveryMs);
  now = { ...now, temp: null };
  await vi.advanceTimersByTimeAsync(2 * readEveryMs);
  expect(sent.slice(1)).toEqual([
    { full: false, status: { cpu: 95 } },
    { full: false, status: { temp: null } },
  ]);
});

it('begins anew with each connection, and is silent without one', async () => {
  reporter.start();
  await vi.advanceTimersByTimeAsync(readEveryMs);
  reporter.stop();
  now = { ...now, cpu: 100 };
  await vi.advanceTimersByTimeAsync(fullEveryMs);
  expect(sent).toHaveLength(1);
  reporter.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent[1]).toMatchObject({ full: true, status: { cpu: 100 } });
});

it('spares a CMS that does not know it, until the next connection', async () => {
  refuses = 'message_unknown';
  reporter.start();
  now = { ...now, cpu: 100 };
  await vi.advanceTimersByTimeAsync(3 * fullEveryMs);
  expect(sent).toHaveLength(1);
  refuses = null;
  reporter.start();
  await vi.advanceTimersByTimeAsync(fullEveryMs);
  expect(sent).toHaveLength(3);
});

it.each(['link_down', 'server_busy'])('tells in full again a minute after %s, and goes on from there', async (code) => {
  refuses = code;
  reporter.start();
  await vi.advanceTimersByTimeAsync(readEveryMs);
  expect(sent).toHaveLength(2);
  refuses = null;
  await vi.advanceTimersByTimeAsync(readEveryMs);
  now = { ...now, cpu: 100 };
  await vi.advanceTimersByTimeAsync(readEveryMs);
  const full = { full: true, status: { cpu: 5, temp: 50 } };
  expect(sent).toEqual([full, full, full, { full: false, status: { cpu: 100 } }]);
});
