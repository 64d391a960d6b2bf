/** Chromium as a child: started in a fresh profile, started again when it ends, ended for certain. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Readable, Writable } from 'node:stream';
import { Ladder } from '../../../shared/faults/ladder.ts';
import { faults, type Step } from '../../../shared/faults/table.ts';
import { AppError } from '../../../shared/util/errors.ts';
import { noWindow, pictureWithin } from '../picture.ts';
import { DevTools } from './devtools.ts';
import { untilListening } from './listening.ts';
import { browserArgs, browserEnv, browserUser, windowRaster, type Raster, type WindowKind } from './browser-options.ts';

export interface BrowserProcessOptions {
  readonly program: string;
  readonly dataDir: string;
  readonly extra: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /**
   * It ended; it is started again as the step says. `times` in a row without the stage having connected in between;
   * `told`: whoever is told of this knows why already, by `restart` or `onPageEnded`.
   */
  readonly onEnded: (reason: string, times: number, step: Step, told: boolean) => void;
  /** The page's process ended by itself; what the step says is done at once. */
  readonly onPageEnded: (step: Step) => void;
}

/** A browser that was started has so long to show the stage before it may be given up, ms. */
const comingMs = faults.stage_missing.steps[0]!.waitMs;
const graceMs = 1_000;
/** A page that is opened again in a browser that goes on has so long to show the stage, ms: a weak board takes two seconds. */
const pageMs = 4_000;
/** A browser that answers at all does so in this time, ms. */
const answerMs = 1_000;
/** All that a picture may take; a browser that has not answered by then hangs. The engine waits a little longer. */
const pictureMs = 12_000;
/** Lines of the browser's own words that are kept to explain its end. */
const keptLines = 20;
/** Folders of browsers that run as another user. */
const homePrefix = 'bang-tin-browser-';
/** The disk of the first may be the one that is full or may only be read; the second is memory. */
const temporaryFolders = [tmpdir(), ...(process.platform === 'linux' ? ['/dev/shm'] : [])];

/** `host_running`: another host shows this board. Its browser is left alone. */
class HostRunningError extends AppError {}

export class BrowserProcess {
  readonly #o: BrowserProcessOptions;
  #kind: WindowKind;
  #url = '';
  #raster: Raster | null = null;
  #child: ChildProcess | null = null;
  #devTools: DevTools | null = null;
  #timer: NodeJS.Timeout | null = null;
  #waiting: AbortController | null = null;
  readonly #restarts = new Ladder(faults.window_ended);
  readonly #pages = new Ladder(faults.page_ended);
  /** Until a page that was opened again is given up, browser and all. */
  #pageTimer: NodeJS.Timeout | null = null;
  /** Ends in a row without the stage having connected. */
  #failures = 0;
  #startedAt = 0;
  #works = false;
  /** A page is being ended because `restart` asked for it. */
  #asked = false;
  /** Whoever is told of its end knows of it. */
  #told = false;
  /** Why it is being ended, where its own last words do not say it. */
  #why: string | null = null;
  #wanted = false;
  #home: string | null = null;
  #queue: Promise<void> = Promise.resolve();

