/** What was seen on the glass, judged: every display frame shows the item that is leaving or the one that is coming, and clips move. */
import { clipRate } from './barcode.ts';
import { displayRate } from './display.ts';
import type { Item, ItemKind } from './programme.ts';
import type { Change, What } from './watcher.ts';

export type Fault = 'black' | 'white' | 'neither' | 'torn' | 'stale';

export interface GlassVerdict {
  /** Items that were seen to come to the glass. A still that follows itself is not seen to. */
  readonly transitions: number;
  /** Display frames by which the glass stood still or showed neither item, at each transition, by the kinds of what left and what came. */
  readonly gaps: ReadonlyMap<string, readonly number[]>;
  /** Display frames that showed what is neither item in full. */
  readonly badFrames: number;
  readonly faults: readonly {
    readonly fault: Fault;
    readonly frames: number;
    readonly at: number;
    readonly during: string;
  }[];
  /** Items that were never seen. */
  readonly skipped: number;
  /** Display frames by which clips stood still that had neither come nor were about to go: what the machine does by itself. */
  readonly pauses: readonly number[];
  /** Frame with which each clip was seen first. */
  readonly firstFrames: readonly number[];
}

const frameMs = 1000 / displayRate;
/** Display frames for which one of a clip stands. */
const perFrame = displayRate / clipRate;
/** What lasted for less was a look in the middle of a drawing: no display would have shown it, ms. */
const shortestMs = frameMs / 2;

const framesOf = (ms: number): number => Math.round(ms / frameMs);
const excess = (ms: number): number => Math.max(0, framesOf(ms) - perFrame);

interface Shown {
  readonly what: What;
  readonly from: number;
  readonly to: number;
}

/** What stood on one display, one after another. The last has not ended. */
function runs(changes: readonly Change[]): Shown[] {
  const shown = changes
    .slice(0, -1)
    .map((change, n) => ({ what: change.what, from: change.at, to: changes[n + 1]!.at }));
  const isSlip = ({ what, from, to }: Shown) =>
    (what.kind === 'torn' || what.kind === 'unknown') && to - from < shortestMs;
  return shown.filter((one) => !isSlip(one));
}

/** @param changes of one display, from a time at which every layout is known by its picture */
export function judge(changes: readonly Change[], items: readonly Item[]): GlassVerdict {
  return new Judge(items).judge(runs(changes));
}

class Judge {
  readonly #items: readonly Item[];
  /** Layouts by the picture that they were seen as. */
  readonly #layouts = new Map<number, number>();
  /** Index of what is on the glass; -1: not known yet. */
  #index = -1;
  /** The last frame that came: of a clip, and when. */
  #moved: { frame: number; at: number } | null = null;
  /** Frames of the clip on the glass seen so far. */
  #count = 0;
  #badSince = 0;
  #transitions = 0;
  #skipped = 0;
  #badFrames = 0;
  readonly #gaps = new Map<string, number[]>();
  readonly #faults: GlassVerdict['faults'][number][] = [];
  readonly #pauses: number[] = [];
  readonly #firstFrames: number[] = [];
  #way = '';

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  judge(shown: readonly Shown[]): GlassVerdict {
    for (const one of shown) this.#take(one);
    return {
      transitions: this.#transitions,
      gaps: this.#gaps,
      badFrames: this.#badFrames,
      faults: this.#faults,
      skipped: this.#skipped,
      pauses: this.#pauses,
      firstFrames: this.#firstFrames,
    };
  }

  #take(one: Shown): void {
    const { what } = one;
    if (what.kind === 'torn') return this.#bad(one, 'torn');
    if (what.kind === 'unknown') return this.#bad(one, colourOf(what.colour));
    const frame = what.kind === 'mark' ? what.frame : 0;
    const step = this.#stepTo(what, frame);
    if (step === null) return this.#bad(one, 'stale');
    if (this.#index >= 0 && step > 0) this.#come(one, step, frame);
    else if (this.#index >= 0) this.#goOn(one, frame);
    else this.#index = step;
    this.#badSince = 0;
    if (this.#items[this.#index]!.kind !== 'video') this.#moved = null;
    else if (this.#moved?.frame !== frame) this.#moved = { frame, at: one.from };
  }

  /** How many items on from the one on the glass; null: what is seen belongs to one that has gone. */
  #stepTo(what: Exclude<What, { kind: 'torn' | 'unknown' }>, frame: number): number | null {
    const length = this.#items.length;
    const at = (step: number): Item => this.#items[(this.#index + step) % length]!;
    const is = (item: Item): boolean => {
      if (what.kind === 'mark') return item.kind !== 'layout' && item.number === what.item;
      const known = this.#layouts.get(what.number);
      return (
        item.kind === 'layout' &&
        (known === undefined ? ![...this.#layouts.values()].includes(item.number) : known === item.number)
      );
    };
    if (this.#index < 0) {
      // Begun with an item that comes once, and has a mark.
      const alone = this.#items.filter((item) => is(item)).length === 1;
      return what.kind === 'mark' && alone ? this.#items.findIndex(is) : null;
    }
    const begunAnew = this.#moved !== null && frame < this.#moved.frame;
    for (let step = begunAnew ? 1 : 0; step <= length / 2; step++) {
      if (!is(at(step))) continue;
      if (what.kind === 'picture') this.#layouts.set(what.number, at(step).number);
      return begunAnew && frame > this.#moved!.frame / 2 && at(step).number === at(0).number ? null : step;
    }
    return null;
  }

  #come(one: Shown, step: number, frame: number): void {
    const [left, came] = [this.#items[this.#index]!, this.#items[(this.#index + step) % this.#items.length]!];
    const passed = Array.from({ length: step - 1 }, (_, n) => this.#items[(this.#index + 1 + n) % this.#items.length]!);
    // A still after itself is there and not seen to come.
    this.#skipped += passed.filter(
      ({ number, kind }) => kind === 'video' || (number !== left.number && number !== came.number),
    ).length;
    this.#index = (this.#index + step) % this.#items.length;
    this.#way = `${left.kind} → ${came.kind}`;
    this.#transitions++;
    const bad = this.#badSince ? framesOf(one.from - this.#badSince) : 0;
    const stood = this.#moved ? excess(one.from - this.#moved.at) : 0;
    this.#gapsOf(left.kind, came.kind).push(Math.max(bad, stood));
    if (came.kind === 'video') this.#firstFrames.push(frame);
    this.#moved = null;
    this.#count = 1;
  }

  #goOn(one: Shown, frame: number): void {
    if (this.#moved === null || this.#moved.frame === frame) return;
    this.#count++;
    const stood = excess(one.from - this.#moved.at);
    if (this.#count > 2) return void this.#pauses.push(stood);
    // The first frame that stands for too long is a gap as well.
    const gaps = this.#gaps.get(this.#way);
    if (gaps) gaps.push(Math.max(gaps.pop()!, stood));
  }

  #gapsOf(left: ItemKind, came: ItemKind): number[] {
    const way = `${left} → ${came}`;
    const gaps = this.#gaps.get(way) ?? [];
    this.#gaps.set(way, gaps);
    return gaps;
  }

  #bad({ from, to }: Shown, fault: Fault): void {
    if (this.#index < 0) return;
    this.#badSince ||= from;
    const frames = Math.max(1, framesOf(to - from));
    this.#badFrames += frames;
    this.#faults.push({ fault, frames, at: from, during: this.#items[this.#index]!.kind });
  }
}

function colourOf(colour: readonly number[] | null): Fault {
  if (colour?.every((part) => part <= 20)) return 'black';
  return colour?.every((part) => part >= 235) ? 'white' : 'neither';
}
