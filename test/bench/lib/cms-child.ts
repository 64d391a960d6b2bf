/** A real CMS in a process of its own, on SQLite, with boards and a person put into its store before it starts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '../../../cms/server/store/store.ts';
import type { BoardIdentityData } from '../../fleet/board.ts';
import { seedBoards, seedPerson, seedProvince, type SeededPerson } from '../../fleet/seed.ts';

export interface BenchCms {
  readonly url: string;
  readonly folder: string;
  readonly boards: readonly BoardIdentityData[];
  readonly person: SeededPerson;
  /** Public root key, as a player pins it. */
  readonly rootKey: string;
  /** @param by who asks; left out: somebody of the province */
  request(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, by?: SeededPerson): Promise<unknown>;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../../../cms/server/main.ts', import.meta.url));

/** Where the data of a benchmark live: a disk, not memory. */
export const benchFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'bang-tin-bench-'));

/** What else a benchmark needs of its CMS. */
export interface BenchCmsOptions {
  /** Puts more into the store before the CMS starts. */
  readonly seed?: (
    store: Store,
    place: { unitId: string; by: string; now: number; boards: readonly BoardIdentityData[] },
  ) => Promise<void>;
  /** More arguments of the CMS. */
  readonly args?: readonly string[];
}

export async function startBenchCms(boardCount: number, options: BenchCmsOptions = {}): Promise<BenchCms> {
  const folder = await benchFolder();
  const now = Date.now();
  const store = await openStore({ databaseUrl: null, file: join(folder, 'cms.sqlite'), onError: console.error });
  const unitId = await seedProvince(store, now);
  const boards = await seedBoards(store, { count: boardCount, unitId, now });
  const person = await seedPerson(store, unitId, 'province', now);
  await options.seed?.(store, { unitId, by: person.userId, now, boards });
  await store.close();

  const profile = process.env.BENCH_CPU_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_CPU_PROFILE}`]
    : [];
  const child = fork(main, ['--port', '0', '--data', folder, '--empty', ...(options.args ?? [])], {
    execArgv: profile,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, BANG_TIN_LOG_LEVEL: 'warn' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { type: string; url: string }) => message.type === 'ready' && resolve(message.url));
    child.once('exit', (code) => reject(new Error(`The CMS ended (${code}) before it listened`)));
  });

  async function request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
    by: SeededPerson = person,
  ): Promise<unknown> {
    const headers = {
      cookie: `bt_session=${by.sessionToken}`,
      'x-csrf-token': by.csrfToken,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  const offer = (await request('POST', '/api/pairing', { commitment: '0'.repeat(64) })) as { rootKey: string };
  return {
    url,
    folder,
    boards,
    person,
    rootKey: offer.rootKey,
    request,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(hard);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
