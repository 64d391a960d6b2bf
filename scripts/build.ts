/**
 * npm run build [-- --electron] [-- --force]
 *
 * Builds the CMS pages and the stage, with --electron also the Electron host and the engine in one file
 * (for packages). What has not changed since the last build is left as it is.
 */
import { parseArgs } from 'node:util';
import { LayoutError, writeLayoutList } from './lib/layout-list.ts';
import { repoRoot } from './lib/paths.ts';
import { TARGETS, isFresh, type TargetName } from './lib/targets.ts';

const { values, positionals } = parseArgs({
  options: { electron: { type: 'boolean', default: false }, force: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const isTarget = (name: string): name is TargetName => Object.hasOwn(TARGETS, name);
const unknown = positionals.filter((name) => !isTarget(name));
if (unknown.length > 0) {
  console.error(`Unknown target ${unknown.join(', ')}. There are: ${Object.keys(TARGETS).join(', ')}.`);
  process.exit(2);
}
const standard: TargetName[] = values.electron ? ['web', 'stage', 'electron', 'engine'] : ['web', 'stage'];
const wanted = positionals.length > 0 ? positionals.filter(isTarget) : standard;

try {
  writeLayoutList();
} catch (error) {
  console.error(error instanceof LayoutError ? error.message : error);
  process.exit(1);
}
// Plugins look for their files from the checkout, wherever this was called from.
process.chdir(repoRoot);
const stale = wanted.filter((name) => values.force || !isFresh(name));
for (const name of wanted) if (!stale.includes(name)) console.log(`· ${TARGETS[name].title}: unchanged`);
if (stale.length > 0) {
  const { buildTarget } = await import('./lib/vite-targets.ts');
  for (const [index, name] of stale.entries()) {
    const began = performance.now();
    console.log(`· Building ${TARGETS[name].title} (${index + 1} of ${stale.length}) …`);
    await buildTarget(name);
    console.log(`  done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}
