/**
 * Players of before at the CMS of today: what each recording says a player said is said again, byte for byte, over real HTTP and a real
 * socket, to a CMS that goes on from the folder of then at the time of then. It is accepted, stored, and answered with what that player
 * accepts. Ids that the CMS gives anew (of commands) are put where the player names them; nothing that is signed is touched.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApp, type App } from '../../cms/server/app.ts';
import { readConfig } from '../../cms/server/config.ts';
import { machineSources } from '../../cms/server/machine-sources.ts';
import { boardNamespace } from '../../shared/protocol/link.ts';
import type { Manifest } from '../../shared/protocol/programme.ts';
import { seedPerson } from '../fleet/seed.ts';
import { Then, withBytes } from './accepted.ts';
import { readRecordings, type Recording } from './files.ts';
import { personAt, type Person } from './person.ts';
import type { Line } from './recorder.ts';

type Of<Kind extends Line['kind']> = Extract<Line, { kind: Kind }>;

/** What came from the CMS and has not been looked at. */
interface Received {
  readonly name: string;
  readonly body: Record<string, string>;
  readonly answer: ((reply: unknown) => void) | null;
}

/**
 * What the CMS draws. `pairing`: the id and nonce that it gave then, while a player asks for a code: the player has signed the one, and
 * worked out with the other the code that people type.
 */
interface Drawn {
  now: number;
  pairing: { readonly pairingId: string; readonly nonce: string } | null;
}

/** The CMS of today, and the recorded player at it. */
class Replay {
  readonly recording: Recording;
  readonly app: App;
  readonly url: string;
  readonly person: Person;
  readonly then: Then;
  readonly #folder: string;
  readonly #clock: Drawn;
  /** Ids that the CMS of today gave, by those of then. */
  readonly ids = new Map<string, string>();
  #socket: Socket | null = null;
  #token = '';
  #received: Received[] = [];
  /** What the CMS waits to be answered, in order. */
  readonly #pending: ((reply: unknown) => void)[] = [];
  #tell: () => void = () => undefined;

  private constructor(recording: Recording, app: App, url: string, person: Person, folder: string, clock: Drawn) {
    this.recording = recording;
    this.app = app;
    this.url = url;
    this.person = person;
    this.then = new Then(recording.schemas);
    this.#folder = folder;
    this.#clock = clock;
  }

  static async start(recording: Recording): Promise<Replay> {
    const folder = mkdtempSync(join(tmpdir(), 'bang-tin-recorded-'));
    recording.restoreCms(folder);
    const clock: Drawn = { now: recording.lines[0]!.at, pairing: null };
    const sources = {
      now: () => clock.now,
      newId: () => clock.pairing?.pairingId ?? machineSources.newId(),
      randomBytes: (length: number) =>
        clock.pairing ? Buffer.from(clock.pairing.nonce, 'base64url') : machineSources.randomBytes(length),
    };
    const config = readConfig(['--port', '0', '--data', folder, '--empty'], {}, folder);
    const app = await createApp(config, sources, pino({ level: 'silent' }));
    const url = await app.listen();
    const { boardId, unitId } = recording.about;
    const who = await seedPerson(app.context.store, unitId, 'administrator', clock.now);
    return new Replay(
      recording,
      app,
      url,
      personAt(() => url, who, boardId),
      folder,
      clock,
    );
  }

  async stop(): Promise<void> {
    this.#socket?.disconnect();
    await this.app.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async play(): Promise<void> {
    const { lines } = this.recording;
    for (const [i, line] of lines.entries()) {
      this.#clock.now = Math.max(this.#clock.now, line.at);
      try {
        if (line.kind === 'person') await this.#act(line);
        else if (line.kind === 'http') await this.#fetch(line);
        else if (line.kind === 'connect') await this.#connect(line);
        else if (line.kind === 'disconnect') this.#disconnect();
        else if (line.kind === 'message' && line.by === 'player') await this.#say(line, lines.slice(i));
        else if (line.kind === 'message') await this.#expect(line);
        else if (line.kind === 'answer' && line.by === 'player') this.#answer(line);
      } catch (error) {
        throw new Error(`Line ${i + 1}, ${line.kind} ${'name' in line ? line.name : ''}: ${String(error)}`, {
          cause: error,
        });
      }
    }
  }

  #act({ act, detail }: Of<'person'>): Promise<unknown> {
    const acts = this.person.acts as unknown as Record<string, (detail: Record<string, unknown>) => Promise<unknown>>;
    const done = acts[act]!(detail);
    // Its answer may wait for the board's, which is among the lines that follow.
    if (act === 'command' || act === 'screenshot') return (void done.catch(() => undefined), Promise.resolve());
    return done;
  }

