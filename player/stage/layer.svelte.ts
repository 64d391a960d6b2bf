/** One scene on the stage: being prepared behind, in front, or about to go. */
import type { Scene } from '../../shared/protocol/bridge.ts';
import { loadLayout, type Layout } from '../../layouts/registry.ts';
import type { Picture } from '../../layouts/types.ts';
import { assetsOf } from '../../shared/protocol/programme.ts';
import { SceneError } from './failure.ts';
import { loadPicture } from './pictures.ts';
import { LOAD_LIMIT_MS, within } from './waiting.ts';

/** What a picture or a video adds to a scene: it has to be loaded before, and started at, its showing. */
export interface SceneMedia {
  /** A video: what Chromium draws of it comes some frames after its element is seen; until then there is black. */
  readonly moves: boolean;
  /** Loads and decodes up to the first frame. @throws SceneError */
  ready(): Promise<void>;
  /** Starts from the offset, ms; resolves when frames are seen to come. @throws SceneError */
  start(offsetMs: number): Promise<void>;
  /** Called about once a second while in front. @throws SceneError when it no longer moves */
  check(now: number): void;
}

/** A layout with what it shows, ready to be laid out. */
export interface LaidOut {
  readonly component: Layout['component'];
  /** Parsed by the layout's schema. */
  readonly fields: Record<string, unknown>;
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly enlarge: number;
}

export interface LayerOptions {
  readonly sceneId: string;
  readonly scene: Scene;
  readonly durationMs: number;
  readonly offsetMs: number;
  /** Trusted time, ms UTC, at performance.now() `at`. */
  readonly nowMs: number;
  readonly at: number;
  readonly paused: boolean;
}

export class Layer {
  readonly sceneId: string;
  readonly scene: Scene;
  readonly durationMs: number;
  readonly paused: boolean;
  readonly #nowMs: number;
  readonly #at: number;
  /** Set by `load`, before the layer is seen; null for a scene that is no layout. */
  layout: LaidOut | null = null;
  /** Order on the stage; the highest is in front, 0 is behind the curtain. */
  z = $state(0);
  /** Not in front yet, but before the curtain, behind a veil: Chromium draws it. */
  behindVeil = $state(false);
  /**
   * Stays above its successor until that one moves. Not quite opaque: Chromium draws no frames of a video that is covered.
   */
  veils = $state(false);
  /** How far into the slot, ms. */
  elapsedMs = $state(0);
  /** An alert that has expired while nobody was there to take it away. */
  expired = $state(false);
  media: SceneMedia | null = null;
  /** What a component threw. */
  failure: SceneError | null = null;
  prepared = false;
  /** It has been drawn behind a veil: in front, it is seen at once. */
  drawn = false;
  /** The director that it belongs to is gone: the picture stays on the glass, but is nobody's. */
  orphaned = false;
  /** Asked to be shown before it was prepared: offset, and when it was asked. */
  wanted: { offsetMs: number; at: number } | null = null;
  /** performance.now() at offset 0; null while it stands still. */
  #origin: number | null = null;

  constructor({ sceneId, scene, durationMs, offsetMs, nowMs, at, paused }: LayerOptions) {
    this.sceneId = sceneId;
    this.scene = scene;
    this.durationMs = durationMs;
    this.paused = paused;
    this.#nowMs = nowMs;
    this.#at = at;
    this.elapsedMs = offsetMs;
  }

  /**
   * Reads the layout and the pictures in it.
   * @param assetBase address of an asset, without its hash
   * @throws SceneError layout_unknown, layout_failed, asset_unreadable, decode_stalled
   */
  async load(assetBase: string): Promise<void> {
    if (this.scene.kind !== 'notice' || this.scene.notice.content.type !== 'layout') return;
    const { content } = this.scene.notice;
    const { layout: name, fields, enlarge = 1 } = content;
    const files = loadLayout(name);
    if (files === null) throw new SceneError('layout_unknown', `No layout «${name}»`);
    const loadAll = assetsOf(content).map(async (hash) => [hash, await loadPicture(assetBase + hash)] as const);
    const code = within(files, LOAD_LIMIT_MS, 'layout_failed', `«${name}» not loaded in time`);
    const [{ component, schema }, ...pictures] = await Promise.all([code, ...loadAll]);
    const parsed = schema.safeParse(fields);
    if (!parsed.success) throw new SceneError('layout_failed', `Fields of «${name}»: ${parsed.error.message}`);
    this.layout = { component, fields: parsed.data, pictures: new Map(pictures), enlarge };
  }

  /** Trusted time, ms UTC, at performance.now() `now`: what the director said, carried on; it stands still in a preview that does. */
  clock(now: number): number {
    return this.paused ? this.#nowMs : this.#nowMs + Math.max(0, now - this.#at);
  }

  start(offsetMs: number, now: number): void {
    this.elapsedMs = offsetMs;
    this.#origin = this.paused ? null : now - offsetMs;
  }

  /** Notes that an alert has come to its end. */
  expire(now: number): void {
    if (this.scene.kind === 'takeover' && this.clock(now) >= this.scene.takeover.expiresAt) this.expired = true;
  }

  tick(now: number): void {
    if (this.#origin !== null) this.elapsedMs = Math.max(0, Math.round(now - this.#origin));
  }
}
