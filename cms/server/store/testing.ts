/** For store tests: the same test on SQLite and on a real PostgreSQL. testing-postgres.ts starts the server once per run. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { openStore, type Store, type StoreOptions } from './store.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the test server's maintenance database. */
    postgresUrl: string;
  }
}

export interface StoreUnderTest {
  readonly dialect: Store['dialect'];
  /** Open and empty; one for the whole suite. */
  readonly store: Store;
  /** How to open the same database once more. */
  readonly options: StoreOptions;
}

/** Runs a suite once on each dialect, each on a fresh database that goes when the suite ends. */
export function describeStores(name: string, suite: (under: StoreUnderTest) => void): void {
  for (const dialect of ['sqlite', 'postgres'] as const) {
    describe(`${name} on ${dialect}`, () => {
      const under: { dialect: Store['dialect']; store?: Store; options?: StoreOptions } = { dialect };
      let discard: () => Promise<void>;
      beforeAll(async () => {
        const made = dialect === 'sqlite' ? await makeSqlite() : await makePostgres(inject('postgresUrl'));
        discard = made.discard;
        under.options = made.options;
        under.store = await openStore(made.options);
      });
      afterAll(async () => {
        await under.store?.close();
        await discard();
      });
      suite(under as StoreUnderTest);
    });
  }
}

/** Connections that end with their database are no news. */
const onError = (): void => {};

async function makeSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-store-'));
  const options: StoreOptions = { databaseUrl: null, file: join(folder, 'cms.sqlite'), onError };
  return { options, discard: () => rm(folder, { recursive: true, force: true }) };
}

async function makePostgres(server: string) {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const options: StoreOptions = { databaseUrl: url.href, file: '', onError };
  return { options, discard: () => onServer(server, `drop database ${name} with (force)`) };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
