import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { repoRoot } from './paths.ts';
import { fingerprint, TARGETS } from './targets.ts';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

function tree(files: Record<string, string>): string {
  root = mkdtempSync(join(tmpdir(), 'bang-tin-targets-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test('a fingerprint changes with content, names and new files, and with nothing else', () => {
  tree({ 'stage/main.ts': 'a', 'stage/deep/er.svelte': 'b', 'package-lock.json': '{}', 'other/x.ts': 'x' });
  const sources = ['stage', 'package-lock.json', 'not-there'];
  const first = fingerprint(sources, root);
  expect(fingerprint(sources, root)).toBe(first);

  writeFileSync(join(root, 'other/x.ts'), 'changed');
  writeFileSync(join(root, 'stage/main.test.ts'), 'a test');
  mkdirSync(join(root, 'stage/src/paraglide'), { recursive: true });
  writeFileSync(join(root, 'stage/src/paraglide/messages.js'), 'generated');
  expect(fingerprint(sources, root)).toBe(first);

  const seen = new Set([first]);
  for (const [path, content] of [
    ['stage/main.ts', 'A'],
    ['stage/deep/er.svelte', 'bb'],
    ['stage/new.ts', ''],
    ['package-lock.json', '{"a":1}'],
  ] as const) {
    writeFileSync(join(root, path), content);
    seen.add(fingerprint(sources, root));
  }
  expect(seen.size).toBe(5);
});

test('whatever the Chromium host takes from elsewhere is among its sources', () => {
  const taken = globSync('player/hosts/{*,chromium/*}.ts', { cwd: repoRoot })
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) =>
      [...readFileSync(join(repoRoot, path), 'utf8').matchAll(/^import (?!type )[^;]* from '(\.[^']+)';$/gm)].map(
        ([, from]) => join(path, '..', from!).replaceAll('\\', '/'),
      ),
    );
  expect(taken).toContain('player/engine/launch.ts');
  const { sources } = TARGETS.chromium;
  expect(taken.filter((path) => !sources.some((source) => `${path}/`.startsWith(`${source}/`)))).toEqual([]);
});
