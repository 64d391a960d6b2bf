/** Runs one media job in a child process of its own, within limits of time and memory. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MediaError, StoppedError } from './media-errors.ts';
import type { ChildMessage, MediaJob, MediaResult, SmallerJob, SmallerResult } from './media-messages.ts';

export interface MediaLimits {
  /** Killed when it says nothing new for so long, ms. */
  readonly stallMs: number;
  /** Killed when it takes longer than this in all, ms. */
  readonly totalMs: number;
  /** Killed when it holds more memory than this, bytes. */
  readonly memoryBytes: number;
}
export const defaultMediaLimits: MediaLimits = { stallMs: 180_000, totalMs: 6 * 3_600_000, memoryBytes: 2_000_000_000 };

/** How a job is run; tests may pass their own. */
export type RunMedia = (job: MediaJob, options: RunOptions) => Promise<MediaResult>;
export type RunSmaller = (job: SmallerJob, options: RunOptions) => Promise<SmallerResult>;
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
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

const childFile = fileURLToPath(new URL('./media-child.ts', import.meta.url));

/**
 * @throws MediaError with the code of what is wrong with the file; `image_unreadable` or `video_unreadable` when the child died of it
 * @throws the signal's reason when it was aborted, StoppedError when somebody else ended the child
 */
export const createMediaRunner = (limits: MediaLimits): RunMedia => createRunner<MediaJob, MediaResult>(limits);
/** @throws as createMediaRunner */
export const createSmallerRunner = (limits: MediaLimits): RunSmaller => createRunner<SmallerJob, SmallerResult>(limits);

function createRunner<Job extends MediaJob | SmallerJob, Result>(limits: MediaLimits) {
  return (job: Job, { signal, onProgress }: RunOptions): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      signal.throwIfAborted();
      // Not the parent's own flags (inspector, loaders): only the heap limit. What decoders take beside the heap, `rss` shows.
      // A group of its own: Ctrl-C is for the CMS, which ends its children itself.
      const child = fork(childFile, {
        execArgv: ['--max-old-space-size=384'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        detached: true,
      });
      let answer: ChildMessage | null = null;
      let killedFor: Error | null = null;
      let complaint = '';

      const kill = (reason: Error): void => {
        killedFor ??= reason;
        child.kill('SIGKILL');
      };
      const unreadable = (what: string): MediaError => new MediaError(`${job.kind}_unreadable`, what);
      const stalled = (): void => kill(unreadable('This file stops the decoder'));
      let stall = setTimeout(stalled, limits.stallMs);
      const total = setTimeout(() => kill(unreadable('This file takes too long to decode')), limits.totalMs);
      const tooMuch = (bytes: number | null): boolean => bytes !== null && bytes > limits.memoryBytes;
      const overfull = (): void => kill(unreadable('This file needs too much memory to decode'));
      const look = setInterval(() => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        void residentBytes(child.pid).then((bytes) => {
          if (tooMuch(bytes)) overfull();
        });
      }, memoryLookMs);
      const abort = (): void => kill(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal.addEventListener('abort', abort, { once: true });

      let furthest = -1;
      child.on('message', (message: ChildMessage) => {
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
        if (answer?.type === 'done') return resolve(answer.result as Result);
        if (answer?.type === 'failed' && answer.code !== null)
          return reject(new MediaError(answer.code, answer.message));
        if (answer?.type === 'failed') return reject(new Error(answer.message));
        if (killedBy !== null && polite.includes(killedBy))
          return reject(new StoppedError(`Ended from outside by ${killedBy}`));
        reject(unreadable(`The decoder died (${killedBy ?? code}): ${complaint.trim()}`));
      });
      // One that could not be started for want of files or processes has no channel; its `error` follows.
      if (child.connected) child.send(job);
    });
}
