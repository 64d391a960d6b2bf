/**
 * The engine as a child of its host. One that dies is started again: the page goes on showing what it shows and reconnects, because
 * port and tokens stay those of this launch.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import {
  appVersion,
  newTokens,
  stageUrl,
  uselessExitCode,
  type HostFault,
  type PictureAnswer,
  type PictureWanted,
  type VersionKept,
} from '../engine/launch.ts';
import type { EngineMessage } from '../engine/main.ts';
import type { HostKind } from '../../shared/protocol/journal.ts';
import { Ladder } from '../../shared/faults/ladder.ts';
import { faults, withAction } from '../../shared/faults/table.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { TakePicture } from './picture.ts';
import { Versions, type TrialLimits } from './versions.ts';

/** What a host hears of its engine. */
export type HostMessage = Exclude<EngineMessage, { type: 'alive' | 'pictureWanted' | 'tryVersion' }>;

export interface EngineProcessOptions {
  /** Program of the package's engine, main.ts or the built main.cjs, and its stage; an update takes the place of both. */
  readonly program: string;
  readonly stageDir: string;
  /** Node, or Electron acting as Node. */
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cms: string | null;
  readonly dataDir: string;
  readonly pairAnew: boolean;
  readonly onMessage: (message: HostMessage) => void;
  readonly takePicture: TakePicture;
  /** It cannot run at all: a wrong command line, a data folder of a newer player. */
  readonly onHopeless: () => void;
  readonly report: (line: string) => void;
  /** An engine that has said nothing for so long is stuck; it has four times as long to start. ms */
  readonly silenceMs?: number;
  /** How long an update is tried. */
  readonly trial?: TrialLimits;
}

const graceMs = 2_500;
/** Faults that wait for an engine to hear them. */
const mostUntold = 20;
/** Ends in a row after which somebody else may have taken the port. */
const portAgainAfter = 5;
/** This process may itself have been held up: what was said meanwhile is heard first. ms */
const secondLookMs = 1_000;

export class EngineProcess {
  readonly #o: EngineProcessOptions;
  readonly #tokens = newTokens(randomBytes);
  readonly #versions: Versions;
  #port = 0;
  #host: HostKind;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  /** Ended or stuck: what follows is the same. */
  readonly #restarts = new Ladder(faults.engine_ended);
  #endsInARow = 0;
  #stuck = false;
  /** An engine has opened its store, and hears. */
  #hears = false;
  #untold: HostFault[] = [];
  #stopping = false;
  #changing = false;
  #over = false;
  #pairAnew: boolean;

