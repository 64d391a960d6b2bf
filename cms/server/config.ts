/** The only reader of the environment and of flags: parsed once, at the border, with a sentence for every mistake. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { publicKey } from '../../shared/protocol/common.ts';
import { AppError } from '../../shared/util/errors.ts';

/** Code `config_invalid`; `field` names the flag or variable, the message what it takes. */
export class ConfigError extends AppError {
  constructor(field: string, message: string, cause?: unknown) {
    super('config_invalid', message, { field, status: 500, ...(cause === undefined ? {} : { cause }) });
  }
}

export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** The data folder, absolute. */
  readonly data: string;
  /** No sample province at the first start. */
  readonly empty: boolean;
  /** The data were restored from a backup: continue in a higher epoch. */
  readonly restored: boolean;
  /** A person looks at the terminal: sample passwords may be shown there. */
  readonly tty: boolean;
  /** Folders of the built pages, absolute; null: not served. */
  readonly web: string | null;
  readonly stage: string | null;
  /** PostgreSQL's address; null: SQLite in the data folder. */
  readonly databaseUrl: string | null;
  /** TLS without a proxy in front; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** One proxy in front says who is calling. */
  readonly trustProxy: boolean;
  /** The address by which people reach the CMS, without a trailing slash; null: where it listens. */
  readonly publicUrl: string | null;
  readonly logLevel: (typeof logLevels)[number];
  /** null: no e-mail. */
  readonly smtp: SmtpConfig | null;
  /** Where incidents are posted; null: nowhere. */
  readonly webhook: WebhookConfig | null;
  /** Public part of the key that releases of the player are signed by; null: none are taken. */
  readonly releaseKey: string | null;
}

/** A mail server to hand e-mail to. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS. */
  readonly secure: boolean;
  /** No message goes over a connection that is not encrypted. */
  readonly requireTls: boolean;
  /** null: without signing in. */
  readonly user: string | null;
  readonly password: string;
  /** `From:` of the messages. */
  readonly from: string;
}

export interface WebhookConfig {
  readonly url: string;
  /** Signs what is sent. */
  readonly secret: string;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const flags = {
  port: { type: 'string', default: '8080' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: 'data' },
  empty: { type: 'boolean', default: false },
  restored: { type: 'boolean', default: false },
  tty: { type: 'boolean', default: false },
  web: { type: 'string' },
  stage: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

const isUrl = (protocols: readonly string[]) => (text: string) =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().max(65_535));
const postgresUrl = z.string().refine(isUrl(['postgres:', 'postgresql:']));
const httpUrl = z
  .string()
  .refine(isUrl(['http:', 'https:']))
  .transform((text) => text.replace(/\/+$/, ''));

function take<T>(schema: z.ZodType<T>, value: unknown, name: string, takes: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(name, `${name} takes ${takes}`);
}

/** An empty variable is an absent one: that is how compose files and unit files switch one off. */
const given = (value: string | undefined): string | null =>
  value === undefined || value.trim() === '' ? null : value.trim();

/**
 * @param argv flags, without the program's name
 * @param cwd folder that relative paths are meant from
 * @throws ConfigError
 */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Config {
  let values;
  try {
    values = parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError('flags', (error as Error).message.split('. ')[0]!, error);
  }
  const folder = (name: 'web' | 'stage'): string | null =>
    values[name] === undefined ? null : resolve(cwd, values[name]);
  const [cert, key] = [values['tls-cert'], values['tls-key']];
  if ((cert === undefined) !== (key === undefined))
    throw new ConfigError(cert === undefined ? '--tls-cert' : '--tls-key', '--tls-cert and --tls-key go together');
  const databaseUrl = given(env.DATABASE_URL);
  const publicUrl = given(env.BANG_TIN_PUBLIC_URL);
  const releaseKey = given(env.BANG_TIN_RELEASE_KEY);
  return {
    port: take(port, values.port, '--port', 'a number from 0 to 65535'),
    host: take(z.string().trim().min(1), values.host, '--host', 'an address such as 127.0.0.1'),
    data: resolve(cwd, take(z.string().trim().min(1), values.data, '--data', 'a folder')),
    empty: values.empty,
    restored: values.restored,
    tty: values.tty,
    web: folder('web'),
    stage: folder('stage'),
    // The value is never quoted: it holds a password.
    databaseUrl:
      databaseUrl &&
      take(postgresUrl, databaseUrl, 'DATABASE_URL', 'an address such as postgres://user:password@host/database'),
    tls: cert === undefined || key === undefined ? null : { cert: resolve(cwd, cert), key: resolve(cwd, key) },
    trustProxy:
      take(z.enum(['0', '1']), given(env.BANG_TIN_TRUST_PROXY) ?? '0', 'BANG_TIN_TRUST_PROXY', '0 or 1') === '1',
    publicUrl:
      publicUrl && take(httpUrl, publicUrl, 'BANG_TIN_PUBLIC_URL', 'an address such as https://bangtin.example.vn'),
    logLevel: take(
      z.enum(logLevels),
      given(env.BANG_TIN_LOG_LEVEL) ?? 'info',
      'BANG_TIN_LOG_LEVEL',
      logLevels.join(', '),
    ),
    smtp: readSmtp(env),
    webhook: readWebhook(env),
    releaseKey: releaseKey && take(publicKey, releaseKey, 'BANG_TIN_RELEASE_KEY', 'what npm run release-key printed'),
  };
}

const ownHosts = ['localhost', '127.0.0.1', '[::1]'];
const smtpUrl = z.string().refine(isUrl(['smtp:', 'smtps:']));
const senderAddress = z.string().regex(/^([^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$/);
const webhookUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && ownHosts.includes(hostname));
  return isSafe && username === '' && password === '';
});

