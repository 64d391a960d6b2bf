/** The engine behind an open door: the command line in full, the log, and the end. Loaded by main.ts. */
import pino from 'pino';
import { z } from 'zod';
import { publicKey } from '../../shared/protocol/common.ts';
import { hostKind } from '../../shared/protocol/journal.ts';
import { AppError } from '../../shared/util/errors.ts';
import { EngineLog } from './engine-log.ts';
import { startEngine, type EngineMessage } from './engine.ts';
import { HostPictures } from './host-pictures.ts';
import type { HostFault, PictureAnswer, PictureWanted, VersionKept } from './launch.ts';
import { plainLine } from './plain-log.ts';
import { screenDriver } from './screen/drivers.ts';
import type { StageDoor } from './stage-door.ts';
import { versionsHere } from './updates/updates.ts';

/** So often the host hears that the engine is not stuck, ms. */
const aliveEveryMs = 5_000;

const commandLine = z.object({
  cms: z.url({ protocol: /^https?$/ }).optional(),
  data: z.string().min(1),
  stage: z.string().min(1),
  host: hostKind.default('browser'),
  'pair-anew': z.boolean().default(false),
  metered: z.boolean().default(false),
  'reboot-command': z.string().nullable().default(null),
  screen: z.string().optional(),
  // One that is mistyped is none: it must not keep a board from showing its programme.
  'release-key': publicKey.nullable().catch(null).default(null),
  versions: z.string().optional(),
  'log-level': z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/**
 * Starts the engine and ties its end to the process's signals and its host.
 * @throws AppError `args_invalid`, or what startEngine throws
 */
export async function runEngine(
  values: unknown,
  door: StageDoor,
  app: string,
  send: (message: EngineMessage | PictureWanted) => void,
): Promise<void> {
  const args = commandLine.safeParse(values);
  if (!args.success) throw new AppError('args_invalid', `Cannot be started like this. ${z.prettifyError(args.error)}`);
  const kept = new EngineLog(args.data.data);
  const lines = pino.destination({ dest: 2, sync: true });
  // JSON is for whoever collects logs; a person at a terminal reads lines.
  const out = (line: string): unknown =>
    process.stderr.isTTY ? process.stderr.write(plainLine(line)) : lines.write(line);
  const log = pino(
    { level: args.data['log-level'], base: { part: 'engine' } },
    {
      write(line: string) {
        kept.write(line);
        out(line);
      },
    },
  );
  // What ends this process is what its log will be asked for.
  process.on('uncaughtExceptionMonitor', (error, origin) =>
    kept.write(`${JSON.stringify({ level: 60, time: Date.now(), part: 'engine', origin, msg: error.stack })}\n`),
  );
  const pictures = new HostPictures(send);
  const engine = await startEngine({
    cms: args.data.cms ?? null,
    dataDir: args.data.data,
    stageDir: args.data.stage,
    host: args.data.host,
    app,
    pairAnew: args.data['pair-anew'],
    metered: args.data.metered,
    door,
    log,
    onMessage(message) {
      send(message);
      if (message.type === 'dismissed' || message.type === 'restart') end();
    },
    supervised: process.send !== undefined,
    readLog: (maxBytes) => kept.tail(maxBytes),
    forgetLog: () => kept.forget(),
    rebootCommand: args.data['reboot-command'],
    screen: screenDriver(args.data.screen),
    releaseKey: args.data['release-key'],
    versions: versionsHere(args.data.versions),
    ...(process.send ? { askForPicture: pictures.ask } : {}),
  });
  if (process.send)
    process.on('message', (message) => {
      const said = message as PictureAnswer | HostFault | VersionKept;
      if (said.type === 'fault') engine.hearFault(said);
      else if (said.type === 'versionKept') engine.hearKept(said);
      else pictures.hear(said);
    });
  send({ type: 'alive' });
  const alive = setInterval(() => send({ type: 'alive' }), aliveEveryMs);
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    clearInterval(alive);
    engine.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'ending failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);
  if (process.send) {
    process.on('disconnect', end);
    // The host may have gone while the engine was being built.
    if (!process.connected) end();
  }
}
