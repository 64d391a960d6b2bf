/** A whole player — host, engine, Chromium in its sandbox — on a display of its own, paired with a small CMS. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, TestCms } from '../../../../player/engine/testing-cms.ts';
import { repoRoot } from '../../../../scripts/lib/paths.ts';
import { Child } from '../../../e2e/lib/processes.ts';
import type { Display } from './display.ts';
import { slowLine, type LineDelay, type SlowLine } from './slow-line.ts';
import type { GlassProgramme } from './programme.ts';

export class GlassPlayer {
  readonly cms: TestCms;
  readonly #host: Child;
  readonly #folder: string;
  readonly #line: SlowLine | null;

  private constructor(cms: TestCms, host: Child, folder: string, line: SlowLine | null) {
    this.cms = cms;
    this.#line = line;
    this.#host = host;
    this.#folder = folder;
  }

  /** Paired, and with a window. @param browserArgs for Chromium */
  static async start(options: {
    display: Display;
    raster: { width: number; height: number };
    browser: string;
    stage?: string;
    browserArgs?: readonly string[];
    /** Between player and CMS; left out: none. */
    line?: LineDelay;
    env?: Readonly<Record<string, string>>;
  }): Promise<GlassPlayer> {
    const cms = await TestCms.start({ x: 0, y: 0, ...options.raster, rotation: 0 });
    const folder = await mkdtemp(join(tmpdir(), 'bang-tin-player-'));
    const stage = options.stage ?? join(repoRoot, 'dist/stage');
    const line = options.line ? await slowLine(cms.url, options.line) : null;
    const args = [
      '--cms',
      line?.url ?? cms.url,
      '--data',
      join(folder, 'data'),
      '--stage',
      stage,
      '--browser',
      options.browser,
    ];
    const env = { ...options.env, DISPLAY: options.display.name, WAYLAND_DISPLAY: '' };
    const host = new Child(
      'dist/chromium/main.cjs',
      [...args, ...(options.browserArgs ?? []).flatMap((arg) => ['--browser-arg', arg])],
      env,
    );
    const player = new GlassPlayer(cms, host, folder, line);
    try {
      await cms.enterCode(String((await host.message('pairingCode'))['code']));
      await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
      const { host: window } = await host.message('stage');
      if (window !== 'chromium') throw new Error(`No window but «${String(window)}»:\n${host.output}`);
      return player;
    } catch (error) {
      await player.stop();
      throw error;
    }
  }

  /** Process id of the host: browser and engine descend from it. */
  get pid(): number {
    return this.#host.process.pid!;
  }

  /** Plays whose records have been delivered. */
  get plays(): number {
    return this.cms.bodies('playEnded').length;
  }

  /** Resolves when the player has taken it up. */
  async play(programme: GlassProgramme): Promise<void> {
    for (const file of programme.files) this.cms.content.set(sha256(file), file);
    const { parts, assets, defaultPlaylistId } = programme;
    const { version } = await this.cms.publish({ parts, defaultPlaylistId }, { assets: [...assets] });
    await this.cms.until(() =>
      this.cms.told.some(
        ({ name, request }) =>
          name === 'programmeProgressedV1' &&
          request['state'] === 'active' &&
          JSON.stringify(request['version']) === JSON.stringify(version),
      ),
    );
  }

  async stop(): Promise<void> {
    await this.#host.stop();
    await this.#line?.[Symbol.asyncDispose]();
    await this.cms.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
