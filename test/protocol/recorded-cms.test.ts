/**
 * CMSs of before at the player of today: what each recording says a CMS said is said again, byte for byte, to an engine that has the key
 * of the player of then, at the time of then. It acts on everything, and says nothing that the CMS of then would not take.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import sharp from 'sharp';
import { Server, type Socket } from 'socket.io';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEngine, type Engine } from '../../player/engine/engine.ts';
import { machineSystem } from '../../player/engine/system.ts';
import { TestStage } from '../../player/engine/testing-stage.ts';
import { Changes } from '../../player/engine/testing-changes.ts';
import type { Manifest } from '../../shared/protocol/programme.ts';
import { boardNamespace } from '../../shared/protocol/link.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';
import { Then, withBytes } from './accepted.ts';
import { readRecordings, type Recording } from './files.ts';
import type { Line } from './recorder.ts';

type Of<Kind extends Line['kind']> = Extract<Line, { kind: Kind }>;
interface Told {
  readonly name: string;
  readonly body: Record<string, unknown>;
}

/** Says what the CMS of then said, and hears the player of today with its ears. */
class RecordedCms {
  /** Everything that the player said, in order. */
  readonly told: Told[] = [];
  /** What the CMS of then would not have taken. */
  readonly refused: string[] = [];
  /** Paths of what was brought. */
  readonly brought: string[] = [];
  paired = false;
  readonly #lines: readonly Line[];
  readonly #then: Then;
  readonly #changes = new Changes();
  readonly #now: () => number;
  readonly #http: HttpServer;
  readonly #io: Server;
  /** How far it has come: greetings are answered as they were by then. */
  at = 0;

  constructor({ lines, schemas }: Recording, now: () => number) {
    this.#lines = lines;
    this.#then = new Then(schemas);
    this.#now = now;
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.refused.push(String(error));
        response.writeHead(500).end();
      });
    });
    this.#io = new Server(this.#http);
    this.#io.of(boardNamespace).use((socket, next) => {
      this.#hear(() => this.#then.other('boardAuth', socket.handshake.auth));
      next();
    });
    this.#io.of(boardNamespace).on('connection', (socket) => this.#listen(socket));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await this.#io.close();
  }

  until<T>(condition: () => T | undefined | null | false): Promise<T> {
    return this.#changes.until(condition, () => [...this.told.slice(-5), ...this.refused]);
  }

  cut(): void {
    this.#io.of(boardNamespace).disconnectSockets(true);
  }

  /** @returns the answer of the player, where one is asked for */
  async say({ name, body, ack }: Of<'message'>): Promise<unknown> {
    const message = withBytes(body);
    if (ack === null) return void this.#io.of(boardNamespace).emit(name, message);
    const [answer] = (await this.#io.of(boardNamespace).timeout(10_000).emitWithAck(name, message)) as unknown[];
    this.#hear(() => this.#then.reply('cms', name, answer));
    return answer;
  }

  #hear(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.refused.push(String(error));
    }
    this.#changes.tell();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').replace(/\?.*/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks).toString();
    if (path === '/api/pairing') this.#then.other('pairingOffer', JSON.parse(sent));
    if (path.endsWith('/reveal')) this.#then.other('pairingReveal', JSON.parse(sent));
    if (request.headers.authorization) this.#then.documentsIn(request.headers.authorization.replace('Bearer ', ''));
    if (request.method === 'PUT') {
      this.brought.push(path);
      this.#changes.tell();
    }
    if (path === '/api/board/time') return send(response, 200, { json: { now: this.#now() } });
    const recorded = this.#lines.filter(
      (line): line is Of<'http'> =>
        line.kind === 'http' && line.method === request.method && line.path.replace(/\?.*/, '') === path,
    );
    const isPaired = ({ answer }: Of<'http'>): boolean => JSON.stringify(answer.body).includes('"paired"');
    if (/^\/api\/pairing\/[^/]+$/.test(path) && !this.paired)
      return send(response, 200, { json: { state: 'waiting' } });
    const line = recorded.find(isPaired) ?? recorded[0];
    if (!line) throw new Error(`${request.method} ${path}: not asked for then`);
    send(response, line.answer.status, line.answer.body);
  }

  #listen(socket: Socket): void {
    socket.onAny((name: string, body: unknown, answer?: (reply: unknown) => void) => {
      if (this.#then.knows('board', name)) {
        this.#hear(() => this.#then.message('board', name, body));
        answer?.(this.#answer(name, body as Record<string, unknown>));
        this.told.push({ name, body: body as Record<string, unknown> });
      } else {
        const error = { code: 'message_unknown', message: 'There is no such message', field: null, params: {} };
        answer?.({ ok: false, error });
      }
      this.#changes.tell();
    });
  }

  /** As it was answered then; what tells the time or counts is of now. */
  #answer(name: string, body: Record<string, unknown>): unknown {
    const isOf = (line: Line): line is Of<'message'> =>
      line.kind === 'message' && line.by === 'player' && line.name === name;
    const line = this.#lines.slice(0, this.at + 1).findLast(isOf) ?? this.#lines.find(isOf);
    const answer = this.#lines.find(
      (one): one is Of<'answer'> => one.kind === 'answer' && one.by === 'cms' && one.ack === line?.ack,
    )?.body as Record<string, unknown> | undefined;
    return {
      ok: true,
      ...answer,
      ...(answer && 'now' in answer && { now: this.#now() }),
      ...(answer && 'acked' in answer && { acked: body.lastSeq }),
      ...(answer && 'journalAcked' in answer && { journalAcked: body.journalSeq }),
    };
  }
}

