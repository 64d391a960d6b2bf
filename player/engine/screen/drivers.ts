/**
 * What switches the glass on and off, by `BANG_TIN_SCREEN` of the player's own settings: nothing of it comes over the network. What
 * cannot be read is unknown (null), never taken for what was asked.
 */
import { AppError } from '../../../shared/util/errors.ts';
import { pause } from '../system.ts';
import { runProgram } from './run-program.ts';

export interface ScreenState {
  readonly on: boolean | null;
  /** Percent. */
  readonly light: number | null;
}

/** One call at a time; both reject when it cannot be done, or with the signal's reason. */
export interface ScreenDriver {
  readonly name: 'dpms' | 'ddcutil' | 'command';
  /** Whether it can make the screen brighter and darker. */
  readonly dims: boolean;
  /** @param light percent; null: as it is */
  set(wanted: { readonly on: boolean; readonly light: number | null }, signal: AbortSignal): Promise<void>;
  read(signal: AbortSignal): Promise<ScreenState>;
}

export type Run = (file: string, args: readonly string[], signal: AbortSignal) => Promise<string>;

/** A program that says nothing for so long is given up, ms: DDC/CI is slow. */
const timeoutMs = 10_000;
const runHere: Run = (file, args, signal) => runProgram(file, args, { timeoutMs, signal });

/** @param said `none`, `dpms`, `ddcutil`, or the program that does it; left out: `none` @returns null: nothing switches the screen */
export function screenDriver(said: string | undefined, run: Run = runHere): ScreenDriver | null {
  if (!said || said === 'none') return null;
  if (said === 'dpms') return dpms(run);
  if (said === 'ddcutil') return ddcutil(run);
  return command(said, run);
}

/** An X server's power management (xset). X tells what it asked of the screen last, and lights it when somebody touches a key. */
function dpms(run: Run): ScreenDriver {
  const xset: Run = async (file, args, signal) => {
    const said = await run(file, args, signal);
    // It ends with 0 all the same.
    if (/does not have (the DPMS )?extension/i.test(said)) throw new AppError('screen_failed', said.split('\n')[0]!);
    return said;
  };
  return {
    name: 'dpms',
    dims: false,
    async set({ on }, signal) {
      // X's own waiting times would darken the screen of a board that nobody touches.
      await xset('xset', ['s', 'off', 'dpms', '0', '0', '0', 'dpms', 'force', on ? 'on' : 'off'], signal);
    },
    async read(signal) {
      const said = await xset('xset', ['q'], signal);
      const state = /Monitor is (On|Off|in Standby|in Suspend)/.exec(said)?.[1];
      return { on: state === undefined ? null : state === 'On', light: null };
    },
  };
}

/** The screen itself, over its cable (DDC/CI). Slow, and often lost on the way: each call is tried three times. */
function ddcutil(run: Run): ScreenDriver {
  const [attempts, betweenMs] = [3, 300];
  /** What stands for the brightest; most screens say 100. */
  let brightest = 100;
  async function call(args: readonly string[], signal: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run('ddcutil', args, signal);
      } catch (error) {
        if (attempt === attempts || signal.aborted || !(await pause(betweenMs, signal))) throw error;
      }
    }
  }
  return {
    name: 'ddcutil',
    dims: true,
    async set({ on, light }, signal) {
      await call(['--noverify', 'setvcp', 'd6', on ? '1' : '4'], signal);
      if (on && light !== null)
        await call(['--noverify', 'setvcp', '10', String(Math.round((light * brightest) / 100))], signal);
    },
    async read(signal) {
      const said = await call(['--terse', 'getvcp', 'd6', '10'], signal);
      // «VCP D6 SNC x01», «VCP 10 C 50 100»
      const power = /^VCP D6 \w+ x([0-9a-f]{2})/im.exec(said)?.[1];
      const [, now, most] = (/^VCP 10 C (\d+) (\d+)/im.exec(said) ?? []).map(Number);
      if (most) brightest = most;
      return {
        on: power === undefined ? null : Number.parseInt(power, 16) === 1,
        light: now === undefined || !most ? null : Math.min(100, Math.round((now * 100) / most)),
      };
    },
  };
}

/** A program of the operator's: `on`, `off`, `brightness 40`, and `state`, which says «on» or «off», and may add the brightness. */
function command(program: string, run: Run): ScreenDriver {
  return {
    name: 'command',
    dims: true,
    async set({ on, light }, signal) {
      await run(program, [on ? 'on' : 'off'], signal);
      if (on && light !== null) await run(program, ['brightness', String(light)], signal);
    },
    async read(signal) {
      const [power, light] = (await run(program, ['state'], signal)).trim().toLowerCase().split(/\s+/);
      return {
        on: power === 'on' ? true : power === 'off' ? false : null,
        light: light !== undefined && /^\d{1,2}$|^100$/.test(light) ? Number(light) : null,
      };
    },
  };
}
