/** A director with a stage that answers after a while, on a clock that is moved by hand. */
import { createDirector } from '../../shared/director/director.ts';
import type { Director, DirectorInput, DirectorOptions, DirectorOutput } from '../../shared/director/types.ts';
import { stageCommand, type Scene, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import { journalBody, type JournalBody, type PlayBody } from '../../shared/protocol/journal.ts';

export type Answer = { after: number; event: StageEvent } | null;

export interface FakeStageOptions {
  /** What the stage answers to a command, and when; null: nothing. Default: prepared after 50 ms, painted after 20 ms. */
  readonly answer?: (command: StageCommand, now: number) => Answer;
  readonly director?: Partial<DirectorOptions>;
}

export class FakeStage {
  now: number;
  readonly director: Director;
  readonly commands: { at: number; command: StageCommand }[] = [];
  readonly records: { at: number; body: JournalBody }[] = [];
  /** What was painted, in order: scene and instant of its first frame. */
  readonly painted: { at: number; sceneId: string; scene: Scene }[] = [];
  output!: DirectorOutput;
  readonly #answer: (command: StageCommand, now: number) => Answer;
  #due: { at: number; event: StageEvent }[] = [];
  readonly #scenes = new Map<string, Scene>();

  constructor(now: number, options: FakeStageOptions = {}) {
    this.now = now;
    this.#answer = options.answer ?? quick;
    this.director = createDirector({ host: 'headless', ...options.director });
  }

  get plays(): PlayBody[] {
    return this.records.flatMap(({ body }) => (body.type === 'playEnded' ? [body] : []));
  }

  ready(): void {
    this.#due = [];
    this.send({ type: 'stage', event: { type: 'ready', width: 1920, height: 1080, pixelRatio: 1 } });
  }

  lose(): void {
    this.#due = [];
    this.send({ type: 'stageLost' });
  }

  send(input: DirectorInput): void {
    if (input.type === 'stage' && input.event.type === 'painted') {
      const { sceneId, agoMs } = input.event;
      this.painted.push({ at: this.now - agoMs, sceneId, scene: this.#scenes.get(sceneId)! });
    }
    this.output = this.director.handle(input, this.now);
    if (!(this.output.wakeAt > this.now)) throw new Error(`wakes at ${this.output.wakeAt}, now is ${this.now}`);
    for (const body of this.output.records) this.records.push({ at: this.now, body: journalBody.parse(body) });
    for (const command of this.output.commands) {
      this.commands.push({ at: this.now, command: stageCommand.parse(command) });
      if (command.type === 'prepare') {
        this.#scenes.set(command.sceneId, command.scene);
        // A stage has one hidden layer: what was being prepared is gone.
        this.#due = this.#due.filter(({ event }) => event.type !== 'prepared');
      }
      // Nor does a scene paint any more once the next one was brought to the front.
      if (command.type === 'show') this.#due = this.#due.filter(({ event }) => event.type !== 'painted');
      const answer = this.#answer(command, this.now);
      if (answer) this.#due.push({ at: this.now + answer.after, event: answer.event });
    }
  }

  /** Lets time pass, with every answer, a tick when it was asked for, and `alive` each second. */
  runUntil(end: number): void {
    while (this.now < end) {
      this.#due.sort((a, b) => a.at - b.at);
      const answer = this.#due[0]?.at ?? Infinity;
      const alive = this.now + 1_000;
      this.now = Math.min(answer, this.output.wakeAt, alive, end);
      if (this.now === answer) this.send({ type: 'stage', event: this.#due.shift()!.event });
      else if (this.now === alive)
        this.send({ type: 'stage', event: { type: 'alive', sceneId: this.painted.at(-1)?.sceneId ?? null } });
      else this.send({ type: 'tick' });
    }
  }

  runFor(ms: number): void {
    this.runUntil(this.now + ms);
  }

  /** What was shown, by name. */
  get shown(): string[] {
    return this.painted.map(({ scene }) => nameOf(scene));
  }
}

export function nameOf(scene: Scene): string {
  if (scene.kind === 'notice') return scene.notice.title;
  return scene.kind === 'takeover' ? `takeover ${scene.takeover.sequence.counter}` : scene.kind;
}

export const quick = (command: StageCommand): Answer => {
  if (command.type === 'configure' || command.type === 'reload') return null;
  const { sceneId } = command;
  return command.type === 'prepare'
    ? { after: 50, event: { type: 'prepared', sceneId } }
    : { after: 20, event: { type: 'painted', sceneId, agoMs: 4 } };
};
