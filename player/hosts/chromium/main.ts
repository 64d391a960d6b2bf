/**
 * The Chromium host: the engine as a child, the stage in a kiosk window where there is a display, else in a headless browser, else
 * in none, whose address is said. A headless browser that nobody asked for stands in for the window: it keeps the board going, but
 * nobody sees it, so what it plays does not count (`standIn`). What it says to the program that started it: `pairingCode`, `paired`, `stage`.
 */
import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { withAction, type Step } from '../../../shared/faults/table.ts';
import type { HostKind } from '../../../shared/protocol/journal.ts';
import { EngineProcess, type HostMessage } from '../engine-process.ts';
import { noWindow } from '../picture.ts';
import { windowKind, type Raster, type WindowKind } from './browser-options.ts';
import { BrowserProcess } from './browser-process.ts';
import { displayAnswers } from './display.ts';
import { rememberedRaster, rememberRaster } from './raster-file.ts';
import { trialLimits } from '../versions.ts';

/** Failed starts in a row before something lesser is tried. */
const patience = 2;
/** Longest wait for the stage before somebody is told its address, ms. */
const stageWaitMs = 30_000;
/** Waits between attempts at a window while a headless browser stands in for it, ms. */
const firstWindowWaitMs = 1_000;
const longestWindowWaitMs = 30_000;

function main(): void {
  const { values } = parseArgs({
    args: joinBrowserArgs(process.argv.slice(2)),
    options: {
      cms: { type: 'string' },
      data: { type: 'string' },
      stage: { type: 'string' },
      browser: { type: 'string' },
      'browser-arg': { type: 'string', multiple: true },
      headless: { type: 'boolean' },
      'pair-anew': { type: 'boolean' },
      'trial-ms': { type: 'string' },
    },
  });
  // The engine parses the rest: this process only decides about windows, and nothing heavy may delay the first picture.
  if (!values.data || !values.stage) {
    process.stderr.write('Say where: --data DIR --stage DIR\n');
    process.exit(2);
  }
  const trialMs = Number(values['trial-ms'] ?? trialLimits.paintMs);
  if (!Number.isInteger(trialMs) || trialMs < 1_000) {
    process.stderr.write('--trial-ms: whole milliseconds, 1000 at least\n');
    process.exit(2);
  }
  const dataDir = resolve(values.data);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  enableCompileCache(join(dataDir, 'cache'));
  const browser = values.browser === undefined || values.browser === 'none' ? null : values.browser;
  const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
  new ChromiumHost({
    cms: values.cms ?? null,
    dataDir,
    stageDir: resolve(values.stage),
    browser,
    kind: windowKind({ headless: values.headless === true, browser, display }),
    headless: values.headless === true,
    extra: values['browser-arg'] ?? [],
    pairAnew: values['pair-anew'] === true,
    trialMs,
  }).start();
}

