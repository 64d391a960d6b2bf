/**
 * npm run check: types (TypeScript and Svelte), lint, and who may import whom. Prints a line per step with its
 * seconds, then all failures.
 */
import { runChecks } from './lib/checks.ts';

const results = await runChecks();
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
