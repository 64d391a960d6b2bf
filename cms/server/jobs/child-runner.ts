/** Runs one job in a child process of its own, within limits of time and memory: whatever a hostile file does, it does there. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { StoppedError } from './media-errors.ts';

export interface ChildLimits {
  /** Killed when it says nothing new for so long, ms. */
  readonly stallMs: number;
  /** Killed when it takes longer than this in all, ms. */
  readonly totalMs: number;
  /** Killed when it holds more memory than this, bytes. */
  readonly memoryBytes: number;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** What a child says to its parent. Both are ours and of one release: types, no schemas. */
export type ChildMessage<Result, Code extends string> =
  | { readonly type: 'progress'; readonly share: number; /** Resident memory, bytes. */ readonly rss: number }
  | { readonly type: 'done'; readonly result: Result }
  /** A null code is a fault of ours or of a library. */
  | { readonly type: 'failed'; readonly code: Code | null; readonly message: string };

/** Why a file is to blame though the child did not say so. */
export type ChildFault = 'slow' | 'heavy' | 'died';

export interface ChildKind<Job, Code extends string> {
  /** The child's module. */
  readonly file: URL;
  readonly limits: ChildLimits;
  /** The error for a code that the child named. */
  readonly refusal: (code: Code, message: string) => Error;
  /** The error for a child that was killed or died. */
  readonly fault: (job: Job, why: ChildFault, message: string) => Error;
}

/** Signals by which a person or a service manager ends processes; no decoder dies of them. */
const polite: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How often memory is looked at, ms. */
const memoryLookMs = 250;

/**
 * Resident memory of a process, bytes; null where the system has no /proc, or no such process any more. Read from outside: a decoder that
 * runs away in one call says nothing itself. In proc_pid_status(5), because statm counts in pages, whose size differs.
 */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/**
 * How to run jobs of one kind.
 * @throws what `refusal` and `fault` make; the signal's reason when it was aborted; StoppedError when somebody else ended the child
 */
export function createChildRunner<Job extends object, Result, Code extends string>({
  file,
  limits,
  refusal,
  fault,
}: ChildKind<Job, Code>) {
  return (job: Job, { signal, onProgress }: RunOptions): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      signal.throwIfAborted();
      // Not the parent's own flags (inspector, loaders): only the heap limit. What decoders take beside the heap, `rss` shows.
      // A group of its own: Ctrl-C is for the CMS, which ends its children itself.
      const child = fork(fileURLToPath(file), {
        execArgv: ['--max-old-space-size=384'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        detached: true,
      });
      let answer: Exclude<ChildMessage<Result, Code>, { type: 'progress' }> | null = null;
      let killedFor: Error | null = null;
      let complaint = '';

      const kill = (reason: Error): void => {
        killedFor ??= reason;
        child.kill('SIGKILL');
      };
      const stalled = (): void => kill(fault(job, 'slow', 'This file stops the decoder'));
      let stall = setTimeout(stalled, limits.stallMs);
      const total = setTimeout(() => kill(fault(job, 'slow', 'This file takes too long to decode')), limits.totalMs);
      const tooMuch = (bytes: number | null): boolean => bytes !== null && bytes > limits.memoryBytes;
      const overfull = (): void => kill(fault(job, 'heavy', 'This file needs too much memory to decode'));
      const look = setInterval(() => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        void residentBytes(child.pid).then((bytes) => {
          if (tooMuch(bytes)) overfull();
        });
      }, memoryLookMs);
      const abort = (): void => kill(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal.addEventListener('abort', abort, { once: true });

      let furthest = -1;
      child.on('message', (message: ChildMessage<Result, Code>) => {
        if (message.type !== 'progress') {
          answer = message;
          return;
        }
        if (tooMuch(message.rss)) return overfull();
        if (message.share <= furthest) return;
        furthest = message.share;
        clearTimeout(stall);
        stall = setTimeout(stalled, limits.stallMs);
        onProgress(message.share);
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaint = (complaint + text).slice(-2000);
      });
      const stopWatching = (): void => {
        clearTimeout(stall);
        clearTimeout(total);
        clearInterval(look);
        signal.removeEventListener('abort', abort);
      };
      child.once('error', (error) => {
        stopWatching();
        child.kill('SIGKILL');
        reject(error);
      });
      child.once('close', (code, killedBy) => {
        stopWatching();
        if (killedFor) return reject(killedFor);
        if (answer?.type === 'done') return resolve(answer.result);
        if (answer?.type === 'failed')
          return reject(answer.code === null ? new Error(answer.message) : refusal(answer.code, answer.message));
        if (killedBy !== null && polite.includes(killedBy))
          return reject(new StoppedError(`Ended from outside by ${killedBy}`));
        reject(fault(job, 'died', `The decoder died (${killedBy ?? code}): ${complaint.trim()}`));
      });
      // One that could not be started for want of files or processes has no channel; its `error` follows.
      if (child.connected) child.send(job);
    });
}
