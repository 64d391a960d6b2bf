/** TLS without a proxy in front: certificate and key from files, and again whenever they are renewed. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { ConfigError } from './config.ts';

export interface TlsFiles {
  /** Certificate with its chain, PEM. */
  readonly cert: string;
  /** Private key, PEM. */
  readonly key: string;
}

/** How often to see whether the files have changed, ms: certificates are renewed weeks before they end. */
const usualLookMs = 60_000;

/** @throws ConfigError when a file cannot be read or the two do not belong together */
export function readTls({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  const read = (flag: string, path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new ConfigError(flag, `${flag}: ${(error as Error).message}`, error);
    }
  };
  const pair = { cert: read('--tls-cert', cert), key: read('--tls-key', key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError('--tls-cert', `--tls-cert and --tls-key are no certificate with its key: ${message}`, error);
  }
  return pair;
}

/** An upload over a thin line takes as long as it takes; Node would cut it after five minutes. Headers have their minute. */
function patient<S extends Server | HttpsServer>(server: S): S {
  server.requestTimeout = 0;
  server.keepAliveTimeout = 72_000;
  return server;
}

/**
 * The server for `handler`; https when there are files. `stop` ends the watching.
 * @param lookEveryMs how often to see whether the files have changed
 */
export function createTlsServer(
  files: TlsFiles | null,
  handler: RequestListener,
  log: Logger,
  lookEveryMs = usualLookMs,
): { server: Server | HttpsServer; stop(): void } {
  if (files === null) return { server: patient(createHttpServer(handler)), stop: () => undefined };
  const server = patient(createHttpsServer(readTls(files), handler));
  const renew = () => {
    try {
      server.setSecureContext(readTls(files));
      log.info('the certificate was read again');
    } catch (error) {
      // Between the writing of the one and of the other they may not match; the old ones go on.
      log.warn({ err: error }, 'the renewed certificate cannot be used yet');
    }
  };
  for (const path of Object.values(files) as string[])
    watchFile(path, { interval: lookEveryMs, persistent: false }, renew);
  return {
    server,
    stop: () => {
      for (const path of Object.values(files) as string[]) unwatchFile(path, renew);
    },
  };
}
