import { spawn } from 'node:child_process';
import type * as Fs from 'node:fs';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrowserProcess } from './browser-process.ts';

/** Below it nothing can be written, and nothing removed. */
const disk = vi.hoisted(() => ({ readOnly: null as string | null }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const guard = (path: unknown) => {
    if (disk.readOnly !== null && String(path).startsWith(disk.readOnly))
      throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
  };
  const writeFileSync = (...args: Parameters<typeof fs.writeFileSync>) => {
    guard(args[0]);
    fs.writeFileSync(...args);
  };
  const rmSync = (...args: Parameters<typeof fs.rmSync>) => {
    guard(args[0]);
    fs.rmSync(...args);
  };
  return { ...fs, writeFileSync, rmSync };
});

let folder: string;
let browser: BrowserProcess | null = null;
let ended: string[];
/** To which browsers are sent. */
let engine: Server;
let url: string;
beforeEach(async () => {
  engine = createServer().listen(0, '127.0.0.1');
  await once(engine, 'listening');
  url = `http://127.0.0.1:${(engine.address() as AddressInfo).port}/?token=not-for-everybody`;
  ended = [];
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-host-'));
});
afterEach(async () => {
  disk.readOnly = null;
  await browser?.stop();
  browser = null;
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A browser that writes down how it was called, and waits. */
function fakeBrowser(): string {
  const program = join(folder, 'browser.sh');
  writeFileSync(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/args.new'\nmv '${folder}/args.new' '${folder}/args'\nexec sleep 60\n`,
  );
  chmodSync(program, 0o755);
  return program;
}

async function called(): Promise<string[]> {
  const args = join(folder, 'args');
  const watcher = watch(folder);
  try {
    while (!existsSync(args)) await new Promise((resolve) => watcher.once('change', resolve));
  } finally {
    watcher.close();
  }
  return readFileSync(args, 'utf8').split('\n');
}

async function open(program = fakeBrowser()): Promise<{ args: string[]; home: string }> {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const home = join(dataDir, 'browser');
  browser = new BrowserProcess('headless', {
    program,
    dataDir,
    // Runs as whoever runs the test.
    extra: ['--no-sandbox'],
    env: process.env,
    onEnded: (reason) => ended.push(reason),
    onPageEnded: (step) => ended.push(step.action),
  });
  await browser.show('headless', url, null);
  return { args: await called(), home };
}

test('the stage’s token is on no command line, which everybody can read, but in a file of the browser’s user', async () => {
  const { args, home } = await open();
  expect(args.join(' ')).not.toContain('not-for-everybody');
  const door = join(home, 'stage.html');
  expect(args).toContain(`--app=file://${door}`);
  expect(readFileSync(door, 'utf8')).toContain(JSON.stringify(url));
  expect([statSync(door).mode & 0o777, statSync(home).mode & 0o777]).toEqual([0o600, 0o700]);
});

test('a browser that has ended is sent to nobody: it waits for an engine that listens', async () => {
  await open();
  browser!.works();
  rmSync(join(folder, 'args'));
  engine.close();
  browser!.restart('newWindow');
  await vi.waitFor(() => expect(ended).toEqual(['SIGKILL']), { timeout: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(existsSync(join(folder, 'args'))).toBe(false);
  engine.listen(Number(new URL(url).port), '127.0.0.1');
  expect(await called()).toContain(`--app=${pathToFileURL(join(folder, 'data', 'browser', 'stage.html')).href}`);
});

test('only a browser that has shown the stage, or has had its time for it, is given up', async () => {
  await open();
  browser!.restart('newWindow');
  await browser!.show('headless', url, null);
  browser!.works();
  expect(ended).toEqual([]);
  browser!.restart('newWindow');
  await vi.waitFor(() => expect(ended).toEqual(['SIGKILL']), { timeout: 10_000 });
  // The next one is on its way, and not to blame yet.
  browser!.restart('newWindow');
  rmSync(join(folder, 'args'), { force: true });
  await called();
  browser!.restart('newWindow');
  expect(ended).toHaveLength(1);
});

/** A browser whose page crashes at SIGUSR2, which writes down what is opened in it; `pages` names the processes that it says are pages. */
function crashingBrowser(pages: readonly number[] = []): string {
  const program = join(folder, 'crashing.sh');
  const script = join(folder, 'crashing.mjs');
  writeFileSync(
    script,
    `
    import { appendFileSync, createReadStream, writeSync, writeFileSync } from 'node:fs';
    const say = (message) => writeSync(4, JSON.stringify(message) + '\\0');
    process.on('SIGUSR2', () => say({ method: 'Target.targetCrashed', params: { targetId: 't7' } }));
    createReadStream(null, { fd: 3, encoding: 'utf8' }).on('data', (text) => {
      for (const { id, method, params } of text.split('\\0').filter(Boolean).map((one) => JSON.parse(one))) {
        if (method === 'Page.navigate') appendFileSync('${folder}/opened', params.url + '\\n');
        const processInfo = ${JSON.stringify(pages.map((id) => ({ type: 'renderer', id })))};
        say({ id, result: { sessionId: 's1', processInfo } });
      }
    });
    writeFileSync('${folder}/args', process.argv.slice(2).join('\\n'));
    `,
  );
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}
const opened = (): string =>
  existsSync(join(folder, 'opened')) ? readFileSync(join(folder, 'opened'), 'utf8').trim() : '';
const crashPage = (): boolean => {
  const { pid } = JSON.parse(readFileSync(join(folder, 'data/browser.json'), 'utf8')) as { pid: number };
  return process.kill(pid, 'SIGUSR2');
};

/** A process that can be recognized as a page of the browser. */
const pageProcess = () =>
  spawn(process.execPath, [
    ...['-e', 'setTimeout(() => {}, 60_000)', '--'],
    `--user-data-dir=${join(folder, 'data/browser')}/profile`,
  ]);

test('a page that crashes is opened again in the same window; one that crashes again takes its browser along', async () => {
  await open(crashingBrowser());
  browser!.works();
  crashPage();
  await vi.waitFor(() => expect(opened()).toBe(url), { timeout: 10_000 });
  expect(ended).toEqual(['newPage']);
  browser!.works();
  crashPage();
  await vi.waitFor(() => expect(ended).toEqual(['newPage', 'newWindow', 'SIGKILL']), { timeout: 10_000 });
  expect(opened()).toBe(url);
});

test('a page that was opened again and never shows the stage takes its browser along', async () => {
  await open(crashingBrowser());
  browser!.works();
  crashPage();
  await vi.waitFor(() => expect(ended).toEqual(['newPage', 'its page has not come back']), { timeout: 15_000 });
});

test('of a page that hangs the process is ended, not the browser', async () => {
  const page = pageProcess();
  const gone = new Promise((resolve) => page.once('exit', (_, signal) => resolve(signal)));
  // One has ended by itself meanwhile.
  await open(crashingBrowser([2 ** 22, page.pid!]));
  browser!.works();
  browser!.restart('newPage');
  expect(await gone).toBe('SIGKILL');
  crashPage();
  await vi.waitFor(() => expect(opened()).toBe(url), { timeout: 10_000 });
  // Whoever asked for it has written it down.
  expect(ended).toEqual([]);
});

test('a process that only has the number of a page is left alone: the browser is ended', async () => {
  const stranger = spawn('sleep', ['60']);
  await open(crashingBrowser([stranger.pid!]));
  browser!.works();
  browser!.restart('newPage');
  await vi.waitFor(() => expect(ended).toEqual(['no process of its page is known']), { timeout: 10_000 });
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  stranger.kill();
});

test('a page that does not go, whatever its browser says, takes its browser along', async () => {
  const page = pageProcess();
  await open(crashingBrowser([page.pid!]));
  browser!.works();
  browser!.restart('newPage');
  await vi.waitFor(() => expect(ended).toEqual(['its page has not come back']), { timeout: 15_000 });
});

test('a profile that a power cut left behind is not used again', async () => {
  const lock = join(folder, 'data/browser/profile/SingletonLock');
  mkdirSync(join(folder, 'data/browser/profile'), { recursive: true });
  writeFileSync(lock, '');
  await open();
  expect(existsSync(lock)).toBe(false);
});

test('a data folder that takes nothing has one browser all the same, in a folder of its own elsewhere', async () => {
  mkdirSync(join(folder, 'data/browser'), { recursive: true });
  disk.readOnly = join(folder, 'data');
  const { args } = await open();
  const door = args.find((arg) => arg.startsWith('--app='))!.slice('--app=file://'.length);
  expect(door).not.toContain(join(folder, 'data'));
  expect(readFileSync(door, 'utf8')).toContain(JSON.stringify(url));
  await browser!.stop();
  expect(existsSync(door)).toBe(false);
  expect(ended).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'where the temp folder takes nothing either, the browser lives in memory',
  async () => {
    mkdirSync(join(folder, 'data'), { recursive: true });
    const program = fakeBrowser();
    disk.readOnly = tmpdir();
    const { args } = await open(program);
    const door = args.find((arg) => arg.startsWith('--app='))!.slice('--app=file://'.length);
    expect(door).toMatch(/^\/dev\/shm\/bang-tin-browser-/);
    await browser!.stop();
    expect(existsSync(door)).toBe(false);
    expect(ended).toEqual([]);
  },
);

test('a folder that cannot be removed keeps no browser from being started anew', async () => {
  await open();
  rmSync(join(folder, 'args'));
  disk.readOnly = join(folder, 'data/browser');
  await browser!.show('headless', url, { width: 192, height: 96 });
  expect(await called()).toContain('--screen-info={192x96}');
});

test('a second host on the same folder leaves the first one’s browser alone and says so', async () => {
  const first = spawn('sleep', ['60']);
  const begun = readFileSync(`/proc/${first.pid}/stat`, 'utf8').split(' ')[21];
  mkdirSync(join(folder, 'data'));
  const left = (host: string) =>
    writeFileSync(
      join(folder, 'data/browser.json'),
      JSON.stringify({ pid: 2 ** 22, home: join(folder, 'home'), host }),
    );
  left(`${first.pid} ${begun}`);
  await expect(open()).rejects.toMatchObject({ code: 'host_running' });
  expect(existsSync(join(folder, 'data/browser.json'))).toBe(true);
  // A process that only has the number of a host of before the last power cut.
  left(`${first.pid} 1`);
  await open();
  first.kill();
});

test('what only has the number of a former browser is left alone', async () => {
  const stranger = spawn('sleep', ['60']);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/browser.json'), JSON.stringify({ pid: stranger.pid, home: join(folder, 'gone') }));
  await open();
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  stranger.kill();
});

test('without a file descriptor left for its pipes the browser is started again when there are some', async () => {
  const script = join(folder, 'host.mjs');
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  writeFileSync(
    script,
    `
    import { closeSync, openSync } from 'node:fs';
    import { BrowserProcess } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'browser-process.ts')).href)};
    const all = [];
    try { for (;;) all.push(openSync('/dev/null')); } catch {}
    // Enough for its folder, not for the pipes of a child.
    for (const one of all.splice(0, 3)) closeSync(one);
    await new BrowserProcess('headless', {
      program: ${JSON.stringify(fakeBrowser())},
      dataDir: ${JSON.stringify(dataDir)},
      extra: ['--no-sandbox'],
      env: process.env,
      onPageEnded: () => {},
      onEnded: (reason) => {
        for (const one of all.splice(0)) closeSync(one);
        console.log(reason);
      },
    }).show('headless', ${JSON.stringify(url)}, null);
    `,
  );
  const host = spawn('sh', ['-c', `ulimit -n 64; exec '${process.execPath}' '${script}'`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  host.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  try {
    await vi.waitFor(() => expect(existsSync(join(folder, 'args'))).toBe(true), { timeout: 20_000 });
    expect(said).toMatch(/EMFILE/);
  } finally {
    host.kill('SIGKILL');
    const left = join(dataDir, 'browser.json');
    if (existsSync(left)) process.kill((JSON.parse(readFileSync(left, 'utf8')) as { pid: number }).pid, 'SIGKILL');
  }
});
