/** The line between a player and its CMS: it can be cut, and be thin. Everything on it is carried as it comes. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pause } from './random.ts';

/** A thin line hands on what has come in pieces of this time, ms. */
const pieceMs = 20;

export class Line {
  /** Bytes per second towards the player; null: as fast as it goes. */
  bytesPerSecond: number | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #awaited: (() => void)[] = [];

  private constructor(toPort: number) {
    this.#server = createServer((player) => {
      if (this.#cut) return void player.destroy();
      const cms = connect(toPort, '127.0.0.1');
      for (const [one, other] of [
        [player, cms],
        [cms, player],
      ] as const) {
        this.#sockets.add(one);
        one
          .on('error', () => undefined)
          .once('close', () => {
            this.#sockets.delete(one);
            other.destroy();
          });
      }
      player.pipe(cms);
      void this.#carry(cms, player);
      for (const resolve of this.#awaited.splice(0)) resolve();
    });
  }

  static async to(url: string): Promise<Line> {
    const line = new Line(Number(new URL(url).port));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  /** Where the player finds its CMS. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
    this.bytesPerSecond = null;
  }

  /** Resolves when the player connects the next time. */
  connection(): Promise<void> {
    return new Promise((resolve) => this.#awaited.push(resolve));
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #carry(cms: Socket, player: Socket): Promise<void> {
    try {
      for await (const chunk of cms as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length;) {
          const rate = this.bytesPerSecond;
          const piece = chunk.subarray(at, rate === null ? undefined : at + Math.ceil((rate * pieceMs) / 1000));
          at += piece.length;
          player.write(piece);
          if (rate !== null && piece.length > 500) await pause(pieceMs);
        }
      }
      player.end();
    } catch {
      player.destroy();
    }
  }
}
