/**
 * The stage on loopback: its page, the assets by hash, and the bridge's WebSocket. Reachable from this machine only; Host and
 * Origin are checked, so that no page in some other browser window can talk to it, and the bridge wants a token of this launch.
 */
import { timingSafeEqual } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { sha256Hex } from '../../shared/protocol/common.ts';
import { stageEvent, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import type { Library } from './library.ts';

/** Where the page finds media: this and the hash. (Vite's own files are under /assets/.) */
export const assetBase = '/library/';
export const bridgePath = '/bridge';

/** Close codes of the bridge's socket (RFC 6455: 4000–4999 are free). */
export const closeCodes = { replaced: 4001, invalidMessage: 4002, crowded: 4003, silent: 4004 } as const;

/** A stage that has connected. */
export interface StageConnection {
  /** `host`: started by this player's host and supervised; `open`: opened by hand with the printed address. */
  readonly kind: 'host' | 'open';
  send(command: StageCommand): void;
  close(code: number): void;
  onEvent: (event: StageEvent) => void;
  onClose: () => void;
}

export interface StageServerOptions {
  readonly stageDir: string;
  readonly library: Library;
  /** Media type of an asset that may be served; null for any other. */
  readonly assetType: (hash: string) => string | null;
  readonly tokens: { readonly host: string; readonly open: string };
  /** 0: any free port. */
  readonly port: number;
  readonly onStage: (stage: StageConnection) => void;
  readonly log: Logger;
}

export interface StageServer {
  readonly port: number;
  /** Address of the page for the host's own window, and for a browser opened by hand. */
  url(kind: 'host' | 'open'): string;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
};

const securityHeaders = (port: number) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

/** Starts the server on 127.0.0.1. @throws the system's error when the port is taken */
export async function startStageServer(options: StageServerOptions): Promise<StageServer> {
  const server = createServer((request, response) => {
    serve(request, response, options, portOf(server)).catch((error: unknown) => {
      options.log.debug({ err: error }, 'answering the stage failed');
      response.destroy();
    });
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const kind = admit(request, options.tokens, portOf(server));
    if (kind === null) return refuse(socket);
    sockets.handleUpgrade(request, socket, head, (ws) => options.onStage(connect(ws, kind, options.log)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const port = portOf(server);
  return {
    port,
    url: (kind) => `http://127.0.0.1:${port}/?token=${options.tokens[kind]}`,
    async close() {
      for (const ws of sockets.clients) ws.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Loopback by its own names only: a rebound DNS name must not reach this server. */
function ownHost(request: IncomingMessage, port: number): boolean {
  return request.headers.host === `127.0.0.1:${port}` || request.headers.host === `localhost:${port}`;
}

function admit(request: IncomingMessage, tokens: StageServerOptions['tokens'], port: number): 'host' | 'open' | null {
  if (!ownHost(request, port) || request.headers.origin !== `http://${request.headers.host}`) return null;
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname !== bridgePath) return null;
  const token = url.searchParams.get('token') ?? '';
  if (equal(token, tokens.host)) return 'host';
  return equal(token, tokens.open) ? 'open' : null;
}

function equal(given: string, right: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

function connect(ws: WebSocket, kind: 'host' | 'open', log: Logger): StageConnection {
  const stage: StageConnection = {
    kind,
    send: (command) => {
      if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(command));
    },
    // A page that has hung does not answer a close; the socket is gone in any case soon after.
    close: (code) => {
      ws.close(code);
      setTimeout(() => ws.terminate(), 1_000).unref();
    },
    onEvent: () => undefined,
    onClose: () => undefined,
  };
  ws.on('message', (data, isBinary) => {
    const event = isBinary ? null : parseEvent(String(data));
    if (event) return stage.onEvent(event);
    log.warn('the stage sent something that is no message');
    stage.close(closeCodes.invalidMessage);
  });
  ws.on('error', (error) => log.debug({ err: error }, 'stage socket'));
  ws.on('close', () => stage.onClose());
  return stage;
}

function parseEvent(text: string): StageEvent | null {
  try {
    return stageEvent.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: StageServerOptions,
  port: number,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders(port))) response.setHeader(name, value);
  if (!ownHost(request, port)) return end(response, 403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname.startsWith(assetBase)) return serveAsset(request, response, pathname.slice(assetBase.length), options);
  const path = pageFile(options.stageDir, pathname);
  if (path === null) return end(response, 404);
  response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
  response.setHeader('cache-control', 'no-cache');
  await sendFile(request, response, path);
}

/** A file of the built stage; null for anything outside of it. */
function pageFile(stageDir: string, pathname: string): string | null {
  let name: string;
  try {
    name = normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  } catch {
    return null;
  }
  if (name.includes('\0') || name.split(sep).some((piece) => piece.startsWith('.'))) return null;
  const path = join(stageDir, name);
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null;
}

async function serveAsset(
  request: IncomingMessage,
  response: ServerResponse,
  hash: string,
  options: StageServerOptions,
): Promise<void> {
  const type = sha256Hex.safeParse(hash).success ? options.assetType(hash) : null;
  // Hashed before its first showing: nothing that the CMS did not sign reaches the glass.
  if (type === null || !(await options.library.verify(hash))) return end(response, 404);
  response.setHeader('content-type', type);
  // The disk holds it once already; the browser need not keep another copy.
  response.setHeader('cache-control', 'no-store');
  await sendFile(request, response, options.library.path(hash));
}

async function sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const size = statSync(path).size;
  const range = parseRange(request.headers.range, size);
  response.setHeader('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${size}`);
    return end(response, 416);
  }
  const { start, end: last } = range ?? { start: 0, end: size - 1 };
  response.statusCode = range ? 206 : 200;
  if (range) response.setHeader('content-range', `bytes ${start}-${last}/${size}`);
  response.setHeader('content-length', Math.max(0, last - start + 1));
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  try {
    await pipeline(createReadStream(path, { start, end: last }), response);
  } catch (error) {
    // A video element drops its request whenever it seeks or ends.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** One byte range (RFC 9110 §14); anything more is answered with the whole file. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.setHeader('content-length', 0);
  response.end();
}
