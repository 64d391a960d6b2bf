/** The technician's page of a player: what stage and engine say to each other about it. */
import { z } from 'zod';
import { msUtc } from './common.ts';
import { clockState } from './journal.ts';
import { boardStatus } from './status.ts';

/** A challenge holds for so long by the player's monotonic time, ms. */
export const challengeLifeMs = 15 * 60_000;

/** What the screen shows: six characters by chance, two to check (technician-code.ts). */
export const challenge = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{8}$/);
/** What opens the page. */
export const technicianCode = z.string().regex(/^[0-9]{8}$/);

/** What a technician can have the player do. */
export const technicianAct = z.enum(['speed', 'endSpeed', 'testPattern', 'reload', 'restart']);
export type TechnicianAct = z.infer<typeof technicianAct>;

/** Why the CMS cannot be reached, as the machine says it. */
export const linkTrouble = z.enum([
  'noNetwork',
  'dns',
  'refused',
  'timeout',
  'tls',
  'clock',
  'cms',
  'device',
  'socket',
  'other',
]);
export type LinkTrouble = z.infer<typeof linkTrouble>;

const bytes = z.number().min(0);
const kbps = z.number().min(0).nullable();

/** What the page tells. `null`: not known. Nothing of it is secret. */
export const technicianFacts = z.strictObject({
  network: z.strictObject({
    interfaces: z.array(z.strictObject({ name: z.string(), addresses: z.array(z.string()) })),
    ...boardStatus.pick({ net: true, operator: true, radio: true, signal: true, mb: true }).shape,
  }),
  /** `sinceMs`: how long it has been so; `trouble` null: none, or not looked yet. */
  link: z.strictObject({
    connected: z.boolean(),
    sinceMs: z.number().min(0).nullable(),
    trouble: linkTrouble.nullable(),
    detail: z.string().max(200),
  }),
  pairing: z.strictObject({
    cms: z.string(),
    app: z.string(),
    os: z.string().nullable(),
    /** null: not paired, or not known. */
    board: z
      .strictObject({ boardId: z.string(), boardName: z.string(), unitName: z.string(), place: z.string() })
      .nullable(),
    programme: z.string().nullable(),
  }),
  disk: z.strictObject({ freeMb: z.number().nullable(), mediaBytes: bytes.nullable(), journalBytes: bytes.nullable() }),
  clock: z.strictObject({ state: clockState, now: msUtc, zone: z.string(), offsetMs: z.number() }),
  /** The last ones, the newest first. */
  faults: z.array(z.strictObject({ code: z.string(), at: msUtc })),
  /** Files and parts still to come, and why they wait. */
  downloads: z.strictObject({ missing: z.int().min(0), errorCode: z.string().nullable() }).nullable(),
  screen: z.strictObject({
    driver: z.string().nullable(),
    on: z.boolean().nullable(),
    off: z.boolean(),
    why: z.string().nullable(),
  }),
  speed: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('idle') }),
    z.strictObject({ state: z.literal('running'), downKbps: kbps }),
    z.strictObject({ state: z.literal('done'), downKbps: kbps, upKbps: kbps, bytes }),
    z.strictObject({ state: z.literal('failed'), trouble: linkTrouble.or(z.literal('budget')) }),
  ]),
});
export type TechnicianFacts = z.infer<typeof technicianFacts>;

/** What stands over the content. */
export const technicianView = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('code'),
    /** null: this player knows no key of its CMS, and no code can open it. */
    challenge: challenge.nullable(),
    /** The CMS's page that takes the challenge. */
    link: z.string(),
    /** The last code was wrong. */
    wrong: z.boolean(),
    /** Another challenge stands in the place of one that ran out: a code for that one opens nothing. */
    changed: z.boolean(),
    /** No code is taken for so long, ms. */
    waitMs: z.number().min(0),
  }),
  z.strictObject({ state: z.literal('open'), facts: technicianFacts, acts: z.array(technicianAct) }),
]);
export type TechnicianView = z.infer<typeof technicianView>;

/** What somebody in front of the glass does. */
export const technicianSaid = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('ask') }),
  z.strictObject({ what: z.literal('code'), code: technicianCode }),
  z.strictObject({ what: z.literal('act'), act: technicianAct }),
  /** A key or a touch that changed nothing here: somebody is still there. */
  z.strictObject({ what: z.literal('stir') }),
  z.strictObject({ what: z.literal('close') }),
]);
export type TechnicianSaid = z.infer<typeof technicianSaid>;

/** Engine → stage, beside the director's commands: what stands over what is shown; null: nothing. No preview knows of it. */
export const technicianCommand = z.strictObject({ type: z.literal('technician'), view: technicianView.nullable() });
export type TechnicianCommand = z.infer<typeof technicianCommand>;
/** Stage → engine. */
export const technicianEvent = z.strictObject({ type: z.literal('technician'), said: technicianSaid });
export type TechnicianEvent = z.infer<typeof technicianEvent>;

/** GET and PUT: bytes for a test of the line, for players. */
export const speedPath = '/api/board/speed';
/** A test carries so many bytes at most, in each direction. */
export const speedBytes = { down: 2_000_000, up: 500_000 } as const;
