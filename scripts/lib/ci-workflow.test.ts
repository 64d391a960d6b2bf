/** The public CI workflow: that what it calls is there, and that it can do no more than it has to. GitHub alone can run it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { repoRoot } from './paths.ts';

const step = z
  .strictObject({
    name: z.string().optional(),
    uses: z.string().optional(),
    with: z.record(z.string(), z.unknown()).optional(),
    run: z.string().optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined), 'a step either uses or runs');
const workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    push: z.strictObject({ branches: z.tuple([z.literal('main')]) }),
    // Not pull_request_target, which would hand the repository's rights to a stranger's code.
    pull_request: z.null(),
    workflow_dispatch: z.null(),
  }),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.literal(true) }),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal('bash') }) }),
  jobs: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      needs: z.array(z.string()).optional(),
      'runs-on': z.string(),
      'timeout-minutes': z.int().positive(),
      strategy: z
        .strictObject({
          'fail-fast': z.boolean(),
          matrix: z.strictObject({ include: z.array(z.record(z.string(), z.string())) }),
        })
        .optional(),
      steps: z.array(step).nonempty(),
    }),
  ),
});

const read = (path: string): string => readFileSync(join(repoRoot, path), 'utf8');
const text = read('.github/workflows/ci.yml');
const jobs = Object.entries(workflow.parse(parse(text)).jobs);
const steps = jobs.flatMap(([, job]) => job.steps);
const commands = steps.flatMap(({ run }) => run?.trim().split('\n') ?? []);
const called = (pattern: RegExp): string[] =>
  commands.flatMap((line) => [...line.matchAll(pattern)].map(([, name]) => name!));

test('its jobs wait for jobs that there are', () => {
  const names = jobs.map(([name]) => name);
  expect(jobs.flatMap(([, { needs }]) => needs ?? []).filter((name) => !names.includes(name))).toEqual([]);
});

test('the scripts, programs and tests that it calls are there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  expect(called(/\bnpm run (\S+)/g).filter((name) => !(name in scripts))).toEqual([]);
  expect(commands).toContain('npm ci');
  expect(commands).toContain('npm test');
  expect(called(/\bnpx (\S+)/g).filter((name) => !existsSync(join(repoRoot, 'node_modules/.bin', name)))).toEqual([]);
  const tests = called(/(\S+\.test\.ts)\b/g);
  expect(tests).toContain('test/e2e/electron.test.ts');
  expect(tests.filter((path) => !existsSync(join(repoRoot, path)))).toEqual([]);
});

test('actions are held at a version, leave no token behind and see no secret', () => {
  const uses = steps.flatMap(({ uses }) => uses ?? []);
  expect(uses.filter((name) => !/^actions\/[a-z-]+@v\d+\.\d+\.\d+$/.test(name))).toEqual([]);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkouts).toHaveLength(jobs.length);
  for (const checkout of checkouts) expect(checkout.with).toEqual({ 'persist-credentials': false });
  expect(text).not.toMatch(/secrets\.|github\.token|GITHUB_TOKEN/);
});

test('nothing that a stranger can name becomes part of a command', () => {
  expect(commands.join('\n').match(/\$\{\{[^}]*\}\}/g)).toEqual(['${{ matrix.options }}']);
});

test('every kind of package is made, and what is kept is what electron-builder makes', () => {
  const settings = parse(read('electron-builder.yml')) as {
    directories: { output: string };
    linux: { target: { target: string; arch: string[] }[] };
    win: { target: { target: string }[] };
  };
  expect(settings.linux.target.map(({ target, arch }) => [target, ...arch])).toEqual([
    ['deb', 'x64', 'arm64'],
    ['AppImage', 'x64', 'arm64'],
  ]);
  expect(settings.win.target.map(({ target }) => target)).toEqual(['nsis']);
  const options = jobs.flatMap(([, { strategy }]) => strategy?.matrix.include.map((one) => one.options) ?? []);
  expect(options).toEqual(['--linux deb AppImage --x64', '--linux deb AppImage --arm64', '--win nsis --x64']);
  const kept = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))!.with!.path as string;
  const { output } = settings.directories;
  expect(kept.trim().split('\n')).toEqual([`${output}/*.deb`, `${output}/*.AppImage`, `${output}/*.exe`]);
});
