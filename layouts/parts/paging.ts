/**
 * Long text is never shrunk below what can be read and never cut: it is divided into pages at its own line
 * breaks. Which page is on is a function of how far into the slot we are.
 */

/** A line of laid-out text, px from the top of the flow. */
export interface Line {
  readonly top: number;
  readonly bottom: number;
  /** Begins a paragraph. */
  readonly first: boolean;
}

/** A run of whole lines. */
export interface Page {
  readonly top: number;
  readonly bottom: number;
}

/** What a page break costs inside a paragraph, and what more when it leaves one line of it alone; an empty page would cost 1. */
const SPLIT = 0.35;
const LONELY = 0.5;

interface Plan {
  readonly pages: number;
  readonly cost: number;
  /** Index of the line after the first page. */
  readonly next: number;
}

/**
 * Divides lines into the fewest pages that are at most `height` px high; among those divisions it takes the one that
 * splits few paragraphs, leaves no line alone and fills its pages evenly. A line higher than a page gets its own page.
 */
export function paginate(lines: readonly Line[], height: number): Page[] {
  // plans[i] is the best division of the lines from i on.
  const plans: Plan[] = [];
  plans[lines.length] = { pages: 0, cost: 0, next: lines.length };
  for (let start = lines.length - 1; start >= 0; start -= 1) {
    let best: Plan | null = null;
    for (let end = start + 1; end <= lines.length; end += 1) {
      const used = (lines[end - 1]?.bottom ?? 0) - (lines[start]?.top ?? 0);
      if (used > height && end > start + 1) break;
      const rest = plans[end];
      if (rest === undefined) continue;
      const spare = Math.max(0, 1 - used / height) ** 2;
      const plan = { pages: rest.pages + 1, cost: rest.cost + spare + breakCost(lines, end), next: end };
      if (best === null || plan.pages < best.pages || (plan.pages === best.pages && plan.cost < best.cost)) best = plan;
    }
    if (best !== null) plans[start] = best;
  }
  const pages: Page[] = [];
  for (let start = 0; start < lines.length;) {
    const end = plans[start]?.next ?? lines.length;
    pages.push({ top: lines[start]?.top ?? 0, bottom: lines[end - 1]?.bottom ?? 0 });
    start = end;
  }
  return pages;
}

/** The cost of turning the page before this line. */
function breakCost(lines: readonly Line[], at: number): number {
  if (at >= lines.length || lines[at]?.first === true) return 0;
  const leavesOneBefore = lines[at - 1]?.first === true;
  const leavesOneAfter = at + 1 >= lines.length || lines[at + 1]?.first === true;
  return SPLIT + (leavesOneBefore ? LONELY : 0) + (leavesOneAfter ? LONELY : 0);
}

/** The page that is on `elapsedMs` into a slot of `durationMs`; every page has the same share of the slot. */
export function pageAt(elapsedMs: number, durationMs: number, count: number): number {
  if (count <= 1 || durationMs <= 0) return 0;
  const page = Math.floor((elapsedMs * count) / durationMs);
  return Math.min(count - 1, Math.max(0, page));
}

/**
 * The page that is on `elapsedMs` into an alert's slot of `durationMs`. Alerts last for hours, so pages come round as fast as
 * they are read, not once in the slot; in a slot too short for that they share it.
 * @param times how long each page needs, ms, at least one
 * @param turn where equal alerts share time: its how manieth turn this is. A turn that does not hold all pages shows the next
 *   of them, whole: no page is cut off by the other alert.
 */
export function pageOfAlert(
  elapsedMs: number,
  durationMs: number,
  times: readonly number[],
  turn: number | null,
): number {
  const runs = turn === null ? [{ first: 0, times }] : runsOf(times, durationMs);
  const run = runs[(turn ?? 0) % runs.length]!;
  const sum = run.times.reduce((total, time) => total + time, 0);
  // Turns hold whole rounds. What has the board to itself needs no such care, unless it is over before its first round.
  const rounds = Math.max(1, Math.floor(durationMs / sum));
  const round = turn === null && rounds > 1 ? sum : durationMs / rounds;
  let left = ((Math.max(0, elapsedMs) % round) / round) * sum;
  const page = run.times.findIndex((time) => (left -= time) < 0);
  return run.first + (page < 0 ? run.times.length - 1 : page);
}

/** Divides pages into runs that fit into `durationMs`; a page that does not fit has a run to itself. */
function runsOf(times: readonly number[], durationMs: number): { first: number; times: number[] }[] {
  const runs: { first: number; times: number[]; sum: number }[] = [];
  for (const [index, time] of times.entries()) {
    const last = runs.at(-1);
    if (last && last.sum + time <= durationMs) {
      last.times.push(time);
      last.sum += time;
    } else runs.push({ first: index, times: [time], sum: time });
  }
  return runs;
}
