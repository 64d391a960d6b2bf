/** Kills players, many times, and counts what that cost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KillCms } from './cms.ts';
import { activities, Lane, type Activity } from './lane.ts';
import { EnginePlayer } from './players.ts';
import { randomBy, shuffled, type Random } from './random.ts';
import type { Verdict } from './verdict.ts';
import { watchedStage } from './watched-stage.ts';
import { WholePlayer } from './whole-player.ts';

export interface KillOptions {
  /** Kills of the engine with a scripted stage. */
  readonly engine: number;
  /** Kills of the whole player with Chromium. */
  readonly player: number;
  readonly seed: number;
  readonly browser: string;
  readonly say: (line: string) => void;
}

export interface KillResult {
  /** Plays that were seen and are in the journal, once. */
  readonly plays: number;
  readonly lost: number;
  /** Of the lost: those that the machine gave the player no time to hear of while it lived. */
  readonly unheard: number;
  readonly doubled: number;
  readonly corrupt: number;
  /** Kills by player and activity. */
  readonly kills: Record<'engine' | 'player', Partial<Record<Activity, number>>>;
  readonly boards: number;
}

/** Boards at a time: an engine mostly waits, a browser does not. */
const engineLanes = 4;
const playerLanes = 1;
/** Pictures to fetch, each in its turn: one is gone from a board's disk when two others have been on, and not every one comes on. */
const pictures = 6;
/** How many times longer a player with its browser takes to start than the engine alone. */
const browserSlowness = 3;

/**
 * Which kills each lane has: every activity as often as the others, in random order. Each lane begins with a pairing, and has
 * something to remember before it is killed in a start.
 */
export function deal(kills: number, mostLanes: number, random: Random): Activity[][] {
  const count = Math.min(mostLanes, Math.ceil(kills / 3));
  const cycle = [...activities.slice(1), activities[0]];
  const rest = shuffled(
    Array.from({ length: kills - count }, (_, i) => cycle[i % cycle.length]!),
    random,
  );
  const lanes = Array.from({ length: count }, (): Activity[] => ['pairing']);
  rest.forEach((activity, i) => lanes[i % count]!.push(activity));
  for (const lane of lanes) {
    const first = lane.findIndex((activity, i) => i > 0 && activity !== 'start' && activity !== 'pairing');
    if (lane[1] === 'start' && first > 0) [lane[1], lane[first]] = [lane[first]!, 'start'];
  }
  return lanes;
}

/** Some boards at a time, all at one CMS. @throws Error when it cannot be set up */
export async function runKills(options: KillOptions): Promise<KillResult> {
  const { seed, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-kill-'));
  const cms = await KillCms.start(pictures);
  const kills: KillResult['kills'] = { engine: {}, player: {} };
  const verdicts: Verdict[] = [];
  const takeovers = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const { id, title } of [...cms.texts, ...cms.pictures]) ids.set(title, `notice:${id}`);
  const contentOf = (kind: string, label: string): string | null => {
    if (kind === 'fallback') return kind;
    if (kind === 'takeover') return `takeover:${takeovers.get(label)}`;
    return kind === 'notice' ? (ids.get(label) ?? `notice:${label}`) : null;
  };

  async function runLane(kind: 'engine' | 'player', index: number, deck: Activity[], stageDir: string): Promise<void> {
    const lane = await Lane.open({
      name: `${kind} ${index + 1}`,
      cms,
      folder,
      random: randomBy(seed + (kind === 'engine' ? 1 : 1_001) + index),
      takeovers,
      player: (player) =>
        kind === 'engine' ? new EnginePlayer(player) : new WholePlayer(player, options.browser, stageDir, contentOf),
      slowness: kind === 'engine' ? 1 : browserSlowness,
      say,
    });
    await lane.run(deck);
    verdicts.push(...lane.verdicts);
    for (const [activity, count] of lane.kills) kills[kind][activity] = (kills[kind][activity] ?? 0) + count;
  }

  try {
    const whole = deal(options.player, playerLanes, randomBy(seed + 1));
    const stageDir = whole.length === 0 ? '' : await watchedStage('dist/stage', join(folder, 'stage'));
    const engines = deal(options.engine, engineLanes, randomBy(seed));
    await Promise.all([
      ...engines.map((deck, index) => runLane('engine', index, deck, '')),
      ...whole.map((deck, index) => runLane('player', index, deck, stageDir)),
    ]);
  } finally {
    await cms.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const sum = (of: (verdict: Verdict) => number): number => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  return {
    plays: sum(({ plays }) => plays),
    lost: sum(({ lost }) => lost.length),
    unheard: sum(({ unheard }) => unheard),
    doubled: sum(({ doubled }) => doubled.length),
    corrupt: sum(({ corrupt }) => corrupt.length),
    kills,
    boards: verdicts.length,
  };
}
