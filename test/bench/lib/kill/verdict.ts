/**
 * What the journal at the CMS says against what was seen on the glass, life by life of one player. A play that ended, or stood,
 * more than a second before the kill has to be there, once, and as long as it was; what nobody saw may not be there.
 *
 * Glass and journal are compared in their order within one life, never by time alone: which of two plays of the same notice is
 * meant is seen from what stands beside them. Time only decides between several such orders.
 */
import type { JournalRecord, PlayBody } from '../../../../shared/protocol/journal.ts';

/** A scene came to the glass. */
export interface Painted {
  /** `notice:<id>`, `takeover:<id>`, `fallback`; null: a picture that is no play, or none. */
  readonly content: string | null;
  /** ms UTC. */
  readonly at: number;
}

/** The player answered: whatever was said to it before `said` it has taken, ms UTC. */
export interface Answer {
  readonly said: number;
  readonly answeredAt: number;
}

/** One life of a player, from its start to its kill, or to being asked to end. */
export interface Run {
  readonly startedAt: number;
  readonly painted: Painted[];
  /** What it was asked time and again while it lived, in order. */
  readonly answers: Answer[];
  /** Up to here everything that came to the glass is known, but for what is `unseen`, ms UTC. */
  watchedTo: number;
  /** Between the last look at one page and the birth of the next nobody could watch, ms UTC. */
  readonly unseen: { readonly from: number; readonly to: number }[];
  endedAt: number;
}

export interface Verdict {
  /** That were seen and are in the journal. */
  readonly plays: number;
  readonly lost: string[];
  /** Of the lost: those that the machine gave the player no time to hear of while it lived. */
  readonly unheard: number;
  readonly doubled: string[];
  readonly corrupt: string[];
}

/** What a kill may cost, ms. */
const graceMs = 1_000;
/** Smaller corrections of a player's clock are no step. ms */
const toleranceMs = 1_000;
/** An interrupted play is as long as its last checkpoint says, one a second, and the stage's last word, one a second. */
const checkpointsMs = 2_000;
/** A frame that was on while nobody looked may be so much older than what was last known, ms. */
const frameMs = 250;

interface Seen extends Painted {
  readonly content: string;
  readonly end: number;
  readonly killed: boolean;
  /** When the journal has to have it, ms UTC: what closed it, or opened it, was painted. */
  readonly dueFrom: number;
}

/** A play as the journal has it, on the machine's clock, which is also the watcher's. */
interface Written {
  readonly body: PlayBody;
  readonly at: number;
  /** How far the player's clock went to and fro, ms: a sample says as much as its way was short. */
  readonly driftMs: number;
}

export function contentOf(play: PlayBody): string {
  if (play.takeoverId !== null) return `takeover:${play.takeoverId}`;
  return play.noticeId === null ? 'fallback' : `notice:${play.noticeId}`;
}

/**
 * @param runs lives of one board's player, in order
 * @param records the board's at the CMS, in order
 */
export function judge(runs: readonly Run[], records: readonly JournalRecord[]): Verdict {
  const verdict = {
    plays: 0,
    lost: [] as string[],
    unheard: 0,
    doubled: repeated(records),
    corrupt: stateFaults(records),
  };
  const lives = livesOf(runs, records);
  for (const play of lives.get(undefined) ?? []) verdict.doubled.push(tellWritten(play));
  for (const run of runs) {
    const seen = seenIn(run);
    const plays = lives.get(run) ?? [];
    const pairs = matched(seen, plays);
    verdict.plays += pairs.size;
    for (const [one, play] of pairs) verdict.corrupt.push(...unlike(run, one, play));
    for (const one of seen) {
      if (pairs.has(one) || one.dueFrom > run.endedAt - graceMs) continue;
      const unheard = heardAt(run, one.dueFrom) > run.endedAt - graceMs;
      if (unheard) verdict.unheard++;
      verdict.lost.push(tellSeen(one) + (unheard ? ', of which the player had no time to hear' : ''));
    }
    const known = new Set(pairs.values());
    for (const play of plays)
      if (!known.has(play) && !unwatched(run, play, plays)) verdict.doubled.push(tellWritten(play));
  }
  return verdict;
}

/** The plays of each life. What was open at a kill is written down by the next one that boots, just before it says so. */
function livesOf(runs: readonly Run[], records: readonly JournalRecord[]): Map<Run | undefined, Written[]> {
  const offsets = records.map(({ offsetMs }) => offsetMs);
  const driftMs = Math.max(...offsets) - Math.min(...offsets);
  const lives = new Map<Run | undefined, Written[]>();
  const booted = new Set<Run | undefined>();
  for (const [index, { body, at, offsetMs }] of records.entries()) {
    const now = runs.findLast(({ startedAt }) => startedAt <= at - offsetMs);
    if (body.type === 'booted') booted.add(now);
    if (body.type !== 'playEnded' || body.outcome === 'failed') continue;
    const left = records[index + 1]?.body.type === 'booted' && body.outcome === 'interrupted' && !booted.has(now);
    const before = runs.slice(0, now && runs.indexOf(now));
    const life = left ? before.findLast((run) => booted.has(run) || run.painted.some(isPlay)) : now;
    const written = { body, at: body.start - offsetMs, driftMs };
    lives.set(life, [...(lives.get(life) ?? []), written]);
  }
  return lives;
}