  /** Ids of today in the place of those of then. */
  #renamed<T>(value: T): T {
    let text = JSON.stringify(value ?? null);
    for (const [then, now] of this.ids) text = text.replaceAll(then, now);
    return JSON.parse(text) as T;
  }

  async #fetch({ method, path, headers, body, answer }: Of<'http'>): Promise<void> {
    // What it fetches by hash is what the programme of today names: see #fetchProgramme.
    if (path.startsWith('/content/')) return;
    if (path === '/api/pairing') this.#clock.pairing = (answer.body as { json: Drawn['pairing'] }).json;
    const sent = body === null ? null : 'json' in body ? JSON.stringify(body.json) : Buffer.from(body.bytes, 'base64');
    const got = await fetch(this.url + this.#renamed(path), { method, headers, ...(sent !== null && { body: sent }) });
    this.#clock.pairing = null;
    const text = await got.text();
    expect(got.status, `${method} ${path}: ${text}`).toBe(answer.status);
    const schema = /^\/api\/board\/time$/.test(path)
      ? 'timeAnswer'
      : path === '/api/pairing'
        ? 'pairingAnswer'
        : /^\/api\/pairing\/[^/]+$/.test(path)
          ? 'pairingState'
          : null;
    if (schema) this.then.other(schema, JSON.parse(text));
  }

  async #connect({ query, auth }: Of<'connect'>): Promise<void> {
    this.#token = auth.token as string;
    const socket = io(this.url + boardNamespace, {
      auth,
      query,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    this.#socket = socket;
    socket.onAny((name: string, body: Record<string, string>, answer?: (reply: unknown) => void) => {
      this.#received.push({ name, body, answer: answer ?? null });
      this.#tell();
    });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  }

  #disconnect(): void {
    this.#socket?.disconnect();
    this.#socket = null;
    this.#received = [];
  }

  async #say({ name, ack, body }: Of<'message'>, rest: readonly Line[]): Promise<void> {
    const request = withBytes(this.#renamed(body));
    if (ack === null) return void this.#socket!.emit(name, request);
    const reply = (await this.#socket!.timeout(10_000).emitWithAck(name, request)) as Record<string, unknown>;
    const answered = rest.find(
      (line): line is Of<'answer'> => line.kind === 'answer' && line.by === 'cms' && line.ack === ack,
    );
    const before = answered?.body as { ok: boolean; error?: unknown } | undefined;
    expect({ ok: reply.ok, error: reply.error }, `the answer to ${name}`).toEqual({
      ok: before?.ok ?? true,
      error: before?.error,
    });
    this.then.reply('board', name, reply);
    if (typeof reply.manifest === 'string') await this.#fetchProgramme(reply.manifest);
  }

  /** Whatever came in the meantime that the player of then did not know, it left unanswered. */
  async #expect({ name, body }: Of<'message'>): Promise<void> {
    const deadline = Date.now() + 10_000;
    let came: Received | undefined;
    while (!(came = this.#received.find((one) => one.name === name))) {
      if (Date.now() > deadline) throw new Error(`${name} did not come`);
      await new Promise<void>((resolve) => ((this.#tell = resolve), setTimeout(resolve, 500)));
    }
    this.#received.splice(this.#received.indexOf(came), 1);
    this.then.message('cms', name, came.body);
    const idOf = (jws: string): string => (decodeJwt(jws) as { commandId: string }).commandId;
    if (name === 'runCommandV1') this.ids.set(idOf((body as { command: string }).command), idOf(came.body.command!));
    if (came.answer) this.#pending.push(came.answer);
    if (came.body.manifest) await this.#fetchProgramme(came.body.manifest);
  }

  #answer({ body }: Of<'answer'>): void {
    this.#pending.shift()?.(body);
  }

  /** As the player of then: everything that the manifest names, by hash. */
  async #fetchProgramme(jws: string): Promise<void> {
    const { parts, assets } = decodeJwt(jws) as unknown as Manifest;
    const get = async (kind: string, hash: string, size: number): Promise<Buffer> => {
      const got = await fetch(`${this.url}/content/${kind}/${hash}`, {
        headers: { authorization: `Bearer ${this.#token}` },
      });
      const bytes = Buffer.from(await got.arrayBuffer());
      expect([got.status, bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([200, size, hash]);
      return bytes;
    };
    for (const { hash, size } of parts)
      this.then.other('part', JSON.parse((await get('parts', hash, size)).toString()));
    for (const { hash, size } of assets) await get('assets', hash, size);
  }
}

/** The records that a recorded player delivered, each once. */
function records(lines: readonly Line[]) {
  const bySeq = new Map<
    number,
    { body: { type: string; paintedMs?: number; noticeId?: string | null; takeoverId?: string | null } }
  >();
  for (const line of lines)
    if (line.kind === 'message' && line.name === 'appendJournalV1') {
      const { lines: packed } = withBytes(line.body) as { lines: Buffer };
      for (const text of inflateSync(packed).toString().split('\n')) {
        const record = JSON.parse(text) as { seq: number; body: { type: string } };
        bySeq.set(record.seq, record);
      }
    }
  return [...bySeq.values()];
}

describe.each(readRecordings())('the player recorded as $name', (recording) => {
  let replay: Replay;
  beforeEach(async () => void (replay = await Replay.start(recording)));
  afterEach(() => replay.stop());

  test('is paired, believed and answered in its own words by the CMS of today', { timeout: 120_000 }, async () => {
    await replay.play();
    const { lines, about } = recording;
    const { person, app: cms } = replay;
    const said = <T>(name: string): T[] =>
      lines.flatMap((line) =>
        line.kind === 'message' && line.by === 'player' && line.name === name ? [line.body as T] : [],
      );

    const { presence, progress } = await person.get<{
      presence: { host: string; programme: unknown; now: unknown };
      progress: { state: string; version: unknown };
    }>(`/api/boards/${about.boardId}`);
    const last = said<{ host: string; programme: unknown; now: object | null }>('stateChangedV1').at(-1)!;
    expect(presence).toMatchObject({ host: last.host, programme: last.programme });
    expect(progress).toMatchObject({ state: 'active', version: last.programme });

    const told = records(lines);
    const plays = told.filter(({ body }) => body.type === 'playEnded');
    const { store } = cms.context;
    const stored = await store.read.selectFrom('journals').selectAll().where('board_id', '=', about.boardId).execute();
    expect(stored).toMatchObject([{ last_seq: told.length, forked_at: null }]);
    const { count } = await store.read
      .selectFrom('plays')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(plays.length);

    for (const { detail } of lines.filter((line) => line.kind === 'person' && line.act === 'raise') as Of<'person'>[]) {
      const { deliveries } = await person.get<{
        deliveries: { boardId: string; state: string; displayedAt: number | null }[];
      }>(`/api/takeovers/${String(detail.takeoverId)}`);
      const displayed = said<{ takeoverId: string; state: string; at: number }>('takeoverProgressedV1').find(
        ({ takeoverId, state }) => takeoverId === detail.takeoverId && state === 'displayed',
      )!;
      expect(deliveries).toMatchObject([{ boardId: about.boardId, state: 'ended', displayedAt: displayed.at }]);
    }

    const { commands } = await person.get<{ commands: { id: string; state: string; hasLog: boolean; name: string }[] }>(
      `/api/boards/${about.boardId}/commands`,
    );
    for (const { commandId, outcome } of said<{ commandId: string; outcome: string }>('commandEndedV1')) {
      const id = replay.ids.get(commandId);
      const command = commands.find((one) => one.id === id);
      expect(command?.state, `${commandId} is ${id} today`).toBe(outcome);
    }
    const { screenshots } = await person.get<{ screenshots: { state: string }[] }>(
      `/api/boards/${about.boardId}/screenshots`,
    );
    expect(screenshots.map(({ state }) => state)).toEqual(
      lines.filter((line) => line.kind === 'http' && line.path.includes('/screenshots/')).map(() => 'taken'),
    );
    const report = said<{ full: boolean; status: { app: string } }>('statusReportedV1').at(-1);
    // A status has no answer: it is kept some time after it was said.
    const statusPath = `/api/boards/${about.boardId}/status`;
    const app = async () => (await person.get<{ status: { app: string } | null }>(statusPath)).status?.app;
    await expect.poll(app).toBe(report?.status.app);
  });
});
