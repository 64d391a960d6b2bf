import { describe, expect, test } from 'vitest';
import { BrowserError, browserCandidates, ensureBrowser, findBrowser, waysToInstall, type Machine } from './browser.ts';

/** A made-up machine on which exactly these programs exist; `broken` ones exist but do not start. */
function machine(programs: string[], over: Partial<Machine> & { broken?: string[] } = {}): Machine {
  return {
    platform: 'linux',
    env: {},
    playwrightPath: '/home/an/.cache/ms-playwright/chromium-1/chrome',
    isProgram: (path) => programs.includes(path),
    starts: (path) => !(over.broken ?? []).includes(path),
    ...over,
  };
}

const own = '/home/an/.cache/ms-playwright/chromium-1/chrome';

describe('findBrowser', () => {
  test('takes what the operator named before anything else', () => {
    expect(findBrowser({ machine: machine([own, '/opt/b'], { env: { BANG_TIN_BROWSER: '/opt/b' } }) })).toBe('/opt/b');
  });

  test('says so when the operator named something that is not there', () => {
    const named = machine([own], { env: { BANG_TIN_BROWSER: '/opt/gone' } });
    expect(() => findBrowser({ machine: named })).toThrow(/BANG_TIN_BROWSER is «\/opt\/gone»/);
  });

  test('treats «none» as a machine without a browser', () => {
    expect(findBrowser({ machine: machine([own], { env: { BANG_TIN_BROWSER: 'none' } }) })).toBeNull();
  });

  test("prefers Playwright's own, then Debian's, then Chrome", () => {
    const all = [own, '/usr/bin/google-chrome', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
    expect(findBrowser({ machine: machine(all) })).toBe(own);
    expect(findBrowser({ machine: machine(all.slice(1)) })).toBe('/usr/bin/chromium');
    expect(findBrowser({ machine: machine(['/usr/bin/google-chrome', '/usr/bin/chromium-browser']) })).toBe(
      '/usr/bin/chromium-browser',
    );
    expect(findBrowser({ machine: machine(['/usr/bin/google-chrome']) })).toBe('/usr/bin/google-chrome');
    expect(findBrowser({ machine: machine([]) })).toBeNull();
  });

  test('passes over a stub that does not start', () => {
    const stub = '/usr/bin/chromium-browser';
    expect(findBrowser({ machine: machine([stub, '/usr/bin/google-chrome'], { broken: [stub] }) })).toBe(
      '/usr/bin/google-chrome',
    );
  });

  test('knows the usual places of macOS and Windows', () => {
    expect(browserCandidates({ platform: 'darwin', env: { HOME: '/Users/an' }, playwrightPath: null })).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    expect(
      browserCandidates({ platform: 'win32', env: { PROGRAMFILES: 'C:\\Program Files' }, playwrightPath: null }),
    ).toEqual([
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files\\Chromium\\Application\\chrome.exe',
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ]);
  });
});

describe('ensureBrowser', () => {
  const limits = { totalMs: 20_000, silentMs: 20_000 };
  const node = (source: string) => [process.execPath, '-e', source];

  test('uses what the first way installed', async () => {
    const programs: string[] = [];
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      if (line.includes('ready')) programs.push('/usr/bin/chromium');
    };
    const ways = [
      { name: 'A', commands: [node('process.exit(3)'), node('console.log("never")')] },
      { name: 'B', commands: [node('console.log("ready")')] },
    ];
    expect(await ensureBrowser({ machine: machine(programs), print, limits, ways })).toBe('/usr/bin/chromium');
    expect(lines).toContain('Installing A: ended with code 3.');
    expect(lines.join('\n')).not.toContain('never');
  });

  test('ends a download that hangs, and says in one sentence what to install', async () => {
    const lines: string[] = [];
    const ways = [{ name: 'A', commands: [node('setInterval(() => {}, 1000)')] }];
    const attempt = ensureBrowser({
      machine: machine([]),
      print: (line) => lines.push(line),
      limits: { totalMs: 20_000, silentMs: 300 },
      ways,
    });
    await expect(attempt).rejects.toThrow(BrowserError);
    await expect(attempt).rejects.toThrow(/install Chromium or Google Chrome/);
    expect(lines.some((line) => line.startsWith('Installing A: said nothing for'))).toBe(true);
  });

  test("offers Debian's package only to root or with sudo", () => {
    const debian = machine(['/usr/bin/apt-get']);
    expect(waysToInstall(debian, false, () => false)).toHaveLength(1);
    expect(waysToInstall(debian, true, () => false)[1]?.commands.at(-1)).toContain('chromium');
    expect(waysToInstall(debian, false, () => true)[1]?.commands[0]?.slice(0, 2)).toEqual(['sudo', '-n']);
    expect(waysToInstall(machine([]), true, () => true)).toHaveLength(1);
  });
});
