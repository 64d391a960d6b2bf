/**
 * The studio's preview: the same director as in a player, over the stage in an iframe, with a clock that a person can
 * stop and drag. Nothing of it is recorded.
 */
import { createDirector } from '../../../../../shared/director/director.ts';
import type { Director, DirectorInput } from '../../../../../shared/director/types.ts';
import { stageEvent, type Scene, type StageCommand, type StageEvent } from '../../../../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../../../../shared/protocol/common.ts';
import { assetPath } from '../../../../../shared/protocol/content-path.ts';
import type { Programme } from '../../../../../shared/protocol/programme.ts';
import type { Takeover } from '../../../../../shared/protocol/takeover.ts';

export interface PreviewPlan {
  readonly programme: Programme | null;
  readonly takeovers: readonly Takeover[];
}

export interface PreviewOptions {
  /** Sends to the stage. */
  post: (command: StageCommand) => void;
  /** Monotonic ms, such as performance.now(). */
  monotonic: () => number;
  /** Where on the timeline the preview begins, ms UTC. */
  origin: number;
  /** Where the clock stops by itself, ms since the origin; it goes on for ever without. */
  endMs?: number | undefined;
  /** Time of day for scenes that show a clock, ms UTC: the timeline's is where the slider stands. */
  wall: () => number;
  locale: 'vi' | 'en';
}

export class Preview {
  /** ms since the origin, as last looked at. */
  position = $state(0);
  playing = $state(true);
  /** Code of why what belongs here now is not shown; null while it is. */
  fault = $state<string | null>(null);
  /** The stage is there and has painted something. */
  painted = $state(false);
  #options: PreviewOptions;
  #director: Director;
  /** Tells scenes of one director from those of the one before. */
  #generation = 0;
  /** What this director's scenes show, by their ids. */
  readonly #kinds = new Map<string, Scene['kind']>();
  #plan: PreviewPlan = { programme: null, takeovers: [] };
  #output: OutputRegion | null = null;
  #ready: Extract<StageEvent, { type: 'ready' }> | null = null;
  #startedAt: number;
  #base = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PreviewOptions) {
    this.#options = options;
    this.#startedAt = options.monotonic();
    this.#director = createDirector({ host: 'browser' });
  }

  /** What the stage said, from wherever: what is not of the bridge is dropped. */
  hear(data: unknown): void {
    const parsed = stageEvent.safeParse(data);
    if (!parsed.success) return;
    const event = parsed.data;
    if (event.type === 'ready') {
      this.#ready = event;
      this.painted = false;
      this.#configure();
      this.#handle({ type: 'plan', ...this.#plan });
      this.#handle({ type: 'stage', event });
      return;
    }
    const own = `${this.#generation}:`;
    if (event.sceneId === null || !event.sceneId.startsWith(own)) return;
    if (event.type === 'painted') {
      this.painted = true;
      // The fallback stands in for what failed; anything else on the glass is as it should be.
      if (this.#kinds.get(event.sceneId) !== 'fallback') this.fault = null;
    }
    if (event.type === 'failed') this.fault = event.code;
    this.#handle({ type: 'stage', event: { ...event, sceneId: event.sceneId.slice(own.length) } });
  }

  show(plan: PreviewPlan): void {
    this.#plan = plan;
    this.fault = null;
    this.#handle({ type: 'plan', ...plan });
  }

  /** The board whose shape is shown. What scenes say of the shape before no longer counts. */
  shape(output: OutputRegion): void {
    this.#output = output;
    this.#configure();
    this.#beginAnew();
  }

  /** @param position ms since the origin */
  seek(position: number): void {
    this.#base = Math.max(0, position);
    this.#startedAt = this.#options.monotonic();
    this.position = this.#base;
    this.fault = null;
    this.#handle({ type: 'seek' });
  }

  /** Stops or starts the clock. A clock that stands still has scenes that stand still, so the director begins anew. */
  setPlaying(playing: boolean): void {
    if (playing === this.playing) return;
    const at = this.elapsed();
    // Played to the end, it begins again.
    this.#base = playing && at === this.#options.endMs ? 0 : at;
    this.#startedAt = this.#options.monotonic();
    this.playing = playing;
    this.#beginAnew();
  }

  /** Looks at the clock, for what shows its position. */
  look(): void {
    this.position = this.elapsed();
    if (this.position === this.#options.endMs) this.setPlaying(false);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #beginAnew(): void {
    this.#generation++;
    this.#kinds.clear();
    this.fault = null;
    this.#director = createDirector({ host: 'browser', paused: !this.playing });
    this.#handle({ type: 'plan', ...this.#plan });
    if (this.#ready) this.#handle({ type: 'stage', event: this.#ready });
  }

  /** ms since the origin, by now. */
  elapsed(): number {
    const at = this.#base + (this.playing ? this.#options.monotonic() - this.#startedAt : 0);
    return Math.min(at, this.#options.endMs ?? Infinity);
  }

  #configure(): void {
    if (!this.#ready) return;
    this.#options.post({
      type: 'configure',
      output: this.#output,
      assetBase: assetPath(''),
      locale: this.#options.locale,
    });
  }

  #handle(input: DirectorInput): void {
    const now = this.#options.origin + this.elapsed();
    const { commands, wakeAt } = this.#director.handle(input, now);
    for (const command of commands) {
      if (command.type === 'configure' || command.type === 'reload') {
        this.#options.post(command);
        continue;
      }
      const sceneId = `${this.#generation}:${command.sceneId}`;
      if (command.type === 'show') {
        this.#options.post({ ...command, sceneId });
        continue;
      }
      this.#kinds.set(sceneId, command.scene.kind);
      this.#options.post({ ...command, sceneId, nowMs: Math.floor(this.#options.wall()) });
    }
    clearTimeout(this.#timer);
    if (this.playing) this.#timer = setTimeout(() => this.#handle({ type: 'tick' }), Math.max(10, wakeAt - now));
  }
}
