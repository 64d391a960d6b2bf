/**
 * Stands between a player and a CMS and writes down what passes: each HTTP exchange and each Socket.IO message of `/board`, as one line.
 * Speaks Engine.IO 4 and Socket.IO 5 as far as reading needs; what passes is not touched.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { boardNamespace } from '../../shared/protocol/link.ts';

/** A body that is JSON, or bytes in base64. */
export type Body = { readonly json: unknown } | { readonly bytes: string } | null;
type Side = 'player' | 'cms';

/** One line of a recording. `at`: ms UTC. */
export type Line = { readonly at: number } & (
  | { readonly kind: 'person'; readonly act: string; readonly detail: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Body;
      readonly answer: {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Body;
      };
    }
  | {
      readonly kind: 'connect';
      readonly query: Readonly<Record<string, string>>;
      readonly auth: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'refused'; readonly body: unknown }
  | { readonly kind: 'disconnect' }
  /** `ack`: the number that its answer carries; null: none is asked for. Bytes in a body are `{$bytes: base64}`. */
  | {
      readonly kind: 'message';
      readonly by: Side;
      readonly name: string;
      readonly ack: number | null;
      readonly body: unknown;
    }
  | { readonly kind: 'answer'; readonly by: Side; readonly ack: number; readonly body: unknown }
);
type Unstamped = Line extends infer L ? (L extends Line ? Omit<L, 'at'> : never) : never;

/** Headers that say something in this protocol. */
const toldHeaders = ['authorization', 'range', 'content-type', 'content-range'] as const;
const packet = /^4([0-6])(?:(\d+)-)?(?:(\/[^,]*),)?(\d+)?(.*)$/s;

export async function startRecorder(cms: string, write: (line: Line) => void) {
  const links = new Set<WebSocket>();
  const say = (line: Unstamped, at = Date.now()): void => write({ at, ...line } as Line);

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const { method = 'GET', url: path = '/' } = request;
    const sent = await bytesOf(request);
    const headers = picked((name) => request.headers[name] as string | undefined);
    const answer = await fetch(cms + path, { method, headers, ...(sent.length > 0 && { body: Buffer.from(sent) }) });
    const body = Buffer.from(await answer.arrayBuffer());
    const told = picked((name) => answer.headers.get(name) ?? undefined);
    response.writeHead(answer.status, { ...told, 'content-length': body.length }).end(body);
    const spoken = { status: answer.status, headers: told, body: bodyOf(body, told['content-type']) };
    say({ kind: 'http', method, path, headers, body: bodyOf(sent, headers['content-type']), answer: spoken }, at);
  }

  const server = createServer((request, response) => {
    exchange(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (player) => {
      const {
        EIO: _eio,
        transport: _transport,
        ...query
      } = Object.fromEntries(new URL(request.url ?? '/', cms).searchParams);
      const behind = new WebSocket(cms.replace(/^http/, 'ws') + (request.url ?? '/'), { perMessageDeflate: false });
      links.add(player);
      relay('player', player, behind, query);
      relay('cms', behind, player, query);
    });
  });

  function relay(by: Side, from: WebSocket, to: WebSocket, query: Record<string, string>): void {
    const queue: [Buffer, boolean][] = [];
    const reader = new PacketReader(by, query, say);
    const pass = (data: Buffer, binary: boolean): void => to.send(data, { binary });
    to.once('open', () => queue.splice(0).forEach(([data, binary]) => pass(data, binary)));
    from.on('message', (data: Buffer, binary: boolean) => {
      reader.read(data, binary);
      if (to.readyState === WebSocket.OPEN) pass(data, binary);
      else queue.push([data, binary]);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (by === 'player') say({ kind: 'disconnect' });
      links.delete(from);
      to.close();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: (act: string, detail: Record<string, unknown> = {}) => say({ kind: 'person', act, detail }),
    /** The line breaks. */
    cut: () => links.forEach((link) => link.terminate()),
    async close(): Promise<void> {
      links.forEach((link) => link.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads one direction of a connection. */
class PacketReader {
  readonly #by: Side;
  readonly #query: Record<string, string>;
  readonly #say: (line: Unstamped) => void;
  #waiting: { line: Unstamped & { body: unknown }; left: number; bytes: Buffer[] } | null = null;

  constructor(by: Side, query: Record<string, string>, say: (line: Unstamped) => void) {
    this.#by = by;
    this.#query = query;
    this.#say = say;
  }

  read(data: Buffer, binary: boolean): void {
    if (binary) return this.#attach(data);
    const [, type, attachments, namespace, id, text] = packet.exec(data.toString()) ?? [];
    if (namespace !== boardNamespace) return;
    const body: unknown = text ? JSON.parse(text) : null;
    const ack = id === undefined ? null : Number(id);
    const by = this.#by;
    if (type === '0' && by === 'player')
      this.#say({ kind: 'connect', query: this.#query, auth: body as Record<string, unknown> });
    if (type === '4') this.#say({ kind: 'refused', body });
    if (!Array.isArray(body)) return;
    const [first, second] = body as [unknown, unknown];
    const isAnswer = type === '3' || type === '6';
    const line: Unstamped & { body: unknown } = isAnswer
      ? { kind: 'answer', by, ack: ack!, body: first }
      : { kind: 'message', by, name: String(first), ack, body: second };
    if (Number(attachments ?? 0) > 0) this.#waiting = { line, left: Number(attachments), bytes: [] };
    else this.#say(line);
  }

  #attach(data: Buffer): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    waiting.bytes.push(data);
    if (--waiting.left > 0) return;
    this.#waiting = null;
    const filled = JSON.parse(
      JSON.stringify(waiting.line.body),
      (_key, value: { _placeholder?: true; num?: number }) =>
        value?._placeholder ? { $bytes: waiting.bytes[value.num!]!.toString('base64') } : value,
    ) as unknown;
    this.#say({ ...waiting.line, body: filled } as Unstamped);
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const picked = (read: (name: string) => string | undefined): Record<string, string> =>
  Object.fromEntries(toldHeaders.flatMap((name) => (read(name) === undefined ? [] : [[name, read(name)!]])));

const bodyOf = (bytes: Buffer, type = ''): Body =>
  bytes.length === 0
    ? null
    : type.startsWith('application/json')
      ? { json: JSON.parse(bytes.toString()) as unknown }
      : { bytes: bytes.toString('base64') };
