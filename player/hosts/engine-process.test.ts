import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineProcess, type EngineProcessOptions } from './engine-process.ts';

let folder: string;
let engine: EngineProcess | null = null;
const reports: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-engine-'));
  reports.length = 0;
});
afterEach(async () => {
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(program: string, over: Partial<EngineProcessOptions> = {}): EngineProcess {
  const path = join(folder, 'engine.mjs');
  writeFileSync(path, program);
  engine = new EngineProcess('chromium', {
    program: path,
    execPath: process.execPath,
    env: process.env,
    cms: null,
    dataDir: folder,
    stageDir: folder,
    pairAnew: false,
    onMessage: () => undefined,
    takePicture: () => Promise.reject(new Error('There is none')),
    onHopeless: () => undefined,
    report: (line) => reports.push(line),
    silenceMs: 500,
    ...over,
  });
  engine.start();
  return engine;
}

test.each([
  ['after it has started', `process.send({ type: 'alive' }, () => { for (;;); });`],
  ['before it has', `process.send({ type: 'listening', port: 0 }, () => { for (;;); });`],
])('an engine that is stuck %s is ended and started again', async (_, program) => {
  const stuck = start(program);
  await vi.waitFor(() => expect(reports.join(' ')).toMatch(/stuck.*SIGKILL.*started again/), { timeout: 20_000 });
  await vi.waitFor(() => expect(stuck.pid).not.toBeNull(), { timeout: 20_000 });
});

test('an engine that says that it is alive goes on', async () => {
  start(`
    let times = 0;
    setInterval(() => process.send({ type: 'alive' }, () => ++times === 40 && process.exit(7)), 50);
  `);
  await vi.waitFor(() => expect(reports[0]).toMatch(/code 7/), { timeout: 20_000 });
});

test('that an engine ended is told to the next one, once it hears; one that ended as it was meant to is no fault', async () => {
  const heard = join(folder, 'heard');
  start(`
    import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
    const run = [1, 2].find((n) => !existsSync('${folder}/run' + n));
    if (run) writeFileSync('${folder}/run' + run, '');
    process.on('message', (said) => appendFileSync('${heard}', JSON.stringify(said) + '\\n'));
    if (run === 1) process.exit(0);
    else process.send({ type: 'alive' }, () => run === 2 && process.kill(process.pid, 'SIGKILL'));
    setInterval(() => process.send({ type: 'alive' }), 50);
  `);
  await vi.waitFor(() => expect(existsSync(heard)).toBe(true), { timeout: 20_000 });
  const said = readFileSync(heard, 'utf8').trim().split('\n');
  expect(said.map((line) => JSON.parse(line) as unknown)).toEqual([
    { type: 'fault', code: 'engine_ended', detail: 'SIGKILL → restartEngine in 500 ms' },
  ]);
});

test('a new pairing is asked for until an engine has opened its store, and then no more', async () => {
  start(
    `
    import { appendFileSync, readFileSync } from 'node:fs';
    const file = '${join(folder, 'asked').replaceAll('\\', '/')}';
    appendFileSync(file, process.argv.includes('--pair-anew') ? 'y' : 'n');
    // Only the second one gets as far as the store.
    const type = readFileSync(file, 'utf8').length === 2 ? 'alive' : 'listening';
    process.send({ type, port: 0 }, () => process.exit(1));
    `,
    { pairAnew: true },
  );
  await vi.waitFor(() => expect(readFileSync(join(folder, 'asked'), 'utf8')).toMatch(/^yyn/), { timeout: 20_000 });
});

test('an engine that cannot be given its picture has not ended', async () => {
  const closed = join(folder, 'closed');
  // A shell can close its end of the pipe, which a Node that lives on cannot.
  const program = `echo '{"type":"pictureWanted","id":1,"maxBytes":9}' >&3; exec 3>&-; : > '${closed}'; exec sleep 60`;
  start(program, {
    execPath: '/bin/sh',
    takePicture: () => {
      // This process does not hear that it is closed before it answers. A shell that ends before must not keep it for ever.
      const until = performance.now() + 10_000;
      while (!existsSync(closed) && performance.now() < until);
      return Promise.resolve(new Uint8Array(9));
    },
  });
  await vi.waitFor(() => expect(reports).not.toEqual([]), { timeout: 20_000 });
  expect(existsSync(closed)).toBe(true);
  expect(reports[0]).toMatch(/stuck/);
});

test('another version is started when the engine asks for it, and the one before again when it does not paint or ends', async () => {
  const install = (id: string, program: string): void => {
    for (const file of ['engine/main.cjs', 'stage/index.html'])
      mkdirSync(join(folder, 'versions', id, file, '..'), { recursive: true });
    writeFileSync(join(folder, 'versions', id, 'engine/main.cjs'), program);
    writeFileSync(join(folder, 'versions', id, 'stage/index.html'), '');
  };
  const log = join(folder, 'log');
  const say = (who: string) => `
    const versions = JSON.parse(process.env.BANG_TIN_VERSIONS);
    require('node:fs').appendFileSync(${JSON.stringify(log)}, '${who} ' + (versions.failed?.why ?? '-') + ' ' + (process.argv.includes('--stage')) + '\\n');
    process.on('disconnect', () => process.exit()).on('SIGTERM', () => process.exit());
    setInterval(() => process.send({ type: 'alive' }), 50);`;
  const [dark, crashing, good] = ['0.2.0-000000000000000a', '0.3.0-000000000000000b', '0.4.0-000000000000000c'];
  install(dark, say('dark'));
  install(crashing, `${say('crashing')} setTimeout(() => process.exit(3), 20);`);
  install(
    good,
    `${say('good')} process.send({ type: 'playing' }); process.on('message', ({ type }) => require('node:fs').appendFileSync(${JSON.stringify(log)}, type + '\\n'));`,
  );
  start(
    `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); ${say('package')}
    const next = { '-': '${dark}', update_no_picture: '${crashing}', update_crashed: '${good}' }[versions.failed?.why ?? '-'];
    setTimeout(() => process.send({ type: 'tryVersion', id: next, order: 'order' }), 20);`,
    { trial: { paintMs: 8_000, steadyMs: 300 }, silenceMs: 5_000 },
  );
  await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('versionKept'), { timeout: 50_000 });
  expect(readFileSync(log, 'utf8').replaceAll('fault\n', '').trim().split('\n')).toEqual([
    'package - true',
    'dark - true',
    'package update_no_picture true',
    ...Array.from({ length: 3 }, () => 'crashing - true'),
    'package update_crashed true',
    'good - true',
    'versionKept',
  ]);
}, 60_000);