function send(response: ServerResponse, status: number, body: Of<'http'>['body']): void {
  if (body === null) return void response.writeHead(status).end();
  if ('json' in body)
    return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body.json));
  const bytes = Buffer.from(body.bytes, 'base64');
  response.writeHead(status, { 'content-length': bytes.length }).end(bytes);
}

describe.each(readRecordings())('the CMS recorded as $name', (recording) => {
  test('pairs, programmes, alerts and orders the player of today', { timeout: 120_000 }, async () => {
    const { lines } = recording;
    const machine = machineSystem();
    /** How far the time of then is behind the machine's; grows smaller where this goes faster than the recording. */
    let behindMs = machine.now() - lines[0]!.at;
    let skippedMs = 0;
    const now = (): number => machine.now() - behindMs;
    const reach = (at: number): void => {
      const ms = Math.max(0, at - now());
      behindMs -= ms;
      skippedMs += ms;
    };
    const folder = mkdtempSync(join(tmpdir(), 'bang-tin-recorded-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const cms = new RecordedCms(recording, now);
    const url = await cms.listen();
    onTestFinished(() => cms.close());
    mkdirSync(join(folder, 'stage'));
    writeFileSync(join(folder, 'stage/index.html'), '<!doctype html>');
    recording.restorePlayer(join(folder, 'player'));
    const picture = await sharp({ create: { width: 64, height: 32, channels: 3, background: '#123456' } })
      .webp()
      .toBuffer();
    const engine: Engine = await startEngine({
      cms: url,
      dataDir: join(folder, 'player'),
      stageDir: join(folder, 'stage'),
      host: 'chromium',
      app: 'today',
      log: pino({ level: 'silent' }),
      system: { ...machine, now, monotonic: () => machine.monotonic() + skippedMs, bootId: null, jitter: () => 0 },
      pairingAskMs: 100,
      askForPicture: () => Promise.resolve(picture),
      readLog: () => 'nothing happened\n',
    });
    onTestFinished(() => engine.close());
    const stage = await TestStage.open(engine.url('host'));
    onTestFinished(() => stage.close());

    await stage.untilCode();
    const told = async (name: string, of: Record<string, unknown>): Promise<void> => {
      const says = (body: Record<string, unknown>): boolean =>
        Object.entries(of).every(([key, value]) => isDeepStrictEqual(body[key], value));
      try {
        await cms.until(() => cms.told.some((one) => one.name === name && says(one.body)));
      } catch (error) {
        const heard = cms.told.filter((one) => one.name === name);
        throw new Error(`${name} ${JSON.stringify(of)} was not said, but ${JSON.stringify(heard)}`, { cause: error });
      }
    };
    for (const [i, line] of lines.entries()) {
      reach(line.at);
      cms.at = i;
      if (line.kind === 'person' && line.act === 'pair') {
        cms.paired = true;
        await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
      }
      if (line.kind === 'answer' && line.by === 'cms') {
        const { manifest } = line.body as { manifest?: string | null };
        if (manifest)
          await told('programmeProgressedV1', { version: decodeJwt<Manifest>(manifest).version, state: 'active' });
      }
      if (line.kind === 'disconnect' && line !== lines.at(-1)) {
        cms.at = lines.findIndex((one, at) => at > i && one.kind === 'message' && one.name === 'helloV1');
        const hellos = cms.told.filter(({ name }) => name === 'helloV1').length;
        cms.cut();
        await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length > hellos);
      }
      if (line.kind !== 'message' || line.by !== 'cms') continue;
      const answer = (await cms.say(line)) as { ok: boolean; error?: { code: string } } | undefined;
      const before = lines.find(
        (one): one is Of<'answer'> => one.kind === 'answer' && one.by === 'player' && one.ack === line.ack,
      )?.body as { ok: boolean; error?: { code: string } } | undefined;
      if (line.ack !== null)
        expect([answer?.ok, answer?.error?.code], line.name).toEqual([before?.ok, before?.error?.code]);
      const { manifest, takeover, command } = line.body as Record<string, string | undefined>;
      if (manifest)
        await told('programmeProgressedV1', { version: decodeJwt<Manifest>(manifest).version, state: 'active' });
      if (takeover) {
        const { takeoverId, type, supersedes } = decodeJwt<Takeover>(takeover);
        if (type === 'alert') {
          await told('takeoverProgressedV1', { takeoverId, state: 'displayed' });
          expect(stage.front?.kind).toBe('takeover');
        }
        if (type === 'cancel') await told('takeoverProgressedV1', { takeoverId: supersedes, state: 'ended' });
      }
      if (command && answer?.ok) {
        const { commandId, name } = decodeJwt<{ commandId: string; name: string }>(command);
        const ended = lines.find(
          (one) =>
            one.kind === 'message' &&
            one.name === 'commandEndedV1' &&
            (one.body as { commandId: string }).commandId === commandId,
        );
        if (ended) await told('commandEndedV1', { commandId, outcome: 'done', errorCode: null });
        if (name === 'screenshot') await cms.until(() => cms.brought.some((path) => path.includes(commandId)));
      }
    }
    const wanted = new Set(
      lines.flatMap((line) => (line.kind === 'message' && line.by === 'player' ? [line.name] : [])),
    );
    // How the player is doing comes when it has looked at its machine.
    await cms.until(() => [...wanted].every((name) => cms.told.some((one) => one.name === name)));
    expect(cms.refused).toEqual([]);
  });
});
