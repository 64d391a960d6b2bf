/**
 * The engine as a process. Its host starts it with a channel (fork) and hands the tokens of the launch over in the environment, where
 * no other user of the machine can read them; it ends when its host does. By hand: node player/engine/main.ts --cms URL --data DIR --stage DIR
 *
 * The stage's door opens first and everything else is loaded after: browser and engine start side by side.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:net';
import { parseArgs } from 'node:util';
import type { EngineMessage as SaidByEngine } from './engine.ts';
import {
  appVersion,
  launchAgreement,
  newTokens,
  uselessExitCode,
  type PictureWanted,
  type StageTokens,
} from './launch.ts';
import { openStageDoor } from './stage-door.ts';

export type EngineMessage =
  | SaidByEngine
  | PictureWanted
  /** The stage can be opened: `url` by the host, `openUrl` by anybody at this machine. */
  | { type: 'listening'; port: number; url: string; openUrl: string };

/** Major version; what comes later serves as well. */
const leastNode = 24;

/** Codes of a command line or folder that will not be better at the next attempt. */
const hopeless = ['store_newer', 'cms_unset', 'args_invalid'];

function send(message: EngineMessage): void {
  if (process.connected) process.send?.(message);
  else if (message.type === 'listening') process.stdout.write(`${message.openUrl}\n`);
  else if (message.type === 'pairingCode') process.stdout.write(`${message.code}\n`);
}

/** Tokens that the host made, or new ones. */
function tokens(env: NodeJS.ProcessEnv): StageTokens {
  const { BANG_TIN_HOST_TOKEN: host, BANG_TIN_OPEN_TOKEN: open } = env;
  // Nothing to the programs that this one starts.
  delete env.BANG_TIN_HOST_TOKEN;
  delete env.BANG_TIN_OPEN_TOKEN;
  if (host && open && host.length >= 20 && open.length >= 20) return { host, open };
  return newTokens(randomBytes);
}

/** The socket that the host listens on and hands over. */
function inheritedDoor(): Promise<Server> {
  return new Promise((resolve) => process.once('message', (_, handle) => resolve(handle as Server)));
}

/** What a release says of this program (shared/protocol/release.ts `programAbout`). */
async function sayAbout(): Promise<void> {
  const { dataSchema: data } = await import('./store.ts');
  const about = { version: appVersion, launch: launchAgreement, node: leastNode, data };
  process.stdout.write(`${JSON.stringify(about)}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cms: { type: 'string' },
      data: { type: 'string' },
      stage: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'door-inherited': { type: 'boolean' },
      'pair-anew': { type: 'boolean' },
      'log-level': { type: 'string' },
      about: { type: 'boolean' },
    },
  });
  if (values.about) return sayAbout();
  const { data, stage } = values;
  if (!data || !stage) throw Object.assign(new Error('Say where: --data DIR --stage DIR'), { code: 'args_invalid' });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const port = Number(values.port ?? 0);
  const door = await openStageDoor({
    stageDir: stage,
    tokens: tokens(process.env),
    port: Number.isInteger(port) ? port : 0,
    ...(values['door-inherited'] ? { inherited: await inheritedDoor() } : {}),
  });
  send({ type: 'listening', port: door.port, url: door.url('host'), openUrl: door.url('open') });
  const [{ runEngine }, { rebootCommandOf }] = await Promise.all([import('./run-engine.ts'), import('./reboot.ts')]);
  const metered = /^(1|true|yes)$/i.test(process.env.BANG_TIN_METERED ?? '');
  const reboot = rebootCommandOf(process.env.BANG_TIN_REBOOT);
  const screen = process.env.BANG_TIN_SCREEN;
  const { BANG_TIN_RELEASE_KEY: releaseKey, BANG_TIN_VERSIONS: versions } = process.env;
  await runEngine(
    { ...values, metered, screen, 'reboot-command': reboot, 'release-key': releaseKey, versions },
    door,
    appVersion,
    send,
  );
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
    const known = code !== undefined && hopeless.includes(code);
    process.stderr.write(`${known ? message : (stack ?? String(error))}\n`);
    process.exit(known ? uselessExitCode : 1);
  });
}
