import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChildRunner } from './child-runner.ts';

interface Job {
  readonly do: 'answer' | 'refuse' | 'hang' | 'die' | 'swell';
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-child-'));
  await writeFile(
    join(folder, 'child.mjs'),
    `import { answerJob } from ${JSON.stringify(new URL('./child-job.ts', import.meta.url).href)};
    answerJob(async (job) => {
      if (job.do === 'refuse') throw new Error('bad');
      if (job.do === 'hang') for (;;);
      if (job.do === 'die') process.exit(3);
      if (job.do === 'swell') globalThis.held = Buffer.alloc(150_000_000, 1);
      return process.pid;
    }, () => 'bad');`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const runner = (idleMs?: number) => {
  const run = createChildRunner<Job, number, string>({
    file: pathToFileURL(join(folder, 'child.mjs')),
    limits: { stallMs: 4_000, totalMs: 4_000, memoryBytes: 300_000_000 },
    ...(idleMs === undefined ? {} : { idleMs }),
    refusal: (code) => new Error(`refused: ${code}`),
    fault: (_job, why) => new Error(`fault: ${why}`),
  });
  return (what: Job['do'] = 'answer') =>
    run({ do: what }, { signal: new AbortController().signal, onProgress: () => undefined });
};
/** Whether such a process runs. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('a job has a child of its own, which is gone when the job is done', async () => {
  const run = runner();
  const [first, second] = [await run(), await run()];
  expect(first).not.toBe(second);
  expect([runs(first), runs(second)]).toEqual([false, false]);
});

it('a child that waits takes the next job, and ends when none comes', async () => {
  const run = runner(1_000);
  const first = await run();
  expect([await run(), await run()]).toEqual([first, first]);
  expect(runs(first)).toBe(true);
  await expect.poll(() => runs(first)).toBe(false);
  expect(await run()).not.toBe(first);
});

it('two at once have two', async () => {
  const run = runner(1_000);
  const [first, second] = await Promise.all([run(), run()]);
  expect(first).not.toBe(second);
  expect([first, second]).toContain(await run());
});

it.each([
  ['refuse', 'refused: bad'],
  ['hang', 'fault: slow'],
  ['die', 'fault: died'],
] as const)('one that was given a file to %s is not used again', async (what, message) => {
  const run = runner(60_000);
  const first = await run();
  await expect(run(what)).rejects.toThrow(message);
  const next = await run();
  expect(next).not.toBe(first);
  await expect.poll(() => runs(first)).toBe(false);
  process.kill(next, 'SIGKILL');
});

it('one that holds half of the memory it may ends with its job', async () => {
  const run = runner(60_000);
  const first = await run();
  expect(await run('swell')).toBe(first);
  const next = await run();
  expect([next === first, runs(first)]).toEqual([false, false]);
  process.kill(next, 'SIGKILL');
});

it('one that was ended while it waited is replaced', async () => {
  const run = runner(60_000);
  const first = await run();
  process.kill(first, 'SIGKILL');
  await expect.poll(() => runs(first)).toBe(false);
  const next = await run();
  expect(next).not.toBe(first);
  process.kill(next, 'SIGKILL');
});

/** Nothing is heard of what happens meanwhile until it is over. */
const holdTheLoop = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('one that has just died, and nobody has heard it, harms neither the next job nor its parent', async () => {
  const run = runner(300);
  const first = await run();
  process.kill(first, 'SIGKILL');
  holdTheLoop(100);
  const next = await run();
  expect(next).not.toBe(first);
  process.kill(next, 'SIGKILL');
  // Its time to end comes first: an error of that would end this process.
  holdTheLoop(600);
  expect(await run()).not.toBe(next);
});
