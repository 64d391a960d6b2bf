/**
 * The engine as a process. Its host starts it with a channel (fork) and hands the tokens of the launch over in the environment, where
 * no other user of the machine can read them; it ends when its host does. By hand: node player/engine/main.ts --cms URL --data DIR --stage DIR
 */
import { parseArgs } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { hostKind } from '../../shared/protocol/journal.ts';
import { AppError } from '../../shared/util/errors.ts';
import { startEngine, type EngineMessage } from './engine.ts';

export type { EngineMessage } from './engine.ts';

/** Version of the player, as boards report it. */
export const appVersion = '0.1.0';

const commandLine = z.object({
  cms: z.url({ protocol: /^https?$/ }).optional(),
  data: z.string().min(1),
  stage: z.string().min(1),
  host: hostKind.default('browser'),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  'pair-anew': z.boolean().default(false),
  'log-level': z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
const token = z.string().min(20).optional();
const environment = z.object({ BANG_TIN_HOST_TOKEN: token, BANG_TIN_OPEN_TOKEN: token });

/** A command line or folder that will not be better at the next attempt: the host does not start the engine again. */
export const uselessExitCode = 64;
const hopeless = ['store_newer', 'cms_unset', 'args_invalid'];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cms: { type: 'string' },
      data: { type: 'string' },
      stage: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'pair-anew': { type: 'boolean' },
      'log-level': { type: 'string' },
    },
  });
  const args = commandLine.safeParse(values);
  if (!args.success) throw new AppError('args_invalid', `Cannot be started like this. ${z.prettifyError(args.error)}`);
  const env = environment.parse(process.env);
  const { BANG_TIN_HOST_TOKEN: host, BANG_TIN_OPEN_TOKEN: open } = env;
  const log = pino(
    { level: args.data['log-level'], base: { part: 'engine' } },
    pino.destination({ dest: 2, sync: true }),
  );
  const send = (message: EngineMessage) => {
    if (process.connected) process.send?.(message);
    else if (message.type === 'listening') process.stdout.write(`${message.openUrl}\n`);
    else if (message.type === 'pairingCode') process.stdout.write(`${message.code}\n`);
  };
  const engine = await startEngine({
    cms: args.data.cms ?? null,
    dataDir: args.data.data,
    stageDir: args.data.stage,
    host: args.data.host,
    port: args.data.port,
    app: appVersion,
    pairAnew: args.data['pair-anew'],
    ...(host && open ? { tokens: { host, open } } : {}),
    log,
    onMessage: send,
  });
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    engine.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'ending failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);
  if (process.connected) process.on('disconnect', end);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const known = error instanceof AppError;
    process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(known && hopeless.includes(error.code) ? uselessExitCode : 1);
  });
}
