/**
 * What a person tells one board to do: the one table of commands. The CMS signs each (typ `bang-tin-command`, a programme key) for one
 * board; the board remembers its id before it does anything, carries it out once, and none after its expiry.
 */
import { z } from 'zod';
import { compactJws, msUtc, uuid } from './common.ts';
import { downloadLimits } from './downloads.ts';
import type { Action } from './rights.ts';
import { sampleMinutes } from './samples.ts';
import { percent, screenHours } from './screen.ts';

interface CommandRow {
  /** What it says beside its name. */
  readonly payload: z.ZodRawShape;
  /** The right that it takes at the board's unit. */
  readonly right: Action;
  /** It counts for so long, ms. */
  readonly lifeMs: number;
  /** Given to a board that is away, it is sent when the board comes back in time; otherwise it is of no use then. */
  readonly waits: boolean;
  /** Done twice it is as if done once. What is not is refused while one of the same name is under way (`command_pending`). */
  readonly repeatable: boolean;
}

const minuteMs = 60_000;
/** An order that stands until another one does: whoever is away for months gets it when they are back. */
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

/** Said by hand: until when it stands, such as until the screen's hours change it, ms UTC; null: until another order. */
const byHand = { until: msUtc.nullable() };

const picture = {
  /** How long the picture stays, ms. */
  durationMs: z.int().min(1000).max(600_000).default(30_000),
};

export const commands = {
  testPattern: { payload: picture, right: 'board.command', lifeMs: 30_000, waits: false, repeatable: true },
  identify: { payload: picture, right: 'board.command', lifeMs: 30_000, waits: false, repeatable: true },
  endTest: { payload: picture, right: 'board.command', lifeMs: 30_000, waits: false, repeatable: true },
  /** A picture of the glass, to be brought to `screenshotPath` before the expiry: the board may be behind a thin line. */
  screenshot: { payload: {}, right: 'board.command', lifeMs: 60_000, waits: false, repeatable: true },
  /** The stage's page, the engine, the machine. */
  reload: { payload: {}, right: 'board.command', lifeMs: 10 * minuteMs, waits: true, repeatable: true },
  restart: { payload: {}, right: 'board.command', lifeMs: 10 * minuteMs, waits: true, repeatable: false },
  reboot: { payload: {}, right: 'board.command', lifeMs: 10 * minuteMs, waits: true, repeatable: false },
  /** The last lines of the player's log, to be brought to `logPath`. */
  sendLogs: { payload: {}, right: 'board.command', lifeMs: 10 * minuteMs, waits: true, repeatable: true },
  setVolume: {
    /** Of videos with sound, percent of what the machine is set to. */
    payload: { percent },
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  /** The source cut, the board shows its standby slide and nothing of the programme; alerts come through. */
  setSource: { payload: { cut: z.boolean() }, right: 'board.cut', lifeMs: yearMs, waits: true, repeatable: true },
  /** The screen's own hours; alerts light it all the same. */
  setScreenHours: {
    payload: { hours: screenHours },
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  setScreen: {
    payload: { on: z.boolean(), ...byHand },
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  setBrightness: {
    payload: { percent, ...byHand },
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  /** When media are fetched, how fast, and how much all traffic of a month may be. */
  setDownloads: {
    payload: downloadLimits.shape,
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  /** Pictures of the glass again and again, each to be brought to `samplePath`. */
  setScreenshots: {
    payload: { everyMinutes: sampleMinutes },
    right: 'board.command',
    lifeMs: yearMs,
    waits: true,
    repeatable: true,
  },
  /** Run another version of the player: this signed release, or with null the one that is kept from before. */
  setVersion: {
    payload: { release: compactJws.max(20_000).nullable() },
    right: 'installation.manage',
    lifeMs: 30 * dayMs,
    waits: true,
    repeatable: true,
  },
  /** What waits for its hours is fetched at once, as fast as it comes; `overBudget`: also though nothing is left of the month. */
  fetchNow: {
    payload: { overBudget: z.boolean() },
    right: 'board.command',
    lifeMs: 12 * 60 * minuteMs,
    waits: true,
    repeatable: true,
  },
} as const satisfies Record<string, CommandRow>;

/** Orders that stand for the board, whichever player it has: another one that is paired with it is given them anew. */
export const standingOrders = [
  'setVolume',
  'setSource',
  'setScreenHours',
  'setScreen',
  'setBrightness',
  'setDownloads',
  'setScreenshots',
] as const satisfies readonly (keyof typeof commands)[];
export type StandingOrder = (typeof standingOrders)[number];
/** Those of them that are as right for other boards as for this one: how a board is set up, not what is the matter with it. */
export const copiedOrders = [
  'setScreenHours',
  'setBrightness',
  'setVolume',
  'setDownloads',
  'setScreenshots',
] as const satisfies readonly StandingOrder[];
export type CopiedOrder = (typeof copiedOrders)[number];

export type CommandName = keyof typeof commands;
export const commandNames = Object.keys(commands) as CommandName[];

const head = { v: z.literal(1), commandId: uuid, boardId: uuid, issuedAt: msUtc, expiresAt: msUtc };

type Named<Shape extends z.ZodRawShape, Name extends CommandName> = {
  [N in Name]: (typeof commands)[N] extends { payload: infer Payload extends z.ZodRawShape }
    ? z.ZodObject<Shape & { name: z.ZodLiteral<N> } & Payload, z.core.$strict>
    : never;
}[Name];

/** What has this shape, the name of a command and what that says. */
function named<Shape extends z.ZodRawShape, Name extends CommandName>(shape: Shape, names: readonly Name[]) {
  const options = names.map((name) => z.strictObject({ ...shape, name: z.literal(name), ...commands[name].payload }));
  return z.discriminatedUnion('name', options as unknown as [Named<Shape, Name>, ...Named<Shape, Name>[]]);
}

/** The document that is signed. */
export const boardCommand = named(head, commandNames);
export type BoardCommand = z.infer<typeof boardCommand>;
export type CommandOf<Name extends CommandName> = Extract<BoardCommand, { name: Name }>;
/** What a command says, without whom it is for and when. */
export const commandBody = named({}, commandNames);
export type CommandBody = z.infer<typeof commandBody>;
/** What is asked for as a command; pictures of the glass (api/screenshots.ts) and versions (api/updates.ts) are asked for as such. */
export const commandRequest = named(
  {},
  commandNames.filter((name) => name !== 'screenshot' && name !== 'setVersion'),
);

/** What became of a command that a board has taken. */
export const commandOutcome = z.enum(['done', 'failed']);
export type CommandOutcome = z.infer<typeof commandOutcome>;
