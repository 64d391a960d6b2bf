import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLayouts, layoutList, LayoutError, writeLayoutList } from './layout-list.ts';
import { repoRoot } from './paths.ts';

let root: string;
const at = (...path: string[]): string => join(root, 'layouts', ...path);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bang-tin-layout-list-'));
  cpSync(join(repoRoot, 'layouts'), at(), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('layouts/list.ts names the folders of now; if it does not, npm run build writes it', () => {
  const folder = join(repoRoot, 'layouts');
  expect(readFileSync(join(folder, 'list.ts'), 'utf8')).toBe(layoutList(findLayouts(folder)));
});

test('a copied folder is found, one that is gone is forgotten', () => {
  cpSync(at('notice'), at('market-day'), { recursive: true });
  renameSync(at('clock'), at('class'));
  writeLayoutList(root);
  const text = readFileSync(at('list.ts'), 'utf8');
  expect(text).toContain("import * as market_daySchema from './market-day/schema.ts';");
  expect(text).toContain("'market-day': {");
  expect(text).not.toContain('clock');
});

test.each(['Layout.svelte', 'schema.ts', 'sample.ts', 'words.ts', 'thumbnail.svg', 'cases.ts'])(
  'a folder without %s is refused, by the names of both',
  (file) => {
    cpSync(at('notice'), at('market-day'), { recursive: true });
    rmSync(at('market-day', file));
    expect(() => writeLayoutList(root)).toThrow(
      new LayoutError('layoutPartMissing', `layouts/market-day thiếu / lacks ${file} (layouts/README.md).`),
    );
  },
);

test.each(['Chợ phiên', 'market_day', '2026', 'a'.repeat(65)])('a folder named «%s» is refused', (name) => {
  mkdirSync(at(name));
  expect(() => findLayouts(at())).toThrow(LayoutError);
});