  /** @param host kind of the stage that the host will open */
  constructor(host: HostKind, options: EngineProcessOptions) {
    this.#o = options;
    this.#host = host;
    this.#pairAnew = options.pairAnew;
    this.#versions = new Versions({
      dataDir: options.dataDir,
      package: { version: appVersion, program: options.program, stageDir: options.stageDir },
      ...(options.trial ? { limits: options.trial } : {}),
      onBack: () => void this.#startAnew(),
      onKept: (previous) => {
        const kept: VersionKept = { type: 'versionKept', previous };
        if (this.#child?.connected) this.#child.send(kept, () => undefined);
      },
      report: options.report,
    });
  }

  /**
   * Starts the engine behind a socket that listens already: the stage may be opened at once, whoever connects before the engine is
   * there waits. The address is said with `listening`, as the engine says it, and only when this process has let go of the socket:
   * a connection that it took would wait for ever.
   */
  startBehindDoor(): void {
    const door = createServer();
    door.once('error', () => this.start());
    door.listen(0, '127.0.0.1', () => {
      this.#port = (door.address() as AddressInfo).port;
      this.#start({ door, opened: () => this.#sayAddress() });
    });
  }

  #sayAddress(): void {
    const port = this.#port;
    const { host, open } = this.#tokens;
    this.#o.onMessage({ type: 'listening', port, url: stageUrl(port, host), openUrl: stageUrl(port, open) });
  }

  start(): void {
    this.#start(null);
  }

  #start(behind: { door: Server; opened: () => void } | null): void {
    const { program, stageDir } = this.#versions.program;
    const child = fork(program, [...this.#args(stageDir), ...(behind ? ['--door-inherited'] : [])], {
      execPath: this.#o.execPath,
      execArgv: [],
      env: {
        ...this.#o.env,
        BANG_TIN_VERSIONS: JSON.stringify(this.#versions.here),
        BANG_TIN_HOST_TOKEN: this.#tokens.host,
        BANG_TIN_OPEN_TOKEN: this.#tokens.open,
        // Compiled code is kept in the player's own folder, where nobody else can plant any.
        NODE_COMPILE_CACHE: join(this.#o.dataDir, 'cache'),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#watchFor(child, 4 * this.#silenceMs);
    // Once it is on its way the socket lives on in the engine.
    if (behind) child.send('door', behind.door, () => behind.door.close(behind.opened));
    child.on('message', (message) => {
      // Our own program at the other end of a pipe that nobody else can open.
      const said = message as EngineMessage;
      if (said.type === 'alive') {
        // It has opened its store: the pairing of before is given up. One that ended sooner has done nothing yet.
        this.#pairAnew = false;
        this.#endsInARow = 0;
        this.#hears = true;
        this.#tellFaults();
        return this.#watchFor(child, this.#silenceMs);
      }
      if (said.type === 'pictureWanted') return void this.#answer(child, said);
      if (said.type === 'tryVersion') {
        if (this.#versions.try(said.id, said.order)) void this.#startAnew();
        return;
      }
      if (said.type === 'listening') this.#port = said.port;
      if (said.type === 'playing') this.#versions.painted();
      this.#o.onMessage(said);
    });
    let over = false;
    const ended = (how: string, code: number | null) => {
      if (over) return;
      over = true;
      if (this.#watch) clearTimeout(this.#watch);
      this.#child = null;
      this.#hears = false;
      if (this.#stopping) return;
      const isUseless = code === uselessExitCode;
      if (code !== 0 && this.#versions.ended(this.#endsInARow + 1, isUseless)) {
        this.#endsInARow = 0;
        return this.start();
      }
      if (isUseless) return this.#o.onHopeless();
      if (this.#endsInARow++ === portAgainAfter) this.#port = 0;
      const step = this.#restarts.climb(performance.now()) ?? { action: 'restartEngine', waitMs: 0 };
      this.#o.report(`The engine ended (${how}); it is started again in ${step.waitMs} ms.`);
      // One that ended as it was meant to, such as after a dismissal, is no fault.
      if (code !== 0) this.tell(this.#stuck ? 'engine_stuck' : 'engine_ended', withAction(how, step));
      this.#stuck = false;
      this.#timer = setTimeout(() => this.start(), step.waitMs);
    };
    child.once('error', (error) => ended(error.message, null));
    child.once('exit', (code, signal) => ended(signal ?? `code ${code}`, code));
  }

  /** Has a fault written into the journal, by the engine that runs or by the next. */
  tell(code: HostFault['code'], detail: string): void {
    this.#untold.push({ type: 'fault', code, detail });
    this.#untold.splice(0, this.#untold.length - mostUntold);
    this.#tellFaults();
  }

  #tellFaults(): void {
    if (!this.#hears || !this.#child?.connected) return;
    for (const fault of this.#untold.splice(0)) this.#child.send(fault, () => undefined);
  }

  async #answer(child: ChildProcess, { id, maxBytes, longSide }: PictureWanted): Promise<void> {
    const answer: PictureAnswer = await this.#o.takePicture(maxBytes, longSide ?? null).then(
      (bytes) => ({ type: 'picture', id, base64: Buffer.from(bytes).toString('base64') }),
      (error: unknown) => ({ type: 'noPicture', id, code: error instanceof AppError ? error.code : 'capture_failed' }),
    );
    // Without a callback a failure is an `error` of the child, as if it had ended; its end is heard of anyway.
    if (child.connected) child.send(answer, () => undefined);
  }

  get #silenceMs(): number {
    return this.#o.silenceMs ?? faults.engine_stuck.afterMs;
  }

  #watchFor(child: ChildProcess, ms: number): void {
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#watch = setTimeout(() => {
        if (this.#child !== child) return;
        this.#o.report('The engine is stuck.');
        this.#stuck = true;
        child.kill('SIGKILL');
      }, secondLookMs);
    }, ms);
  }

  /** Process id of the engine that runs now. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Kind of the stage that the engine runs for, or will once it has come back. */
  get host(): HostKind {
    return this.#host;
  }

  /** Goes on with another kind of stage. */
  async changeHost(host: HostKind): Promise<void> {
    if (host === this.#host || this.#over) return;
    this.#host = host;
    await this.#startAnew();
  }

  /** Ends the engine that runs and starts one as it is to be now. */
  async #startAnew(): Promise<void> {
    // The engine that is about to start takes it.
    if (this.#changing || this.#over) return;
    this.#changing = true;
    await this.#halt();
    this.#changing = false;
    if (this.#over) return;
    this.#stopping = false;
    this.start();
  }

  /** Asks the engine to end, and ends it after a moment. */
  stop(): Promise<void> {
    this.#over = true;
    this.#versions.close();
    return this.#halt();
  }

  async #halt(): Promise<void> {
    this.#stopping = true;
    for (const timer of [this.#timer, this.#watch]) if (timer) clearTimeout(timer);
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(timer);
  }

  #args(stageDir: string): string[] {
    const { cms, dataDir } = this.#o;
    return [
      ...(cms === null ? [] : ['--cms', cms]),
      ...['--data', dataDir, '--stage', stageDir, '--host', this.#host, '--port', String(this.#port)],
      ...(this.#pairAnew ? ['--pair-anew'] : []),
    ];
  }
}
