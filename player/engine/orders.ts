/**
 * What commands have set on this board, for good or for a time: the source cut, how loud it is, its screen, its downloads, pictures of it.
 * On the disk, until it is paired anew.
 */
import { z } from 'zod';
import { downloadLimits, noDownloadLimits, type DownloadLimits } from '../../shared/protocol/downloads.ts';
import type { Programme } from '../../shared/protocol/programme.ts';
import { msUtc, sha256Hex } from '../../shared/protocol/common.ts';
import { sampleMinutes } from '../../shared/protocol/samples.ts';
import { alwaysOn, percent, screenHours, weekHours } from '../../shared/protocol/screen.ts';
import type { ScreenOrders } from './screen/wanted.ts';
import type { Store } from './store.ts';

const until = msUtc.nullable();
/** Media that come now, by hash, whatever hour it is and as fast as they can, until then; `overBudget`: past a spent month too. */
const wanted = z.object({ files: z.array(sha256Hex), overBudget: z.boolean(), until: msUtc });
export type Wanted = z.infer<typeof wanted>;

const shape = z.object({
  cut: z.boolean(),
  volume: percent,
  /** Left out by players from before there was any. */
  hours: screenHours.default(alwaysOn),
  /** Of hours by the day of the week: apart, so that a version from before them that is gone back to reads the rest. */
  week: weekHours.nullable().default(null),
  power: z.object({ on: z.boolean(), until }).nullable().default(null),
  light: z.object({ percent, until }).nullable().default(null),
  downloads: downloadLimits.default(noDownloadLimits),
  wanted: wanted.nullable().default(null),
  sampleMinutes: sampleMinutes.default(0),
});
type Kept = z.infer<typeof shape>;
type Said = Omit<Kept, 'week'>;

const saidIn = ({ week, ...said }: Kept): Said => (week ? { ...said, hours: { ...said.hours, on: { week } } } : said);
function kept(said: Said): Kept {
  const { on } = said.hours;
  return on && 'week' in on ? { ...said, hours: { ...said.hours, on: null }, week: on.week } : { ...said, week: null };
}

const nothing: Said = {
  cut: false,
  volume: 100,
  hours: alwaysOn,
  power: null,
  light: null,
  downloads: noDownloadLimits,
  wanted: null,
  sampleMinutes: 0,
};

export class Orders {
  readonly #store: Pick<Store, 'readMeta' | 'writeMeta' | 'afterCommit'>;
  #said: Said;

  constructor(store: Pick<Store, 'readMeta' | 'writeMeta' | 'afterCommit'>) {
    this.#store = store;
    const read = store.readMeta('orders', shape);
    this.#said = read ? saidIn(read) : nothing;
  }

  /** Nothing of the programme is shown but its standby slide. */
  get cut(): boolean {
    return this.#said.cut;
  }

  /** Of videos with sound, percent of what the machine is set to. */
  get volume(): number {
    return this.#said.volume;
  }

  /** What was said by hand without an end stands until other hours are given. */
  setScreenHours(hours: ScreenOrders['hours']): void {
    const { power, light } = this.#said;
    const ends = <Order extends { until: number | null }>(order: Order | null): Order | null =>
      order?.until == null ? null : order;
    this.set({ hours, power: ends(power), light: ends(light) });
  }

  get screen(): ScreenOrders {
    return this.#said;
  }

  get downloads(): DownloadLimits {
    return this.#said.downloads;
  }

  /** Asked for beside the limits; null: nothing, ever or since. */
  get wanted(): Wanted | null {
    return this.#said.wanted;
  }

  /** Between two pictures of the glass; 0: none are taken. */
  get sampleMinutes(): number {
    return this.#said.sampleMinutes;
  }

  /** Counts once the transaction that it is in is on the disk. */
  set(change: Partial<Said>): void {
    this.#write({ ...this.#said, ...change });
  }

  /** As if nothing had been ordered. */
  clear(): void {
    this.#write(null);
  }

  #write(said: Said | null): void {
    this.#store.writeMeta('orders', said && kept(said));
    this.#store.afterCommit(() => (this.#said = said ?? nothing));
  }
}

/**
 * A programme whose source is cut: nothing of what it brings is shown but the standby slide, which says whose board it is. It goes on
 * being fetched, so that a restored source is the newest; alerts are no part of it.
 */
export const withoutContent = (programme: Programme): Programme => ({
  ...programme,
  defaultPlaylistId: null,
  entries: [],
  obligations: [],
});
