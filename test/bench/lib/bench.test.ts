import { afterEach, describe, expect, test, vi } from 'vitest';
import { measure, median, runBench } from './bench.ts';

afterEach(() => vi.restoreAllMocks());

describe('median', () => {
  test('is the middle value, or the mean of the two in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 4, 2])).toBe(3);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('measure', () => {
  test('lets figure and floor take turns, and an outlier decides nothing', async () => {
    const order: string[] = [];
    const figures = [10, 10, 900, 12, 8];
    const line = await measure({
      name: 'x',
      unit: 'ms',
      figure: (round) => {
        order.push(`figure ${round}`);
        return figures[round]!;
      },
      floor: async (round) => {
        order.push(`floor ${round}`);
        return 8;
      },
      details: () => ({ boards: 5000 }),
    });
    expect(line).toEqual({
      bench: 'x',
      figure: 10,
      unit: 'ms',
      floor: 8,
      ratio: 1.25,
      details: { boards: 5000, figures, floors: [8, 8, 8, 8, 8] },
    });
    expect(order.slice(0, 4)).toEqual(['figure 0', 'floor 0', 'floor 1', 'figure 1']);
    expect(order).toHaveLength(10);
  });

  test('has no floor and no ratio where none is named', async () => {
    const line = await measure({ name: 'x', unit: 'ms', rounds: 1, figure: () => 3 });
    expect(line).toMatchObject({ figure: 3, floor: null, ratio: null });
  });
});

test('a count of what went wrong may be nought, and nothing less', async () => {
  const bench = { name: 'x', unit: 'plays', rounds: 1, counts: true };
  expect(await measure({ ...bench, figure: () => 0 })).toMatchObject({ figure: 0, floor: null, ratio: null });
  await expect(measure({ ...bench, figure: () => -1 })).rejects.toThrow('no measurement');
});

describe('runBench', () => {
  test('prints the line as JSON', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await runBench({ name: 'x', unit: 'ms', rounds: 3, figure: (round) => round + 1 });
    expect(Object.keys(JSON.parse(log.mock.calls.at(-1)![0] as string) as object)).toEqual([
      'bench',
      'figure',
      'unit',
      'floor',
      'ratio',
      'details',
    ]);
  });

  test.each([[Number.NaN], [0], [Number.POSITIVE_INFINITY]])('refuses %d as a measurement', async (value) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const before = process.exitCode;
    try {
      expect(await runBench({ name: 'x', unit: 'ms', figure: () => value })).toBeNull();
      expect(process.exitCode).toBe(1);
    } finally {
      process.exitCode = before;
    }
    expect(log).not.toHaveBeenCalled();
    expect(error).toHaveBeenCalledOnce();
  });
});
