/**
 * Finds a Chromium-like browser on this machine, or installs one.
 *
 * The order is: what the operator named, Playwright's own download (the version the tests were written
 * against), then what the system has.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import { AppError } from '../../shared/util/errors.ts';
import { repoRoot } from './paths.ts';
import { runBounded } from './run.ts';

/** No usable browser. The message says, in one sentence, what to install. Codes start with `browser`. */
export class BrowserError extends AppError {}

/** What the search looks at; tests hand in a small made-up machine. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  /** Where Playwright would keep its own Chromium, whether or not it is there. */
  playwrightPath: string | null;
  /** True when the path is a file that may be run. */
  isProgram(path: string): boolean;
  /** True when the program starts on this machine (its libraries are there, it is not a stub). */
  starts(path: string): boolean;
}

/** The machine that this process runs on. */
function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    playwrightPath: chromium.executablePath() || null,
    isProgram,
    starts,
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Asks the program for its version. Windows' Chrome answers by opening a window, and macOS has neither stubs
 * nor missing libraries, so only Linux is asked. Bounded: the first start of a cold Chromium takes seconds.
 */
function starts(path: string): boolean {
  if (process.platform !== 'linux') return true;
  const { status, stdout } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 && /\d+\.\d+/.test(stdout);
}

/** Where browsers usually are, best first, without looking whether they are there. */
export function browserCandidates({
  platform,
  env,
  playwrightPath,
}: Pick<Machine, 'platform' | 'env' | 'playwrightPath'>): string[] {
  const own = playwrightPath === null ? [] : [playwrightPath];
  if (platform === 'darwin') {
    const apps = ['/Applications', ...(env.HOME ? [join(env.HOME, 'Applications')] : [])];
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return [...own, ...apps.flatMap((folder) => names.map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`))];
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
      (folder) => folder !== undefined,
    );
    const programs = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return [...own, ...folders.flatMap((folder) => programs.map((program) => `${folder}\\${program}`))];
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  return [
    ...own,
    ...['/usr/bin', '/usr/local/bin', '/snap/bin'].flatMap((folder) => names.map((name) => `${folder}/${name}`)),
  ];
}

/**
 * The first browser that starts, or null. `BANG_TIN_BROWSER` names one outright; its value `none` says that
 * this machine is to be treated as having no browser.
 * @param options.forOthers the browser will run as another user, so it must be reachable for everyone
 * @throws BrowserError when BANG_TIN_BROWSER names something that is not a program
 */
export function findBrowser(options: { machine?: Machine; forOthers?: boolean } = {}): string | null {
  const machine = options.machine ?? thisMachine();
  const named = machine.env.BANG_TIN_BROWSER;
  if (named === 'none') return null;
  if (named) {
    if (machine.isProgram(named)) return named;
    throw new BrowserError(
      'browserNotProgram',
      `BANG_TIN_BROWSER is «${named}», which is not a program: name a Chromium or leave it empty.`,
    );
  }
  const reachable = (path: string) => options.forOthers !== true || isReachableForAll(path);
  return (
    browserCandidates(machine).find((path) => machine.isProgram(path) && reachable(path) && machine.starts(path)) ??
    null
  );
}

/** True when every folder above the file lets anyone through: root's own cache, for one, does not. */
function isReachableForAll(path: string): boolean {
  if (process.platform === 'win32') return true;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return (statSync(path).mode & 0o001) !== 0;
}

/** Longest wait for one way of installing; a download that says nothing for a minute and a half is dead. */
const INSTALL_LIMITS = { totalMs: 15 * 60_000, silentMs: 90_000 };

/** A command that may bring a browser, and what to call it on the screen. */
interface Way {
  name: string;
  commands: string[][];
}

/** The ways to get a browser on this machine, the one that asks least first. */
export function waysToInstall(
  machine: Pick<Machine, 'platform' | 'isProgram'>,
  isRoot: boolean,
  hasSudo: () => boolean,
): Way[] {
  const playwright = join(repoRoot, 'node_modules/playwright/cli.js');
  const ways: Way[] = [
    { name: "Playwright's Chromium", commands: [[process.execPath, playwright, 'install', 'chromium', '--no-shell']] },
  ];
  const apt = '/usr/bin/apt-get';
  if (machine.platform === 'linux' && machine.isProgram(apt) && (isRoot || hasSudo())) {
    const prefix = isRoot ? [] : ['sudo', '-n'];
    const run = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', apt, '-o', 'DPkg::Lock::Timeout=120'];
    ways.push({
      name: "Debian's package chromium",
      commands: [
        [...run, 'update'],
        // Without its sandbox package it would not start for a user without rights, which is whom it is for.
        [...run, 'install', '-y', '--no-install-recommends', 'chromium', 'chromium-sandbox'],
      ],
    });
  }
  return ways;
}

/**
 * A browser that starts, installing one when there is none. Prints what it does.
 * @throws BrowserError `browserMissing` with one sentence that says what to install
 */
export async function ensureBrowser(
  options: { machine?: Machine; print?: (line: string) => void; limits?: typeof INSTALL_LIMITS; ways?: Way[] } = {},
): Promise<string> {
  const machine = options.machine ?? thisMachine();
  const print = options.print ?? ((line: string) => console.log(line));
  const found = findBrowser({ machine });
  if (found !== null) return found;

  const ways =
    machine.env.BANG_TIN_BROWSER === 'none'
      ? []
      : (options.ways ?? waysToInstall(machine, process.getuid?.() === 0, hasSudo));
  for (const { name, commands } of ways) {
    print(`No browser on this machine. Installing ${name} …`);
    for (const [program = '', ...args] of commands) {
      const { ok, reason } = await runBounded(program, args, { print, ...(options.limits ?? INSTALL_LIMITS) });
      if (!ok) {
        print(`Installing ${name}: ${reason}.`);
        break;
      }
    }
    const installed = findBrowser({ machine });
    if (installed !== null) return installed;
  }
  throw new BrowserError(
    'browserMissing',
    'There is no browser and none could be installed: install Chromium or Google Chrome (on Debian: apt-get install chromium), or set BANG_TIN_BROWSER to one.',
  );
}

function hasSudo(): boolean {
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