/** Values are never quoted: they hold passwords. @throws ConfigError */
function readSmtp(env: NodeJS.ProcessEnv): SmtpConfig | null {
  const text = given(env.BANG_TIN_SMTP_URL);
  if (text === null) return null;
  const address = 'an address such as smtps://user:password@mail.example.vn';
  const url = new URL(take(smtpUrl, text, 'BANG_TIN_SMTP_URL', address));
  const secure = url.protocol === 'smtps:';
  if (url.hostname === '') throw new ConfigError('BANG_TIN_SMTP_URL', `BANG_TIN_SMTP_URL takes ${address}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: !secure && !ownHosts.includes(url.hostname),
    user: url.username === '' ? null : decoded(url.username),
    password: decoded(url.password),
    from: take(
      senderAddress,
      given(env.BANG_TIN_SMTP_FROM) ?? '',
      'BANG_TIN_SMTP_FROM',
      'who e-mail is from, such as «Bảng Tin <bangtin@example.vn>»',
    ),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ConfigError(
      'BANG_TIN_SMTP_URL',
      'BANG_TIN_SMTP_URL holds a character that is not percent-encoded in its user or password',
      cause,
    );
  }
}

/** @throws ConfigError */
function readWebhook(env: NodeJS.ProcessEnv): WebhookConfig | null {
  const url = given(env.BANG_TIN_WEBHOOK_URL);
  if (url === null) return null;
  return {
    url: take(
      webhookUrl,
      url,
      'BANG_TIN_WEBHOOK_URL',
      'an https address without user and password (http: this machine alone)',
    ),
    secret: take(
      z.string().min(16),
      given(env.BANG_TIN_WEBHOOK_SECRET) ?? '',
      'BANG_TIN_WEBHOOK_SECRET',
      'at least 16 characters, which the receiver knows too',
    ),
  };
}

/** The configuration of this process. @throws ConfigError */
export const readProcessConfig = (): Config => readConfig(process.argv.slice(2), process.env, process.cwd());

/** Whether the database is elsewhere than in the data folder. */
export const usesPostgres = (): boolean => given(process.env.DATABASE_URL) !== null;
