/**
 * Pictures of the glass again and again, as they were ordered: one at once, then at times of this board's own, so that a province does not
 * go on sending all of its pictures in one minute. Each is written down with what was on, then brought to the CMS when it is there and the month's budget has
 * something left. A picture that cannot be taken is said to be missing once, until there is one again.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import { maxSampleBytes, sampleSide, type SampleAbout, type SamplePlaying } from '../../shared/protocol/samples.ts';
import type { Clock } from './clock.ts';
import { CmsError, type CmsHttp, type Credentials } from './cms-http.ts';
import type { AskForPicture } from './host-pictures.ts';
import { codeOf } from './programmes.ts';
import { SampleQueue } from './sample-queue.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

/** What was on may change while a picture is taken: it is taken anew at most so many times. */
const tries = 3;

export interface SamplerOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now' | 'state'>;
  readonly system: Pick<System, 'uuid'>;
  /** Between two pictures; 0: none are taken. */
  readonly everyMinutes: () => number;
  /** null: no host stands behind the stage, so nobody can take a picture of it. */
  readonly ask: AskForPicture | null;
  /** Whether the host's own stage is there. */
  readonly hasStage: () => boolean;
  /** The screen is off, or was switched off and cannot be read; or the technician's page covers what plays. null: it can be seen. */
  readonly unseen: () => 'screen_off' | 'covered' | null;
  /** What the board's picture occupies of the window, px of the window's raster; null: all of it. */
  readonly output: () => OutputRegion | null;
  /** The window's raster, px; null: not known. */
  readonly window: () => { readonly width: number; readonly height: number } | null;
  /** What is on the glass, and a key that is another one when something else is; null: nothing that counts. */
  readonly playing: () => { readonly key: string; readonly playing: SamplePlaying } | null;
  /** The CMS is there, and what is brought may cost something. */
  readonly mayBring: () => boolean;
  readonly http: Pick<CmsHttp, 'putSample'>;
  readonly credentials: () => Credentials;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export class Sampler {
  readonly #o: SamplerOptions;
  readonly #queue: SampleQueue;
  /** Which of the times of this board it was at the last look; null: none were due then. */
  #turn: number | null;
  #missing: string | null = null;
  #taking: Promise<void> | null = null;
  #bringing: Promise<void> | null = null;

  constructor(options: SamplerOptions) {
    this.#o = options;
    this.#queue = new SampleQueue(options.store);
    this.#turn = this.#turnNow();
  }

  /** Another interval was ordered, and counts now: the first picture is taken at once. Without any what still waits is let go. */
  ordered(): void {
    this.#turn = this.#turnNow();
    this.#missing = null;
    if (this.#turn === null) this.clear();
    else this.#sample();
  }

  /** To be called every minute. */
  look(): void {
    const turn = this.#turnNow();
    const due = turn !== null && turn !== this.#turn;
    this.#turn = turn;
    if (due) this.#sample();
    else this.bring();
  }

  /** Brings what waits, if it may. */
  bring(): void {
    this.#bringing ??= this.#bring().finally(() => (this.#bringing = null));
  }

  /** Nothing of it is left here, as for another board. */
  clear(): void {
    this.#queue.clear();
  }

  /** What is under way has ended. */
  async idle(): Promise<void> {
    await this.#taking;
    await this.#bringing;
  }

  /** Counts the times of this board: they begin at an instant of its own. */
  #turnNow(): number | null {
    const { clock, credentials, everyMinutes } = this.#o;
    const everyMs = everyMinutes() * 60_000;
    if (everyMs === 0) return null;
    const own = createHash('sha256').update(credentials().boardId).digest().readUInt32BE() % everyMs;
    return Math.floor((clock.now() - own) / everyMs);
  }

  #sample(): void {
    this.#taking ??= this.#take()
      .catch((error: unknown) => this.#o.log.error({ err: error }, 'a picture of the glass cannot be kept'))
      .finally(() => {
        this.#taking = null;
        this.bring();
      });
  }

  async #take(): Promise<void> {
    const { ask, clock, hasStage, unseen } = this.#o;
    // Nobody could say when it was.
    if (clock.state() === 'unknown') return;
    const why = unseen();
    if (why) return this.#miss(why);
    if (ask === null || !hasStage()) return this.#miss('no_stage');
    try {
      await this.#picture(ask);
      this.#missing = null;
    } catch (error) {
      // The player ends: that says nothing of the glass.
      if (this.#o.signal.aborted) return;
      this.#o.log.warn({ err: error }, 'no picture of the glass');
      this.#miss(codeOf(error));
    }
  }

  async #picture(ask: AskForPicture): Promise<void> {
    const { clock, output, playing, signal, window } = this.#o;
    const raster = window();
    const region = raster && output();
    for (let attempt = 1; ; attempt++) {
      const [before, at] = [playing(), clock.now()];
      // A window that hangs answers after long: the player does not wait for it to end.
      const picture = await orEnd(ask(maxSampleBytes, longSideOf(raster, region)), signal);
      const after = playing();
      const fits = before?.key === after?.key;
      if (!fits && attempt < tries) continue;
      return this.#keep(picture, {
        at: Math.floor(at),
        output: region,
        window: raster,
        playing: (fits && after?.playing) || null,
        missing: null,
      });
    }
  }

  #miss(missing: string): void {
    if (this.#missing === missing) return;
    this.#missing = missing;
    this.#keep(null, { at: Math.floor(this.#o.clock.now()), output: null, window: null, playing: null, missing });
  }

  #keep(picture: Uint8Array | null, about: SampleAbout): void {
    // Ordered off while it was taken.
    if (this.#turn !== null) this.#queue.add({ id: this.#o.system.uuid(), about, picture });
  }

  async #bring(): Promise<void> {
    const { credentials, http, log, mayBring, signal } = this.#o;
    try {
      for (let next = this.#queue.next(); next && mayBring() && !signal.aborted; next = this.#queue.next()) {
        await http.putSample(next.id, next.about, next.picture, credentials(), signal).catch(dropRefused);
        this.#queue.remove(next.id);
      }
    } catch (error) {
      log.debug({ code: codeOf(error) }, 'a picture of the glass is brought another time');
    }
  }
}

/** What comes of it, if it comes before the signal, which keeps nothing of it. @throws the signal's reason */
async function orEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(signal.reason as Error);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** What the CMS refuses for good is let go. @throws what it may take another time */
function dropRefused(error: unknown): void {
  const status = error instanceof CmsError ? error.httpStatus : 0;
  if (status < 400 || status === 401 || status === 429 || status >= 500) throw error;
}

/** Of the window, px, so that the board's region is as large as it is to be; undefined: the window is no larger. */
function longSideOf(
  window: { readonly width: number; readonly height: number } | null,
  region: OutputRegion | null,
): number | undefined {
  if (window === null) return sampleSide;
  const own = region ?? window;
  const scale = sampleSide / Math.max(own.width, own.height);
  const longSide = Math.max(window.width, window.height);
  return scale < 1 ? Math.round(longSide * scale) : longSide;
}
