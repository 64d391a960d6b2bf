import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appVersion } from '../../player/engine/launch.ts';
import { repoRoot } from './paths.ts';

test('the player reports the version of the package that it is in', () => {
  const { version } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as { version: string };
  expect(appVersion).toBe(version);
});
