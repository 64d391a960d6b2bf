/** A display without a screen whose picture lies in a file: what Chromium hands to it can be read at any moment, at no cost to Chromium. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pictures a second that Chromium draws where the display names no rate: X without a screen. */
export const displayRate = 60;

export class Display {
  /** For DISPLAY. */
  readonly name: string;
  /** The picture, as X Window Dump. */
  readonly file: string;
  readonly #server: ChildProcess;
  readonly #folder: string;

  private constructor(name: string, folder: string, server: ChildProcess) {
    this.name = name;
    this.#folder = folder;
    this.file = join(folder, 'Xvfb_screen0');
    this.#server = server;
  }

  /** @throws Error where there is no Xvfb */
  static async open(width: number, height: number): Promise<Display> {
    const folder = await mkdtemp(join(tmpdir(), 'bang-tin-display-'));
    // The browser of a player that runs as root is another user's: whoever is on this machine may draw.
    const args = [
      '-displayfd',
      '1',
      '-screen',
      '0',
      `${width}x${height}x24`,
      '-fbdir',
      folder,
      '-nolisten',
      'tcp',
      '-ac',
    ];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [number] = (await Promise.race([
        once(server.stdout, 'data'),
        once(server, 'exit').then(() => Promise.reject(new Error('Xvfb ended'))),
      ])) as [Buffer];
      return new Display(`:${number.toString().trim()}`, folder, server);
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw new Error('There is no display to look at: install Xvfb (on Debian: apt-get install xvfb).', { cause });
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#server, 'exit');
    if (this.#server.kill()) await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
