/**
 * The stage: prepares scenes behind what is shown, brings them to the front, and tells the director what was painted.
 * It decides nothing. The picture in front stays until another one has been painted over it, whatever happens to the
 * director or to what is being prepared; only an alert gives way to what it says itself once it has expired without one.
 */
import { flushSync } from 'svelte';
import { loadFonts } from '../../layouts/fonts.ts';
import type { Scene, StageCommand, StageEvent } from '../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import type { TechnicianView } from '../../shared/protocol/technician.ts';
import { asSceneError, SceneError } from './failure.ts';
import { readyEvent } from './first-socket.ts';
import { Layer } from './layer.svelte.ts';
import type { Locale } from './strings.ts';
import { delay, LOAD_LIMIT_MS, nextPaint } from './waiting.ts';

type Command<T extends StageCommand['type']> = Extract<StageCommand, { type: T }>;

/** How often a page turn or a progress mark is looked at, ms. */
const TICK_MS = 100;
const ALIVE_MS = 1000;
/** Before the end of the slot in front, what moves begins to be drawn behind it, ms. It costs some drawing: no sooner than needed. */
const DRAW_AHEAD_MS = 600;
/** A frame normally takes 17 ms; a window that paints none (minimised) must not hold `prepared` back. */
const RASTER_LIMIT_MS = 500;

export class Stage {
  output = $state.raw<OutputRegion | null>(null);
  locale = $state<Locale>('vi');
  assetBase = $state('');
  /** Of videos with sound, 0 to 1. */
  volume = $state(1);
  /** Opened by somebody in a browser of theirs: no board. */
  byHand = $state(false);
  layers = $state.raw<readonly Layer[]>([]);
  /** What stands over the content, which goes on beneath. */
  technician = $state.raw<TechnicianView | null>(null);
  /** What was asked for last; perhaps nobody sees it yet. */
  #front: Layer | null = null;
  /** What painted last: it is what people see until the one in front has painted. */
  #seen: Layer | null = null;
  #back: Layer | null = null;
  #top = 0;
  #directed = true;
  readonly #send: (event: StageEvent) => void;

  constructor(send: (event: StageEvent) => void) {
    this.#send = send;
  }

