/**
 * The loopback door of the stage. It opens before the engine is built and hands out the page at once, so that a browser can start
 * beside the engine; what needs the engine (media, the bridge) waits until it is there. Nothing but Node is imported here, for the
 * same reason.
 *
 * Reachable from this machine only. Host and Origin are checked, so that no page in some other browser window can talk to it, and
 * the bridge wants a token of this launch.
 */
import { timingSafeEqual } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import type { Server as ListeningSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stageUrl, type StageKind, type StageTokens } from './launch.ts';

/** Where the page finds media: this and the hash. (Vite's own files are under /assets/.) */
export const assetBase = '/library/';
const bridgePath = '/bridge';

/** What the engine does behind the door. */
export interface Inside {
  asset(request: IncomingMessage, response: ServerResponse, hash: string): Promise<void>;
  bridge(request: IncomingMessage, socket: Duplex, head: Buffer, kind: StageKind): void;
}

export interface StageDoorOptions {
  /** The built stage. */
  readonly stageDir: string;
  readonly tokens: StageTokens;
  /** 0: any free port. */
  readonly port: number;
  /** A socket that listens already, from the host; instead of a port. */
  readonly inherited?: ListeningSocket;
}

export interface StageDoor {
  readonly port: number;
  /** Address of the page, for the host's own window or for a browser opened by hand. */
  url(kind: StageKind): string;
  /** The engine is ready. */
  attach(inside: Inside): void;
  close(): Promise<void>;
}

/** A browser's handful for the page and its media, and some pages that look on. */
const mostConnections = 128;

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

/** Opens the door on 127.0.0.1. @throws the system's error when the port is taken */
export async function openStageDoor(options: StageDoorOptions): Promise<StageDoor> {
  const { promise: inside, resolve: attach } = Promise.withResolvers<Inside>();
  const server = createServer((request, response) => {
    serve(request, response, options.stageDir, portOf(server), inside).catch(() => response.destroy());
  });
  server.maxConnections = mostConnections;
  /** Node lets go of a socket that asked for an upgrade: whoever refuses it, or closes, has to end it. */
  const upgrading = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    upgrading.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => upgrading.delete(socket));
    const kind = admit(request, options.tokens, portOf(server));
    if (kind !== null) void inside.then(({ bridge }) => bridge(request, socket, head, kind));
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const opened = () => {
      server.off('error', reject);
      resolve();
    };
    if (options.inherited) server.listen(options.inherited, opened);
    else server.listen(options.port, '127.0.0.1', opened);
  });
  const port = portOf(server);
  return {
    port,
    url: (kind) => stageUrl(port, options.tokens[kind]),
    attach,
    async close() {
      server.closeAllConnections();
      for (const socket of upgrading) socket.destroy();
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

function admit(request: IncomingMessage, tokens: StageTokens, port: number): StageKind | null {
  if (!ownHost(request, port) || request.headers.origin !== `http://${request.headers.host}`) return null;
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url?.pathname !== bridgePath) return null;
  const token = url.searchParams.get('token') ?? '';
  if (equal(token, tokens.host)) return 'host';
  return equal(token, tokens.open) ? 'open' : null;
}

function equal(given: string, right: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  stageDir: string,
  port: number,
  inside: Promise<Inside>,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders(port))) response.setHeader(name, value);
  if (!ownHost(request, port)) return endWith(response, 403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return endWith(response, 405);
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname.startsWith(assetBase)) return (await inside).asset(request, response, pathname.slice(assetBase.length));
  const path = pageFile(stageDir, pathname);
  if (path === null) return endWith(response, 404);
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

/** Answers with a file, or with the one range of it that is asked for. */
export async function sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const size = statSync(path).size;
  const range = parseRange(request.headers.range, size);
  response.setHeader('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${size}`);
    return endWith(response, 416);
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.statusCode = range ? 206 : 200;
  if (range) response.setHeader('content-range', `bytes ${start}-${end}/${size}`);
  response.setHeader('content-length', Math.max(0, end - start + 1));
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  try {
    await pipeline(createReadStream(path, { start, end }), response);
  } catch (error) {
    // A video element drops its request whenever it seeks or ends.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** One byte range (RFC 9110 §14); anything more is answered with the whole file. */
function parseRange(header: string | undefined, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

export function endWith(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.setHeader('content-length', 0);
  response.end();
}
