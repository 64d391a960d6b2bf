import { expect, it } from 'vitest';
import { z } from 'zod';
import { screenHours } from '../../shared/protocol/screen.ts';
import { Orders } from './orders.ts';

function disk() {
  const kept = new Map<string, string>();
  return {
    kept,
    readMeta: <T>(key: string, schema: z.ZodType<T>): T | null =>
      schema.safeParse(JSON.parse(kept.get(key) ?? 'null')).data ?? null,
    writeMeta: (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
    afterCommit: (then: () => void) => then(),
  };
}
const day = { from: 300, to: 1320 };
const hours = screenHours.parse({
  on: { week: [day, day, day, day, day, { from: 0, to: 1440 }, null] },
  light: { from: 1080, to: 360, night: 30, day: 90 },
});

it('hours of a week are kept, and a version from before them that is gone back to reads all but those', () => {
  const store = disk();
  const orders = new Orders(store);
  orders.set({ cut: true });
  orders.setScreenHours(hours);
  expect(new Orders(store)).toMatchObject({ cut: true, screen: { hours } });
  const daily = z.strictObject({ from: z.int().max(1439), to: z.int().max(1439) });
  const before = z.object({ cut: z.boolean(), hours: z.strictObject({ on: daily.nullable(), light: z.unknown() }) });
  expect(store.readMeta('orders', before)).toEqual({ cut: true, hours: { on: null, light: hours.light } });
  // Every day alike again: nothing of the week is left.
  new Orders(store).setScreenHours({ on: day, light: null });
  expect(new Orders(store).screen.hours).toEqual({ on: day, light: null });
});
