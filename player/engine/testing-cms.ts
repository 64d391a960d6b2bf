/** A small CMS for tests of the engine: real HTTP, a real Socket.IO server, real signatures; it can lie, lose and stop on request. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateSync } from 'node:zlib';
import { exportJWK, generateKeyPair } from 'jose';
import { Server as SocketServer, type Socket } from 'socket.io';
import { batchMessage, journalBatch, type JournalBody, type JournalRecord } from '../../shared/protocol/journal.ts';
import type { KeyList, KeyUse } from '../../shared/protocol/keys.ts';
import type { BoardCommand } from '../../shared/protocol/commands.ts';
import {
  boardAuth,
  boardMessages,
  boardNamespace,
  boardToken,
  screenshotQuery,
  type BoardMessage,
  type ScreenshotQuery,
  type SignedDismissal,
} from '../../shared/protocol/link.ts';
import { pairingCode, pairingCommitment, pairingLifeMs, pairingReveal } from '../../shared/protocol/pairing.ts';
import type { Certificate, Manifest, Part } from '../../shared/protocol/programme.ts';
import { sampleQuery, type SampleAbout } from '../../shared/protocol/samples.ts';
import { signDocument, verifyDocument, type Signer } from '../../shared/protocol/signing.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';
import { codeFor, codeKey, isChallengeOf, secretBetween } from '../../shared/protocol/technician-code.ts';
import { speedBytes, speedPath } from '../../shared/protocol/technician.ts';
import { emptyHead, joinChain, readLines, type JournalHead } from '../../shared/proof/chain.ts';
import { canonicalJson } from '../../shared/util/canonical-json.ts';
import { Changes } from './testing-changes.ts';

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

interface TestKey extends Signer {
  readonly x: string;
  readonly d: string;
}

export async function testKey(kid: string): Promise<TestKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = await exportJWK(privateKey);
  return { kid, key: privateKey, x: x!, d: d! };
}

interface Offer {
  readonly commitment: string;
  readonly nonce: string;
  expiresAt: number;
  reveal: ReturnType<typeof pairingReveal.parse> | null;
  boardId: string | null;
  answer: object | null;
}

export interface Told {
  readonly name: BoardMessage;
  readonly request: Record<string, unknown>;
}

export interface Programme {
  readonly parts: readonly Part[];
  readonly assets?: readonly { bytes: Buffer; mediaType: 'image/png' | 'image/webp' }[];
  readonly defaultPlaylistId: string | null;
}

export interface BroughtPicture extends ScreenshotQuery {
  readonly commandId: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

const unitId = '00000000-0000-4000-8000-000000000010';
const day = 86_400_000;

export class TestCms {
  readonly root: TestKey;
  readonly programmeKey: TestKey;
  readonly takeoverKey: TestKey;
  readonly boardId = '00000000-0000-4000-8000-0000000000b1';
  /** Everything that boards said, in order. */
  readonly told: Told[] = [];
  /** Bytes by hash; tests change them to lie. */
  readonly content = new Map<string, Buffer>();
  /** Paths of content that were asked for, with the first byte. */
  readonly asked: { path: string; from: number }[] = [];
  readonly offers = new Map<string, Offer>();
  readonly journals = new Map<string, { head: JournalHead; records: JournalRecord[] }>();
  readonly hashes = new Map<string, string>();
  /** What a hello brings. */
  keyList = '';
  keyNumber = 1;
  manifest: { jws: string; manifest: Manifest } | null = null;
  takeovers: { jws: string; takeover: Takeover }[] = [];
  deviceKey = '';
  /** Keys of players that were replaced: only their journals are taken. */
  readonly formerKeys: string[] = [];
  /** What a replaced player is given beside the refusal; null: nothing. */
  dismissal: SignedDismissal | null = null;
  /** Added to the machine's clock. ms */
  clockOffsetMs = 0;
  /** Cuts bodies of content after so many bytes; null: whole. */
  cutAfter: number | null = null;
  /** Refuses every journal batch with this code once. */
  refuseJournal: { code: string; params: Record<string, number> } | null = null;
  /** Messages that a CMS of before does not know. */
  knowsNot: BoardMessage[] = [];
  /** Messages that it cannot take just now. */
  failsAt: BoardMessage[] = [];
  /** Lets no board in, with this code; null: those that it knows. */
  refusesBoards: string | null = null;
  /** Something on the way answers HTTP and lets no WebSocket through. */
  blocksSockets = false;
  /** How each connection asked for its heartbeat, in order. */
  readonly heartbeats: (string | undefined)[] = [];
  /** Pictures of the glass that boards brought, in order. */
  readonly pictures: BroughtPicture[] = [];
  /** Pictures that boards brought because they were ordered of every so many minutes, in order; without bytes: word that there is none. */
  readonly samples: { id: string; about: SampleAbout; bytes: Buffer }[] = [];
  /** Logs that boards brought, by command. */
  readonly logs = new Map<string, string>();
  /** How pictures are answered from now on: 204 takes them; another status refuses, with this code. */
  pictureAnswer: { status: number; code: string } = { status: 204, code: '' };
  readonly #changes = new Changes();
  readonly #output: Certificate['output'];
  #http: HttpServer | null = null;
  #io: SocketServer | null = null;
  #port = 0;
  #counter = 0;
  #sequence = 0;
  #pairings = 0;

  private constructor(keys: readonly [TestKey, TestKey, TestKey], output: Certificate['output']) {
    [this.root, this.programmeKey, this.takeoverKey] = keys;
    this.#output = output;
  }

  static async start(
    output: Certificate['output'] = { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
  ): Promise<TestCms> {
    const cms = new TestCms([await testKey('root'), await testKey('p1'), await testKey('t1')], output);
    cms.keyList = await cms.signKeyList(1);
    await cms.listen();
    return cms;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  /** Records of all journals, in order of arrival. */
  get records(): JournalRecord[] {
    return [...this.journals.values()].flatMap(({ records }) => records);
  }

  bodies<T extends JournalBody['type']>(type: T): Extract<JournalBody, { type: T }>[] {
    return this.records.flatMap(({ body }) => (body.type === type ? [body as Extract<JournalBody, { type: T }>] : []));
  }

  faults(): string[] {
    return this.bodies('faultRaised').map(({ code, detail }) => `${code} ${detail}`);
  }

  /** Resolves as soon as `condition` gives something; looked at whenever a board does anything. */
  until<T>(condition: () => T | undefined | null | false): Promise<T> {
    return this.#changes.until(condition, () => this.told.slice(-5));
  }

  async listen(): Promise<void> {
    const http = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#io = new SocketServer(http, { allowRequest: (_, answer) => answer(null, !this.blocksSockets) });
    this.#board(this.#io);
    await new Promise<void>((resolve) => http.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (http.address() as AddressInfo).port;
    this.#http = http;
  }

  /** The CMS goes away; `listen` brings it back at the same address. */
  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#http?.closeAllConnections();
    void this.#io?.close(() => resolve());
    await promise;
  }

  // Signing

  signKeyList(number: number, entries?: KeyList['keys']): Promise<string> {
    const entry = (key: TestKey, use: KeyUse) => ({
      kid: key.kid,
      use,
      x: key.x,
      notBefore: 0,
      notAfter: this.now() + 365 * day,
    });
    const keys = entries ?? [entry(this.programmeKey, 'programme'), entry(this.takeoverKey, 'takeover')];
    return signDocument('bang-tin-key-list', { v: 1, number, issuedAt: this.now(), keys } satisfies KeyList, this.root);
  }

  signCertificate(changes: Partial<Certificate> = {}): Promise<string> {
    const certificate: Certificate = {
      v: 1,
      boardId: this.boardId,
      boardName: 'Bảng thôn Đông',
      unitPath: [unitId],
      unitName: 'Xã Mẫu',
      groups: ['ven-song'],
      place: 'Nhà văn hóa thôn Đông',
      zone: 'Asia/Ho_Chi_Minh',
      output: this.#output,
      deviceKey: this.deviceKey,
      issuedAt: this.now(),
      ...changes,
    };
    return signDocument('bang-tin-certificate', certificate, this.programmeKey);
  }

  /** A command for this board, good for a minute; a test pattern unless `changes` say otherwise. */
  /** What the CMS answers to whoever enters this challenge. */
  async technicianCode(challenge: string): Promise<string> {
    const { boardId, deviceKey, programmeKey } = this;
    const parties = { boardId, deviceKey, cmsKey: programmeKey.x };
    const key = codeKey(await secretBetween(programmeKey.d, deviceKey), parties);
    return isChallengeOf(key, challenge) ? codeFor(key, challenge) : '';
  }

  signCommand(changes: object = {}): Promise<string> {
    const now = this.now();
    const head = {
      v: 1,
      commandId: crypto.randomUUID(),
      boardId: this.boardId,
      issuedAt: now,
      expiresAt: now + 60_000,
    } as const;
    const command = { ...head, name: 'testPattern', durationMs: 600_000 } satisfies BoardCommand;
    return signDocument('bang-tin-command', { ...command, ...changes }, this.programmeKey);
  }

  /** Asks the board for a picture. @returns its answer, and the command's id */
  async askForPicture(lifeMs = 60_000): Promise<{ commandId: string; ok: boolean; error?: { code: string } }> {
    const commandId = crypto.randomUUID();
    const asked = { name: 'screenshot', commandId, durationMs: undefined, expiresAt: this.now() + lifeMs };
    return { commandId, ...(await this.ask('runCommandV1', { command: await this.signCommand(asked) })) };
  }

  /** That the board's player is its player no more, with the key list of now. */
  async signDismissal(changes: object = {}, signer: Signer = this.programmeKey): Promise<SignedDismissal> {
    const payload = { v: 1, boardId: this.boardId, deviceKey: this.deviceKey, issuedAt: this.now(), ...changes };
    return { statement: await signDocument('bang-tin-dismissal', payload, signer), keyList: this.keyList };
  }

  async signManifest(
    programme: Programme,
    changes: Partial<Manifest> = {},
    signer: Signer = this.programmeKey,
  ): Promise<{ jws: string; manifest: Manifest }> {
    const parts = programme.parts.map((part) => Buffer.from(canonicalJson(part)));
    for (const bytes of parts) this.content.set(sha256(bytes), bytes);
    for (const { bytes } of programme.assets ?? []) this.content.set(sha256(bytes), bytes);
    const manifest: Manifest = {
      v: 1,
      boardId: this.boardId,
      version: { epoch: 1, counter: ++this.#counter },
      issuedAt: this.now(),
      certificate: await this.signCertificate(),
      defaultPlaylistId: programme.defaultPlaylistId,
      parts: parts.map((bytes) => ({ hash: sha256(bytes), size: bytes.length })),
      assets: (programme.assets ?? []).map(({ bytes, mediaType }) => ({
        hash: sha256(bytes),
        size: bytes.length,
        mediaType,
      })),
      ...changes,
    };
    return { jws: await signDocument('bang-tin-manifest', manifest, signer), manifest };
  }

  async signTakeover(
    changes: Partial<Takeover> = {},
    signer: Signer = this.takeoverKey,
  ): Promise<{ jws: string; takeover: Takeover }> {
    const now = this.now();
    const takeover: Takeover = {
      v: 1,
      takeoverId: crypto.randomUUID(),
      sequence: { epoch: 1, counter: ++this.#sequence },
      type: 'alert',
      supersedes: null,
      status: 'actual',
      content: {
        event: 'Lũ quét',
        level: 4,
        headline: 'Lũ quét trên sông Mẫu',
        instruction: 'Sơ tán ngay.',
        senderName: 'UBND tỉnh',
      },
      issuedAt: now,
      startsAt: now,
      expiresAt: now + 3_600_000,
      selectors: { all: true, unitIds: [], groups: [], boardIds: [] },
      ...changes,
    };
    return { jws: await signDocument('bang-tin-takeover', takeover, signer), takeover };
  }

  // What an operator does

  async publish(programme: Programme, changes: Partial<Manifest> = {}): Promise<Manifest> {
    this.manifest = await this.signManifest(programme, changes);
    this.emit('programmePublishedV1', { manifest: this.manifest.jws });
    return this.manifest.manifest;
  }

  async raise(changes: Partial<Takeover> = {}): Promise<Takeover> {
    const signed = await this.signTakeover(changes);
    this.takeovers.push(signed);
    this.emit('takeoverRaisedV1', { takeover: signed.jws });
    return signed.takeover;
  }

  /** Another player takes the board's place: this one is thrown out, and refused from now on. */
  replacePlayer(dismissal: SignedDismissal | null): void {
    this.dismissal = dismissal;
    this.formerKeys.push(this.deviceKey);
    this.deviceKey = '';
    this.#io?.of(boardNamespace).disconnectSockets(true);
  }

  emit(name: string, message: object): void {
    this.#io?.of(boardNamespace).emit(name, message);
  }

  /** Sends to the one board that is connected and waits for its answer. */
  async ask(name: string, message: unknown): Promise<{ ok: boolean; error?: { code: string } }> {
    const answers = (await this.#io?.of(boardNamespace).timeout(10_000).emitWithAck(name, message)) as {
      ok: boolean;
    }[];
    return answers[0] ?? { ok: false };
  }

  /** A person types the code of the screen. */
  async enterCode(code: string): Promise<void> {
    const offer = [...this.offers.values()].find(
      ({ reveal, nonce }) => reveal && pairingCode(reveal.deviceKey, this.root.x, reveal.nonce, nonce) === code,
    );
    if (!offer?.reveal) throw new Error(`Nobody shows ${code}`);
    this.deviceKey = offer.reveal.deviceKey;
    offer.answer = {
      state: 'paired',
      boardId: this.boardId,
      certificate: await this.signCertificate(),
      keyList: this.keyList,
    };
  }

  // HTTP

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (path === '/api/board/time') return json(response, 200, { now: this.now() });
    if (path.startsWith('/api/pairing')) return this.#pairing(path, request, response);
    if (path.startsWith('/api/board/screenshots/')) return this.#takePicture(path, request, response);
    if (path.startsWith('/api/board/samples/')) return this.#takeSample(path, request, response);
    if (path.startsWith('/api/board/logs/')) {
      this.logs.set(path.split('/').at(-1)!, await body(request));
      return void response.writeHead(204).end();
    }
    if (path.startsWith('/content/') || path.startsWith('/api/board/releases/'))
      return this.#serveContent(path, request, response);
    if (path === speedPath) {
      await this.#checkToken((request.headers.authorization ?? '').replace('Bearer ', ''));
      if (request.method === 'GET') return void response.writeHead(200).end(Buffer.alloc(speedBytes.down));
      await body(request);
      return void response.writeHead(204).end();
    }
    json(response, 404, refusal('not_found'));
  }

  async #pairing(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id, step] = /^\/api\/pairing(?:\/([^/]+))?(\/reveal)?$/.exec(path) ?? [];
    if (id === undefined) {
      const { commitment } = JSON.parse(await body(request)) as { commitment: string };
      const pairingId = `00000000-0000-4000-8000-${String(++this.#pairings).padStart(12, '0')}`;
      const offer: Offer = {
        commitment,
        nonce: randomNonce(),
        expiresAt: this.now() + pairingLifeMs,
        reveal: null,
        boardId: null,
        answer: null,
      };
      this.offers.set(pairingId, offer);
      return json(response, 200, {
        pairingId,
        rootKey: this.root.x,
        nonce: offer.nonce,
        expiresAt: offer.expiresAt,
        now: this.now(),
      });
    }
    const offer = this.offers.get(id);
    if (!offer) return json(response, 404, refusal('pairing_unknown'));
    if (step !== undefined) {
      const reveal = pairingReveal.parse(JSON.parse(await body(request)));
      if (pairingCommitment(reveal.deviceKey, reveal.nonce) !== offer.commitment)
        return json(response, 400, refusal('pairing_commitment'));
      if ([this.deviceKey, ...this.formerKeys].includes(reveal.deviceKey))
        return json(response, 400, refusal('pairing_key_used'));
      offer.reveal = reveal;
      json(response, 200, { ok: true });
    } else json(response, 200, offer.answer ?? { state: offer.expiresAt <= this.now() ? 'expired' : 'waiting' });
    this.#changes.tell();
  }

  async #takePicture(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#checkToken((request.headers.authorization ?? '').replace('Bearer ', ''));
    const { pathname, searchParams } = new URL(path, this.url);
    this.pictures.push({
      ...screenshotQuery.parse(Object.fromEntries(searchParams)),
      commandId: pathname.split('/').at(-1) ?? '',
      mediaType: request.headers['content-type'] ?? '',
      bytes: await bytesOf(request),
    });
    this.#answerPicture(response);
  }

  async #takeSample(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#checkToken((request.headers.authorization ?? '').replace('Bearer ', ''));
    const { pathname, searchParams } = new URL(path, this.url);
    const { about } = sampleQuery.parse(Object.fromEntries(searchParams));
    this.samples.push({ id: pathname.split('/').at(-1) ?? '', about, bytes: await bytesOf(request) });
    this.#answerPicture(response);
  }

  #answerPicture(response: ServerResponse): void {
    const { status, code } = this.pictureAnswer;
    if (status === 204) response.writeHead(204).end();
    else json(response, status, refusal(code));
    this.#changes.tell();
  }

  async #serveContent(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#checkToken((request.headers.authorization ?? '').replace('Bearer ', ''));
    const bytes = this.content.get(path.split('/').at(-1) ?? '');
    if (!bytes) return json(response, 404, refusal('content_unknown'));
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    this.asked.push({ path, from });
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (this.cutAfter === null) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, from + this.cutAfter), () => response.destroy());
    this.#changes.tell();
  }

  async #checkToken(token: string, key = this.deviceKey): Promise<void> {
    const parsed = await verifyDocument(token, 'bang-tin-board-token', boardToken, (kid) =>
      kid === this.boardId ? key : null,
    );
    if (parsed.expiresAt <= this.now() || parsed.issuedAt > this.now() + 5_000) throw new Error('token_expired');
  }

  // Socket

  #board(io: SocketServer): void {
    const board = io.of(boardNamespace);
    board.use((socket, next) => {
      const auth = boardAuth.safeParse(socket.handshake.auth);
      if (!auth.success) return next(refused('token_invalid'));
      if (this.refusesBoards !== null) return next(refused(this.refusesBoards));
      const { token, journalOnly } = auth.data;
      const former = this.formerKeys.map((key) => this.#checkToken(token, key));
      this.#checkToken(token).then(
        () => next(),
        () =>
          Promise.any(former).then(
            () => next(journalOnly ? undefined : refused('device_replaced', this.dismissal)),
            () => next(refused('token_invalid')),
          ),
      );
    });
    board.on('connection', (socket) => {
      this.heartbeats.push(socket.handshake.query.heartbeat as string | undefined);
      for (const name of Object.keys(boardMessages) as BoardMessage[]) {
        socket.on(name, (raw: unknown, answer?: (reply: unknown) => void) => {
          if (this.knowsNot.includes(name)) return answer?.({ ok: false, ...refusal('message_unknown') });
          if (this.failsAt.includes(name)) return answer?.({ ok: false, ...refusal('internal_error') });
          const request = boardMessages[name].request.parse(raw) as Record<string, unknown>;
          answer?.(this.#answer(name, request, socket));
          this.told.push({ name, request });
          this.#changes.tell();
        });
      }
    });
  }

  #answer(name: BoardMessage, request: Record<string, unknown>, _socket: Socket): unknown {
    if (name === 'helloV1') {
      const hello = boardMessages.helloV1.request.parse(request);
      const after = hello.takeover?.counter ?? 0;
      return {
        ok: true,
        now: this.now(),
        keyList: hello.keyList < this.keyNumber ? this.keyList : null,
        manifest:
          this.manifest && (hello.programme?.counter ?? 0) < this.manifest.manifest.version.counter
            ? this.manifest.jws
            : null,
        takeovers: this.takeovers
          .filter(({ takeover }) => takeover.sequence.counter > after && takeover.expiresAt > this.now())
          .map(({ jws }) => jws),
        journalAcked: this.journals.get(hello.journalId)?.head.seq ?? 0,
      };
    }
    if (name === 'readClockV1') return { ok: true, now: this.now() };
    return name === 'appendJournalV1' ? this.#append(request) : { ok: true };
  }

  #append(request: Record<string, unknown>): unknown {
    if (this.refuseJournal) {
      const { code, params } = this.refuseJournal;
      this.refuseJournal = null;
      return { ok: false, error: { code, message: code, field: null, params } };
    }
    const batch = journalBatch.parse(request);
    const journal = this.journals.get(batch.journalId) ?? { head: emptyHead(batch.journalId), records: [] };
    try {
      const chain = readLines({ ...batch, lines: inflateSync(batch.lines).toString('utf8') });
      const message = Buffer.from(batchMessage(batch.journalId, batch.lastSeq, chain.at(-1)?.hash ?? ''));
      const signed = [this.deviceKey, ...this.formerKeys].some((x) => {
        if (x === '') return false;
        const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
        return verify(null, message, key, Buffer.from(batch.signature, 'base64url'));
      });
      if (!signed) throw new Error('journal_invalid');
      const joined = joinChain(journal.head, chain);
      journal.head = joined.head;
      journal.records.push(...joined.fresh.map(({ record }) => record));
      this.journals.set(batch.journalId, journal);
      return { ok: true, acked: joined.head.seq };
    } catch (error) {
      const { code = 'journal_invalid', params = {} } = error as { code?: string; params?: object };
      return { ok: false, error: { code, message: String(error), field: null, params } };
    }
  }
}

function refused(code: string, dismissal: SignedDismissal | null = null): Error {
  return Object.assign(new Error(code), { data: { ...refusal(code), ...(dismissal && { dismissal }) } });
}

function refusal(code: string) {
  return { error: { code, message: code, field: null, params: {} } };
}

function randomNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function body(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString('utf8');
}
