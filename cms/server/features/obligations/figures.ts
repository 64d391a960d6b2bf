/** What was asked of boards in some hours, and what they showed of it. */
import { takeTurns } from '../../turns.ts';
import type { Cut } from '../commands/cuts.ts';
import type { ObligedHours } from '../proof/obliged.ts';
import type { ProofService } from '../proof/service.ts';
import { hourMs } from './required.ts';

/** Plays. */
interface Counts {
  required: number;
  met: number;
  unknown: number;
  shown: number;
}
export interface Figures extends Counts {
  /** Of those missing, in hours in which its source was cut. */
  cut: number;
  /** Hours that asked for nothing, because it kept its screen off. */
  darkHours: number;
  firstShownAt: number | null;
}

type Obliged = ProofService['obliged'];

export const nothing = (): Figures => ({
  required: 0,
  met: 0,
  unknown: 0,
  shown: 0,
  cut: 0,
  darkHours: 0,
  firstShownAt: null,
});

const missingOf = ({ required, met, unknown }: Counts): number => required - met - unknown;

/** Boards by the hours that are theirs: those with the same are asked about in one. */
export async function byHours(
  boardIds: readonly string[],
  hoursOf: (boardId: string) => readonly number[],
): Promise<Iterable<readonly [starts: readonly number[], boardIds: readonly string[]]>> {
  const groups = new Map<string, readonly [readonly number[], string[]]>();
  const turn = takeTurns();
  for (const id of boardIds) {
    const starts = hoursOf(id);
    const key = starts.join();
    const group = groups.get(key);
    if (group) group[1].push(id);
    else groups.set(key, [starts, [id]]);
    await turn();
  }
  return groups.values();
}

async function countsOf(obliged: Obliged, asked: ObligedHours): Promise<(readonly [boardId: string, Counts])[]> {
  const { boardIds, perHour, starts } = asked;
  const counts = new Map((await obliged.counts(asked)).map((count) => [count.boardId, count]));
  const required = perHour * starts.length;
  const short = boardIds.filter((id) => (counts.get(id)?.met ?? 0) < required);
  const missing = await obliged.missing({ ...asked, boardIds: short });
  return boardIds.map((id) => {
    const { met = 0, shown = 0 } = counts.get(id) ?? {};
    // A time of which nothing is on record may have been filled with it: never a failure.
    return [id, { required, met, shown, unknown: required - met - (missing.get(id) ?? 0) }];
  });
}

/** Adds what was asked of boards in the same hours to the figures of each. */
export async function addFigures(
  obliged: Obliged,
  asked: ObligedHours,
  figures: ReadonlyMap<string, Figures>,
  cuts: ReadonlyMap<string, readonly Cut[]>,
): Promise<void> {
  if (asked.starts.length === 0) return;
  const missing = new Map<string, number>();
  const turn = takeTurns();
  for (const [id, counts] of await countsOf(obliged, asked)) {
    const own = figures.get(id)!;
    own.required += counts.required;
    own.met += counts.met;
    own.shown += counts.shown;
    own.unknown += counts.unknown;
    if (missingOf(counts) > 0) missing.set(id, missingOf(counts));
    await turn();
  }
  const cutHours = (id: string): readonly number[] =>
    asked.starts.filter((at) => cuts.get(id)!.some(({ from, to }) => from < at + hourMs && to > at));
  const cutBoards = [...missing.keys()].filter((id) => cuts.has(id));
  for (const [starts, boardIds] of await byHours(cutBoards, cutHours)) {
    if (starts.length === 0) continue;
    for (const [id, counts] of await countsOf(obliged, { ...asked, boardIds, starts }))
      figures.get(id)!.cut += Math.min(missing.get(id)!, missingOf(counts));
  }
}
