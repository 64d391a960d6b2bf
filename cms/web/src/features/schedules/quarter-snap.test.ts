import { expect, it } from 'vitest';
import { shiftFor, takesTooMuch, type Press } from './quarter-snap.svelte.ts';

/** What the library draws: from the quarter in which it is begun to that in which the pointer is, both whole. */
function drawn(fromPx: number, toPx: number): [number, number] {
  const quarterOf = (px: number, shift: number) => Math.floor(px / 16 - shift);
  const press: Press = { does: 'draw', at: Math.round(fromPx / 16) };
  const to = Math.round(toPx / 16);
  const first = quarterOf(fromPx, shiftFor(null, 0));
  const last = quarterOf(toPx, shiftFor(press, to));
  const [start, end] = last < first ? [last, first + 1] : [first, last + 1];
  return [start, takesTooMuch(press, to) ? end - 1 : end];
}
const ten = 40 * 16;
const halfPastEleven = 46 * 16;
const around = [-8, -4, -1, 0, 1, 4, 7];

it.each(around)(
  'drawn from one line to another, %i px beside it, is from the one to the other, down and up',
  (beside) => {
    expect(drawn(ten, halfPastEleven + beside)).toEqual([40, 46]);
    expect(drawn(ten + beside, halfPastEleven)).toEqual([40, 46]);
    expect(drawn(halfPastEleven, ten + beside)).toEqual([40, 46]);
    expect(drawn(halfPastEleven + beside, ten)).toEqual([40, 46]);
  },
);
it('no farther than the line where it was begun it is a quarter of an hour', () => {
  for (const beside of around) expect(drawn(ten, ten + beside)).toEqual([40, 41]);
});
it('stretched at its end it ends at the nearest line, moved or stretched at its beginning it begins there', () => {
  for (const beside of around) {
    const px = ten + beside;
    expect(Math.floor(px / 16 - shiftFor({ does: 'end' }, 40)) + 1).toBe(40);
    expect(Math.floor(px / 16 - shiftFor({ does: 'move' }, 40))).toBe(40);
  }
});
