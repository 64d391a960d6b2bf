/** Process entry: reads the configuration, starts the CMS, talks to `npm start` over IPC, ends cleanly. */
import { pino } from 'pino';
import { AppError } from '../../shared/util/errors.ts';
import { createApp, type App } from './app.ts';
import { readProcessConfig, type Config } from './config.ts';
import { createLog } from './log.ts';
import { machineSources } from './machine-sources.ts';
import { handleParent, tellParent } from './parent.ts';
import { prepareFirstStart } from './first-start.ts';

const EXIT_CONFIG = 2;
const EXIT_FAILED = 1;
/** Requests in flight get this long, ms; then the process ends all the same. Shorter than what `npm start` and systemd allow. */
const CLOSE_WITHIN_MS = 4000;

/** One sentence for the person who started it; what nobody foresaw comes with its stack. */
function explain(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function configure(): Config {
  try {
    return readProcessConfig();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(EXIT_CONFIG);
  }
}

// What this process writes is its owner's alone: the database holds password hashes and who signed in from where.
process.umask(0o077);

const config = configure();
const log = createLog(config.logLevel, pino.destination({ fd: 2, sync: true }));

let app: App | null = null;
let stopping = false;

async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ reason }, 'stopping');
  setTimeout(() => {
    log.error('did not stop in time');
    process.exit(EXIT_FAILED);
  }, CLOSE_WITHIN_MS).unref();
  try {
    await app?.close();
  } catch (error) {
    log.error({ err: error }, 'did not stop cleanly');
    process.exitCode = EXIT_FAILED;
  }
  process.exit();
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
// Started by npm start: without it nobody would stop this process.
if (process.connected) process.on('disconnect', () => void stop('npm start has ended'));
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'an error that nobody caught');
  process.exitCode = EXIT_FAILED;
  void stop('uncaught exception');
});
process.on('unhandledRejection', (error) => {
  log.fatal({ err: error }, 'a rejection that nobody caught');
  process.exitCode = EXIT_FAILED;
  void stop('unhandled rejection');
});

try {
  app = await createApp(config, machineSources, log, (error) => {
    log.fatal({ err: error }, 'this process has to end');
    process.exitCode = EXIT_FAILED;
    void stop(error.message);
  });
  if (stopping) await app.close();
  else {
    const first = await prepareFirstStart(app, config, (text) => void tellParent({ type: 'progress', text }));
    const url = await app.listen();
    handleParent(app, log);
    const base = config.publicUrl ?? url;
    const firstAdminLink = first.adminToken === null ? null : `${base}/setup#${first.adminToken}`;
    log.info({ url, dialect: app.context.store.dialect }, 'the CMS listens');
    if (!tellParent({ type: 'ready', url, sample: first.sample, firstAdminLink }) && firstAdminLink !== null) {
      process.stdout.write(`Tạo quản trị viên đầu tiên / Create the first administrator: ${firstAdminLink}\n`);
    }
  }
} catch (error) {
  log.debug({ err: error }, 'could not start');
  process.stderr.write(`${explain(error)}\n`);
  await app?.close();
  process.exit(EXIT_FAILED);
}
