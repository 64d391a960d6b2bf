/**
 * One CMS per PostgreSQL database: an advisory lock on a connection of its own. PostgreSQL lets go of it when that connection ends, so
 * a process that died holds nobody up. When the connection breaks under a process that lives, it takes the lock anew; if another CMS has
 * it by then, this one has to end.
 */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { isLockUnavailable, StoreError } from './errors.ts';

/** Any number, the same in every release. The second half of the key is the schema. */
const LOCK = 727_502;
/** How long another's lock is waited for at the start, ms: who has just ended may still be ending. */
const START_PATIENCE_MS = 2000;
/** The same after the connection broke, ms: longer than PostgreSQL takes to find out that it did (below). */
const REGAIN_PATIENCE_MS = 60_000;
const RETRY_MS = 1000;

/**
 * PostgreSQL shall notice within half a minute that the other end has lost its power, and not end what is idle by design.
 * Settings that a release does not know are left out.
 */
const prepare = `
  select set_config(wanted.name, wanted.value, false)
  from (values
    ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
    ('idle_session_timeout', '0'), ('statement_timeout', '0')
  ) as wanted (name, value) join pg_settings using (name)`;

export interface PostgresLockOptions {
  /** Told when another CMS has taken the database while the connection was broken. */
  readonly onLost: (error: StoreError) => void;
  /** Told of each failure to take it anew. */
  readonly onError: (error: Error) => void;
  readonly regainPatienceMs?: number | undefined;
}

export interface PostgresLock {
  close(): Promise<void>;
}

/** @throws StoreError `store_in_use` when another CMS uses the database, or pg's error when there is no connection */
export async function takePostgresLock(url: string, options: PostgresLockOptions): Promise<PostgresLock> {
  const { onLost, onError, regainPatienceMs = REGAIN_PATIENCE_MS } = options;
  const closing = new AbortController();
  const closed = (): boolean => closing.signal.aborted;

  let held = await take(url, START_PATIENCE_MS, onError);
  watch();

  function watch(): void {
    held.once('end', () => void regain());
  }

  async function regain(): Promise<void> {
    while (!closed()) {
      try {
        held = await take(url, regainPatienceMs, onError);
        return closed() ? await release() : watch();
      } catch (error) {
        if (error instanceof StoreError) return onLost(error);
        onError(error as Error);
        await setTimeout(RETRY_MS, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async function release(): Promise<void> {
    // Not left to the end of the connection, which PostgreSQL notices a little later.
    await held.query('select pg_advisory_unlock_all()').catch(() => undefined);
    await held.end().catch(() => undefined);
  }

  return {
    async close() {
      closing.abort();
      await release();
    },
  };
}

async function take(url: string, patienceMs: number, onError: (error: Error) => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'bang-tin-lock',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  client.on('error', onError);
  try {
    await client.connect();
    await client.query(prepare);
    await client.query(`select set_config('lock_timeout', $1, false)`, [`${patienceMs}ms`]);
    await client.query(`select pg_advisory_lock($1, hashtext(coalesce(current_schema(), '')))`, [LOCK]);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isLockUnavailable(error))
      throw new StoreError('store_in_use', 'Another CMS process uses this database; stop it first', error);
    throw error;
  }
}
