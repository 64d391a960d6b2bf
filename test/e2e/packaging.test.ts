/** What `npm run package -- --check` finds out, of the repository as it is and of one that is broken. Nothing is fetched. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPackaging, foreignImports } from '../../scripts/lib/packaging.ts';
import { repoRoot } from '../../scripts/lib/paths.ts';
import { isFresh } from '../../scripts/lib/targets.ts';
import { buildTarget } from '../../scripts/lib/vite-targets.ts';

let folder: string;
beforeAll(async () => {
  for (const target of ['stage', 'electron', 'engine'] as const) if (!isFresh(target)) await buildTarget(target);
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-packaging-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of what packaging looks at, with other settings and without npm packages, which take most of the time to look through. */
async function copy(name: string, change: (settings: string) => string): Promise<string> {
  const root = join(folder, name);
  for (const path of ['dist/electron', 'dist/engine', 'dist/stage', 'LICENSE'])
    await cp(join(repoRoot, path), join(root, path), { recursive: true });
  const json = async (path: string) => JSON.parse(await readFile(join(repoRoot, path), 'utf8')) as { version: string };
  const own = { ...(await json('package.json')), dependencies: {}, devDependencies: {} };
  await writeFile(join(root, 'package.json'), JSON.stringify(own));
  const { version } = await json('node_modules/electron/package.json');
  const settings = await readFile(join(repoRoot, 'electron-builder.yml'), 'utf8');
  await writeFile(join(root, 'electron-builder.yml'), `${change(settings)}\nelectronVersion: ${version}\n`);
  return root;
}

const wrong = async (root?: string) =>
  (await checkPackaging(root)).filter(({ ok }) => ok === false).map(({ text }) => text);

test('the player can be packed', async () => {
  expect(await wrong()).toEqual([]);
});

test('what is missing, packed too much or set wrongly is named', async () => {
  const root = await copy('wrong', (settings) =>
    settings.replace('runAsNode: true', 'runAsNode: false').replace("  - '!**/.sources'\n", '  - nowhere/**\n'),
  );
  const main = join(root, 'dist/electron/main.js');
  await writeFile(main, `${await readFile(main, 'utf8')}\nimport 'vite';\n`);
  await rm(join(root, 'dist/engine/main.cjs.licenses.md'));
  const found = (await wrong(root)).join('\n');
  for (const part of [
    'nowhere/**',
    'player/hosts/electron/resources/icon.png',
    'dist/stage/.sources',
    'dist/electron/main.js wants vite',
    'dist/engine/main.cjs.licenses.md is missing',
    'RunAsNode is not on',
  ])
    expect(found).toContain(part);
});

test('a setting that electron-builder does not know stops it', async () => {
  const root = await copy('unknown', (settings) => `${settings}\nupdateByMagic: true`);
  expect((await wrong(root)).join('\n')).toContain('updateByMagic');
});

test('only Electron and Node are at hand in a package', () => {
  const source = `import { app } from 'electron';\nimport fs from 'node:fs';\nconst a = require('ws');\nawait import('zod');`;
  expect(foreignImports(source)).toEqual(['ws', 'zod']);
});
