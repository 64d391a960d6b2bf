/** A line between a player and its CMS on which everything takes its time, another one in each direction. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** ms, and up to so much more by chance. */
export interface LineDelay {
  readonly upMs: number;
  readonly downMs: number;
  readonly jitterMs: number;
}

export interface SlowLine extends AsyncDisposable {
  /** Where the player finds its CMS. */
  readonly url: string;
}

export async function slowLine(toUrl: string, delay: LineDelay): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const server = createServer((player) => {
    const cms = connect(Number(new URL(toUrl).port), '127.0.0.1');
    for (const socket of [player, cms]) sockets.add(socket.on('error', () => undefined));
    carry(player, cms, delay.upMs, delay.jitterMs);
    carry(cms, player, delay.downMs, delay.jitterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** In order: what comes later is never sooner there. */
function carry(from: Socket, to: Socket, ms: number, jitterMs: number): void {
  let free = 0;
  const after = (work: () => void): void => {
    free = Math.max(free, performance.now() + ms + Math.random() * jitterMs);
    setTimeout(work, free - performance.now());
  };
  from.on('data', (bytes) => after(() => to.destroyed || to.write(bytes)));
  from.once('close', () => after(() => to.destroy()));
}
