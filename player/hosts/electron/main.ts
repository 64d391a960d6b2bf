/**
 * The Electron host: the engine as a child, the stage in a kiosk window. Thin: the page is the same as everywhere, Electron adds the
 * window and keeps the screen awake. Started as `electron dist/electron/main.js --cms URL --data DIR --stage DIR`.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, Menu, powerSaveBlocker, session } from 'electron';
import { z } from 'zod';
import { Ladder } from '../../../shared/faults/ladder.ts';
import { faults, withAction } from '../../../shared/faults/table.ts';
import { EngineProcess, type HostMessage } from '../engine-process.ts';
import { noWindow, pictureWithin } from '../picture.ts';
import { boardSwitches } from '../switches.ts';
import { confineContents, confineSession, endPage, windowOptions } from './policy.ts';

const commandLine = z.object({
  cms: z.url({ protocol: /^https?$/ }).optional(),
  data: z.string().min(1),
  stage: z.string().min(1),
  'pair-anew': z.boolean().default(false),
});
type CommandLine = z.infer<typeof commandLine>;

/** A page that does not answer for so long is killed and loaded again, ms. */
const patienceMs = 10_000;
/** One that was loaded has so long to show the stage before it may be given up, ms. */
const comingMs = faults.stage_missing.steps[0]!.waitMs;

function readCommandLine(): CommandLine {
  const { values } = parseArgs({
    args: process.argv.slice(app.isPackaged ? 1 : 2),
    options: {
      cms: { type: 'string' },
      data: { type: 'string' },
      stage: { type: 'string' },
      'pair-anew': { type: 'boolean' },
    },
    // Chromium's own switches pass through the same command line.
    strict: false,
  });
  const inPackage = app.isPackaged
    ? { data: app.getPath('userData'), stage: resolve(import.meta.dirname, '../stage') }
    : {};
  return commandLine.parse({ ...inPackage, ...values });
}

class ElectronHost {
  readonly #engine: EngineProcess;
  readonly #restarts = new Ladder(faults.window_ended);
  /** The stage that was loaded last has connected. */
  #works = false;
  #loadedAt = 0;
  #listening: Extract<HostMessage, { type: 'listening' }> | null = null;
  #window: BrowserWindow | null = null;
  #reloadTimer: NodeJS.Timeout | null = null;
  #hangTimer: NodeJS.Timeout | null = null;
  #quitting = false;

