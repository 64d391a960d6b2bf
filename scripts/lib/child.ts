/** A child process that talks over IPC, logs to a file or the terminal, and is stopped for certain. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How a child ended: an exit code, a signal, or an error that kept it from starting. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: Error | null;
}

export interface Child {
  process: ChildProcess;
  /** Settles when it has ended; never rejects. */
  ended: Promise<Ending>;
  /** Sends a message if it still listens. */
  send(message: object): void;
  /** SIGTERM, then SIGKILL for it and everything it started. Settles when it has ended. */
  stop(): Promise<Ending>;
}

/** A log is set aside at this size when a program starts, so that a data folder does not fill with logs. */
const LOG_LIMIT_BYTES = 10_000_000;

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(path, `${path}.old`);
  return openSync(path, 'a', 0o600);
}

/**
 * Starts a program.
 * @param options.log file for what it prints; without it, it prints to this terminal
 * @param options.graceMs time in ms between SIGTERM and SIGKILL
 * @param options.onMessage each IPC message, unparsed
 */
export function startChild(
  program: string,
  args: string[],
  options: {
    log?: string;
    graceMs: number;
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    onMessage?: (message: unknown) => void;
  },
): Child {
  const out = options.log === undefined ? 'inherit' : openLog(options.log);
  // Its own process group: Ctrl-C reaches it only through stop(), in order, and nothing it started is left behind.
  const child = spawn(program, args, {
    stdio: ['ignore', out, out, 'ipc'],
    detached: process.platform !== 'win32',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (typeof out === 'number') closeSync(out);
  if (options.onMessage) child.on('message', options.onMessage);

  const ended = new Promise<Ending>((done) => {
    child.once('error', (error) => done({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => done({ code, signal, error: null }));
  });
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // Nobody is left in the group.
    }
  };
  process.once('exit', killGroup);
  void ended.then(() => {
    killGroup();
    process.off('exit', killGroup);
  });
  return {
    process: child,
    ended,
    send: (message) => {
      if (child.connected) child.send(message, () => {});
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(killGroup, options.graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The end of a child as a phrase: «code 1», «signal SIGKILL», or why it did not start. */
export function describeEnding({ code, signal, error }: Ending): string {
  if (error) return error.message;
  return signal === null ? `code ${code}` : `signal ${signal}`;
}

/** The last lines of a log, for a person who has to see why a program ended. Empty when there is none. */
export function logTail(path: string, lines = 12): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines);
  } catch {
    return [];
  }
}
