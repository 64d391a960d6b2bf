import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBenchLine, listBenches } from './benches.ts';

test('lists the benchmarks of a folder with what they need', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-benches-'));
  try {
    writeFileSync(join(folder, 'timeline.ts'), '/** A day. */\n');
    writeFileSync(join(folder, 'boot.ts'), '/**\n * Cold start.\n * needs: build, browser\n */\n');
    writeFileSync(join(folder, 'proof.ts'), '// needs: build\n');
    writeFileSync(join(folder, 'proof.test.ts'), '');
    expect(listBenches(folder).map(({ name, needs }) => [name, needs])).toEqual([
      ['boot', ['build', 'browser']],
      ['proof', ['build']],
      ['timeline', []],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('takes only a whole result line for a result', () => {
  const line = { bench: 'x', figure: 1.5, unit: 'ms', floor: null, ratio: null, details: { boards: 1 } };
  expect(isBenchLine(JSON.stringify(line))).toBe(true);
  expect(isBenchLine(JSON.stringify({ ...line, figure: null }))).toBe(false);
  expect(isBenchLine(JSON.stringify({ ...line, figure: 0 }))).toBe(true);
  expect(isBenchLine(JSON.stringify({ ...line, figure: 0, floor: 1, ratio: 1 }))).toBe(false);
  expect(isBenchLine(JSON.stringify({ ...line, figure: -1 }))).toBe(false);
  expect(isBenchLine('{"bench":"x"}')).toBe(false);
  expect(isBenchLine('done')).toBe(false);
});
