/** Runs jobs in child processes, within limits of time and memory: whatever a hostile file does, it does there. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { endOfJobs } from './child-job.ts';
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
  | { readonly type: 'done'; readonly result: Result; readonly rss: number }
  /** A null code is a fault of ours or of a library. */
  | { readonly type: 'failed'; readonly code: Code | null; readonly message: string };

/** Why a file is to blame though the child did not say so. */
export type ChildFault = 'slow' | 'heavy' | 'died';

export interface ChildKind<Job, Code extends string> {
  /** The child's module. */
  readonly file: URL;
  readonly limits: ChildLimits;
  /** A child that has done a job waits for another so long, ms; without it, it ends. */
  readonly idleMs?: number;
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

/** A child that has done so many jobs is not used again: whatever a library leaks goes with it. */
const mostJobs = 500;

/** A child process, and what it wrote on its way out. */
interface Child {
  readonly process: ChildProcess;
  jobs: number;
  complaint: string;
}

function start(file: URL): Child {
  // Not the parent's own flags (inspector, loaders): only the heap limit. What decoders take beside the heap, `rss` shows.
  // A group of its own: Ctrl-C is for the CMS, which ends its children itself.
  const child: Child = {
    process: fork(fileURLToPath(file), {
      execArgv: ['--max-old-space-size=384'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    }),
    jobs: 0,
    complaint: '',
  };
  child.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    child.complaint = (child.complaint + text).slice(-2000);
  });
  return child;
}

function end({ process: child }: Child): void {
  // Told here, not as an `error` that nobody hears: one that died a moment ago cannot be told anything.
  if (child.connected) child.send(endOfJobs, () => undefined);
}

/** Whether the parent waits for it: one that idles keeps no process alive. */
function hold({ process: child }: Child, held: boolean): void {
  for (const handle of [child, child.channel, child.stderr as Socket | null]) {
    if (held) handle?.ref();
    else handle?.unref();
  }
}

/**
 * How to run jobs of one kind. Each has a process of its own; with `idleMs` the one that did a job takes the next, until nothing has come
 * for so long, it was given a file that is refused, or holds half of the memory it may. What dies in one that did other jobs before is
 * tried once more in another: it may have died before.
 * @throws what `refusal` and `fault` make; the signal's reason when it was aborted; StoppedError when somebody else ended the child
 */
export function createChildRunner<Job extends object, Result, Code extends string>({
  file,
  limits,
  idleMs = 0,
  refusal,
  fault,
}: ChildKind<Job, Code>) {
  /** Those that wait for a job, and how they are stopped from ending. */
  const idle: { readonly child: Child; readonly take: () => boolean }[] = [];

  /** Ends by itself when it is not needed for a while. */
  function keep(child: Child): void {
    const gone = (): void => {
      leave();
      end(child);
    };
    const leave = (): void => {
      clearTimeout(timer);
      child.process.off('close', gone).off('error', gone);
      idle.splice(idle.indexOf(kept), 1);
    };
    const kept = {
      child,
      take: () => {
        leave();
        return child.process.connected;
      },
    };
    const timer = setTimeout(gone, idleMs).unref();
    child.process.once('close', gone).once('error', gone);
    hold(child, false);
    idle.push(kept);
  }

  function next(): Child {
    for (let kept = idle.at(-1); kept; kept = idle.at(-1)) {
      if (!kept.take()) continue;
      hold(kept.child, true);
      return kept.child;
    }
    return start(file);
  }

  const run = (job: Job, { signal, onProgress }: RunOptions): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      signal.throwIfAborted();
      const child = next();
      const { process } = child;
      child.jobs += 1;
      let answer: Exclude<ChildMessage<Result, Code>, { type: 'progress' }> | null = null;
      let killedFor: Error | null = null;

      const kill = (reason: Error): void => {
        killedFor ??= reason;
        process.kill('SIGKILL');
      };
      const stalled = (): void => kill(fault(job, 'slow', 'This file stops the decoder'));
      let stall = setTimeout(stalled, limits.stallMs);
      const total = setTimeout(() => kill(fault(job, 'slow', 'This file takes too long to decode')), limits.totalMs);
      const tooMuch = (bytes: number | null): boolean => bytes !== null && bytes > limits.memoryBytes;
      const overfull = (): void => kill(fault(job, 'heavy', 'This file needs too much memory to decode'));
      const look = setInterval(() => {
        if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
        void residentBytes(process.pid).then((bytes) => {
          if (tooMuch(bytes)) overfull();
        });
      }, memoryLookMs);
      const abort = (): void => kill(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal.addEventListener('abort', abort, { once: true });

      let furthest = -1;
      const onMessage = (message: ChildMessage<Result, Code>): void => {
        if (message.type !== 'progress') {
          if (message.type === 'done' && !killedFor && staysFit(message.rss)) {
            stopWatching();
            keep(child);
            return resolve(message.result);
          }
          answer = message;
          end(child);
          return;
        }
        if (tooMuch(message.rss)) return overfull();
        if (message.share <= furthest) return;
        furthest = message.share;
        clearTimeout(stall);
        stall = setTimeout(stalled, limits.stallMs);
        onProgress(message.share);
      };
      const staysFit = (rss: number): boolean =>
        idleMs > 0 && child.jobs < mostJobs && rss < limits.memoryBytes / 2 && process.connected;
      const onError = (error: Error): void => {
        stopWatching();
        process.kill('SIGKILL');
        if (child.jobs > 1) resolve(run(job, { signal, onProgress }));
        else reject(error);
      };
      const onClose = (code: number | null, killedBy: NodeJS.Signals | null): void => {
        stopWatching();
        if (killedFor) return reject(killedFor);
        if (answer?.type === 'done') return resolve(answer.result);
        if (answer?.type === 'failed')
          return reject(answer.code === null ? new Error(answer.message) : refusal(answer.code, answer.message));
        if (killedBy !== null && polite.includes(killedBy))
          return reject(new StoppedError(`Ended from outside by ${killedBy}`));
        if (child.jobs > 1) return resolve(run(job, { signal, onProgress }));
        reject(fault(job, 'died', `The decoder died (${killedBy ?? code}): ${child.complaint.trim()}`));
      };
      const stopWatching = (): void => {
        clearTimeout(stall);
        clearTimeout(total);
        clearInterval(look);
        signal.removeEventListener('abort', abort);
        process.off('message', onMessage).off('error', onError).off('close', onClose);
      };
      process.on('message', onMessage).once('error', onError).once('close', onClose);
      // One that could not be started for want of files or processes has no channel; its `error` follows.
      if (process.connected) process.send(job, (error) => error && onError(error));
    });
  return run;
}
