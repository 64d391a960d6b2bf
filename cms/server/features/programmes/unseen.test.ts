import { afterEach, expect, it, vi } from 'vitest';
import type { BoardRecord } from '../boards/service.ts';
import type { Compiled } from './compile.ts';
import { unseenOf, type UnseenDeps } from './unseen.ts';

afterEach(() => vi.restoreAllMocks());

it('looks through the programmes of many boards and lets others have their turn', async () => {
  const now = Date.parse('2026-03-02T12:00+07:00');
  const hours = { on: { from: 300, to: 1320 }, light: null };
  const records = ['a', 'b', 'c'].map((id) => ({ id, zone: 'Asia/Ho_Chi_Minh' }) as BoardRecord);
  const partsOf = (id: string) =>
    ['30 6 * * *', '0 23 * * *'].map((cron, i) => {
      const when = { cron, durationMs: 60_000, validFrom: null, validTo: null };
      return { hash: `${id}${i}`, body: JSON.stringify({ kind: 'entry', entryId: `${id}${i}`, ...when }) };
    });
  const compiled = new Map(
    records.map(({ id }) => [
      id,
      { parts: new Map(partsOf(id).map((part) => [part.hash, part])) } as unknown as Compiled,
    ]),
  );
  const deps: UnseenDeps = {
    darkHours: { standing: () => Promise.resolve(new Map(['a', 'b'].map((id) => [id, hours]))) },
    schedules: { names: (ids) => Promise.resolve(ids.map((id) => ({ id, name: `Lịch ${id}` }))) },
  } as UnseenDeps;
  // Whatever is done, ten milliseconds have gone by after it.
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10));
  let turns = 0;
  const count = (): void => {
    turns++;
    others = setImmediate(count);
  };
  let others = setImmediate(count);
  const unseen = await unseenOf(records, compiled, now, deps);
  clearImmediate(others);
  expect(unseen).toEqual(new Map(['a', 'b'].map((id) => [id, { on: hours.on, schedules: [`Lịch ${id}1`] }])));
  // Of each of two boards: its parts, and each day of one that nobody sees.
  expect(turns).toBeGreaterThanOrEqual(2 * (2 + 35));
});