/** `--browser-arg --flag` as `--browser-arg=--flag`: parseArgs takes a value that begins with a dash only like this. */
function joinBrowserArgs(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of argv) {
    if (joined.at(-1) === '--browser-arg') joined[joined.length - 1] = `--browser-arg=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

interface HostOptions {
  readonly cms: string | null;
  readonly dataDir: string;
  readonly stageDir: string;
  readonly browser: string | null;
  readonly kind: WindowKind | 'none';
  /** A headless browser was asked for. */
  readonly headless: boolean;
  readonly extra: readonly string[];
  readonly pairAnew: boolean;
  /** How long an update has to paint. */
  readonly trialMs: number;
}

class ChromiumHost {
  readonly #kindAtFirst: WindowKind | 'none';
  /** What a headless browser is here. */
  readonly #hiddenHost: 'headless' | 'standIn';
  readonly #engine: EngineProcess;
  readonly #browser: BrowserProcess | null;
  #kind: WindowKind | 'none';
  #listening: Extract<HostMessage, { type: 'listening' }> | null = null;
  readonly #dataDir: string;
  #raster: Raster | null;
  #reason: string | null = null;
  #said = '';
  #wait: NodeJS.Timeout | null = null;
  /** Until the next attempt at a window, or the end of patience with the one under way. */
  #windowTimer: NodeJS.Timeout | null = null;
  #windowFailures = 0;
  #ending = false;

  constructor(options: HostOptions) {
    this.#kind = options.kind;
    this.#kindAtFirst = options.kind;
    this.#dataDir = options.dataDir;
    this.#raster = rememberedRaster(options.dataDir);
    this.#hiddenHost = options.headless ? 'headless' : 'standIn';
    if (options.browser === null) this.#reason = 'no browser';
    else if (options.kind === 'headless' && !options.headless) this.#reason = 'no display';
    this.#engine = new EngineProcess(options.kind === 'none' ? 'browser' : this.#hostOf(options.kind), {
      // Built, it lies beside the built engine: one file each, which starts in a third of the time.
      program: resolve(
        import.meta.dirname,
        import.meta.filename.endsWith('.cjs') ? '../engine/main.cjs' : '../../engine/main.ts',
      ),
      execPath: process.execPath,
      env: process.env,
      cms: options.cms,
      dataDir: options.dataDir,
      stageDir: options.stageDir,
      pairAnew: options.pairAnew,
      trial: { paintMs: options.trialMs, steadyMs: options.trialMs / 4 },
      onMessage: (message) => this.#hear(message),
      takePicture: (maxBytes, longSide) => this.#browser?.takePicture(maxBytes, longSide) ?? Promise.reject(noWindow()),
      onHopeless: () => this.#end(1),
      report: (line) => process.stderr.write(`${line}\n`),
    });
    this.#browser =
      options.browser === null || options.kind === 'none'
        ? null
        : new BrowserProcess(options.kind, {
            program: options.browser,
            dataDir: options.dataDir,
            extra: options.extra,
            env: process.env,
            onEnded: (...how) => this.#browserEnded(...how),
            onPageEnded: (step) => this.#pageEnded(step),
          });
  }

  #hostOf(kind: WindowKind): HostKind {
    return kind === 'headless' ? this.#hiddenHost : kind;
  }

  start(): void {
    process
      .on('SIGTERM', () => this.#end())
      .on('SIGINT', () => this.#end())
      .on('SIGHUP', () => this.#end());
    if (process.connected) process.on('disconnect', () => this.#end());
    this.#engine.startBehindDoor();
  }

  #hear(message: HostMessage): void {
    switch (message.type) {
      case 'listening':
        this.#listening = message;
        this.#show();
        if (this.#browser)
          this.#wait ??= setTimeout(
            () => this.#sayStage('none', 'the browser has not shown the stage yet'),
            stageWaitMs,
          );
        else this.#sayStage('none', this.#reason);
        return;
      case 'raster':
        this.#raster = { width: message.width, height: message.height };
        rememberRaster(this.#dataDir, this.#raster);
        // Only a headless window has no screen to fill; it takes the size of the board's raster.
        if (this.#kind === 'headless') this.#show();
        return;
      case 'stageConnected':
        this.#browser?.works();
        if (this.#wait) clearTimeout(this.#wait);
        if (this.#kind === 'chromium') this.#windowWorks();
        this.#sayStage(this.#kind === 'none' ? 'none' : this.#hostOf(this.#kind), this.#reason);
        return;
      case 'stageStalled':
        // A window that is being tried has its own time to come.
        if (!this.#tryingWindow) this.#browser?.restart(message.action);
        return;
      case 'restart':
        // It ends, and is started again as any engine that ends.
        return;
      case 'pairingCode':
      case 'paired':
      case 'dismissed':
      case 'playing':
        return this.#say(message);
    }
  }

  /** A window is on its way while the engine still runs for the headless browser that stands in. */
  get #tryingWindow(): boolean {
    return this.#kind === 'chromium' && this.#engine.host === 'standIn';
  }

  #show(): void {
    if (!this.#browser || !this.#listening || this.#kind === 'none' || this.#ending) return;
    const { url } = this.#listening;
    this.#browser.show(this.#kind, url, this.#raster).catch((error: unknown) => {
      this.#sayStage('none', error instanceof Error ? error.message : String(error));
    });
  }

  #pageEnded(step: Step): void {
    if (!this.#tryingWindow) this.#engine.tell('page_ended', withAction('its process is gone', step));
  }

  /** A window that does not come gives way to a headless browser; one that does not come either leaves the address. */
  #browserEnded(reason: string, times: number, step: Step, told: boolean): void {
    process.stderr.write(`The browser ended (${reason}); it is started again in ${step.waitMs} ms.\n`);
    // What is written down already is not written twice; a window that is only being tried is no fault.
    if (!told && !this.#tryingWindow) this.#engine.tell('window_ended', withAction(reason, step));
    const window = this.#kind === 'chromium' && this.#kindAtFirst === 'chromium';
    // While the engine is still on the headless stage, a window that fails once was only an attempt.
    const triedAgain = window && this.#engine.host === 'standIn';
    if (this.#ending || (times < patience && !triedAgain)) return;
    if (window) this.#giveWay(reason);
    else this.#sayStage('none', reason);
  }

  /** A headless browser stands in, so that the board goes on; the window is tried again: a display may come later than the player. */
  #giveWay(reason: string): void {
    this.#reason = `no window: ${reason}`;
    this.#kind = 'headless';
    if (this.#engine.host === 'standIn') this.#show();
    // The engine comes back as one with a headless stage, and says so with `listening`.
    else void this.#engine.changeHost('standIn');
    this.#awaitWindow();
  }

  #awaitWindow(): void {
    const wait = Math.min(longestWindowWaitMs, firstWindowWaitMs * 2 ** this.#windowFailures++);
    this.#setWindowTimer(() => void this.#tryWindow(), wait);
  }

  /** The engine stays as it is until the window shows the stage: an attempt that fails costs the headless stage a moment, no more. */
  async #tryWindow(): Promise<void> {
    const there = await displayAnswers(process.env);
    if (this.#ending) return;
    if (!there) return this.#awaitWindow();
    this.#kind = 'chromium';
    this.#setWindowTimer(() => this.#giveWay('it has not shown the stage'), stageWaitMs);
    this.#show();
  }

  #windowWorks(): void {
    if (this.#windowTimer) clearTimeout(this.#windowTimer);
    this.#windowFailures = 0;
    this.#reason = null;
    // Nothing where it never was otherwise. The page stays and finds the engine again.
    void this.#engine.changeHost('chromium');
  }

  #setWindowTimer(work: () => void, ms: number): void {
    if (this.#windowTimer) clearTimeout(this.#windowTimer);
    this.#windowTimer = setTimeout(work, ms);
  }

  /** Says what the stage is on, when that has changed. The address is the one for people. */
  #sayStage(host: HostKind | 'none', reason: string | null): void {
    if (!this.#listening) return;
    const message = { type: 'stage', url: this.#listening.openUrl, host, ...(reason ? { reason } : {}) };
    const text = JSON.stringify(message);
    if (text === this.#said) return;
    this.#said = text;
    this.#say(message);
  }

  #say(message: object): void {
    if (process.connected) process.send?.(message);
    else process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  /** The engine first: it closes the play on the glass and delivers what it can; the picture stays up meanwhile. */
  #end(code = 0): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#windowTimer) clearTimeout(this.#windowTimer);
    this.#engine
      .stop()
      .then(() => this.#browser?.stop())
      .then(
        () => process.exit(code),
        () => process.exit(1),
      );
  }
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
