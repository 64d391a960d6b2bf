/** One CMS per data folder and per database, however the one before ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoreError } from './errors.ts';
import { takePostgresLock } from './postgres-lock.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { describeStores } from './testing.ts';

// Some start whole processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const onError = (): void => {};
const inUse = { code: 'store_in_use' };

describeStores('the lock', (under) => {
  let folder: string;
  const open: Store[] = [];
  const children: ChildProcess[] = [];
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'bang-tin-lock-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const store of open.splice(0)) await store.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function take(file: string, options: Partial<StoreOptions> = {}): Promise<Store> {
    const { databaseUrl } = under.options;
    const store = await openStore({ databaseUrl, file: join(folder, file), exclusive: true, onError, ...options });
    open.push(store);
    return store;
  }

  it('is refused to a second process on the same data folder until the first has closed', async () => {
    const first = await take('a');
    await expect(take('a')).rejects.toMatchObject(inUse);
    // A database of its own does not make the media folder its own.
    await expect(take('a', { databaseUrl: null })).rejects.toMatchObject(inUse);
    await first.close();
    await take('a');
  });

  it('is not held by a process that was killed, and tells a second one why it does not start', async () => {
    const start = () => {
      const child = fork(
        join(import.meta.dirname, '../main.ts'),
        ['--port', '0', '--data', join(folder, 'killed'), '--empty'],
        {
          stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
          env: {
            PATH: process.env['PATH'],
            NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
            ...(under.options.databaseUrl === null ? {} : { DATABASE_URL: under.options.databaseUrl }),
          },
        },
      );
      children.push(child);
      let said = '';
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
      const ready = (async () => {
        for (;;) {
          const [message] = (await once(child, 'message')) as [{ type: string }];
          if (message.type === 'ready') return 'ready' as const;
        }
      })();
      return { child, ended, first: Promise.race([ready, ended]) };
    };
    const killed = start();
    expect(await killed.first).toBe('ready');
    const second = start();
    const { code, said } = await second.ended;
    expect([code, said.trim()]).toEqual([1, 'Another process uses this data folder; stop it first']);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await start().first).toBe('ready');
  });

  if (under.dialect === 'sqlite') return;
  describe('of PostgreSQL', () => {
    const url = (): string => under.options.databaseUrl!;
    let admin: pg.Client;
    beforeAll(async () => {
      admin = new pg.Client({ connectionString: url() });
      await admin.connect();
    });
    afterAll(() => admin.end());

    /** Ends the connections that hold the lock or wait for it, as a broken network would. */
    const breakOff = () =>
      admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'bang-tin-lock' and datname = current_database()`);
    async function holder(): Promise<number | null> {
      const { rows } = await admin.query<{
        pid: number;
      }>(`select pid from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`);
      return rows[0]?.pid ?? null;
    }

    it('keeps a process with another data folder out of the same database', async () => {
      const first = await take('b');
      await expect(take('c')).rejects.toMatchObject({ ...inUse, message: expect.stringContaining('database') });
      await first.close();
      // Neither did the one that was refused keep its own folder.
      await take('c');
    });

    it('is taken anew when its connection breaks', async () => {
      await take('d');
      const before = await holder();
      expect(before).not.toBe(null);
      await breakOff();
      let now: number | null;
      do now = await holder();
      while (now === null || now === before);
      await expect(take('e')).rejects.toMatchObject(inUse);
    });

    it('ends whoever lost it to another meanwhile', async () => {
      const lost = Promise.withResolvers<StoreError>();
      const lock = await takePostgresLock(url(), { onLost: lost.resolve, onError, regainPatienceMs: 50 });
      const other = new pg.Client({ connectionString: url() });
      await other.connect();
      const taken = other.query(`select pg_advisory_lock(727502, hashtext('public'))`);
      const waits = `select 1 from pg_locks where locktype = 'advisory' and not granted`;
      while ((await admin.query(waits)).rowCount === 0);
      await breakOff();
      await taken;
      expect(await lost.promise).toMatchObject(inUse);
      await other.end();
      await lock.close();
      await take('f');
    });
  });
});
