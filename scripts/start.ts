/**
 * npm start [-- --empty] [-- --port N] [-- --data DIR] [-- --no-player] [-- --headless]
 *
 * Builds what is needed, starts the CMS on embedded SQLite in one data folder with a sample province, and one
 * real player for the first board. The pairing is real: the player shows its code, this script hands the code
 * to the CMS as a person would, and both ends check it.
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ArgsError, parseStartArgs, type StartOptions } from './lib/args.ts';
import { describeEnding, logTail, startChild, type Child } from './lib/child.ts';
import { runBuild } from './lib/fresh.ts';
import { seeHelp, startHelp } from './lib/help.ts';
import { cmsMessage, playerMessage, type CmsReady, type PairBoard } from './lib/ipc.ts';
import { repoRoot } from './lib/paths.ts';
import { dismissedLine, noPlayerLines, readyLines, shortPath, stageLine } from './lib/summary.ts';
import { outDir } from './lib/targets.ts';
import { wasPaired } from './lib/was-paired.ts';

const STOP_GRACE_MS = 5000;

let options: StartOptions;
try {
  const parsed = parseStartArgs(process.argv.slice(2), process.cwd());
  if (parsed === 'help') {
    console.log(startHelp);
    process.exit(0);
  }
  options = parsed;
} catch (error) {
  console.error(error instanceof ArgsError ? `${error.message}\n${seeHelp('npm start')}` : error);
  process.exit(2);
}

const logs = { cms: join(options.data, 'log/cms.log'), player: join(options.data, 'log/player.log') };
const playerData = join(options.data, 'player');
const children: Child[] = [];
let stopping = false;

/** Stops the player, then the CMS, so that the player's last records still reach it. Ends this process. */
async function stopAll(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const child of children.toReversed()) await child.stop();
  process.exit(code);
}

function onSignal(): void {
  // A second Ctrl-C does not wait; what still runs is killed on the way out.
  if (stopping) process.exit(1);
  console.log('\nĐang dừng … Stopping …');
  void stopAll(0);
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

/** Says why a program ended that should not have, with the end of its log. */
function reportEnd(name: string, ending: string, log: string): void {
  console.error(`\n${name}: ${ending}.`);
  for (const line of logTail(log)) console.error(`  ${line}`);
  console.error(`Nhật ký / Log: ${shortPath(log, process.cwd())}`);
}

/** Starts the CMS and waits until it listens; null when it ended before that. */
async function startCms(onPaired: (text: string) => void): Promise<{ cms: Child; ready: CmsReady } | null> {
  const args = ['--port', String(options.port), '--data', options.data];
  args.push('--web', outDir('web'), '--stage', outDir('stage'));
  if (options.empty) args.push('--empty');
  if (process.stdout.isTTY) args.push('--tty');

  let announce: (ready: CmsReady) => void = () => {};
  const listening = new Promise<CmsReady>((done) => (announce = done));
  const cms = startChild(process.execPath, [join(repoRoot, 'cms/server/main.ts'), ...args], {
    log: logs.cms,
    graceMs: STOP_GRACE_MS,
    onMessage: (message) => {
      const { data } = cmsMessage.safeParse(message);
      if (data?.type === 'ready') announce(data);
      else if (data?.type === 'progress') console.log(`  ${data.text}`);
      else if (data?.type === 'paired') onPaired('Đã ghép nối máy phát với bảng tin. The player is paired.');
      else if (data?.type === 'pairFailed')
        onPaired(`Chưa ghép nối được / Pairing failed (${data.code}): ${data.message}`);
    },
  });
  children.push(cms);
  const ready = await Promise.race([listening, cms.ended.then(() => null)]);
  return ready === null ? null : { cms, ready };
}

function startPlayer(cms: Child, ready: CmsReady): Child {
  // A player that was paired once and shows a code again was replaced: it does not take the board back by itself.
  let boardId = wasPaired(playerData) ? undefined : ready.sample?.firstBoardId;
  const player = startChild(
    process.execPath,
    [
      join(repoRoot, 'scripts/player.ts'),
      ...['--cms', ready.url, '--data', playerData],
      ...(options.headless ? ['--headless'] : []),
    ],
    {
      log: logs.player,
      graceMs: STOP_GRACE_MS,
      onMessage: (message) => {
        const { data } = playerMessage.safeParse(message);
        if (data?.type === 'stage') console.log(stageLine(data));
        if (data?.type === 'paired') boardId = undefined;
        if (data?.type === 'dismissed') console.log(dismissedLine);
        if (data?.type !== 'pairingCode' || data.code === '') return;
        if (boardId === undefined) console.log(`Mã ghép nối / Pairing code: ${data.code}`);
        else cms.send({ type: 'pairBoard', boardId, code: data.code } satisfies PairBoard);
      },
    },
  );
  children.push(player);
  return player;
}

async function main(): Promise<void> {
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  if (options.port !== 0 && !(await isPortFree(options.port))) {
    console.error(
      `Cổng ${options.port} đang được dùng. Port ${options.port} is in use: stop what uses it, or choose another with --port N.`,
    );
    process.exit(1);
  }
  await runBuild(['web', 'stage']);
  if (stopping) return;

  console.log('Đang khởi động CMS … Starting the CMS …');
  const started = await startCms((text) => console.log(text));
  if (stopping) return;
  if (started === null) {
    const ending = await children[0]!.ended;
    reportEnd('CMS không khởi động được / The CMS did not start', describeEnding(ending), logs.cms);
    process.exit(1);
  }
  const { cms, ready } = started;
  for (const line of readyLines(ready, { data: options.data, cwd: process.cwd() })) console.log(line);
  void cms.ended.then((ending) => {
    if (stopping) return;
    reportEnd('CMS đã dừng / The CMS ended', describeEnding(ending), logs.cms);
    void stopAll(1);
  });

  // A data folder that began with --empty has no first board, but may hold a player that a person paired.
  if (!options.player || (ready.sample === null && !existsSync(playerData))) {
    for (const line of noPlayerLines(ready.url)) console.log(line);
    return;
  }
  const player = startPlayer(cms, ready);
  void player.ended.then((ending) => {
    if (stopping) return;
    reportEnd('Máy phát đã dừng / The player ended', describeEnding(ending), logs.player);
    console.error(
      `CMS vẫn chạy / The CMS goes on. npm run player -- --cms ${ready.url} --data ${shortPath(playerData, process.cwd())}`,
    );
  });
}

main().catch((error: unknown) => {
  if (stopping) return;
  console.error(error instanceof Error ? error.message : error);
  void stopAll(1);
});
