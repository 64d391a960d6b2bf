/** The static checks behind `npm run check`: each is one command, and each has to be silent to pass. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cacheDir, repoRoot } from './paths.ts';

export interface CheckStep {
  name: string;
  /** Node program and its arguments. */
  command: [script: string, ...args: string[]];
}

export interface CheckResult {
  name: string;
  ok: boolean;
  seconds: number;
  /** What the tool said, both streams. */
  output: string;
}

const tool = (path: string): string => join(repoRoot, 'node_modules', path);

const CHECK_STEPS: CheckStep[] = [
  {
    // The pages import the compiled messages, so types need them first. The form is that of cms/web/vite.config.ts.
    name: 'messages',
    command: [
      tool('@inlang/paraglide-js/bin/run.js'),
      ...['compile', '--project', 'cms/web/project.inlang', '--outdir', 'cms/web/src/paraglide', '--silent'],
      ...['--strategy', 'localStorage', 'baseLocale', '--output-structure', 'message-modules', '--no-emit-readme'],
    ],
  },
  {
    // Takes longest, so it comes first of those that run side by side.
    name: 'lint',
    command: [
      tool('eslint/bin/eslint.js'),
      // No cache: a rule that knows types can change its mind when another file does.
      ...['.', '--max-warnings', '0'],
    ],
  },
  {
    name: 'types',
    command: [
      tool('typescript/bin/tsc'),
      ...['-p', '.', '--noEmit', '--incremental', '--tsBuildInfoFile', join(cacheDir, 'tsc.tsbuildinfo')],
    ],
  },
  {
    name: 'svelte',
    command: [
      tool('svelte-check/bin/svelte-check'),
      ...['--tsconfig', './tsconfig.svelte.json', '--fail-on-warnings', '--output', 'human'],
    ],
  },
  {
    name: 'layers',
    command: [
      tool('dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
      ...['shared', 'layouts', 'cms', 'player', 'scripts', 'test'],
    ],
  },
];

/** Runs one step to its end. A tool that cannot be started is a failed step. */
function runCheck({ name, command }: CheckStep): Promise<CheckResult> {
  const began = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, command, { cwd: repoRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const finish = (ok: boolean): void =>
      done({ name, ok, seconds: (performance.now() - began) / 1000, output: output.trim() });
    child.once('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}

/** Runs the first step, then the others two at a time; prints a line for each, then everything that the failed ones said. */
export async function runChecks(steps: CheckStep[] = CHECK_STEPS, print = console.log): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const queue = steps.values();
  const runNext = async (): Promise<boolean> => {
    const { value: step } = queue.next();
    if (!step) return false;
    const result = await runCheck(step);
    results.push(result);
    print(`${result.ok ? '✓' : '✗'} ${result.name.padEnd(8)} ${result.seconds.toFixed(1).padStart(6)} s`);
    return true;
  };
  const runRest = async (): Promise<void> => {
    while (await runNext());
  };
  await runNext();
  await Promise.all([runRest(), runRest()]);
  for (const { name, output } of results.filter(({ ok }) => !ok)) print(`\n── ${name} ──\n${output}`);
  return results;
}
