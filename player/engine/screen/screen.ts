/** The board's screen: keeps it as it should be, and says what is known of it to director, journal and CMS. */
import type { JournalBody } from '../../../shared/protocol/journal.ts';
import { alwaysOn, hoursKey } from '../../../shared/protocol/screen.ts';
import type { BoardStatus, screenReadings } from '../../../shared/protocol/status.ts';
import type { Takeover } from '../../../shared/protocol/takeover.ts';
import { Zone } from '../../../shared/schedule/zone.ts';
import type { Clock } from '../clock.ts';
import type { Orders } from '../orders.ts';
import type { System } from '../system.ts';
import type { ScreenDriver } from './drivers.ts';
import { ScreenPower, type ScreenPowerOptions } from './power.ts';
import { standsAt, wantedScreen, type Wanted } from './wanted.ts';

export interface ScreenOptions {
  /** null: nothing switches the screen, and nothing is known of it. */
  readonly driver: ScreenDriver | null;
  readonly orders: Orders;
  readonly alerts: () => readonly Takeover[];
  /** IANA name; null: not known yet. */
  readonly zone: () => string | null;
  readonly clock: Pick<Clock, 'now' | 'state'>;
  readonly system: Pick<System, 'monotonic'>;
  readonly onRecord: (record: JournalBody) => void;
  /** What is known of it, or why it is so, has changed. */
  readonly onChange: () => void;
  readonly onFault: ScreenPowerOptions['onFault'];
}

/** Where a board hangs whose own zone is not known. */
const homeZone = 'Asia/Ho_Chi_Minh';

type Readings = Pick<BoardStatus, (typeof screenReadings)[number]>;

export class Screen {
  readonly #o: ScreenOptions;
  readonly #power: ScreenPower | null;
  #zone = new Zone(homeZone);
  #recorded: boolean | null = null;
  /** Since when it is not known to be on, ms UTC. */
  #unlit: number | null;

  constructor(options: ScreenOptions) {
    this.#o = options;
    const { clock, driver, onFault, system } = options;
    this.#unlit = Math.floor(clock.now());
    this.#power =
      driver &&
      new ScreenPower({
        driver,
        wanted: () => this.#wanted(),
        now: () => clock.now(),
        monotonic: () => system.monotonic(),
        onChange: () => this.#changed(),
        onFault,
      });
  }

  /** What it should be may be something else now. At first: begins. */
  check(): void {
    this.#power?.check();
  }

  close(): void {
    this.#power?.close();
  }

  /** What a play may say: false also where it was switched off and cannot be read. */
  get lit(): boolean | null {
    return this.#power?.dark ? false : this.#on;
  }

  /** As `stateChangedV1` says it: what was read, and no more. */
  get told(): { screenOn: boolean | null; screenRests?: true } {
    const rests = this.#on === false && this.#power?.report.wanted.on === false;
    return { screenOn: this.#on, ...(rests ? { screenRests: true } : {}) };
  }

  /** Empty: nothing switches it. */
  get readings(): Readings | Record<string, never> {
    const { driver, orders, clock } = this.#o;
    const { hours, light, power } = orders.screen;
    if (!this.#power || !driver) return {};
    const { wanted, state } = this.#power.report;
    const now = clock.now();
    return {
      driver: driver.name,
      off: wanted.on ? null : true,
      why: wanted.why,
      unlit: this.#unlit,
      fails: this.#power.failsSince,
      light: state.light,
      hours: hoursKey(hours) || null,
      hand: power && standsAt(power, now) ? power : null,
      dim: light && standsAt(light, now) ? light : null,
    };
  }

  get #on(): boolean | null {
    return this.#power?.report.state.on ?? null;
  }

  #wanted(): Wanted {
    const { alerts, clock, orders } = this.#o;
    const zone = this.#o.zone() ?? homeZone;
    if (this.#zone.name !== zone) this.#zone = new Zone(zone);
    // By a clock that nobody ever set it is night at any time: such a screen stays on.
    const hours = clock.state() === 'unknown' ? alwaysOn : orders.screen.hours;
    return wantedScreen({ ...orders.screen, hours }, alerts(), this.#zone, clock.now());
  }

  #changed(): void {
    if (this.#on !== this.#recorded) {
      this.#recorded = this.#on;
      this.#unlit = this.#on ? null : (this.#unlit ?? Math.floor(this.#o.clock.now()));
      this.#o.onRecord({ type: 'screenChanged', on: this.#on });
    }
    this.#o.onChange();
  }
}
