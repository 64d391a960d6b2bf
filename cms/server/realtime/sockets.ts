/**
 * The sockets of boards and pages: one Socket.IO server over two Engine.IO engines, which differ in their heartbeat alone. The first line of
 * a connection says which one it gets, before anybody is known.
 */
import { Server as Engine } from 'engine.io';
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { heartbeats, maxMessageBytes, sparingQuery } from '../../../shared/protocol/link.ts';

const path = '/socket.io/';

export interface Sockets {
  readonly io: Server;
  readonly engines: Readonly<Record<keyof typeof heartbeats, Engine>>;
  /** Ends every connection, and takes no more. */
  close(): void;
}

export function openSockets(http: HttpServer): Sockets {
  const options = { maxHttpBufferSize: maxMessageBytes, transports: ['websocket' as const] };
  const engines = {
    usual: new Engine({ ...options, ...heartbeats.usual }),
    sparing: new Engine({ ...options, ...heartbeats.sparing }),
  };
  const io = new Server({ serveClient: false });
  for (const engine of Object.values(engines)) io.bind(engine);

  type Upgrade = Parameters<Engine['handleUpgrade']>;
  http.on('upgrade', (request: Upgrade[0], socket: Upgrade[1], head: Upgrade[2]) => {
    const [asked, query] = (request.url ?? '').split('?', 2);
    if (asked !== path) return socket.destroy();
    const { heartbeat } = sparingQuery;
    const engine = new URLSearchParams(query).get('heartbeat') === heartbeat ? engines.sparing : engines.usual;
    engine.handleUpgrade(request, socket, head);
  });
  return { io, engines, close: () => Object.values(engines).forEach((engine) => engine.close()) };
}
