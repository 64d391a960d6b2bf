/** Runs a small program of the machine and reads what it says: without a shell, never for longer than its time. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AppError } from '../../../shared/util/errors.ts';

/** What a program is heard of. */
const mostChars = 20_000;
/** One that was killed and does not end hangs in the kernel: nobody waits for it. ms */
const endsWithinMs = 1_000;

/**
 * @returns what it wrote
 * @throws AppError `screen_failed`: it is not there, ended with another code than 0, or took too long; or the signal's reason
 */
export function runProgram(
  file: string,
  args: readonly string[],
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<string> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const failed = (why: string): AppError => new AppError('screen_failed', `${file} ${args.join(' ')}: ${why}`);
  // A group of its own, so that what it starts ends with it; Windows has none.
  const grouped = process.platform !== 'win32';
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, detached: grouped });
  child.on('error', (error) => reject(failed(error.message)));
  // Where no file can be opened any more, there are none to hear.
  const outputs = [child.stdout, child.stderr] as (Readable | undefined)[];
  let said = '';
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(0, mostChars));
  for (const output of outputs) output?.on('data', hear);
  let killed: Error | null = null;
  let late: NodeJS.Timeout | undefined;
  const kill = (why: Error): void => {
    killed ??= why;
    if (child.pid !== undefined) end(grouped ? -child.pid : child.pid);
    // What left the group may hold them open.
    for (const output of outputs) output?.destroy();
    late ??= setTimeout(() => reject(why), endsWithinMs);
  };
  const stop = (): void => kill(signal.reason as Error);
  const timer = setTimeout(() => kill(failed(`no end after ${timeoutMs} ms`)), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  child.on('close', (code, by) => {
    if (killed) reject(killed);
    else if (code === 0) resolve(said);
    else reject(failed(`ended with ${code ?? by}: ${said.trim().slice(0, 300)}`));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
  });
}

/** @param pid below 0: the whole group */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
