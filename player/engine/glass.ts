/**
 * The stages and their directors. One stage is the board's: its plays are journalled. A supervised stage takes that place
 * from one opened by hand, and a newer one from an older. A page opened beside it only mirrors: it has a director of its own,
 * whose records nobody keeps, so that looking at a board neither disturbs it nor counts.
 */
import type { Logger } from 'pino';
import type { Scene, StageCommand, StageEvent } from '../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import { createDirector } from '../../shared/director/director.ts';
import type { Director, DirectorInput, DirectorOutput } from '../../shared/director/types.ts';
import { Ladder } from '../../shared/faults/ladder.ts';
import { faults, withAction, type FaultCode } from '../../shared/faults/table.ts';
import type { HostKind } from '../../shared/protocol/journal.ts';
import type { LogEvent } from '../../shared/protocol/log.ts';
import type { Programme } from '../../shared/protocol/programme.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';
import type { TechnicianCommand, TechnicianSaid, TechnicianView } from '../../shared/protocol/technician.ts';
import type { Slot } from '../../shared/schedule/types.ts';
import { AppError } from '../../shared/util/errors.ts';
import { RefusedError } from './documents.ts';
import { assetBase } from './stage-door.ts';
import { closeCodes, type StageConnection } from './stage-server.ts';

/** Pages that may look on at the same time. */
const mostMirrors = 4;
/** The program of a page may take so long before its first word, ms. */
const firstWordMs = 15_000;
/** A page is looked after this often, ms. Looks are counted and not the time: this process may itself have been held up, and hears first what was said meanwhile. */
const lookMs = 250;
/** A page that says nothing for so long hangs where it had a core to itself whenever it wanted one, ms: it has missed a word by a second. */
const hangMs = 2_000;
/** A page that is slow by nature is taken for a hanging one this often at most, ms: between, only a long silence counts. */
const hangAgainMs = 10 * 60_000;
/** A look that comes so much later than it should says that cores are not to be had, ms. */
const heldUpMs = 100;
/** A page that was told to load itself again is back within, ms. */
const reloadMs = 10_000;
/** The open play is brought up to date this often, ms. */
const checkpointMs = 1_000;
/** A timer must not sleep longer: trusted time may be set meanwhile. ms */
const longestSleepMs = 60_000;

type StageFault = 'stage_silent' | 'stage_gone' | 'stage_missing';

export interface Plan {
  readonly programme: Programme | null;
  readonly takeovers: readonly Takeover[];
  /** A play that this board has to catch up on, over the timeline. */
  readonly madeUp?: Slot | null;
}

export interface GlassOptions {
  /** Kind of the supervised stage. */
  readonly host: HostKind;
  /** What plays at first: a director's first plan decides which takeovers have ended meanwhile. */
  readonly plan: Plan;
  readonly takeoversShown: () => string[];
  readonly now: () => number;
  readonly locale: () => 'vi' | 'en';
  /** Of videos with sound, percent. */
  readonly volume: () => number;
  /** What the board's own director says. */
  readonly onOutput: (output: DirectorOutput) => void;
  readonly onReady: (screen: { width: number; height: number }) => void;
  /** The supervised stage hangs, is gone or has not come: its page, or its browser, should be opened anew. Said again and again until one connects. */
  readonly onStalled: (action: 'newPage' | 'newWindow') => void;
  readonly onFault: (code: FaultCode, detail: string) => void;
  /** Whether every process that wants a core has one now. */
  readonly hasFreeCore: () => boolean;
  /** Somebody at the supervised stage. */
  readonly onTechnician: (said: TechnicianSaid) => void;
  readonly log: Logger;
}

/** One director with the stage that it drives, if any. */
class Stand {
  readonly kind: HostKind;
  stage: StageConnection | null = null;
  readonly #director: Director;
  readonly #glass: GlassOptions;
  readonly #onOutput: (output: DirectorOutput) => void;
  #timer: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  #hungAt = -Infinity;
  #stopped = false;
  /** The page was told to load itself again, and will be away for a moment. */
  reloading = false;

