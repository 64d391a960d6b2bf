import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeEnding, logTail, startChild } from './child.ts';

const node = process.execPath;

/** Starts inline JavaScript and gives the promise of its next IPC message. */
function start(source: string, options: { graceMs?: number; log?: string } = {}) {
  const queue: unknown[] = [];
  let wake: (() => void) | null = null;
  const child = startChild(node, ['-e', source], {
    graceMs: options.graceMs ?? 20_000,
    log: options.log ?? '/dev/null',
    onMessage: (message) => {
      queue.push(message);
      wake?.();
    },
  });
  const next = async (): Promise<unknown> => {
    while (queue.length === 0) await new Promise<void>((done) => (wake = done));
    return queue.shift();
  };
  return { child, next };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(process.platform === 'win32')('a child process', () => {
  test('hears messages and ends on SIGTERM in its own way', async () => {
    const { child, next } = start(`
      process.on('message', (m) => process.send({ heard: m }));
      process.on('SIGTERM', () => process.exit(7));
      process.send('up');
    `);
    expect(await next()).toBe('up');
    child.send({ type: 'hello' });
    expect(await next()).toEqual({ heard: { type: 'hello' } });
    expect(await child.stop()).toEqual({ code: 7, signal: null, error: null });
    child.send({ type: 'too late' });
  });

  test('that ignores SIGTERM is killed together with what it started', async () => {
    const { child, next } = start(
      `
      const { spawn } = require('node:child_process');
      const deep = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      process.on('SIGTERM', () => {});
      deep.on('spawn', () => process.send(deep.pid));
      setInterval(() => {}, 1000);
    `,
      { graceMs: 200 },
    );
    const deepPid = (await next()) as number;
    expect(isAlive(deepPid)).toBe(true);
    expect((await child.stop()).signal).toBe('SIGKILL');
    await expect.poll(() => isAlive(deepPid) && !isZombie(deepPid), { timeout: 10_000 }).toBe(false);
  });

  test('that cannot be started says why', async () => {
    const ending = await startChild('/not/there', [], { graceMs: 100, log: '/dev/null' }).ended;
    expect(describeEnding(ending)).toContain('ENOENT');
  });

  test('logs to a file that only its owner reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bang-tin-child-'));
    try {
      const log = join(folder, 'log/x.log');
      const { child } = start(`for (let i = 1; i <= 20; i++) console.log('line ' + i); process.exitCode = 3;`, { log });
      process.nextTick(() => child.process.disconnect());
      expect(describeEnding(await child.ended)).toBe('code 3');
      expect(logTail(log, 2)).toEqual(['line 19', 'line 20']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** In a container nobody may reap an orphan; a zombie runs no more. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
