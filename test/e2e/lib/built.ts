/**
 * Vitest global set-up of the end-to-end tests: the stage that they open is that of the sources, and the sample has a folder (sample.ts).
 * The studio is built by hand, or by npm test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { runBuild } from '../../../scripts/lib/fresh.ts';

export default async (project: TestProject): Promise<() => Promise<void>> => {
  await runBuild(['stage']);
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-e2e-sample-'));
  project.provide('sampleFolder', folder);
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
};
