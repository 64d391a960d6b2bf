/** Running other programs: bounded in time, never left behind. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a bounded run ended; `reason` is a phrase for a sentence, empty when it went well. */
export interface RunResult {
  ok: boolean;
  reason: string;
}

/**
 * Runs a program to its end, prints each line it says, and kills it with all its children when it takes too
 * long or falls silent. It gets no standard input.
 * @param limits.totalMs longest run in ms
 * @param limits.silentMs longest silence in ms
 */
export async function runBounded(
  program: string,
  args: string[],
  limits: { totalMs: number; silentMs: number; print: (line: string) => void },
): Promise<RunResult> {
  // Its own process group, so that helpers it started die with it.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
  const kill = (): void => {
    try {
      if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // Already gone.
    }
  };
  let reason = '';
  const stop = (why: string): void => {
    reason = why;
    kill();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    kill();
    process.kill(process.pid, signal);
  };
  const total = setTimeout(() => stop(`stopped after ${Math.round(limits.totalMs / 1000)} s`), limits.totalMs);
  const silent = setTimeout(() => stop(`said nothing for ${Math.round(limits.silentMs / 1000)} s`), limits.silentMs);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      silent.refresh();
      if (line.trim() !== '') limits.print(`  ${line}`);
    });
    stream.on('data', () => silent.refresh());
  }
  process.once('exit', kill).once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await new Promise((done) => {
      child.once('error', (error) => done({ ok: false, reason: error.message }));
      child.once('close', (code, signal) => {
        if (reason === '' && code !== 0)
          reason = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
        done({ ok: reason === '', reason });
      });
    });
  } finally {
    clearTimeout(total);
    clearTimeout(silent);
    process.off('exit', kill).off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
