/**
 * Keeps the screen as it should be: switches it when that changes, whatever is under way, and looks once a minute whether it is so. Nothing
 * here is waited for by whoever plays.
 */
import { Ladder } from '../../../shared/faults/ladder.ts';
import { faults, withAction, type FaultCode } from '../../../shared/faults/table.ts';
import type { ScreenDriver, ScreenState } from './drivers.ts';
import type { Wanted } from './wanted.ts';

/** So often it is read, ms. */
const readEveryMs = 60_000;
/** A screen that was just switched may still say what it was: read once more after so long before that is a fault, ms. */
const settleMs = 5_000;
/** An alert in the dark is tried to be lit so soon after it failed, however long it has failed before, ms. */
const alertAgainMs = 5_000;

type ScreenFault = Extract<FaultCode, 'screen_failed' | 'screen_differs'>;

export interface ScreenPowerOptions {
  readonly driver: ScreenDriver;
  readonly wanted: () => Wanted;
  /** Trusted time, ms UTC. */
  readonly now: () => number;
  /** Ms that no clock moves. */
  readonly monotonic: () => number;
  /** What is wanted, or what is known, has changed. */
  readonly onChange: () => void;
  readonly onFault: (code: ScreenFault, detail: string) => void;
}

const unknown: ScreenState = { on: null, light: null };
const alike = (a: Wanted | null, b: Wanted): boolean => a !== null && a.on === b.on && a.light === b.light;

export class ScreenPower {
  readonly #o: ScreenPowerOptions;
  readonly #ladders = {
    screen_failed: new Ladder(faults.screen_failed),
    screen_differs: new Ladder(faults.screen_differs),
  };
  #wanted: Wanted;
  #state = unknown;
  /** Switched off, and not read since. */
  #offUnread = false;
  /** The last reading was not what is wanted. */
  #differed = false;
  /** The last reading came to nothing. */
  #missed = false;
  /** What the screen was brought to; null: it is to be switched. */
  #settled: Wanted | null = null;
  #failing: ScreenFault | null = null;
  #failsSince: number | null = null;
  #call: AbortController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ScreenPowerOptions) {
    this.#o = options;
    this.#wanted = options.wanted();
  }

  /** What it should be, and what it was read to be. */
  get report(): { readonly wanted: Wanted; readonly state: ScreenState } {
    return { wanted: this.#wanted, state: this.#state };
  }

  /** Since when it cannot be switched, or read where it should be on, ms UTC; null: it can. */
  get failsSince(): number | null {
    return this.#failsSince;
  }

  /** Known to be off, or switched off and not read since: what plays is seen by nobody. */
  get dark(): boolean {
    return this.#state.on === false || this.#offUnread;
  }

  /** What is wanted may be something else now. */
  check(): void {
    if (this.#closed) return;
    const before = this.#wanted;
    this.#aim();
    // A slow program must not keep an alert waiting.
    if (this.#call && !alike(before, this.#wanted)) this.#call.abort(new Error('Something else is wanted'));
    if (this.#call) return;
    if (alike(this.#settled, this.#wanted)) this.#sleep(readEveryMs);
    else void this.#look();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#call?.abort(new Error('The player ends'));
  }

  #aim(): void {
    const { on, why } = this.#wanted;
    this.#wanted = this.#o.wanted();
    if (on !== this.#wanted.on || why !== this.#wanted.why) this.#o.onChange();
  }

  async #look(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const call = (this.#call = new AbortController());
    this.#aim();
    const wanted = this.#wanted;
    let waitMs = 0;
    try {
      const justSwitched = !alike(this.#settled, wanted);
      const notSwitched = await this.#switch(wanted, call.signal);
      const [state, notRead] = await this.#read(call.signal);
      // An answer that is lost on the way once says nothing of a screen that is known to be on.
      const lost = notRead !== null && notSwitched === null && !this.#missed && wanted.on && this.#state.on === true;
      this.#missed = notRead !== null;
      const differs = state.on !== null && state.on !== wanted.on;
      const doubted = differs && justSwitched && !this.#differed;
      this.#differed = differs;
      if (!lost) this.#learn(state, this.#offUnread && (state.on === null || doubted));
      // One that is off may not answer, and has nothing to say.
      const failed = notSwitched ?? (wanted.on ? notRead : null);
      if (lost || doubted) waitMs = settleMs;
      else if (failed) waitMs = this.#fail('screen_failed', failed);
      else if (differs) waitMs = this.#fail('screen_differs', `told ${word(wanted.on)}, it is ${word(state.on)}`);
      else waitMs = this.#well();
    } catch {
      // Given up for what is wanted now.
    }
    this.#call = null;
    if (!this.#closed) this.#sleep(waitMs);
  }

  /** @returns why it could not be switched. Rejects when it was given up */
  async #switch(wanted: Wanted, signal: AbortSignal): Promise<string | null> {
    if (alike(this.#settled, wanted)) return null;
    this.#settled = null;
    try {
      await this.#o.driver.set(wanted, signal);
    } catch (error) {
      return messageOf(error, signal);
    }
    this.#settled = wanted;
    // A slow screen takes long to read: what plays meanwhile is seen by nobody.
    this.#learn(this.#state, !wanted.on);
    return null;
  }

  /** @returns with why it could not be read. Rejects when it was given up */
  async #read(signal: AbortSignal): Promise<[ScreenState, string | null]> {
    try {
      return [await this.#o.driver.read(signal), null];
    } catch (error) {
      return [unknown, messageOf(error, signal)];
    }
  }

  #sleep(waitMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    const untilChange = this.#wanted.until - this.#o.now();
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, Math.min(waitMs, untilChange)));
  }

  #learn(state: ScreenState, offUnread: boolean): void {
    const [on, dark] = [this.#state.on, this.dark];
    this.#state = state;
    this.#offUnread = offUnread;
    if (on !== state.on || dark !== this.dark) this.#o.onChange();
  }

  /** @returns when it is looked at again, ms */
  #well(): number {
    this.#failing = null;
    this.#failsSince = null;
    for (const ladder of Object.values(this.#ladders)) ladder.reset();
    return readEveryMs;
  }

  /** Said once, until all is well again. @returns when it is tried again, ms */
  #fail(code: ScreenFault, detail: string): number {
    this.#settled = null;
    const step = this.#ladders[code].climb(this.#o.monotonic())!;
    if (this.#failing !== code) this.#o.onFault(code, withAction(detail, step));
    this.#failing = code;
    this.#failsSince = code === 'screen_failed' ? (this.#failsSince ?? Math.floor(this.#o.now())) : null;
    return this.#wanted.why === 'alert' ? Math.min(step.waitMs, alertAgainMs) : step.waitMs;
  }
}

const word = (on: boolean): string => (on ? 'on' : 'off');

function messageOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) throw error;
  return error instanceof Error ? error.message : String(error);
}
