/**
 * npm run player -- --cms URL [--data DIR] [--headless] [--host auto|electron|chromium] [--pair-anew]
 *
 * Starts one player against any CMS: the Electron host where its binary and a display exist, else the Chromium
 * host, which itself chooses between a kiosk window, a headless browser and none. `npm start` runs this same
 * script and listens to it over IPC; run by hand it prints what it would have said.
 */
import { join } from 'node:path';
import { ArgsError, parsePlayerArgs, type PlayerOptions } from './lib/args.ts';
import { findBrowser } from './lib/browser.ts';
import { describeEnding, startChild, type Child, type Ending } from './lib/child.ts';
import { chooseHost, findElectron, hasDisplay } from './lib/hosts.ts';
import { playerHelp, seeHelp } from './lib/help.ts';
import { playerMessage } from './lib/ipc.ts';
import { runBuild } from './lib/fresh.ts';
import { repoRoot } from './lib/paths.ts';
import { dismissedLine } from './lib/summary.ts';
import { outDir, type TargetName } from './lib/targets.ts';

/** Shorter than the 5 s that npm start gives this script, so that it is never killed before its host. */
const HOST_GRACE_MS = 4000;

let options: PlayerOptions;
try {
  const parsed = parsePlayerArgs(process.argv.slice(2), process.cwd());
  if (parsed === 'help') {
    console.log(playerHelp);
    process.exit(0);
  }
  options = parsed;
} catch (error) {
  console.error(error instanceof ArgsError ? `${error.message}\n${seeHelp('npm run player')}` : error);
  process.exit(2);
}

let running: Child | null = null;
let stopping = false;
const stop = (): void => {
  stopping = true;
  void running?.stop();
};
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
// Started by npm start: without it there is nobody to stop this player.
if (process.connected) process.on('disconnect', stop);

const isRoot = process.getuid?.() === 0;
const electron = findElectron();
const choice = chooseHost(options, { electron, display: hasDisplay(process.platform, process.env), isRoot });
if (options.host === 'electron' && choice.host !== 'electron') {
  console.error(`The Electron host cannot run here: ${choice.reason}.`);
  process.exit(1);
}

// Started from the sources it stands on somebody's desk: no CMS starts that machine again.
process.env.BANG_TIN_REBOOT ??= 'none';

/** Tells npm start, or the person at the terminal. */
let stageShown = false;
function onMessage(message: unknown): void {
  if (process.connected) process.send?.(message);
  const { data } = playerMessage.safeParse(message);
  if (data?.type === 'stage') stageShown = true;
  if (process.connected || data === undefined) return;
  if (data.type === 'pairingCode') {
    if (data.code !== '') console.log(`Mã ghép nối / Pairing code: ${data.code}`);
  } else if (data.type === 'paired') console.log('Đã ghép nối. Paired.');
  else if (data.type === 'dismissed') console.log(dismissedLine);
  else console.log(`Màn hình / Stage: ${data.url} (${data.host}${data.reason ? `: ${data.reason}` : ''})`);
}

async function runHost(program: string, args: string[]): Promise<Ending> {
  const common = ['--cms', options.cms, '--data', options.data, '--stage', outDir('stage')];
  if (options.pairAnew) common.push('--pair-anew');
  running = startChild(program, [...args, ...common], { graceMs: HOST_GRACE_MS, cwd: repoRoot, onMessage });
  const host = running;
  const forward = (message: unknown): void => host.send(message as object);
  process.on('message', forward);
  const ending = await host.ended;
  process.off('message', forward);
  return ending;
}

async function runElectron(program: string): Promise<Ending> {
  return runHost(program, [join(outDir('electron'), 'main.js')]);
}

/** As root the host runs the browser as another user, who cannot reach into root's own folders. */
function browserArgument(): string {
  return (isRoot ? findBrowser({ forOthers: true }) : null) ?? findBrowser() ?? 'none';
}

async function runChromium(): Promise<Ending> {
  const browser = ['--browser', browserArgument(), ...(options.headless ? ['--headless'] : [])];
  return runHost(process.execPath, [join(outDir('chromium'), 'main.cjs'), ...browser]);
}

async function main(): Promise<number> {
  const targets: TargetName[] = [
    'stage',
    'engine',
    'chromium',
    ...(choice.host === 'electron' ? (['electron'] as const) : []),
  ];
  await runBuild(targets);
  if (stopping) return 0;
  if (choice.host === 'electron' && electron !== null) {
    const ending = await runElectron(electron);
    // Libraries or a sandbox that is missing show only when it starts; the picture matters more than the host.
    if (stopping || stageShown || options.host === 'electron') return report(ending);
    console.error(`Electron did not start (${describeEnding(ending)}); using Chromium instead.`);
  }
  return report(await runChromium());
}

function report(ending: Ending): number {
  if (stopping) return 0;
  if (ending.code !== 0) console.error(`The player ended with ${describeEnding(ending)}.`);
  return ending.code ?? 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (stopping) process.exit(0);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
