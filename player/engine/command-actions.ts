/** What each command does on this board. */
import { commands, type BoardCommand, type CommandName, type CommandOf } from '../../shared/protocol/commands.ts';
import { maxLogBytes } from '../../shared/protocol/link.ts';
import { AppError } from '../../shared/util/errors.ts';
import { bringInTime } from './bringing.ts';
import type { Clock } from './clock.ts';
import type { CmsHttp, Credentials } from './cms-http.ts';
import { RefusedError } from './documents.ts';
import type { Glass } from './glass.ts';
import type { Orders } from './orders.ts';
import type { Overlay } from './overlay.ts';
import { noteRun, reboot } from './reboot.ts';
import type { ScreenDriver } from './screen/drivers.ts';
import type { Screenshots } from './screenshots.ts';
import type { Store } from './store.ts';
import { pause, type System } from './system.ts';
import type { Updates } from './updates/updates.ts';

/** The answer to the command that ends this engine goes out first, ms. */
const farewellMs = 300;

export interface CommandActionsOptions {
  readonly store: Store;
  readonly system: System;
  readonly clock: Clock;
  readonly http: CmsHttp;
  readonly credentials: () => Credentials;
  readonly orders: Orders;
  readonly screenshots: Screenshots;
  readonly overlay: Overlay;
  readonly glass: () => Glass | null;
  /** What switches the screen; null: nothing. */
  readonly screen: Pick<ScreenDriver, 'dims'> | null;
  /** What the screen should be is to be worked out anew. */
  readonly onScreen: () => void;
  /** What plays is to be worked out anew. */
  readonly replan: () => void;
  /** Downloads are ordered otherwise. */
  readonly onDownloads: () => void;
  /** A host stands behind the stage that can take pictures of it. */
  readonly takesPictures: boolean;
  /** Pictures are ordered more or less often. */
  readonly onSampling: () => void;
  /** Media that are missing, by hash. */
  readonly lacking: () => string[];
  /** They are wanted now. */
  readonly onWanted: () => void;
  /** Has another engine started in place of this one; null: nobody does. */
  readonly restart: (() => void) | null;
  /** What starts the machine again, for the shell; null: nothing. */
  readonly rebootCommand: string | null;
  /** The last lines of the log, of so many bytes at most; null: there is none. */
  readonly readLog: ((maxBytes: number) => string) | null;
  readonly updates: Pick<Updates, 'order'>;
  /** The engine ends. */
  readonly signal: AbortSignal;
}

type Actions = { readonly [Name in CommandName]: (command: CommandOf<Name>) => Promise<void> | void };

export class CommandActions {
  readonly #o: CommandActionsOptions;
  readonly #actions: Actions = {
    screenshot: (command) => this.#o.screenshots.run(command),
    reload: () => this.#glassOrRefuse().reload(),
    restart: () => this.#restart(),
    reboot: () => this.#reboot(),
    sendLogs: (command) => this.#sendLogs(command),
    setVolume: ({ percent }) => {
      this.#o.orders.set({ volume: percent });
      this.#o.store.afterCommit(() => this.#o.glass()?.configure());
    },
    setSource: ({ cut }) => {
      this.#o.orders.set({ cut });
      this.#o.store.afterCommit(this.#o.replan);
    },
    setScreenHours: ({ hours }) => this.#setScreen((orders) => orders.setScreenHours(hours), hours.light !== null),
    setScreen: ({ on, until }) => this.#setScreen((orders) => orders.set({ power: { on, until } })),
    setBrightness: ({ percent, until }) => this.#setScreen((orders) => orders.set({ light: { percent, until } }), true),
    setDownloads: ({ hours, maxKbps, monthlyMb }) => {
      this.#o.orders.set({ downloads: { hours, maxKbps, monthlyMb } });
      this.#o.store.afterCommit(this.#o.onDownloads);
    },
    setVersion: (command) => this.#o.updates.order(command),
    setScreenshots: ({ everyMinutes }) => {
      if (everyMinutes > 0 && !this.#o.takesPictures)
        throw new RefusedError('capture_unsupported', 'This player has no window of its own');
      this.#o.orders.set({ sampleMinutes: everyMinutes });
      this.#o.store.afterCommit(this.#o.onSampling);
    },
    fetchNow: ({ overBudget }) => {
      const until = this.#o.clock.now() + commands.fetchNow.lifeMs;
      this.#o.orders.set({ wanted: { files: this.#o.lacking(), overBudget, until } });
      this.#o.store.afterCommit(this.#o.onWanted);
    },
    testPattern: (command) => this.#showTest(command),
    identify: (command) => this.#showTest(command),
    endTest: (command) => this.#o.overlay.run(command),
  };

  constructor(options: CommandActionsOptions) {
    this.#o = options;
  }

  /**
   * Begins, in the transaction that writes the command down; what it returns settles at the end.
   * @throws RefusedError when it cannot be done here
   */
  carryOut(command: BoardCommand): Promise<void> | void {
    const act = this.#actions[command.name] as (command: BoardCommand) => Promise<void> | void;
    return act(command);
  }

  #setScreen(order: (orders: Orders) => void, dims = false): void {
    const { onScreen, orders, screen, store } = this.#o;
    if (screen === null) throw new RefusedError('screen_unsupported', 'Nothing switches the screen of this player');
    if (dims && !screen.dims) throw new RefusedError('screen_not_dimmable', 'This screen is switched, and not dimmed');
    order(orders);
    store.afterCommit(onScreen);
  }

  #showTest(command: CommandOf<'testPattern' | 'identify'>): void {
    this.#glassOrRefuse();
    this.#o.overlay.run(command);
  }

  #glassOrRefuse(): Glass {
    const glass = this.#o.glass();
    if (!glass?.hasStage) throw new RefusedError('no_stage', 'There is no stage');
    return glass;
  }

  async #sendLogs({ commandId, expiresAt }: BoardCommand): Promise<void> {
    const { clock, credentials, http, readLog, signal } = this.#o;
    const text = readLog?.(maxLogBytes) ?? '';
    if (text === '') throw new AppError('log_unsupported', 'This player keeps no log, or nothing was written yet');
    await bringInTime(() => http.putLog(commandId, text, credentials(), signal), expiresAt, clock, signal);
  }

  /** Ends so that the host starts another engine, which says that this was done. */
  #restart(): Promise<never> {
    const { restart, signal, store } = this.#o;
    if (restart === null) throw new RefusedError('restart_unsupported', 'Nobody starts this player again');
    store.afterCommit(() => void pause(farewellMs, signal).then((due) => due && restart()));
    return new Promise(() => undefined);
  }

  #reboot(): Promise<never> {
    const { rebootCommand, signal, store, system } = this.#o;
    if (rebootCommand === null)
      throw new RefusedError('reboot_unsupported', 'This player may not start its machine again');
    noteRun(store, system);
    const { promise, reject } = Promise.withResolvers<never>();
    // Not of a command that was not written down: it would come again, and the machine would go down again.
    store.afterCommit(() => {
      pause(farewellMs, signal)
        .then((due) => (due ? reboot(rebootCommand, signal) : undefined))
        .catch(reject);
    });
    return promise;
  }
}