const isPlay = ({ content }: Painted): boolean => content !== null;

const tellSeen = (one: Seen): string => `${one.content} at ${one.at} until ${one.end}${one.killed ? ' (killed)' : ''}`;
const tellWritten = ({ body, at }: Written): string =>
  `${contentOf(body)} at ${at} for ${body.paintedMs} ms (${body.outcome})`;

function seenIn({ painted, endedAt }: Run): Seen[] {
  return painted.flatMap(({ content, at }, index) => {
    if (content === null || at > endedAt) return [];
    const next = painted[index + 1]?.at ?? Infinity;
    const killed = next > endedAt;
    return [{ content, at, end: Math.min(next, endedAt), killed, dueFrom: killed ? at : next }];
  });
}

/** When the player is known to have taken what was said to it at `moment`: at its next answer, or never. */
function heardAt(run: Run, moment: number): number {
  return run.answers.find(({ said }) => said >= moment)?.answeredAt ?? Infinity;
}

/** What is wrong about the times of a play: nobody can write down a frame sooner than he hears of it. */
function unlike(run: Run, one: Seen, { body, at, driftMs }: Written): string[] {
  const tolerance = toleranceMs + driftMs;
  const lateBy = (moment: number) => Math.min(heardAt(run, moment), run.endedAt) - moment;
  const late = Math.max(0, lateBy(one.at));
  const faults: string[] = [];
  if (at < one.at - tolerance || at > one.at + late + tolerance)
    faults.push(`${tellSeen(one)}: the journal says that it began at ${at} (clock ±${driftMs})`);
  const length = one.end - one.at;
  const lastHeard = Math.max(one.at, run.answers.findLast(({ answeredAt }) => answeredAt <= run.endedAt)?.said ?? 0);
  const least =
    body.outcome === 'interrupted' ? Math.min(one.end, lastHeard) - one.at - late - checkpointsMs : length - late;
  const most = length + Math.max(0, lateBy(one.end));
  if (body.paintedMs < least - tolerance || body.paintedMs > most + tolerance)
    faults.push(`${tellSeen(one)} was on the glass for ${length} ms, the journal says ${body.paintedMs}`);
  return faults;
}

/** A pair more is worth more than any nearness in time, ms. */
const pairWorth = 1e9;

/** Each play with what was seen of it: as many as can be in one order, and of several such orders the nearest in time. */
function matched(seen: readonly Seen[], plays: readonly Written[]): Map<Seen, Written> {
  const worth = (one: Seen, play: Written): number =>
    contentOf(play.body) === one.content ? pairWorth - Math.abs(play.at - one.at) : -Infinity;
  /** Best sum from `i` and `j` on. */
  const best = Array.from({ length: seen.length + 1 }, () => new Array<number>(plays.length + 1).fill(0));
  for (let i = seen.length - 1; i >= 0; i--)
    for (let j = plays.length - 1; j >= 0; j--)
      best[i]![j] = Math.max(best[i + 1]![j]!, best[i]![j + 1]!, worth(seen[i]!, plays[j]!) + best[i + 1]![j + 1]!);
  const pairs = new Map<Seen, Written>();
  for (let i = 0, j = 0; i < seen.length && j < plays.length;) {
    if (best[i]![j] === best[i + 1]![j]!) i++;
    else if (best[i]![j] === best[i]![j + 1]!) j++;
    else pairs.set(seen[i++]!, plays[j++]!);
  }
  return pairs;
}

/** Whether it came when nobody could watch, and there is no other like it. */
function unwatched(run: Run, play: Written, plays: readonly Written[]): boolean {
  const dark = [...run.unseen, { from: run.watchedTo, to: run.endedAt }];
  return (
    dark.some(({ from, to }) => play.at > from - frameMs && play.at <= to) &&
    !plays.some(
      (other) =>
        other !== play && contentOf(other.body) === contentOf(play.body) && other.body.start === play.body.start,
    )
  );
}

/** What a journal says only once. */
function repeated(records: readonly JournalRecord[]): string[] {
  const said = records.flatMap(({ body }) =>
    body.type === 'takeoverShown' || body.type === 'takeoverEnded'
      ? [`${body.type} ${body.takeoverId}`]
      : body.type === 'booted'
        ? [`booted ${body.bootId}`]
        : [],
  );
  return said.filter((one, index) => said.indexOf(one) !== index);
}

/** A busy machine may be late with a picture or a window; every other fault of a player that was only killed is damage. */
const innocent = [
  'scene_late',
  'stage_gone',
  'stage_missing',
  'stage_silent',
  'page_ended',
  'window_ended',
  'disk_low',
];

function stateFaults(records: readonly JournalRecord[]): string[] {
  const faults: string[] = [];
  let counter = 0;
  let before: JournalRecord | null = null;
  for (const record of records) {
    const { body, seq } = record;
    if (before?.journalId === record.journalId && seq !== before.seq + 1)
      faults.push(`record ${seq} follows ${before.seq}`);
    before = record;
    if (body.type === 'faultRaised' && !innocent.includes(body.code)) faults.push(`fault ${body.code}: ${body.detail}`);
    if (body.type !== 'programmeSwitched') continue;
    if (body.version.counter <= counter) faults.push(`programme ${body.version.counter} after ${counter}`);
    counter = body.version.counter;
  }
  return faults;
}