  constructor(args: CommandLine, dataDir: string) {
    this.#engine = new EngineProcess('electron', {
      program: resolve(import.meta.dirname, '../engine/main.cjs'),
      execPath: process.execPath,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      cms: args.cms ?? null,
      dataDir,
      stageDir: resolve(args.stage),
      pairAnew: args['pair-anew'],
      onMessage: (message) => this.#hear(message),
      takePicture: (maxBytes, longSide) => this.#takePicture(maxBytes, longSide),
      onHopeless: () => app.exit(1),
      report: (line) => process.stderr.write(`${line}\n`),
    });
  }

  start(): void {
    app.on('second-instance', () => this.#window?.focus());
    app.on('window-all-closed', () => this.#open());
    app.on('web-contents-created', (_, contents) => confineContents(contents, () => this.#listening?.url ?? null));
    app.on('before-quit', (event) => {
      if (this.#quitting) return;
      event.preventDefault();
      this.#end();
    });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => this.#end());
    if (process.connected) process.on('disconnect', () => this.#end());
    Menu.setApplicationMenu(null);
    powerSaveBlocker.start('prevent-display-sleep');
    confineSession(session.defaultSession, () => this.#listening?.url ?? null);
    this.#engine.start();
  }

  #hear(message: HostMessage): void {
    switch (message.type) {
      case 'listening':
        // The same address again: the engine was started anew, and the page reconnects by itself.
        if (this.#listening?.url !== message.url) {
          this.#listening = message;
          if (this.#window) this.#load();
          else this.#open();
        }
        return;
      case 'stageConnected':
        this.#works = true;
        return this.#say({ type: 'stage', url: this.#listening?.openUrl ?? '', host: 'electron' });
      case 'stageStalled':
        // One that was only just loaded has its time to come.
        if (!this.#works && performance.now() - this.#loadedAt < comingMs) return;
        // Loaded into a process that hangs, the page would never come.
        endPage(this.#window?.webContents);
        return this.#reload('the stage does not paint', true);
      case 'pairingCode':
      case 'paired':
      case 'dismissed':
      case 'playing':
        return this.#say(message);
      case 'restart':
      case 'raster':
        return;
    }
  }

  #open(): void {
    if (this.#quitting || !this.#listening) return;
    const window = new BrowserWindow(windowOptions(join(import.meta.dirname, 'preload.cjs')));
    this.#window = window;
    window.removeMenu();
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => {
      if (this.#window === window) this.#window = null;
    });
    window.on('unresponsive', () => {
      this.#hangTimer ??= setTimeout(() => {
        this.#hangTimer = null;
        if (!window.isDestroyed()) endPage(window.webContents);
      }, patienceMs);
    });
    window.on('responsive', () => {
      if (this.#hangTimer) clearTimeout(this.#hangTimer);
      this.#hangTimer = null;
    });
    const { webContents } = window;
    webContents.on('render-process-gone', (_, { reason }) => this.#reload(`the page's process is gone: ${reason}`));
    webContents.on('did-fail-load', (_event, code, description, _url, isMainFrame) => {
      // -3: one load gave way to another.
      if (isMainFrame && code !== -3) this.#reload(`the stage did not load: ${description}`);
    });
    webContents.on('did-finish-load', () => {
      void webContents.insertCSS('* { cursor: none !important }');
    });
    this.#load();
  }

  #load(): void {
    if (!this.#listening || !this.#window || this.#window.isDestroyed()) return;
    this.#works = false;
    this.#loadedAt = performance.now();
    // A failure comes as an event, too.
    this.#window.loadURL(this.#listening.url).catch(() => undefined);
  }

  /** @param asked by the engine, which has written the fault down itself */
  #reload(reason: string, asked = false): void {
    if (this.#quitting || this.#reloadTimer) return;
    const step = this.#restarts.climb(performance.now()) ?? { action: 'newWindow', waitMs: 0 };
    process.stderr.write(`Loading the stage again in ${step.waitMs} ms: ${reason}.\n`);
    if (!asked) this.#engine.tell('window_ended', withAction(reason, step));
    this.#reloadTimer = setTimeout(() => {
      this.#reloadTimer = null;
      this.#load();
    }, step.waitMs);
  }

  async #takePicture(maxBytes: number, longSide: number | null): Promise<Uint8Array> {
    const window = this.#window;
    if (!window || window.isDestroyed()) throw noWindow();
    const image = await window.webContents.capturePage();
    if (image.isEmpty()) throw noWindow();
    const { width, height } = image.getSize();
    const small =
      longSide === null || longSide >= Math.max(width, height)
        ? image
        : image.resize(width >= height ? { width: longSide } : { height: longSide });
    return pictureWithin(maxBytes, (quality) => Promise.resolve(small.toJPEG(quality)));
  }

  #say(message: object): void {
    if (process.connected) process.send?.(message);
    else process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  /** The engine first: it closes the play on the glass; the picture stays up meanwhile. */
  #end(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    if (this.#reloadTimer) clearTimeout(this.#reloadTimer);
    void this.#engine.stop().finally(() => app.exit(0));
  }
}

async function main(): Promise<void> {
  const args = readCommandLine();
  const dataDir = resolve(args.data);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // The lock lies in this folder: one window per board.
  if (!app.isPackaged) app.setPath('userData', join(dataDir, 'electron'));
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write('This player is running already.\n');
    return app.exit(0);
  }
  app.enableSandbox();
  for (const [name, value] of boardSwitches(process.platform)) app.commandLine.appendSwitch(name, value);
  await app.whenReady();
  // On Linux the system starts it (player/deploy); on Windows the desktop does, with what it was started with now.
  if (app.isPackaged && process.platform === 'win32')
    app.setLoginItemSettings({ openAtLogin: true, args: process.argv.slice(1).map((arg) => `"${arg}"`) });
  new ElectronHost(args, dataDir).start();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}\n`);
  app.exit(2);
});
