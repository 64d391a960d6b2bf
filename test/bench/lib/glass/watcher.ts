/**
 * A process that looks at displays as often as it is let, and tells what changed on them. A process of its own, before others: what the bench
 * does meanwhile must not hide a frame. node watcher.ts FILE [FILE …]; messages: `Change[]` by IPC, about every 100 ms.
 */
import { setPriority } from 'node:os';
import { difference, Framebuffer, plainColour } from './framebuffer.ts';

/** What came on a display. */
export interface Change {
  /** Which of the displays, from 0. */
  readonly display: number;
  /** Machine time of the first look that saw it, ms. */
  readonly at: number;
  /** Time of the look before, which did not see it, ms. */
  readonly after: number;
  readonly what: What;
}
/**
 * An item by its mark; a picture without one that has stood before, by its number; or what nobody published. `still`: a picture without mark that
 * has stood for so long that it is one from now on.
 */
export type What =
  | { readonly kind: 'mark'; readonly item: number; readonly frame: number }
  | { readonly kind: 'picture'; readonly number: number }
  | { readonly kind: 'unknown'; readonly colour: readonly number[] | null }
  | { readonly kind: 'torn' };

/** Between looks, ms: a display frame is 16.7. */
const pauseMs = 3;
/** A picture without a mark is taken for an item when it has stood for so long while it is learned, ms. */
const learnMs = 500;
/** A picture is one that is known when no more of it differs. */
const sameShare = 0.005;
const tellMs = 100;

const now = (): number => performance.timeOrigin + performance.now();

class Eye {
  readonly #display: number;
  readonly #glass: Framebuffer;
  #known: Uint8Array[] = [];
  /** A picture that is not known, and since when it has stood. */
  #fresh: { pixels: Uint8Array; since: number } | null = null;
  #last = '';
  #lookedAt = now();
  learning = true;

  constructor(file: string, display: number) {
    this.#glass = new Framebuffer(file);
    this.#display = display;
  }

  /** null: as before. */
  look(): Change | null {
    const after = this.#lookedAt;
    let what = this.#name();
    // A look in the middle of a drawing is none.
    for (
      let again = 0;
      again < 3 && (what.kind === 'torn' || what.kind === 'unknown') && this.#differs(what);
      again++
    ) {
      rest(0.7);
      what = this.#name();
    }
    const at = (this.#lookedAt = now());
    if (!this.#differs(what)) return null;
    this.#last = JSON.stringify(what);
    return { display: this.#display, at, after, what };
  }

  #differs(what: What): boolean {
    return JSON.stringify(what) !== this.#last;
  }

  #name(): What {
    const seen = this.#glass.look();
    if (seen.kind === 'torn') return seen;
    if (seen.kind === 'mark') return { kind: 'mark', item: seen.item, frame: seen.frame };
    const { pixels } = seen;
    const number = this.#known.findIndex((one) => difference(one, pixels) <= sameShare);
    if (number >= 0) return { kind: 'picture', number };
    const colour = plainColour(pixels);
    if (colour === null && this.learning) this.#learn(pixels);
    return { kind: 'unknown', colour };
  }

  #learn(pixels: Uint8Array): void {
    if (this.#fresh === null || difference(this.#fresh.pixels, pixels) > 0) this.#fresh = { pixels, since: now() };
    else if (now() - this.#fresh.since >= learnMs) {
      this.#known.push(pixels);
      this.#fresh = null;
    }
  }
}

const nothing = new Int32Array(new SharedArrayBuffer(4));
const rest = (ms: number): void => void Atomics.wait(nothing, 0, 0, ms);

try {
  setPriority(-15);
} catch {
  // Not root: it is one among others.
}
const eyes = process.argv.slice(2).map((file, display) => new Eye(file, display));
process.on('message', (message) => {
  if (message === 'learned') for (const eye of eyes) eye.learning = false;
});
process.on('disconnect', () => process.exit());

let changes: Change[] = [];
let longest = 0;
let last = now();
function watch(): void {
  const until = now() + tellMs;
  while (now() < until) {
    for (const eye of eyes) {
      const change = eye.look();
      if (change) changes.push(change);
    }
    const at = now();
    longest = Math.max(longest, at - last);
    last = at;
    rest(pauseMs);
  }
  if (process.connected) process.send!({ changes, longest }, () => undefined);
  changes = [];
  longest = 0;
  setImmediate(watch);
}
watch();