  /** @throws HostRunningError */
  constructor(kind: WindowKind, options: BrowserProcessOptions) {
    this.#o = options;
    this.#kind = kind;
    clearLeftover(this.#pidFile);
  }

  get kind(): WindowKind {
    return this.#kind;
  }

  /** Opens the stage. Called again with another address, kind or raster, it opens it anew. */
  show(kind: WindowKind, url: string, raster: Raster | null): Promise<void> {
    return this.#inOrder(() => this.#show(kind, url, windowRaster(raster, this.#o.extra)));
  }

  async #show(kind: WindowKind, url: string, raster: Raster | null): Promise<void> {
    const same = kind === this.#kind && url === this.#url && (kind !== 'headless' || sameRaster(raster, this.#raster));
    this.#raster = raster;
    if (this.#wanted && same) return;
    if (kind !== this.#kind) {
      this.#failures = 0;
      this.#restarts.reset();
    }
    await this.#stop();
    this.#kind = kind;
    this.#url = url;
    this.#wanted = true;
    this.#start();
  }

  /** The stage has connected: the browser works. */
  works(): void {
    this.#failures = 0;
    this.#works = true;
    this.#asked = false;
    if (this.#pageTimer) clearTimeout(this.#pageTimer);
  }

  /**
   * Ends a page that hangs, or the whole browser; it is opened again like one that crashed. What was only just started has its time
   * to come.
   */
  restart(what: 'newPage' | 'newWindow'): void {
    if (!this.#child || (!this.#works && performance.now() - this.#startedAt < comingMs)) return;
    if (what === 'newWindow') return this.#end(this.#child, null);
    this.#asked = true;
    this.#works = false;
    this.#awaitPage(this.#child);
    void this.#endPages(this.#child, this.#devTools);
  }

  /** @param why null: whoever is told of it knows */
  #end(child: ChildProcess, why: string | null): void {
    this.#told = why === null;
    this.#why = why;
    child.kill('SIGKILL');
  }

  /** What hangs hears of no navigation: its process is ended. Where none can be recognized for certain, the browser is. */
  async #endPages(child: ChildProcess, devTools: DevTools | null): Promise<void> {
    const pids = (await devTools?.pageProcesses(AbortSignal.timeout(answerMs)).catch(() => [])) ?? [];
    const ours = pids.filter((pid) => commandOf(pid).includes(`--user-data-dir=${this.#home}/profile`));
    if (!ours.map(endProcess).includes(true)) this.#end(child, 'no process of its page is known');
  }

  /** The stage is to come in a page that is opened again, or the browser goes too. */
  #awaitPage(child: ChildProcess): void {
    this.#startedAt = performance.now();
    if (this.#pageTimer) clearTimeout(this.#pageTimer);
    this.#pageTimer = setTimeout(() => this.#end(child, 'its page has not come back'), pageMs);
  }

  /** The browser goes on with a window that shows nothing. */
  #pageEnded(child: ChildProcess, page: string): void {
    if (this.#child !== child || !this.#devTools || !this.#wanted) return;
    const step = this.#asked ? null : this.#pages.climb(performance.now());
    this.#asked = false;
    if (step) this.#o.onPageEnded(step);
    if (step?.action === 'newWindow') return this.#end(child, null);
    this.#works = false;
    this.#awaitPage(child);
    // One that fails, or takes longer, has gone when its time is up.
    void this.#openAgain(this.#devTools, page).catch(() => undefined);
  }

  /**
   * What the window shows, of so many bytes at most: as WebP, or, scaled down to a longest side, as JPEG.
   * @throws AppError `no_stage`, `capture_failed`, `capture_too_large`
   */
  async takePicture(maxBytes: number, longSide: number | null): Promise<Uint8Array> {
    if (!this.#devTools) throw noWindow();
    using page = await this.#devTools.pageAt(new URL(this.#url).origin, AbortSignal.timeout(pictureMs));
    return await pictureWithin(maxBytes, (quality) =>
      longSide === null ? page.capture(quality) : page.captureSmall(quality, longSide),
    );
  }

  stop(): Promise<void> {
    return this.#inOrder(() => this.#stop());
  }

  /** One change at a time: two starts at once would be two browsers. */
  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #stop(): Promise<void> {
    this.#wanted = false;
    this.#waiting?.abort();
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#pageTimer) clearTimeout(this.#pageTimer);
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    }
    this.#child = this.#devTools = null;
    this.#clear();
  }

  get #pidFile(): string {
    return join(this.#o.dataDir, 'browser.json');
  }

