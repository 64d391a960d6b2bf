import { expect, it, vi } from 'vitest';
import { pino } from 'pino';
import type { Context } from '../context.ts';
import { createEvents } from '../events.ts';
import { watchExpiry } from './expiry.ts';

it('tells of the end when it comes, and plans anew when another is raised', async () => {
  vi.useFakeTimers();
  try {
    const ends = new Map([
      ['late', 60_000],
      ['late too', 60_000],
    ]);
    const told: string[] = [];
    const events = createEvents((error) => {
      throw error;
    });
    events.on('takeoverProgressed', ({ takeoverId }) => told.push(takeoverId));
    const started = Date.now();
    const sources = { now: () => Date.now() - started };
    const nextExpiry = (after: number) => {
      const at = Math.min(...[...ends.values()].filter((end) => end > after));
      const takeoverIds = [...ends].filter(([, end]) => end === at).map(([id]) => id);
      return Promise.resolve(takeoverIds.length > 0 ? { takeoverIds, at } : null);
    };
    const watch = watchExpiry({ events, sources, log: pino({ level: 'silent' }) } as unknown as Context, {
      nextExpiry,
    });
    await vi.advanceTimersByTimeAsync(10_000);
    ends.set('soon', 20_000);
    events.emit('takeoverRaised', { takeoverId: 'soon', jws: '' });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['soon']);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(told).toEqual(['soon', 'late', 'late too']);
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