  constructor(kind: HostKind, glass: GlassOptions, onOutput: (output: DirectorOutput) => void) {
    this.kind = kind;
    this.#glass = glass;
    this.#onOutput = onOutput;
    this.#director = createDirector({ host: kind, takeoversShown: glass.takeoversShown(), endsItems: true });
  }

  handle(input: DirectorInput): void {
    const now = this.#glass.now();
    const output = this.#director.handle(input, now);
    for (const command of output.commands) {
      if (command.type === 'reload') this.reloading = true;
      this.send(command);
    }
    if (this.#timer) clearTimeout(this.#timer);
    const wait = Math.max(
      0,
      Math.min(output.wakeAt - this.#glass.now(), output.openPlay ? checkpointMs : longestSleepMs),
    );
    // Before the listener, which may hand in something itself.
    if (!this.#stopped) this.#timer = setTimeout(() => this.handle({ type: 'tick' }), wait);
    this.#onOutput(output);
  }

  send(command: StageCommand | TechnicianCommand): void {
    this.stage?.send(command);
  }

  attach(
    stage: StageConnection,
    onReady: (event: Extract<StageEvent, { type: 'ready' }>) => void,
    onClose: (silent: boolean) => void,
  ): void {
    this.stage = stage;
    const lose = (silent: boolean) => {
      if (this.stage !== stage) return;
      this.detach();
      onClose(silent);
    };
    // A page in a window that nobody supervises may be hidden and rest before it has painted anything.
    if (stage.kind === 'host') this.#watchFor(stage, lose, firstWordMs);
    stage.onEvent = (event) => {
      if (this.stage !== stage) return;
      if (event.type === 'painted' || event.type === 'alive')
        this.#watchFor(stage, lose, faults.stage_silent.afterMs, hangMs);
      if (event.type === 'technician') return stage.kind === 'host' ? this.#glass.onTechnician(event.said) : undefined;
      if (event.type === 'ready') onReady(event);
      this.handle({ type: 'stage', event });
    };
    stage.onClose = () => lose(false);
  }

  /** Lets the page go that says nothing for `ms`, or for `hungMs` though nothing keeps it from its work. */
  #watchFor(stage: StageConnection, lose: (silent: boolean) => void, ms: number, hungMs = ms): void {
    if (this.#watch) clearInterval(this.#watch);
    let looks = 0;
    let before = performance.now();
    let hindered = stage.kind !== 'host' || before - this.#hungAt < hangAgainMs;
    this.#watch = setInterval(() => {
      const now = performance.now();
      const silentMs = ++looks * lookMs;
      // Up to a second is as long as pages are silent by themselves.
      if (silentMs > hungMs / 2) hindered ||= now - before > lookMs + heldUpMs || !this.#glass.hasFreeCore();
      before = now;
      if (silentMs <= (hindered ? ms : hungMs)) return;
      if (!hindered) this.#hungAt = now;
      this.#glass.log.warn({ host: this.kind, silentMs }, 'the stage has stopped painting');
      stage.close(closeCodes.silent);
      lose(true);
    }, lookMs);
  }

  detach(): void {
    if (this.#watch) clearInterval(this.#watch);
    this.#watch = null;
    if (!this.stage) return;
    this.stage = null;
    this.handle({ type: 'stageLost' });
  }

  stop(): void {
    this.#stopped = true;
    if (this.#watch) clearInterval(this.#watch);
    if (this.#timer) clearTimeout(this.#timer);
    this.stage = null;
  }
}

export class Glass {
  readonly #o: GlassOptions;
  readonly #mirrors = new Set<Stand>();
  #main: Stand;
  #plan: Plan;
  #overlay: Scene | null = null;
  #screenOn: boolean | null = null;
  #output: OutputRegion | null = null;
  /** The whole raster of the supervised stage, once it has said its size. */
  #raster: OutputRegion | null = null;
  /** Until the supervised stage is given up. */
  #coming: NodeJS.Timeout | null = null;
  /** Of a page that was told to load itself again. */
  #onReady: (() => void) | null = null;
  /** The page is being loaded again; whoever asks meanwhile means the same. */
  #reloading: Promise<void> | null = null;
  #late: NodeJS.Timeout | undefined;
  readonly #missing = new Ladder(faults.stage_missing);
  readonly #silent = new Ladder(faults.stage_silent);

  constructor(options: GlassOptions) {
    this.#o = options;
    this.#plan = options.plan;
    this.#main = this.#stand(options.host, (output) => this.#directed(output));
    this.coming();
  }

  /** The board's own director has decided. */
  #directed(output: DirectorOutput): void {
    this.#o.onOutput(output);
    if (output.newWindow && this.#main.stage?.kind === 'host') this.#o.onStalled('newWindow');
  }

  /** A window or page is on its way, as at the start, or because the host has seen one end: it has its time to come. */
  coming(): void {
    const step = this.#missing.climb(performance.now());
    if (step) this.#expect('stage_missing', step.waitMs);
  }

  /** Nothing else notices a page that died, or never came, in a browser that goes on: without this the board stays dark for good. */
  #expect(code: StageFault, withinMs: number): void {
    if (this.#coming) clearTimeout(this.#coming);
    this.#coming = null;
    // A page that somebody opened is nobody's to start anew.
    if (this.#o.host === 'browser') return;
    this.#coming = setTimeout(() => {
      this.#giveUp(code, `not there for ${withinMs} ms`);
    }, withinMs);
  }

  /** How often a window may be made anew is for the host to bound: it also makes one when nobody here has noticed anything. */
  #giveUp(code: StageFault, detail: string): void {
    this.coming();
    const { action } = (code === 'stage_silent' && this.#silent.climb(performance.now())) || faults[code].steps[0]!;
    this.#o.onFault(code, withAction(detail, { action, waitMs: 0 }));
    if (action === 'newPage' || action === 'newWindow') this.#o.onStalled(action);
  }

  #arrived(): void {
    if (this.#coming) clearTimeout(this.#coming);
    this.#coming = null;
    this.#missing.reset();
  }

  /** Kind of the stage whose plays are journalled. */
  get kind(): HostKind {
    return this.#main.kind;
  }

  /** Whether there is anything to show on. */
  get hasStage(): boolean {
    return this.#main.stage !== null;
  }

  /** All of the window of the supervised stage, px; null: it has not said. */
  get raster(): OutputRegion | null {
    return this.#raster;
  }

  get plan(): Plan {
    return this.#plan;
  }

  setPlan(plan: Plan): void {
    this.#plan = plan;
    this.#all({ type: 'plan', ...plan });
  }

  setOverlay(scene: Scene | null): void {
    this.#overlay = scene;
    this.#all({ type: 'overlay', scene });
  }

  /** What is known of the screen behind it; null: nothing. */
  setScreen(on: boolean | null): void {
    this.#screenOn = on;
    this.#all({ type: 'screen', on });
  }

  setOutput(region: OutputRegion | null): void {
    if (JSON.stringify(region) === JSON.stringify(this.#output)) return;
    this.#output = region;
    this.configure();
  }

  /** How loud it is has changed. */
  configure(): void {
    for (const stand of [this.#main, ...this.#mirrors]) this.#configure(stand);
  }

  /**
   * Has the page of the board's stage load itself again. Resolves when it is back.
   * @throws RefusedError `no_stage`; rejects with `stage_missing`
   */
  reload(): Promise<void> {
    this.#reloading ??= this.#reload().finally(() => (this.#reloading = null));
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    const main = this.#main;
    if (!main.stage) throw new RefusedError('no_stage', 'There is no stage');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#late = setTimeout(() => reject(new AppError('stage_missing', 'The page did not come back')), 3 * reloadMs);
    this.#onReady = resolve;
    main.reloading = true;
    main.send({ type: 'reload' });
    try {
      await promise;
    } finally {
      clearTimeout(this.#late);
    }
  }

  /** On the supervised stage alone: whoever looks on from elsewhere sees what plays. */
  showTechnician(view: TechnicianView | null): void {
    if (this.#main.stage?.kind === 'host') this.#main.send({ type: 'technician', view });
  }

  /** Trusted time was set. */
  seek(): void {
    this.#all({ type: 'seek' });
  }

  /** A stage has connected. */
  connect(stage: StageConnection): void {
    if (stage.kind === 'open' && this.#main.stage !== null) return this.#connectMirror(stage);
    const kind = stage.kind === 'host' ? this.#o.host : 'browser';
    const before = this.#main.stage;
    this.#main.detach();
    before?.close(closeCodes.replaced);
    if (this.#main.kind !== kind) {
      this.#main.stop();
      this.#main = this.#stand(kind, (output) => this.#directed(output));
    }
    const main = this.#main;
    main.reloading = false;
    if (stage.kind === 'host') this.#arrived();
    main.attach(
      stage,
      (event) => {
        if (stage.kind === 'host') this.#setRaster(event);
        this.#o.onReady({ width: event.width, height: event.height });
        this.#onReady?.();
        this.#onReady = null;
      },
      (silent) => {
        if (stage.kind === 'open') return;
        if (silent) this.#giveUp('stage_silent', 'the stage has stopped painting');
        else this.#expect('stage_gone', main.reloading ? reloadMs : faults.stage_gone.afterMs);
      },
    );
    this.#configure(main);
    this.#o.log.info({ event: { type: 'stageConnected' } satisfies LogEvent, host: kind }, 'the stage has connected');
  }

  #connectMirror(stage: StageConnection): void {
    if (this.#mirrors.size >= mostMirrors) return stage.close(closeCodes.crowded);
    const mirror = this.#stand('browser', () => undefined);
    this.#mirrors.add(mirror);
    mirror.attach(
      stage,
      () => undefined,
      () => {
        mirror.stop();
        this.#mirrors.delete(mirror);
      },
    );
    this.#configure(mirror);
  }

  /** Closes the open play as interrupted and lets every stage go. */
  close(): void {
    if (this.#coming) clearTimeout(this.#coming);
    clearTimeout(this.#late);
    const stages = [this.#main, ...this.#mirrors].map((stand) => stand.stage);
    this.#main.detach();
    for (const stand of [this.#main, ...this.#mirrors]) stand.stop();
    for (const stage of stages) stage?.close(1001);
  }

  #stand(kind: HostKind, onOutput: (output: DirectorOutput) => void): Stand {
    const stand = new Stand(kind, this.#o, onOutput);
    stand.handle({ type: 'plan', ...this.#plan });
    if (this.#overlay) stand.handle({ type: 'overlay', scene: this.#overlay });
    if (this.#screenOn !== null) stand.handle({ type: 'screen', on: this.#screenOn });
    return stand;
  }

  #setRaster({ width, height, pixelRatio }: Extract<StageEvent, { type: 'ready' }>): void {
    const [w, h] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    this.#raster = w > 0 && h > 0 ? { x: 0, y: 0, width: w, height: h, rotation: 0 } : null;
    for (const mirror of this.#mirrors) this.#configure(mirror);
  }

  #configure(stand: Stand): void {
    const common = { type: 'configure', assetBase, locale: this.#o.locale(), volume: this.#o.volume() } as const;
    if (stand.stage?.kind !== 'open') return stand.send({ ...common, output: this.#output });
    // The board's picture in another window: laid out for the board's raster, not for that window.
    const output = this.#output ?? (stand === this.#main ? null : this.#raster);
    stand.send({ ...common, output, byHand: true });
  }

  #all(input: DirectorInput): void {
    for (const stand of [this.#main, ...this.#mirrors]) stand.handle(input);
  }
}
