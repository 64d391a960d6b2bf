/** The whole player with its Chromium, killed with all that it has started. What it shows is read from its page, frame by frame. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { freePort } from '../../../e2e/lib/processes.ts';
import { processTree } from '../process-tree.ts';
import { KilledPlayer, type PlayerMessage, type PlayerOptions } from './players.ts';
import { pause } from './random.ts';
import type { Run } from './verdict.ts';

/** A page that does not answer for so long is looked for anew, ms. */
const pageSilentMs = 5_000;

/** The Chromium host with engine and headless browser. What it shows is read from its page, frame by frame. */
export class WholePlayer extends KilledPlayer {
  readonly #browser: string;
  readonly #stageDir: string;
  readonly #contentOf: (kind: string, label: string) => string | null;
  #debugPort = 0;
  #door = '';

  /**
   * @param stageDir the built stage with `watchedStage`'s script in it
   * @param contentOf what a scene is, by its kind and the words on it
   */
  constructor(
    options: PlayerOptions,
    browser: string,
    stageDir: string,
    contentOf: (kind: string, label: string) => string | null,
  ) {
    super(options);
    this.#browser = browser;
    this.#stageDir = stageDir;
    this.#contentOf = contentOf;
  }

  protected async program(): Promise<{ script: string; args: string[] }> {
    this.#debugPort = await freePort();
    this.#door = '';
    const { cms, dataDir } = this.options;
    const args = ['--cms', cms, '--data', dataDir, '--stage', this.#stageDir, '--browser', this.#browser, '--headless'];
    const forBrowser = [`--remote-debugging-port=${this.#debugPort}`];
    if (process.getuid?.() === 0) forBrowser.push('--no-sandbox');
    return {
      script: 'player/hosts/chromium/main.ts',
      args: [...args, ...forBrowser.flatMap((arg) => ['--browser-arg', arg])],
    };
  }

  protected hear(message: PlayerMessage): void {
    // What it shows the page tells; this is only its door.
    if (message.type === 'stage') this.#door = new URL('/nothing', message.url).href;
  }

  protected async answered(): Promise<boolean> {
    if (this.#door === '') return false;
    return (await fetch(this.#door)).status > 0;
  }

  protected watch(run: Run): void {
    const over = () => this.runs.at(-1) !== run || run.endedAt !== Infinity;
    const page: WatchedPage = { born: 0, have: 0 };
    const look = async () => {
      while (!over()) {
        let browser: Browser | null = null;
        try {
          browser = await chromium.connectOverCDP(`http://127.0.0.1:${this.#debugPort}`, { timeout: 5_000 });
          await this.#follow(browser, run, page, over);
        } catch {
          // Not up yet, another page, or killed.
        } finally {
          await browser?.close().catch(() => undefined);
        }
        await pause(50);
      }
    };
    void look();
  }

  async #follow(browser: Browser, run: Run, known: WatchedPage, over: () => boolean): Promise<void> {
    const page = browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((one) => one.url().includes('token='));
    if (page === undefined) return;
    while (!over()) {
      const looked = await Promise.race([page.evaluate(lookAtPage, { ...known }), pause(pageSilentMs)]);
      if (over() || looked === undefined) return;
      const { fresh, now, born } = looked;
      if (born !== known.born) {
        // Whatever an earlier page showed is gone with it.
        if (run.painted.length > 0) run.painted.push({ content: null, at: run.watchedTo });
        run.unseen.push({ from: run.watchedTo, to: born });
        known.born = born;
        known.have = 0;
      }
      known.have += fresh.length;
      for (const { kind, label, at } of fresh) run.painted.push({ content: this.#contentOf(kind, label), at });
      run.watchedTo = now;
      if (fresh.length > 0) this.changes.tell();
    }
  }

  /** Host, engine and browser: whatever descends from the host, and the browser, which may have another parent. */
  protected override pids(host: number): number[] {
    const roots = [host];
    try {
      const { pid } = JSON.parse(readFileSync(join(this.options.dataDir, 'browser.json'), 'utf8')) as { pid: number };
      roots.push(pid);
    } catch {
      // There is no browser yet.
    }
    return [...new Set([host, ...processTree(...roots)])];
  }
}

/** Which page is looked at, by the time of its birth, and how many of its scenes are known. */
interface WatchedPage {
  born: number;
  have: number;
}

/** Runs in the page. Within 50 ms, so that what is known up to when is known. */
async function lookAtPage({ born, have }: WatchedPage) {
  const { seenScenes } = window as unknown as { seenScenes: { kind: string; label: string; at: number }[] };
  const here = performance.timeOrigin;
  const from = here === born ? have : 0;
  const until = performance.now() + 50;
  while (seenScenes.length <= from && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  return { fresh: seenScenes.slice(from), now: Date.now(), born: here };
}
