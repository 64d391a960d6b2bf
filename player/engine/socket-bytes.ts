/** What the connections that this process has opened carried, in both directions: for machines whose own counters cannot be read. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Node tells of each client socket, that of a request as well as that of the link. */
const channel = 'net.client.socket';
/** The headers of TCP and IP come on top of what a socket carries: 40 to 60 bytes for each 1,400. */
const withHeaders = 1.05;

export class SocketBytes {
  readonly #open = new Set<Socket>();
  #closed = 0;
  readonly #listen = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closed += carried(socket);
    });
  };

  constructor() {
    subscribe(channel, this.#listen);
  }

  /** Since this was made, bytes. */
  get bytes(): number {
    const open = [...this.#open].reduce((sum, socket) => sum + carried(socket), 0);
    return Math.round((this.#closed + open) * withHeaders);
  }

  close(): void {
    unsubscribe(channel, this.#listen);
  }
}

const carried = (socket: Socket): number => socket.bytesRead + (socket.bytesWritten ?? 0);
