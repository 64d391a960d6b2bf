import { describe, expect, it } from 'vitest';
import { piecesOf, takeTurns, turnMs } from './turns.ts';

describe('long work', () => {
  it('lets others have their turn whenever it has worked for so long, however many pieces that was', async () => {
    let now = 0;
    const turn = takeTurns(() => now);
    const steps: string[] = [];
    // What everybody else does: each time the loop comes round.
    let others = true;
    const round = (): void => {
      steps.push('others');
      if (others) setImmediate(round);
    };
    setImmediate(round);
    for (const cost of [1, 1, turnMs - 2, 3, turnMs * 5, turnMs - 1]) {
      steps.push(`${cost} ms`);
      now += cost;
      await turn();
    }
    others = false;
    expect(steps).toEqual([
      ...['1 ms', '1 ms', `${turnMs - 2} ms`, 'others'],
      ...['3 ms', `${turnMs * 5} ms`, 'others'],
      `${turnMs - 1} ms`,
    ]);
  });

  it('is cut in pieces by size; what is larger stands alone', () => {
    expect(piecesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(piecesOf([3, 4, 20, 1, 1], 8, (n) => n)).toEqual([[3, 4], [20], [1, 1]]);
    expect(piecesOf([], 2)).toEqual([]);
  });
});
