import { sql } from 'kysely';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReferenceViolation, isUniqueViolation } from './errors.ts';
import { nextNumber, readSetting, writeSetting } from './settings.ts';
import { openStore } from './store.ts';
import { describeStores } from './testing.ts';

const playColumns = [
  'journal_no',
  'seq',
  'board_no',
  'start_at',
  'painted_ms',
  'notice_id',
  'why',
  'why_id',
  'outcome',
  'host',
  'clock',
  'offset_ms',
] as const;
const playRow = (journal: number, seq: number, outcome = 'completed') =>
  [
    journal,
    seq,
    1,
    1_700_000_000_000 + seq,
    15_000,
    null,
    'loop',
    'Nhật ký «ễ»\n"',
    outcome,
    'chromium',
    'synced',
    -3,
  ] as const;

describeStores('store', (under) => {
  it('commits what a transaction wrote and leaves nothing of one that throws', async () => {
    const { store } = under;
    await store.transaction((tx) => writeSetting(tx, 'kept', 'a'));
    await expect(
      store.transaction(async (tx) => {
        await writeSetting(tx, 'kept', 'b');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await readSetting(store.read, 'kept')).toBe('a');
  });

  it('runs a transaction again that lost a race', async () => {
    const { store } = under;
    for (const key of ['race a', 'race b']) await store.transaction((tx) => writeSetting(tx, key, '0'));
    const runs = [0, 0];
    /** Each holds one row and then wants the other's. */
    const cross = () => {
      const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const begun = (i: number) => {
        met[i]!.resolve();
        // On SQLite one writes after the other.
        return store.dialect === 'sqlite' ? null : met[1 - i]!.promise;
      };
      const one = (i: number, keys: readonly [string, string]) =>
        store.transaction(async (tx) => {
          runs[i]!++;
          await nextNumber(tx, keys[0]);
          await begun(i);
          await nextNumber(tx, keys[1]);
        });
      return Promise.allSettled([one(0, ['race a', 'race b']), one(1, ['race b', 'race a'])]);
    };
    expect((await cross()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(runs[0]! + runs[1]!).toBe(store.dialect === 'sqlite' ? 2 : 3);
    expect(await Promise.all(['race a', 'race b'].map((key) => readSetting(store.read, key)))).toEqual(['2', '2']);
  });

  it('lets nobody wait for reports', async () => {
    const { store } = under;
    const rows = sql<{ n: number }>`
      with recursive r(i) as (select 1 union all select i + 1 from r where i < 1000000) select count(*) as n from r
    `;
    const ended: string[] = [];
    const reports = Array.from({ length: 4 }, () => rows.execute(store.report).then(() => ended.push('report')));
    const reads = [readSetting(store.read, 'kept'), store.transaction((tx) => writeSetting(tx, 'beside', 'a'))];
    await Promise.all(reads).then(() => ended.push('the rest'));
    await Promise.all(reports);
    expect(ended.indexOf('the rest')).toBeLessThan(2);
  });

  it('lets readers read while a transaction is open, and makes other writers wait for it', async () => {
    const { store } = under;
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun!: () => void;
    const open = new Promise<void>((resolve) => (begun = resolve));
    const order: string[] = [];
    const first = store.transaction(async (tx) => {
      await writeSetting(tx, 'turn', 'first');
      begun();
      await held;
      order.push('first');
    });
    await open;
    const second = store.transaction(async (tx) => {
      await writeSetting(tx, 'turn', 'second');
      order.push('second');
    });
    expect(await readSetting(store.read, 'turn')).toBeNull();
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(await readSetting(store.read, 'turn')).toBe('second');
  });

  it('refuses a transaction inside a transaction, but not one that is begun inside and runs after', async () => {
    const { store } = under;
    let later: Promise<string> | undefined;
    let go!: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    await store.transaction(async () => {
      await expect(store.transaction(() => Promise.resolve())).rejects.toMatchObject({ code: 'store_nested' });
      later = gate.then(() => store.transaction(() => Promise.resolve('ran')));
    });
    go();
    expect(await later).toBe('ran');
  });

  it('counts from 1 without giving a number twice', async () => {
    const { store } = under;
    const numbers = await Promise.all(
      Array.from({ length: 20 }, () => store.transaction((tx) => nextNumber(tx, 'counter'))),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('inserts many rows, keeps numbers, nulls and Vietnamese, and can leave existing rows as they are', async () => {
    const { store } = under;
    const rows = Array.from({ length: 333 }, (_, i) => playRow(1, i + 1));
    await store.transaction((tx) => store.insertMany(tx, 'plays', playColumns, rows));
    await store.transaction((tx) =>
      store.insertMany(tx, 'plays', playColumns, [playRow(1, 333, 'failed'), playRow(1, 334)], {
        ignoreConflicts: true,
      }),
    );
    await store.transaction((tx) => store.insertMany(tx, 'plays', playColumns, []));
    const held = await store.read.selectFrom('plays').selectAll().orderBy('seq').execute();
    expect(held).toHaveLength(334);
    expect(held[332]).toMatchObject({
      seq: 333,
      outcome: 'completed',
      notice_id: null,
      why_id: 'Nhật ký «ễ»\n"',
      offset_ms: -3,
      start_at: 1_700_000_000_333,
    });
    const totals = await store.read
      .selectFrom('plays')
      .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('painted_ms').as('painted')])
      .executeTakeFirstOrThrow();
    expect(totals).toEqual({ count: 334, painted: 334 * 15_000 });
  });

  it('adds many rows to those that have their key', async () => {
    const { store } = under;
    const columns = ['hour', 'unit_id', 'completed', 'partial', 'exercise', 'uncounted', 'painted_ms'] as const;
    const add = (...rows: readonly (readonly (string | number)[])[]) =>
      store.transaction((tx) => store.insertMany(tx, 'play_hours', columns, rows, { addTo: ['hour', 'unit_id'] }));
    await add([1, 'a', 1, 2, 3, 4, 5]);
    await add([1, 'a', 10, 20, 30, 40, 50], [1, 'b', 1, 1, 1, 1, 1], [2, 'a', 7, 0, 0, 0, 7]);
    const held = await store.read.selectFrom('play_hours').select(columns).orderBy('hour').orderBy('unit_id').execute();
    expect(held.map((row) => Object.values(row))).toEqual([
      [1, 'a', 11, 22, 33, 44, 55],
      [1, 'b', 1, 1, 1, 1, 1],
      [2, 'a', 7, 0, 0, 0, 7],
    ]);
  });

  it('refuses a whole bulk insert when one key exists', async () => {
    const { store } = under;
    const insert = store.transaction((tx) =>
      store.insertMany(tx, 'plays', playColumns, [playRow(2, 1), playRow(2, 2), playRow(2, 1)]),
    );
    const error = await insert.catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error)).toBe(true);
    expect(await store.read.selectFrom('plays').select('seq').where('journal_no', '=', 2).execute()).toEqual([]);
  });

  it('names broken references and broken checks', async () => {
    const { store } = under;
    const grant = await store.write
      .insertInto('grants')
      .values({ user_id: 'none', unit_id: 'none', role: 'viewer' })
      .execute()
      .catch((e: unknown) => e);
    expect(isReferenceViolation(grant)).toBe(true);
    expect(isUniqueViolation(grant)).toBe(false);
    const user = { id: 'u1', email: 'a@b', name: 'A', password_hash: null, created_at: 1 };
    await expect(
      store.write
        .insertInto('users')
        .values({ ...user, active: 2 })
        .execute(),
    ).rejects.toThrow();
  });

  it('opens again with what it held, and refuses tables of a newer release', async () => {
    const { store, options } = under;
    await writeSetting(store.write, 'survives', 'yes');
    const again = await openStore(options);
    expect(await readSetting(again.read, 'survives')).toBe('yes');
    await again.close();
    await store.write.insertInto('migrations').values({ name: '9999-later' }).execute();
    await expect(openStore(options)).rejects.toMatchObject({ code: 'store_newer' });
    await store.write.deleteFrom('migrations').where('name', '=', '9999-later').execute();
  });

  it('writes durably', async () => {
    const { store } = under;
    const setting =
      store.dialect === 'sqlite'
        ? sql<{ v: string | number }>`select synchronous as v from pragma_synchronous`
        : sql<{ v: string }>`select current_setting('synchronous_commit') as v`;
    const { rows } = await setting.execute(store.write);
    expect(rows[0]!.v).toBe(store.dialect === 'sqlite' ? 2 : 'on');
  });
});

describe('an SQLite file', () => {
  const options = (file: string, exclusive = false) => ({ databaseUrl: null, file, exclusive, onError: () => {} });
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'bang-tin-file-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('that cannot be made or is none is refused', async () => {
    await expect(openStore(options(join(folder, 'none/x')))).rejects.toThrow();
    const file = join(folder, 'text');
    await writeFile(file, 'no database\n'.repeat(1000));
    await expect(openStore(options(file))).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(await readFile(file, 'utf8')).toMatch(/^no database/);
  });

  it('taken by one process is refused to the next, until it is closed', async () => {
    const file = join(folder, 'taken');
    const first = await openStore(options(file, true));
    await expect(openStore(options(file, true))).rejects.toMatchObject({ code: 'store_in_use' });
    await writeSetting(first.write, 'still', 'works');
    await first.close();
    const second = await openStore(options(file, true));
    expect(await readSetting(second.read, 'still')).toBe('works');
    await second.close();
  });

  it('runs nothing of a transaction that could not begin', async () => {
    const store = await openStore(options(join(folder, 'begin')));
    // Somebody has left a transaction open on the writer's connection.
    await sql`begin`.execute(store.write);
    const write = store.transaction(async (tx) => {
      await Promise.all([writeSetting(tx, 'a', '1'), writeSetting(tx, 'b', '2')]);
    });
    await expect(write).rejects.toThrow('within a transaction');
    await store.transaction((tx) => writeSetting(tx, 'c', '3'));
    expect(await store.read.selectFrom('settings').select('key').execute()).toEqual([{ key: 'c' }]);
    await store.close();
  });

  it('lets the next writer begin behind a commit, and one that fails takes nobody with it', async () => {
    const store = await openStore(options(join(folder, 'commit')));
    const grant = { user_id: 'nobody', unit_id: 'nowhere', role: 'viewer' as const };
    const results = await Promise.allSettled([
      store.transaction((tx) => writeSetting(tx, 'first', '1')),
      store.transaction(async (tx) => {
        await sql`pragma defer_foreign_keys = on`.execute(tx);
        await Promise.all([writeSetting(tx, 'lost', 'x'), tx.insertInto('grants').values(grant).execute()]);
      }),
      store.transaction(async (tx) => {
        await writeSetting(tx, 'second', '2');
        await writeSetting(tx, 'third', '3');
      }),
      writeSetting(store.write, 'alone', '4'),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'store_reference' } });
    const keys = await store.read.selectFrom('settings').select('key').orderBy('key').execute();
    expect(keys.map((row) => row.key)).toEqual(['alone', 'first', 'second', 'third']);
    await store.close();
  });

  it('runs nothing of a transaction after a full disk has ended it', async () => {
    const store = await openStore(options(join(folder, 'full')));
    await sql`pragma cache_size = 1`.execute(store.write);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.write);
    await sql.raw(`pragma max_page_count = ${rows[0]!.page_count + 4}`).execute(store.write);
    const write = store.transaction(async (tx) => {
      await Promise.all([
        writeSetting(tx, 'before', 'x'),
        writeSetting(tx, 'large', 'x'.repeat(200_000)),
        writeSetting(tx, 'after', 'x'),
      ]);
    });
    await expect(write).rejects.toMatchObject({ code: 'storage_full' });
    expect(await store.read.selectFrom('settings').select('key').execute()).toEqual([]);
    await store.transaction((tx) => writeSetting(tx, 'small', 'y'));
    expect(await readSetting(store.read, 'small')).toBe('y');
    await store.close();
  });
});
