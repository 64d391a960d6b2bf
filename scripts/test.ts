/**
 * npm test: the checks, then three suites (unit and property tests; the store on SQLite and on a real
 * PostgreSQL; end to end in a real Chromium). Everything runs even after a failure. Then it says what it left
 * out, and last `N passed, N failed, N skipped`; a failed check, build or browser counts as one failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './lib/browser.ts';
import { runChecks } from './lib/checks.ts';
import { runBuild } from './lib/fresh.ts';
import { findElectron } from './lib/hosts.ts';
import { cacheDir, repoRoot } from './lib/paths.ts';
import { closingLine, isSuccess, sum, tallyReport, type Tally } from './lib/tally.ts';

const FAILED: Tally = { passed: 0, failed: 1, skipped: 0 };

/** Runs one suite of vitest.config.ts, with what is named after it; its progress goes to this terminal. */
async function runSuite(name: string, reports: string): Promise<Tally> {
  console.log(`\n── ${name} ──`);
  const file = join(reports, `${name}.json`);
  const vitest = join(repoRoot, 'node_modules/vitest/vitest.mjs');
  const skips = join(repoRoot, 'scripts/lib/skip-reporter.ts');
  const reporters = ['--reporter=default', `--reporter=${skips}`, '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn(process.execPath, [vitest, 'run', '--project', `${name}*`, ...reporters], {
    cwd: repoRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((done) => {
    child.once('error', () => done(1));
    child.once('exit', done);
  });
  return tallyReport(existsSync(file) ? readFileSync(file, 'utf8') : null, code);
}

/**
 * Builds the pages and finds a browser; false, with the reason on the screen, when there is none to be had. Each test looks for
 * its browser itself: as root some need one that another user can run.
 */
async function prepareE2e(): Promise<boolean> {
  console.log('\n── build and browser ──');
  try {
    await runBuild(['web', 'stage']);
    const browser = await ensureBrowser();
    console.log(`Browser: ${browser}`);
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

console.log('── check ──');
const tallies: Tally[] = (await runChecks()).filter(({ ok }) => !ok).map(() => FAILED);

// The tests start hundreds of processes and threads, most of them of the same modules: each is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(cacheDir, 'compiled');
const reports = mkdtempSync(join(tmpdir(), 'bang-tin-test-'));
const leftOut = [
  'long benchmarks, run with npm run bench -- NAME',
  'pages, and what opens over them, in every language and width by axe (each is looked at in one or two), run with EVERY_PAGE=1 npx vitest run --project e2e test/e2e/accessibility',
  'layouts with every text on every shape (some of each are tried; the others are listed as skipped above), run with EVERY_LAYOUT=1 npx vitest run --project e2e test/e2e/layouts.test.ts test/e2e/link-codes.test.ts',
];
try {
  tallies.push(await runSuite('unit', reports));
  tallies.push(await runSuite('store', reports));
  if (!(await prepareE2e())) {
    tallies.push(FAILED);
    leftOut.push('end-to-end tests: no build or no browser (see above)');
  } else {
    tallies.push(await runSuite('e2e', reports));
    if (findElectron() === null) leftOut.push('Electron tests: no Electron binary');
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}

const total = sum(tallies);
process.exitCode = isSuccess(total) ? 0 : 1;
console.log(`\nleft out: ${leftOut.join('; ')}`);
console.log(closingLine(total));
