/**
 * What is drawn or stretched on the grid begins and ends at the nearest quarter hour. Its library takes the quarter that the pointer is
 * in, from its beginning to its end. So what tells it the quarters is moved by half of one: up for what begins, down for what ends.
 */

/** Quarter hours after the top of the grid. */
export type Press = { readonly does: 'draw'; readonly at: number } | { readonly does: 'move' | 'end' };

/** By how many quarters what tells them is moved while the pointer is nearest to the line of `to`. */
export function shiftFor(press: Press | null, to: number): number {
  const ends = press?.does === 'draw' ? to > press.at : press?.does === 'end';
  return ends ? 0.5 : -0.5;
}

/** Drawn from below, all of the quarter in which it was begun is taken, though that is where it ends. */
export const takesTooMuch = (press: Press | null, to: number): boolean => press?.does === 'draw' && to < press.at;

export class QuarterSnap {
  /** What is being drawn ends a quarter hour earlier than the library says. */
  tooLong = $state(false);
  #press: Press | null = null;
  readonly #quarterPx: number;

  constructor(quarterPx: number) {
    this.#quarterPx = quarterPx;
  }

  /** To be attached to what holds the grid; sets its `--quarter-shift`, px. */
  readonly attach = (grid: HTMLElement): (() => void) => {
    const quarterOf = (y: number): number =>
      Math.round((y - (grid.querySelector('.ec-body .ec-events')?.getBoundingClientRect().top ?? 0)) / this.#quarterPx);
    const shift = (to: number): void => {
      grid.style.setProperty('--quarter-shift', `${shiftFor(this.#press, to) * this.#quarterPx}px`);
      this.tooLong = takesTooMuch(this.#press, to);
    };
    const down = ({ target, clientY }: PointerEvent): void => {
      const on = target instanceof Element ? target : grid;
      const at = quarterOf(clientY);
      if (on.closest('.ec-event') === null) this.#press = { does: 'draw', at };
      else this.#press = { does: on.matches('.ec-resizer:not(.ec-start)') ? 'end' : 'move' };
    };
    const move = ({ clientY }: PointerEvent): void => {
      if (this.#press) shift(quarterOf(clientY));
    };
    const up = (): void => {
      if (!this.#press) return;
      this.#press = null;
      // The library is told of the same event after this, and says then what was drawn.
      setTimeout(() => shift(0));
    };
    shift(0);
    grid.addEventListener('pointerdown', down, true);
    window.addEventListener('pointermove', move, true);
    window.addEventListener('pointerup', up, true);
    window.addEventListener('pointercancel', up, true);
    return () => {
      grid.removeEventListener('pointerdown', down, true);
      window.removeEventListener('pointermove', move, true);
      window.removeEventListener('pointerup', up, true);
      window.removeEventListener('pointercancel', up, true);
    };
  };
}
