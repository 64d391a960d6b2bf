import { describe, expect, it } from 'vitest';
import type { Store, Tx } from '../store/store.ts';
import { GroupCommit } from './group-commit.ts';

/** A store whose transactions end when the test says so. */
function stubStore() {
  const open: { commit(): void; items: number }[] = [];
  const waiting: (() => void)[] = [];
  let items = 0;
  const store = {
    async transaction(work: (tx: Tx) => Promise<void>) {
      await work({} as Tx);
      await new Promise<void>((commit) => {
        open.push({ commit, items });
        for (const wake of waiting.splice(0)) wake();
      });
    },
  } as unknown as Store;
  return {
    store,
    write: (_tx: Tx, written: readonly number[]) => {
      items = written.length;
      return written.includes(-1) ? Promise.reject(new Error('bad item')) : Promise.resolve();
    },
    async next() {
      while (open.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return open.shift()!;
    },
  };
}

describe('GroupCommit', () => {
  it('writes what comes together in one transaction, and what comes meanwhile in the next', async () => {
    const { store, write, next } = stubStore();
    const group = new GroupCommit<number>(store, {
      write,
      weigh: () => 1,
      maxWeight: 100,
      aimMs: 50,
      delayMs: 0,
      clock: () => 0,
    });
    const first = [group.add(1), group.add(2)];
    const one = await next();
    expect(one.items).toBe(2);
    const later = [group.add(3), group.add(4), group.add(5)];
    one.commit();
    await Promise.all(first);
    const two = await next();
    expect(two.items).toBe(3);
    two.commit();
    await Promise.all(later);
    await group.idle();
  });

  it('makes transactions lighter while they take too long, and heavier again', async () => {
    const { store, write, next } = stubStore();
    let now = 0;
    const options = { write, weigh: () => 10, maxWeight: 100, aimMs: 50, delayMs: 0, clock: () => now };
    const group = new GroupCommit<number>(store, options);
    const all = Array.from({ length: 60 }, (_, i) => group.add(i));
    const sizes: number[] = [];
    while (sizes.reduce((sum, size) => sum + size, 0) < 60) {
      const transaction = await next();
      sizes.push(transaction.items);
      now += sizes.length <= 4 ? 500 : 5;
      transaction.commit();
    }
    await Promise.all(all);
    expect(sizes[0]).toBe(10);
    expect(sizes[4]).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes.slice(5))).toBeGreaterThanOrEqual(7);
  });

  it('fails one bad item alone', async () => {
    const { store, write, next } = stubStore();
    const group = new GroupCommit<number>(store, { write, weigh: () => 1, maxWeight: 100, aimMs: 50, delayMs: 0 });
    const results = Promise.allSettled([group.add(1), group.add(-1), group.add(2)]);
    (await next()).commit();
    (await next()).commit();
    expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
