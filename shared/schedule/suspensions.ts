/** Times in which some notices are not shown, such as what entertains during national mourning; they end by themselves, offline too. */
import type { Programme } from '../protocol/programme.ts';
import type { OpenWindow } from './windows.ts';

export class Suspensions {
  /** Of each notice that is suspended at some time, [from, to) each. */
  readonly #times = new Map<string, OpenWindow[]>();

  constructor({ suspensions = [] }: Pick<Programme, 'suspensions'>) {
    for (const { from, to, noticeIds } of suspensions) {
      for (const id of noticeIds) {
        const known = this.#times.get(id);
        if (known) known.push({ start: from, end: to });
        else this.#times.set(id, [{ start: from, end: to }]);
      }
    }
  }

  holds(noticeId: string, instant: number): boolean {
    return this.#times.get(noticeId)?.some(({ start, end }) => start <= instant && instant < end) ?? false;
  }

  /** When the notice begins or ceases to be suspended, ms UTC. */
  changesOf(noticeId: string): number[] {
    return (this.#times.get(noticeId) ?? []).flatMap(({ start, end }) => [start, end]);
  }

  /** What is left of a time when the notice is not suspended. */
  rest(noticeId: string, time: OpenWindow): OpenWindow[] {
    let left = [time];
    for (const away of this.#times.get(noticeId) ?? []) {
      left = left.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, away.start) },
          { start: Math.max(start, away.end), end },
        ].filter((piece) => piece.start < piece.end),
      );
    }
    return left;
  }
}