  /** A director is there, perhaps a new one: it knows nothing of what was shown and is to begin anew. */
  directorArrived(): void {
    this.#directed = true;
    if (this.#front !== null) this.#front.orphaned = true;
    if (this.#back !== null) this.#drop(this.#back);
    this.#send(readyEvent());
  }

  /** The director is gone, and may not come back. */
  directorLeft(): void {
    this.#directed = false;
  }

  handle(command: Exclude<StageCommand, { type: 'reload' }>): void {
    switch (command.type) {
      case 'configure':
        this.output = command.output;
        this.assetBase = command.assetBase;
        this.locale = command.locale;
        this.volume = (command.volume ?? 100) / 100;
        this.byHand = command.byHand ?? false;
        break;
      case 'prepare':
        void this.#prepare(command);
        break;
      case 'show':
        this.#show(command);
        break;
    }
  }

  /** A command for this scene that is none: the director waits for an answer, and goes on to something else. */
  refuse(sceneId: string, reason: string): void {
    this.#fail(sceneId, new SceneError('layout_failed', `Not a command: ${reason}`));
  }

  /** Starts the loop of frames that turns pages and says that the glass is being painted. */
  run(): void {
    let ticked = 0;
    let said = 0;
    const frame = (now: number) => {
      requestAnimationFrame(frame);
      if (now - ticked >= TICK_MS) {
        ticked = now;
        this.#front?.tick(now);
        if (!this.#directed) this.#front?.expire(now);
        this.#drawAhead();
      }
      if (now - said >= ALIVE_MS) {
        said = now;
        this.#send({ type: 'alive', sceneId: this.#front?.orphaned === false ? this.#front.sceneId : null });
        this.#checkMedia(now);
      }
    };
    requestAnimationFrame(frame);
  }

  /** A component of the layer threw while it was laid out or updated. */
  layerBroke(layer: Layer, error: unknown): void {
    const failure = new SceneError('layout_failed', String(error), error);
    layer.failure = failure;
    if (layer === this.#front) this.#fail(layer.sceneId, failure);
  }

  async #prepare(command: Command<'prepare'>): Promise<void> {
    const at = performance.now();
    if (this.#back !== null) this.#drop(this.#back);
    let layer: Layer | null = null;
    try {
      layer = new Layer({ ...command, at });
      this.#back = layer;
      if (hasText(command.scene)) {
        // A font that cannot be loaded is replaced by the browser's; the text is still readable.
        const loaded = loadFonts(JSON.stringify(command.scene)).catch(() => undefined);
        const fonts = Promise.race([loaded, delay(LOAD_LIMIT_MS)]);
        await Promise.all([layer.load(this.assetBase), fonts]);
        if (this.#back !== layer) return;
      }
      this.layers = [...this.layers, layer];
      flushSync();
      if (layer.failure !== null) throw layer.failure;
      await layer.media?.ready();
      // Painted once behind what is in front, so that the swap costs nothing. The first scene has nothing to wait behind.
      if (this.#front !== null) await Promise.race([nextPaint(), delay(RASTER_LIMIT_MS)]);
      if (layer.failure !== null) throw layer.failure;
      if (this.#back !== layer) return;
      layer.prepared = true;
      this.#send({ type: 'prepared', sceneId: layer.sceneId });
      if (layer.wanted !== null) {
        const late = performance.now() - layer.wanted.at;
        await this.#bringForward(layer, layer.wanted.offsetMs + (layer.paused ? 0 : Math.round(late)));
      }
    } catch (error) {
      // What was replaced meanwhile is of no interest to the director.
      if (layer !== null && this.#back !== layer) return;
      if (layer !== null) this.#drop(layer);
      this.#fail(command.sceneId, asSceneError(error));
    }
  }

  #show({ sceneId, offsetMs }: Command<'show'>): void {
    if (this.#back?.sceneId === sceneId) {
      if (this.#back.prepared) void this.#bringForward(this.#back, offsetMs);
      else this.#back.wanted = { offsetMs, at: performance.now() };
    } else if (this.#front?.sceneId === sceneId && !this.#front.orphaned) {
      void this.#start(this.#front, offsetMs);
    } else {
      this.#fail(sceneId, new SceneError('layout_failed', 'Asked to show what was not prepared'));
    }
  }

  async #bringForward(layer: Layer, offsetMs: number): Promise<void> {
    // One that was asked for and has not painted yet, such as a video that does not move, is nothing to hide behind.
    const before = this.#seen ?? this.#front;
    this.#front = layer;
    this.#back = null;
    // Nothing stands over an alert, whatever the player has yet to say.
    if (layer.scene.kind === 'takeover') this.technician = null;
    for (const old of this.layers) if (old !== layer && old !== before) this.#drop(old);
    this.#top += 1;
    layer.z = this.#top;
    const veil = layer.media?.moves === true && !layer.drawn ? before : null;
    if (before !== null) {
      before.z = this.#top - 1;
      before.veils = veil !== null;
    }
    const outcome = await this.#start(layer, offsetMs, veil);
    if (outcome === 'painted' && before !== null) this.#drop(before);
    // What cannot be started leaves the glass to what was there before, if anything was.
    if (outcome === 'failed' && before !== null) {
      before.veils = false;
      this.#front = before;
      this.#drop(layer);
    }
  }

  /**
   * Has a video that is about to follow drawn behind the one in front, so that its first frame is on the glass at once and none is lost
   * behind a veil. What comes unannounced, such as after an alert, has to be started there.
   */
  #drawAhead(): void {
    const [front, back] = [this.#front, this.#back];
    if (front === null || front !== this.#seen || front.orphaned || front.elapsedMs < front.durationMs - DRAW_AHEAD_MS)
      return;
    if (back?.prepared !== true || back.behindVeil || back.media?.moves !== true) return;
    front.veils = true;
    back.behindVeil = true;
    flushSync();
    void nextPaint()
      .then(nextPaint)
      .then(() => (back.drawn = this.#back === back));
  }

  /**
   * Starts the layer in front and reports its first frame, unless another one has come in front of it meanwhile.
   * @param veil hides it until its picture moves
   */
  async #start(layer: Layer, offsetMs: number, veil: Layer | null = null): Promise<'painted' | 'failed' | 'covered'> {
    layer.start(offsetMs, performance.now());
    flushSync();
    // What is seen at once runs from when it is on the glass: a frame sooner, its first stands a frame too short and its last one too long.
    const seenAt = layer.drawn ? await nextPaint() : null;
    if (this.#front !== layer) return 'covered';
    const moving = layer.media?.start(offsetMs) ?? Promise.resolve();
    // Its failure is dealt with below, after the paint.
    moving.catch(() => undefined);
    let paintedAt = seenAt ?? (await nextPaint());
    if (this.#front !== layer) return 'covered';
    try {
      await moving;
    } catch (error) {
      if (this.#front !== layer) return 'covered';
      this.#fail(layer.sceneId, asSceneError(error));
      return 'failed';
    }
    if (this.#front === layer && veil !== null) {
      await nextPaint();
      // Something else may have come in front meanwhile, behind the same veil.
      if (this.#front !== layer) return 'covered';
      this.#drop(veil);
      this.#seen = layer;
      flushSync();
      paintedAt = await nextPaint();
    }
    if (this.#front !== layer) return 'covered';
    this.#seen = layer;
    this.#send({ type: 'painted', sceneId: layer.sceneId, agoMs: Math.max(0, performance.now() - paintedAt) });
    return 'painted';
  }

  #checkMedia(now: number): void {
    const layer = this.#front;
    if (layer === null || layer.orphaned) return;
    try {
      layer.media?.check(now);
    } catch (error) {
      this.#fail(layer.sceneId, asSceneError(error));
    }
  }

  #drop(layer: Layer): void {
    if (this.#back === layer) {
      this.#back = null;
      if (layer.behindVeil && this.#front !== null) this.#front.veils = false;
    }
    if (this.layers.includes(layer)) this.layers = this.layers.filter((each) => each !== layer);
  }

  #fail(sceneId: string, { code, message }: SceneError): void {
    this.#send({ type: 'failed', sceneId, code, detail: message.slice(0, 500) });
  }
}

/** Pictures and videos stand alone, but for a link's code: what is said of them is for those who do not see them. */
function hasText(scene: Scene): boolean {
  if (scene.kind !== 'notice') return true;
  const { content } = scene.notice;
  return content.type === 'layout' || content.link !== undefined;
}
