/**
 * The bridge between director and stage: one message set, two carriers (a loopback WebSocket in a player,
 * postMessage in the studio's preview). The stage keeps no state of its own: it prepares, shows and reports.
 */
import { z } from 'zod';
import { durationMs, msUtc, outputRegion, uuid } from './common.ts';
import { fallbackPart, noticePart } from './programme.ts';
import { takeover } from './takeover.ts';

/** What a layer of the stage can show. */
export const scene = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('notice'),
    notice: noticePart,
    /** Whose board it is and where its clock is, for layouts that say so. */
    board: z.strictObject({ unitName: z.string(), zone: z.string() }),
  }),
  z.strictObject({
    kind: z.literal('takeover'),
    takeover,
    /** Where equals share time: its how manieth turn this is, from 0. A turn shows the pages that follow those of the one before. */
    turn: z.int().min(0).nullable(),
    /** Stands in its place once it has expired and no director is there to say what follows; null: nothing is known of the board. */
    after: z.strictObject({ fallback: fallbackPart, zone: z.string() }).nullable(),
  }),
  z.strictObject({ kind: z.literal('fallback'), fallback: fallbackPart, zone: z.string() }),
  z.strictObject({ kind: z.literal('pairing'), code: z.string(), cms: z.string() }),
  z.strictObject({ kind: z.literal('testPattern'), label: z.string() }),
  z.strictObject({ kind: z.literal('identify'), boardName: z.string(), place: z.string(), boardId: uuid }),
]);
export type Scene = z.infer<typeof scene>;

/** Director → stage. */
export const stageCommand = z.discriminatedUnion('type', [
  /** Sent first and whenever it changes. `assetBase` + hash is the URL of an asset; null region: the whole window. */
  z.strictObject({
    type: z.literal('configure'),
    output: outputRegion.nullable(),
    assetBase: z.string(),
    locale: z.enum(['vi', 'en']),
    /** Of videos with sound, percent; left out: as loud as the machine is set to. */
    volume: z.int().min(0).max(100).optional(),
    /** A page that somebody opened: it fits the picture into its window and says that it is no board. */
    byHand: z.boolean().optional(),
  }),
  /** Lay the scene out on the hidden layer, load and decode it, and answer `prepared` or `failed`. Replaces what was being prepared. */
  z.strictObject({
    type: z.literal('prepare'),
    sceneId: z.string().max(100),
    scene,
    /** Length of the slot: text is paged to fit into it; an alert, which lasts for hours, turns its pages as fast as they are read. */
    durationMs,
    /** How far into the slot to begin: a restart lands in the middle of the right item. */
    offsetMs: durationMs,
    /** Trusted time when this was sent, for scenes with a clock: the machine's own may be absurd. Carried on by the stage, unless `paused`. */
    nowMs: msUtc,
    /** A preview whose clock stands still. */
    paused: z.boolean(),
  }),
  /** Bring the prepared scene to the front without a gap, start it, and answer `painted` after its first frame. */
  z.strictObject({ type: z.literal('show'), sceneId: z.string().max(100), offsetMs: durationMs }),
  /** Load the page again, for a decoder that a new layer has not helped. A stage that does not know it goes on; the next step is a new window. */
  z.strictObject({ type: z.literal('reload') }),
]);
export type StageCommand = z.infer<typeof stageCommand>;

/** Stage → director. `agoMs` is how long before sending it happened, so that no clock need agree. */
export const stageEvent = z.discriminatedUnion('type', [
  /** The page is loaded and shows nothing yet. */
  z.strictObject({ type: z.literal('ready'), width: z.int().min(0), height: z.int().min(0), pixelRatio: z.number() }),
  z.strictObject({ type: z.literal('prepared'), sceneId: z.string().max(100) }),
  z.strictObject({ type: z.literal('painted'), sceneId: z.string().max(100), agoMs: z.number().min(0) }),
  /** The scene cannot be shown, or stopped while shown. */
  z.strictObject({
    type: z.literal('failed'),
    sceneId: z.string().max(100),
    code: z.enum(['asset_unreadable', 'decode_stalled', 'layout_failed', 'layout_unknown']),
    detail: z.string().max(500),
  }),
  /** Once a second while a scene is in front, from requestAnimationFrame: the glass is being painted. */
  z.strictObject({ type: z.literal('alive'), sceneId: z.string().max(100).nullable() }),
]);
export type StageEvent = z.infer<typeof stageEvent>;
