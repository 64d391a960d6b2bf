import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appVersion } from '../../player/engine/launch.ts';
import { repoRoot } from './paths.ts';
import { makeRelease, newReleaseKey } from './release.ts';

test('the player reports the version of the package that it is in', () => {
  const { version } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as { version: string };
  expect(appVersion).toBe(version);
});

test.each([
  ['it holds stage/.vite/manifest.json', ['engine/main.cjs', 'stage/index.html', 'stage/.vite/manifest.json']],
  ['it holds engine/main.cjs', ['engine/main.cjs', 'stage/index.html', 'engine/main.cjs']],
  ['it lacks stage/index.html', ['engine/main.cjs']],
])('what boards would refuse is not signed: %s', async (fault, names) => {
  const files = names.map((name) => ({ name, bytes: Buffer.from(name) }));
  const said = { version: '1.0.0', launch: 1, node: 24, data: { schema: 1, readableBy: 1 }, issuedAt: 1, notes: '' };
  await expect(makeRelease(files, said, await newReleaseKey())).rejects.toThrow(fault);
});
