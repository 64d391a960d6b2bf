/** What the engine takes from the machine: time, timers and randomness. Tests hand in their own. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface System {
  /** The machine's clock, ms UTC. May be absurd: a board without a battery starts in 1970. */
  now(): number;
  /** Milliseconds since some fixed moment of this boot; steps of the clock do not move it, another process sees the same. */
  monotonic(): number;
  /** Names the boot of the machine; null where the machine does not tell. */
  readonly bootId: string | null;
  randomBytes(count: number): Buffer;
  uuid(): string;
  /** A number in [0, 1) that spreads retries of many boards. */
  jitter(): number;
  /** Whether every process that wants a core has one now; false where the machine does not tell. */
  hasFreeCore(): boolean;
}

export function machineSystem(): System {
  return {
    now: () => Date.now(),
    monotonic: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
    bootId: readBootId(),
    randomBytes: (count) => randomBytes(count),
    uuid: () => randomUUID(),
    jitter: () => Math.random(),
    hasFreeCore,
  };
}

/** Linux names each boot; elsewhere a new process counts as a new boot. */
function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** Linux counts what runs or could run now: «0.20 0.18 0.12 1/80 11206», the fourth (proc_loadavg(5)). */
function hasFreeCore(): boolean {
  try {
    const running = /(\d+)\/\d+/.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1];
    return running !== undefined && Number(running) <= availableParallelism();
  } catch {
    return false;
  }
}

/** Waiting time before attempt number `attempt` (from 0), ms: doubles from `first` to `most`, spread by up to a third. */
export function backoffMs(attempt: number, first: number, most: number, system: Pick<System, 'jitter'>): number {
  return Math.min(most, first * 2 ** Math.min(attempt, 20)) * (1 - system.jitter() / 3);
}

/** Resolves after `ms`, or at once (with false) when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
