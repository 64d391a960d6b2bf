/** For tests of what becomes of something that was made: the same is made of the same file once, and copied from then on. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from './child-runner.ts';

/** What names files in one folder, naming those of another. */
const moved = <Result>(result: Result, from: string, to: string): Result =>
  JSON.parse(JSON.stringify(result), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(from) ? to + value.slice(from.length) : value,
  ) as Result;

type Run<Job, Result> = (job: Job, options: RunOptions) => Promise<Result>;

/**
 * Failures are not kept, and nobody is told of progress twice.
 * @param run makes files in the job's folder, if any, and names them in its result by absolute paths
 */
export function makingOnce<Job extends { source: string; folder: string }, Result extends object>(
  run: Run<Job, Result>,
): { readonly run: Run<Job, Result>; discard(): Promise<void> } {
  const kept = new Map<string, { copy: string; result: Result }>();
  let home: Promise<string> | null = null;
  return {
    async run(job, options) {
      const { source, folder, ...what } = job;
      const hash = createHash('sha256').update(await readFile(source));
      const key = hash.update(JSON.stringify(what)).digest('hex');
      const before = kept.get(key);
      options.signal.throwIfAborted();
      if (before) {
        if (existsSync(before.copy)) await cp(before.copy, folder, { recursive: true });
        return moved(before.result, before.copy, folder);
      }
      const result = await run(job, options);
      home ??= mkdtemp(join(tmpdir(), 'bang-tin-made-'));
      const copy = join(await home, key);
      if (existsSync(folder)) await cp(folder, copy, { recursive: true });
      kept.set(key, { copy, result: moved(result, folder, copy) });
      return result;
    },
    async discard() {
      if (home) await rm(await home, { recursive: true, force: true });
    },
  };
}
