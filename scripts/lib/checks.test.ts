import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runChecks } from './checks.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-checks-'));
  writeFileSync(join(folder, 'good.mjs'), 'console.log("quiet");');
  writeFileSync(join(folder, 'bad.mjs'), 'console.error("a.ts:1 is wrong: " + process.argv[2]); process.exit(2);');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('runs every step, even after a failure, and prints what the failed ones said', async () => {
  const lines: string[] = [];
  const results = await runChecks(
    [
      { name: 'bad', command: [join(folder, 'bad.mjs'), 'why'] },
      { name: 'good', command: [join(folder, 'good.mjs')] },
      { name: 'gone', command: [join(folder, 'gone.mjs')] },
    ],
    (line: string) => lines.push(line),
  );
  expect(Object.fromEntries(results.map(({ name, ok }) => [name, ok]))).toEqual({
    bad: false,
    good: true,
    gone: false,
  });
  const text = lines.join('\n');
  for (const line of [/^✗ bad /m, /^✓ good /m, /^✗ gone /m]) expect(text).toMatch(line);
  expect(text).toContain('── bad ──\na.ts:1 is wrong: why');
  expect(text).not.toContain('quiet');
});
