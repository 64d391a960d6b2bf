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

const options = { weigh: () => 1, maxWeight: 100, aimMs: 50, delayMs: 0, clock: () => 0 };

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
    const group = new GroupCommit<number>(store, { ...options, write, weigh: () => 10, clock: () => now });
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

  it('fails bad items alone, in the order they came, and by halves: few bad ones cost few transactions', async () => {
    const count = 512;
    const bad = new Set([0, 77, 400]);
    const written: number[] = [];
    let transactions = 0;
    const store = { transaction: (work: (tx: Tx) => Promise<void>) => work({} as Tx) } as unknown as Store;
    const group = new GroupCommit<number>(store, {
      ...options,
      maxWeight: count,
      write: (_tx, items) => {
        transactions++;
        if (items.some((item) => bad.has(item))) return Promise.reject(new Error(`bad item among ${items.length}`));
        written.push(...items);
        return Promise.resolve();
      },
    });
    const results = await Promise.allSettled(Array.from({ length: count }, (_, i) => group.add(i)));
    await group.idle();
    const rejected = results.flatMap((result, i) => (result.status === 'rejected' ? [[i, String(result.reason)]] : []));
    expect(rejected).toEqual([...bad].map((i) => [i, 'Error: bad item among 1']));
    expect(written).toEqual(Array.from({ length: count }, (_, i) => i).filter((i) => !bad.has(i)));
    // Two for each halving, on the way to each bad one.
    expect(transactions).toBeLessThanOrEqual(1 + bad.size * 2 * Math.log2(count));
  });

  it('writes a lone item with the transaction that runs again after a lost race', async () => {
    const written: number[][] = [];
    const store = {
      async transaction(work: (tx: Tx) => Promise<void>) {
        await work({} as Tx).catch(() => work({} as Tx));
      },
    } as unknown as Store;
    const group = new GroupCommit<number>(store, {
      ...options,
      write: (_tx, items) => {
        written.push([...items]);
        return written.length === 1 ? Promise.reject(new Error('deadlock detected')) : Promise.resolve();
      },
    });
    await group.add(1);
    expect(written).toEqual([[1], [1]]);
  });

  it('salvages nothing item by item when transactions are no longer to be had', async () => {
    let asked = 0;
    const store = {
      transaction: (work: (tx: Tx) => Promise<void>) =>
        ++asked === 1 ? work({} as Tx) : Promise.reject(new Error('closed')),
    } as unknown as Store;
    const group = new GroupCommit<number>(store, { ...options, write: () => Promise.reject(new Error('lost')) });
    const results = await Promise.allSettled(Array.from({ length: 64 }, (_, i) => group.add(i)));
    expect(new Set(results.map((result) => String((result as PromiseRejectedResult).reason)))).toEqual(
      new Set(['Error: closed']),
    );
    expect(asked).toBe(3);
  });

  it('tells everybody when there is no transaction to be had', async () => {
    const store = { transaction: () => Promise.reject(new Error('closed')) } as unknown as Store;
    const group = new GroupCommit<number>(store, { ...options, write: () => Promise.resolve() });
    const results = await Promise.allSettled([group.add(1), group.add(2), group.add(3)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
    await group.idle();
  });

  it('writes the next while one commits, and never a third', async () => {
    const open: PromiseWithResolvers<void>[] = [];
    const written: number[][] = [];
    const woken: (() => void)[] = [];
    // As the SQLite driver does: the next transaction begins when the one before has sent its commit.
    const store = {
      async transaction(work: (tx: Tx) => Promise<void>) {
        await work({} as Tx);
        const commit = Promise.withResolvers<void>();
        open.push(commit);
        for (const wake of woken.splice(0)) wake();
        await commit.promise;
      },
    } as unknown as Store;
    const begun = async (count: number) => {
      while (open.length < count) await new Promise<void>((resolve) => woken.push(resolve));
    };
    const group = new GroupCommit<number>(store, {
      ...options,
      maxWeight: 1,
      write: (_tx, items) => {
        written.push([...items]);
        return Promise.resolve();
      },
    });
    const all = [group.add(1), group.add(2), group.add(3)];
    await begun(2);
    expect(written).toEqual([[1], [2]]);
    open[0]!.resolve();
    await all[0];
    await begun(3);
    open[1]!.resolve();
    open[2]!.resolve();
    await Promise.all(all);
    expect(written).toEqual([[1], [2], [3]]);
  });
});
