/** A scripted director for tests of the stage alone: serves the built page and assets, and speaks the bridge. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { stageEvent, type Scene, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import type { NoticeContent } from '../../shared/protocol/programme.ts';
import { technicianEvent, type TechnicianCommand, type TechnicianSaid } from '../../shared/protocol/technician.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

interface SceneOptions {
  durationMs?: number;
  offsetMs?: number;
  nowMs?: number;
  paused?: boolean;
}

type EventOf<T extends StageEvent['type']> = Extract<StageEvent, { type: T }>;

export class ScriptedDirector {
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #assets = new Map<string, { bytes: Buffer; mediaType: string }>();
  #socket: WebSocket | null = null;
  #waiting: { matches: (event: StageEvent) => boolean; resolve: (event: StageEvent) => void }[] = [];
  /** Everything that the stage said, each message checked against the protocol, except `alive`. */
  readonly events: StageEvent[] = [];
  /** What somebody at the glass did, in order. */
  readonly technician: TechnicianSaid[] = [];
  /** Messages that are no bridge events. */
  readonly refused: unknown[] = [];

  private constructor(folder: string, shell: string) {
    this.#http = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://stage');
      void this.#serve(folder, shell, pathname, request.headers.range).then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      });
    });
    this.#sockets = new WebSocketServer({ noServer: true });
    this.#http.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://stage');
      if (url.pathname !== '/bridge' || url.searchParams.get('token') !== 'secret') return socket.destroy();
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#opened(opened));
    });
  }

  /** Serves the built stage in `folder` under /stage/, and `shell` as /shell.html (a page around it). */
  static async start(folder: string, { port = 0, shell = '' } = {}): Promise<ScriptedDirector> {
    const director = new ScriptedDirector(folder, shell);
    await new Promise<void>((resolve) => director.#http.listen(port, '127.0.0.1', resolve));
    return director;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/stage/index.html?token=secret`;
  }

  /** Closes bridge and server, as an engine that dies. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  /** Makes bytes available as an asset; returns their hash. */
  addAsset(bytes: Buffer, mediaType: string): string {
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#assets.set(hash, { bytes, mediaType });
    return hash;
  }

  send(command: StageCommand | TechnicianCommand): void {
    this.#socket?.send(JSON.stringify(command));
  }

  /** Sends text that need not be a command. */
  sendRaw(text: string): void {
    this.#socket?.send(text);
  }

  /** A style sheet that the page may load; returns its address. */
  addStyle(css: string): Promise<string> {
    return Promise.resolve(`/assets/${this.addAsset(Buffer.from(css), 'text/css')}`);
  }

  configure(output: OutputRegion | null = null, locale: 'vi' | 'en' = 'vi'): void {
    this.send({ type: 'configure', output, assetBase: '/assets/', locale });
  }

  /** The next event of this type from now on (and for this scene); `failed` for the scene rejects unless it is wanted. */
  async next<T extends StageEvent['type']>(type: T, sceneId?: string): Promise<EventOf<T>> {
    const event = await new Promise<StageEvent>((resolve) => {
      const ofScene = (event: StageEvent) => sceneId === undefined || ('sceneId' in event && event.sceneId === sceneId);
      this.#waiting.push({
        matches: (event) => ofScene(event) && (event.type === type || event.type === 'failed'),
        resolve,
      });
    });
    if (event.type !== type) throw new Error(`Wanted ${type}, got ${JSON.stringify(event)}`);
    return event as EventOf<T>;
  }

  async prepare(sceneId: string, scene: Scene, options: SceneOptions = {}) {
    const prepared = this.next('prepared', sceneId);
    this.send({
      type: 'prepare',
      sceneId,
      scene,
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: Date.now(),
      paused: false,
      ...options,
    });
    await prepared;
  }

  async show(sceneId: string, offsetMs = 0): Promise<EventOf<'painted'>> {
    const painted = this.next('painted', sceneId);
    this.send({ type: 'show', sceneId, offsetMs });
    return painted;
  }

  async present(sceneId: string, scene: Scene, options: SceneOptions = {}) {
    await this.prepare(sceneId, scene, options);
    return this.show(sceneId, options.offsetMs ?? 0);
  }

  #opened(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const hand = technicianEvent.safeParse(JSON.parse(data.toString()));
      if (hand.success) {
        this.technician.push(hand.data.said);
        return;
      }
      const parsed = stageEvent.safeParse(JSON.parse(data.toString()));
      if (!parsed.success) {
        this.refused.push(data.toString());
        return;
      }
      const event = parsed.data;
      if (event.type !== 'alive') this.events.push(event);
      const [matching, rest] = [
        this.#waiting.filter((w) => w.matches(event)),
        this.#waiting.filter((w) => !w.matches(event)),
      ];
      this.#waiting = rest;
      for (const { resolve } of matching) resolve(event);
    });
  }

  async #serve(folder: string, shell: string, pathname: string, range: string | undefined) {
    const asset = this.#assets.get(pathname.replace('/assets/', ''));
    if (asset !== undefined) return rangeOf(asset.bytes, asset.mediaType, range);
    if (pathname === '/shell.html') return { status: 200, headers: { 'content-type': 'text/html' }, body: shell };
    const path = normalize(pathname.replace(/^\/stage\//, ''));
    try {
      const body = await readFile(join(folder, path));
      // What a careful host would send: the stage needs nothing inline and nothing from elsewhere.
      const policy = "default-src 'self'; connect-src 'self' ws:; img-src 'self' data:";
      return {
        status: 200,
        headers: { 'content-type': TYPES[extname(path)] ?? '', 'content-security-policy': policy },
        body,
      };
    } catch {
      return { status: 404, headers: {}, body: '' };
    }
  }
}

function rangeOf(bytes: Buffer, mediaType: string, range: string | undefined) {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const headers: Record<string, string> = { 'content-type': mediaType, 'accept-ranges': 'bytes' };
  if (match === null) return { status: 200, headers, body: bytes };
  const from = Number(match[1]);
  const to = match[2] ? Number(match[2]) : bytes.length - 1;
  headers['content-range'] = `bytes ${from}-${to}/${bytes.length}`;
  return { status: 206, headers, body: bytes.subarray(from, to + 1) };
}

const id = '01912345-6789-7abc-8def-0123456789ab';

/** A notice scene with this content. */
export function noticeScene(content: NoticeContent): Scene {
  return {
    kind: 'notice',
    notice: {
      kind: 'notice',
      noticeId: id,
      title: 'Tin',
      category: 'local',
      originUnitId: id,
      durationMs: 10_000,
      content,
    },
    board: { unitName: 'Ủy ban nhân dân xã Bình An', zone: 'Asia/Ho_Chi_Minh' },
  };
}

export const layoutScene = (layout: string, fields: Record<string, unknown>): Scene =>
  noticeScene({ type: 'layout', layout, fields: fields as Record<string, string> });

/** A takeover scene; `level` decides the colour. */
export function takeoverScene(
  level: number,
  change: {
    exercise?: boolean;
    type?: 'alert' | 'update';
    instruction?: string;
    turn?: number;
    after?: Extract<Scene, { kind: 'takeover' }>['after'];
  } = {},
): Scene {
  const type = change.type ?? 'alert';
  return {
    kind: 'takeover',
    turn: change.turn ?? null,
    after: change.after ?? null,
    takeover: {
      v: 1,
      takeoverId: id,
      sequence: { epoch: 1, counter: 1 },
      type,
      supersedes: type === 'alert' ? null : id,
      status: change.exercise ? 'exercise' : 'actual',
      content: {
        event: 'Lũ quét, sạt lở đất',
        level,
        headline: 'Nguy cơ lũ quét trên suối Nậm Mức trong 3 giờ tới',
        instruction:
          change.instruction ??
          'Người dân các bản ven suối rời nhà ngay đến Nhà văn hóa xã.\n- Không đi qua ngầm, tràn.\n- Gọi 112 khi cần cứu.',
        senderName: 'Ban Chỉ huy Phòng thủ dân sự tỉnh',
      },
      issuedAt: 0,
      startsAt: 0,
      expiresAt: 3_600_000,
      selectors: { all: true, unitIds: [], groups: [], boardIds: [] },
    },
  };
}

export const boardId = id;
