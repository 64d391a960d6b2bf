/** Which benchmarks there are, what they need, and whether what they printed last is a result. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repoRoot } from './paths.ts';

export interface BenchFile {
  name: string;
  path: string;
  /** Asked for by a line `// needs: build, browser` at the top of the file. */
  needs: ('build' | 'browser')[];
}

/** The benchmarks of a folder, by name. */
export function listBenches(folder: string = join(repoRoot, 'test/bench')): BenchFile[] {
  return globSync('*.ts', { cwd: folder })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      const needs = /^(?:\/\/|\s?\*) needs: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
      return {
        name: file.slice(0, -'.ts'.length),
        path,
        needs: (['build', 'browser'] as const).filter((need) => needs.split(/[\s,]+/).includes(need)),
      };
    });
}

const positive = z.number().positive();

/** The last line of every benchmark: figure, floor and ratio in one form. Without a floor the figure may be a count, of which none is best. */
const benchLine = z
  .strictObject({
    bench: z.string().min(1),
    figure: z.number().nonnegative(),
    unit: z.string().min(1),
    floor: positive.nullable(),
    ratio: positive.nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .refine(({ figure, floor }) => figure > 0 || floor === null);

/** True when the line is a result in the agreed form. */
export function isBenchLine(line: string): boolean {
  try {
    return benchLine.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
