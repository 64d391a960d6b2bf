/** A player that is killed, and says what came to its glass; here the engine with a scripted stage. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EngineMessage } from '../../../../player/engine/main.ts';
import { Changes } from '../../../../player/engine/testing-changes.ts';
import { TestStage } from '../../../../player/engine/testing-stage.ts';
import { repoRoot } from '../../../../scripts/lib/paths.ts';
import type { Scene } from '../../../../shared/protocol/bridge.ts';
import type { Painted, Run } from './verdict.ts';
import { pause } from './random.ts';

/** What engine and host say to the program that started them. */
export type PlayerMessage = EngineMessage | { type: 'stage'; url: string };

export interface PlayerOptions {
  readonly cms: string;
  readonly dataDir: string;
}

/** A player on a busy machine comes back within this time, or not at all, ms. */
const patienceMs = 120_000;
/** So often a player is asked whether it is there, ms. */
const askEveryMs = 100;

/** What a player has said and shown since its last start, and its lives before. */
export abstract class KilledPlayer {
  readonly runs: Run[] = [];
  /** The newest code on its screen; empty: none. */
  code = '';
  paired = false;
  protected readonly changes = new Changes(patienceMs);
  protected readonly options: PlayerOptions;
  protected child: ChildProcess | null = null;
  #stderr = '';

  constructor(options: PlayerOptions) {
    this.options = options;
  }

  /** What came to the glass since the last start. */
  get painted(): readonly Painted[] {
    return this.runs.at(-1)?.painted ?? [];
  }

  get dataDir(): string {
    return this.options.dataDir;
  }

  protected abstract program(): Promise<{ script: string; args: string[] }>;
  /** Begins to watch what the process that has just been started shows. */
  protected abstract watch(run: Run): void;
  protected abstract hear(message: PlayerMessage): void;

  /** @param dieAtWrite the process that is started here, if it keeps the store, ends right after this transaction; 0: it does not */
  async start(dieAtWrite = 0): Promise<void> {
    const { script, args } = await this.program();
    this.code = '';
    this.paired = false;
    this.#stderr = '';
    const run: Run = {
      startedAt: Date.now(),
      painted: [],
      answers: [],
      watchedTo: Date.now(),
      unseen: [],
      endedAt: Infinity,
    };
    const child = fork(join(repoRoot, script), args, {
      execArgv: dieAtWrite > 0 ? ['--import', import.meta.resolve('./die-at-write.ts')] : [],
      env: { ...process.env, BANG_TIN_DIE_AT_WRITE: String(dieAtWrite) },
      cwd: repoRoot,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (text: Buffer) => (this.#stderr = (this.#stderr + text.toString()).slice(-2_000)));
    child.on('message', (message: PlayerMessage) => {
      if (this.child !== child) return;
      if (message.type === 'pairingCode') this.code = message.code;
      if (message.type === 'paired') this.paired = true;
      this.hear(message);
      this.changes.tell();
    });
    child.once('exit', () => this.changes.tell());
    this.child = child;
    this.runs.push(run);
    this.watch(run);
    void this.#ask(run);
  }

  /** Asks it again and again while it lives: what it takes no time to answer, it had no time to hear. */
  async #ask(run: Run): Promise<void> {
    while (this.runs.at(-1) === run && run.endedAt === Infinity) {
      const said = Date.now();
      const answered = this.answered().catch(() => false);
      void answered.then((there) => there && run.answers.push({ said, answeredAt: Date.now() }));
      await Promise.all([answered, pause(askEveryMs)]);
    }
  }

  /** Whether the player has taken what was shown up to now. */
  protected abstract answered(): Promise<boolean>;

  /** Resolves as soon as `condition` gives something. @throws Error when that takes too long, or when the player has ended by itself */
  until<T>(condition: () => T | undefined | null | false): Promise<T> {
    const child = this.child;
    return this.changes.until(
      () => {
        if (child !== null && (child.exitCode !== null || child.signalCode !== null))
          throw new Error(`The player ended by itself (${child.exitCode ?? child.signalCode}): ${this.#stderr}`);
        return condition();
      },
      () => [String(condition), this.painted.slice(-3), this.#stderr],
    );
  }

  /** Resolves when its process is gone. */
  async gone(): Promise<void> {
    const { child } = this;
    if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** As if the power went: the process and all that it has started. */
  async kill(): Promise<void> {
    const { child } = this;
    const run = this.runs.at(-1);
    if (child === null || run === undefined) return;
    const gone = this.gone();
    this.child = null;
    // Whoever stands still starts nothing that would be left over.
    child.kill('SIGSTOP');
    const pids = this.pids(child.pid!);
    run.endedAt = Date.now();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
    await gone;
    await this.ended();
  }

  /** Asks it to end. */
  async stop(): Promise<void> {
    const { child } = this;
    const run = this.runs.at(-1);
    if (child === null || run === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    run.endedAt = Date.now();
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(hard);
    this.child = null;
    await this.ended();
  }

  protected pids(pid: number): number[] {
    return [pid];
  }

  protected ended(): Promise<void> {
    return Promise.resolve();
  }
}

/** Content of a scene as the verdict names it. */
function nameOf(scene: Scene): string | null {
  if (scene.kind === 'notice') return `notice:${scene.notice.noticeId}`;
  if (scene.kind === 'takeover') return `takeover:${scene.takeover.takeoverId}`;
  return scene.kind === 'fallback' ? 'fallback' : null;
}

/** The engine alone; its stage paints at once and outlives it, as the page of a real player does. */
export class EnginePlayer extends KilledPlayer {
  #stage: Promise<TestStage | null> = Promise.resolve(null);

  protected program(): Promise<{ script: string; args: string[] }> {
    const { cms, dataDir } = this.options;
    this.#stage = Promise.resolve(null);
    const args = [
      '--cms',
      cms,
      '--data',
      dataDir,
      '--stage',
      'dist/stage',
      '--host',
      'chromium',
      '--log-level',
      'error',
    ];
    return Promise.resolve({ script: 'player/engine/main.ts', args });
  }

  protected watch(run: Run): void {
    // The stage says what it paints before the engine hears of it.
    run.watchedTo = Infinity;
  }

  protected hear(message: PlayerMessage): void {
    if (message.type !== 'listening') return;
    const run = this.runs.at(-1)!;
    this.#stage = TestStage.open(message.url, (scene) => {
      run.painted.push({ content: nameOf(scene), at: Date.now() });
      this.changes.tell();
    }).catch(() => null);
  }

  protected async answered(): Promise<boolean> {
    const stage = await this.#stage;
    await stage?.heard();
    return stage !== null;
  }

  protected override async ended(): Promise<void> {
    await (await this.#stage)?.close();
  }
}
