/**
 * npm run bench -- NAME [arguments of the benchmark]
 *
 * Runs test/bench/NAME.ts in a process of its own, after building and finding a browser if it asks for that.
 * The last line is its result as JSON; without one the exit code is non-zero.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ensureBrowser } from './lib/browser.ts';
import { isBenchLine, listBenches, type BenchFile } from './lib/benches.ts';
import { runBuild } from './lib/fresh.ts';
import { repoRoot } from './lib/paths.ts';

async function run(bench: BenchFile, args: string[]): Promise<number> {
  // Standard output is the benchmark's alone, so that its result stays the last line.
  const say = (line: string): void => console.error(line);
  if (bench.needs.includes('build')) await runBuild(['web', 'stage']);
  if (bench.needs.includes('browser')) await ensureBrowser({ print: say });
  const child = spawn(process.execPath, [bench.path, ...args], {
    cwd: repoRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let last = '';
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
    console.log(line);
    if (line.trim() !== '') last = line;
  });
  const code = await new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done(status ?? 1));
  });
  if (code === 0 && !isBenchLine(last)) {
    console.error(`${bench.name} ended without a result line.`);
    return 1;
  }
  return code;
}

const [name, ...args] = process.argv.slice(2);
const benches = listBenches();
const bench = benches.find((one) => one.name === name);
if (bench === undefined) {
  if (name !== undefined) console.error(`There is no benchmark «${name}».`);
  console.error(`npm run bench -- NAME, one of: ${benches.map((one) => one.name).join(', ') || '(none yet)'}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(bench, args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
}
