/**
 * npm run release -- --key FILE [--notes TEXT] [--next-key PUBLIC] [--out DIR]
 *
 * Builds engine and stage, packs them, signs the release, and writes one file for the page «Cập nhật máy phát» of the CMS.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBuild } from './lib/fresh.ts';
import { distDir } from './lib/paths.ts';
import { aboutBuilt, builtFiles, makeRelease, readReleaseKey } from './lib/release.ts';

try {
  const { values } = parseArgs({
    options: {
      key: { type: 'string' },
      notes: { type: 'string', default: '' },
      'next-key': { type: 'string' },
      out: { type: 'string', default: join(distDir, 'releases') },
    },
  });
  if (!values.key) throw new Error('Say with which key: npm run release -- --key FILE (npm run release-key makes one)');
  const key = readReleaseKey(resolve(values.key));
  await runBuild(['stage', 'engine']);
  const about = aboutBuilt();
  const nextKey = values['next-key'];
  const { release, file } = await makeRelease(
    builtFiles(),
    { ...about, issuedAt: Date.now(), notes: values.notes, ...(nextKey ? { nextKey } : {}) },
    key,
  );
  const path = join(resolve(values.out), `bang-tin-player-${release.version}.btrelease`);
  mkdirSync(resolve(values.out), { recursive: true });
  writeFileSync(path, file);
  const kB = Math.round(release.archive.size / 1000);
  console.log(`${path}\n${release.version}, ${kB} kB, ${release.archive.hash}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