  #start(): void {
    const words: string[] = [];
    let child: ChildProcess;
    try {
      child = this.#spawn();
    } catch (error) {
      return this.#ended(error instanceof Error ? error.message : String(error));
    }
    this.#child = child;
    this.#startedAt = performance.now();
    this.#works = this.#asked = this.#told = false;
    this.#why = null;
    let over = false;
    const end = (how: string) => {
      if (over) return;
      over = true;
      if (this.#child === child) this.#child = this.#devTools = null;
      if (this.#wanted) this.#ended(explain(how, words));
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `code ${code}`));
    this.#devTools = devToolsOf(child, (page) => this.#pageEnded(child, page));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words.push(...text.split('\n').filter((line) => line.trim() !== ''));
      words.splice(0, Math.max(0, words.length - keptLines));
    });
  }

  #spawn(): ChildProcess {
    const { dataDir, env, extra, program } = this.#o;
    const owner = statSync(dataDir);
    const user = browserUser(process.getuid?.() ?? null, { uid: owner.uid, gid: owner.gid }, extra);
    // A fresh profile each time: nothing of a crash before, no lock, nothing that grows.
    this.#clear();
    const { home, door } = this.#makeHome(user !== null);
    if (user) for (const path of [home, door]) chownSync(path, user.uid, user.gid);
    const args = browserArgs({
      kind: this.#kind,
      url: pathToFileURL(door).href,
      profile: join(home, 'profile'),
      raster: this.#raster,
      smallSharedMemory: hasSmallSharedMemory(),
      waylandOnly: Boolean(env.WAYLAND_DISPLAY) && !env.DISPLAY,
      extra,
    });
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      cwd: home,
      env: browserEnv(env, user ? home : null),
      ...(user ?? {}),
    });
    if (child.pid !== undefined) this.#notePid(child.pid, home);
    return child;
  }

  /** An empty folder with the page that opens the stage: elsewhere for another user, or where the data folder takes nothing. */
  #makeHome(elsewhere: boolean): { home: string; door: string } {
    const places = [
      ...(elsewhere ? [] : [() => this.#ownHome()]),
      ...temporaryFolders.map((folder) => () => mkdtempSync(join(folder, homePrefix))),
    ];
    let failure: unknown;
    for (const make of places) {
      let home: string | null = null;
      try {
        home = make();
        // A command line can be read by everybody on the machine; the token in the stage's address is for this browser alone.
        const door = join(home, 'stage.html');
        writeFileSync(door, doorPage(this.#url), { mode: 0o600 });
        this.#home = home;
        return { home, door };
      } catch (error) {
        if (home !== null) remove(home);
        failure ??= error;
      }
    }
    throw failure;
  }

  #ownHome(): string {
    const home = join(this.#o.dataDir, 'browser');
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return home;
  }

  /** For a host that comes after this one was killed. A disk that does not take it is no reason to show nothing. */
  #notePid(pid: number, home: string): void {
    try {
      writeFileSync(this.#pidFile, JSON.stringify({ pid, home, host: lifeOf(process.pid) }), { mode: 0o600 });
    } catch {
      // The next host does not know this browser; the engine lets only the newest stage in.
    }
  }

  #ended(reason: string): void {
    const step = this.#restarts.climb(performance.now()) ?? { action: 'newWindow', waitMs: 0 };
    this.#failures++;
    this.#timer = setTimeout(() => this.#startAgain(), step.waitMs);
    if (this.#pageTimer) clearTimeout(this.#pageTimer);
    this.#o.onEnded(this.#why ?? reason, this.#failures, step, this.#told);
    this.#works = this.#asked = this.#told = false;
    this.#why = null;
  }

  /** While no engine listens a browser that was sent to it would show an error of its own. */
  #startAgain(): void {
    const waiting = (this.#waiting = new AbortController());
    untilListening(this.#url, waiting.signal).then(
      () => waiting.signal.aborted || this.#start(),
      () => undefined,
    );
  }

  async #openAgain(devTools: DevTools, page: string): Promise<void> {
    const signal = AbortSignal.timeout(pageMs);
    await untilListening(this.#url, signal);
    await devTools.openIn(page, this.#url, signal);
  }

  #clear(): void {
    if (this.#home) remove(this.#home);
    this.#home = null;
    remove(this.#pidFile);
  }
}

/** @returns whether there was one */
function endProcess(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** What cannot be removed, such as a folder that a dying browser still writes to, stays: the next one gets another. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A failing disk is the engine's to report.
  }
}

/** null: it could not be started for want of file descriptors, of which it says `error`. Node leaves out all its pipes then. */
function devToolsOf(child: ChildProcess, onCrash: (page: string) => void): DevTools | null {
  const [, , , input, output] = (child.stdio as ChildProcess['stdio'] | undefined) ?? [];
  return input && output ? new DevTools(input as Writable, output as Readable, onCrash) : null;
}

/** A page that leads to the stage. It is black, as the stage is before its first picture. */
function doorPage(url: string): string {
  return `<!doctype html><meta name="color-scheme" content="dark"><style>html{background:#000}</style><script>location.replace(${JSON.stringify(url)})</script>`;
}

function sameRaster(a: Raster | null, b: Raster | null): boolean {
  return a?.width === b?.width && a?.height === b?.height;
}

function explain(how: string, words: readonly string[]): string {
  const said =
    words.findLast((line) => /FATAL|sandbox|display|Missing|cannot|Failed to/i.test(line) && !/dbus/i.test(line)) ??
    words.at(-1);
  return said ? `${how}: ${said.slice(0, 300)}` : how;
}

/** The browser of a host that was killed ends as its pipes break, unless it hangs: then the next host ends it. Only where the process can be recognized for certain. */
function clearLeftover(file: string): void {
  const left = readLeftover(file);
  if (left?.host && left.host !== lifeOf(process.pid) && left.host === lifeOf(Number.parseInt(left.host, 10)))
    throw new HostRunningError('host_running', 'This player is running already.');
  remove(file);
  if (!left) return;
  if (commandOf(left.pid).includes(`--user-data-dir=${left.home}/profile`)) process.kill(left.pid, 'SIGKILL');
  const made = temporaryFolders.map((folder) => join(folder, homePrefix)).find((start) => left.home.startsWith(start));
  if (made !== undefined && !left.home.slice(made.length).includes('/')) remove(left.home);
}

/** Checked by hand: a schema library would cost more time at the start than everything else here. */
function readLeftover(file: string): { pid: number; home: string; host: string | null } | null {
  try {
    const { pid, home, host } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (!Number.isInteger(pid) || Number(pid) <= 1 || typeof home !== 'string') return null;
    return { pid: Number(pid), home, host: typeof host === 'string' ? host : null };
  } catch {
    return null;
  }
}

/** Names one run of a process: its number and when it began, in ticks since boot (proc(5), field 22). null: there is none, or the system does not tell. */
function lifeOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${pid} ${fields[19]}`;
  } catch {
    return null;
  }
}

/** Command line of a process; empty where there is none, or where the system does not tell. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function hasSmallSharedMemory(): boolean {
  try {
    const { bsize, blocks } = statfsSync('/dev/shm');
    return bsize * blocks < 256 * 1024 * 1024;
  } catch {
    return false;
  }
}
