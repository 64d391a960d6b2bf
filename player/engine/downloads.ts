/** Whether media may come now, and how fast: what was ordered, the hour at the board, and what is left of the month. */
import type { DownloadHours, DownloadLimits, MediaWait } from '../../shared/protocol/downloads.ts';
import { minuteOf } from '../../shared/schedule/zone.ts';
import type { DataUse } from './data-use.ts';
import type { Wanted } from './orders.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** The month's count is looked at after so many bytes of media: what a power cut takes from the count is no more. */
const lookEveryBytes = 8_000_000;

export interface DownloadsOptions extends Omit<PaceOptions, 'rate'> {
  readonly limits: () => DownloadLimits;
  /** Somebody wants these now; null: all come by their limits. */
  readonly wanted: () => Wanted | null;
  readonly use: Pick<DataUse, 'look' | 'spent'>;
  /** Of the board. */
  readonly zone: () => string;
  /** Trusted time, ms UTC. */
  readonly now: () => number;
}

export class Downloads {
  readonly #o: DownloadsOptions;
  readonly #pace: Pace;
  #unlooked = 0;

  constructor(options: DownloadsOptions) {
    this.#o = options;
    const rate = (): number | null => {
      const { maxKbps } = options.limits();
      return maxKbps === null ? null : (maxKbps * 1_000) / 8;
    };
    this.#pace = new Pace({ ...options, rate });
  }

  /** Why media wait; null: they may come. @param file its hash; left out: something that nobody can want by itself */
  waitFor(file?: string): MediaWait | null {
    return this.waits()(file);
  }

  /** The same of many at this instant: the hour, the month's count and what is wanted are looked at once. */
  waits(): (file?: string) => MediaWait | null {
    const { hours } = this.#o.limits();
    const spent = this.#o.use.spent ? 'media_waits_budget' : null;
    const isOutside = hours !== null && !isWithin(hours, minuteOf(this.#o.zone(), this.#o.now()));
    const wanted = this.#wanted;
    const files = new Set(wanted?.files);
    return (file) => {
      if (file === undefined || !files.has(file)) return isOutside ? 'media_waits_hours' : spent;
      return wanted?.overBudget ? null : spent;
    };
  }

  /** So many bytes of media have come; resolves when more may, as far as their rate goes, or when the signal aborts. */
  async took(bytes: number, signal: AbortSignal, file?: string): Promise<void> {
    this.#unlooked += bytes;
    if (this.#unlooked >= lookEveryBytes) {
      this.#unlooked = 0;
      await this.#o.use.look();
    }
    if (file === undefined || !this.#wanted?.files.includes(file)) await this.#pace.took(bytes, signal);
  }

  get #wanted(): Wanted | null {
    const wanted = this.#o.wanted();
    return wanted && this.#o.now() < wanted.until ? wanted : null;
  }
}

/** From the first minute on, up to the second and without it. */
const isWithin = ([from, to]: DownloadHours, minute: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to;
