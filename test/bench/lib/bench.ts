/**
 * Every benchmark has one form: a figure, a floor measured in the same run, and their ratio, printed last as
 * one JSON line. Figure and floor take turns, and medians are taken, so that a noisy machine does not decide.
 */

import { countStolen } from './stolen.ts';

/** The last line of every benchmark. `details.stolen`: what of the processors a virtual machine's host gave to others, 0 to 1. `floor` and `ratio` are null where no floor is named. */
export interface BenchLine {
  bench: string;
  figure: number;
  unit: string;
  floor: number | null;
  ratio: number | null;
  details: Record<string, unknown>;
}

export interface Bench {
  name: string;
  /** Unit of figure and floor, such as «ms» or «plays/s». */
  unit: string;
  /** How often each is measured; odd, so that the median is a measured value. */
  rounds?: number;
  /** The figure counts what went wrong: nought is a measurement, and the best there is. */
  counts?: boolean;
  /** Measures once, in `unit`. */
  figure(round: number): Promise<number> | number;
  /** Measures the bare minimum of the same work, in `unit`. */
  floor?(round: number): Promise<number> | number;
  /** What else is worth knowing, asked for after the last round. */
  details?: Record<string, unknown> | (() => Record<string, unknown> | Promise<Record<string, unknown>>);
}

/** @throws RangeError for an empty list */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('No values to take the median of.');
  return (lower + upper) / 2;
}

/** A measurement that is not a positive number measured nothing; a count may be nought. */
function measured(value: number, what: string, counts = false): number {
  if (!Number.isFinite(value) || value < 0 || (value === 0 && !counts))
    throw new Error(`${what} measured ${value}, which is no measurement.`);
  return value;
}

/** Runs all rounds. Odd rounds measure the floor first, so that neither always has the warmer machine. */
export async function measure(bench: Bench): Promise<BenchLine> {
  const figures: number[] = [];
  const floors: number[] = [];
  const takeFigure = async (round: number): Promise<void> => {
    figures.push(measured(await bench.figure(round), `${bench.name}, round ${round}:`, bench.counts));
  };
  const takeFloor = async (round: number): Promise<void> => {
    if (bench.floor) floors.push(measured(await bench.floor(round), `${bench.name}, floor of round ${round}:`));
  };
  for (let round = 0; round < (bench.rounds ?? 5); round++) {
    const turns = round % 2 === 0 ? [takeFigure, takeFloor] : [takeFloor, takeFigure];
    for (const turn of turns) await turn(round);
  }
  const figure = median(figures);
  const floor = floors.length > 0 ? median(floors) : null;
  const details = typeof bench.details === 'function' ? await bench.details() : (bench.details ?? {});
  return {
    bench: bench.name,
    figure: round6(figure),
    unit: bench.unit,
    floor: floor === null ? null : round6(floor),
    ratio: floor === null ? null : round6(figure / floor),
    details: { ...details, figures: figures.map(round6), ...(floor === null ? {} : { floors: floors.map(round6) }) },
  };
}

/** Six significant digits: more would be noise. */
const round6 = (value: number): number => Number(value.toPrecision(6));

/**
 * Measures and prints the line. When it could not measure, says why on standard error, prints no line and sets
 * a non-zero exit code.
 */
export async function runBench(bench: Bench): Promise<BenchLine | null> {
  try {
    const stolen = countStolen();
    const line = await measure(bench);
    line.details['stolen'] = stolen();
    console.log(JSON.stringify(line));
    return line;
  } catch (error) {
    console.error(`Could not measure ${bench.name}:`, error);
    process.exitCode = 1;
    return null;
  }
}
