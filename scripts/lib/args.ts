/** Command lines of the scripts: parsed once, at the border, with a sentence for every mistake. */
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { AppError } from '../../shared/util/errors.ts';

/** A command line that cannot be obeyed. Code `argsInvalid`; the message says what is wrong. */
export class ArgsError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('argsInvalid', message, { cause });
  }
}

function parse<T extends ParseArgsOptionsConfig>(argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ArgsError(error instanceof Error ? error.message.split('. ')[0] + '.' : String(error), error);
  }
}

export const startArgs = {
  empty: { type: 'boolean', default: false },
  port: { type: 'string', default: '8080' },
  data: { type: 'string', default: 'data' },
  'no-player': { type: 'boolean', default: false },
  headless: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

export const playerArgs = {
  cms: { type: 'string' },
  data: { type: 'string', default: 'player-data' },
  headless: { type: 'boolean', default: false },
  host: { type: 'string', default: 'auto' },
  'pair-anew': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** A TCP port; 0 means «any free one». */
function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new ArgsError(`--port takes a number from 0 to 65535, not «${text}».`);
  return port;
}

export interface StartOptions {
  /** No sample province: the first administrator comes by a one-time link. */
  empty: boolean;
  port: number;
  /** Absolute path of the data folder. */
  data: string;
  /** Start a player for the first board. */
  player: boolean;
  /** Without a window, as a test: what it plays counts. */
  headless: boolean;
}

/**
 * @param cwd folder that a relative --data is meant from
 * @returns `help`: the options are asked for
 * @throws ArgsError
 */
export function parseStartArgs(argv: string[], cwd: string): StartOptions | 'help' {
  const values = parse(argv, startArgs);
  if (values.help) return 'help';
  if (values.data.trim() === '') throw new ArgsError('--data takes a folder.');
  return {
    empty: values.empty,
    port: parsePort(values.port),
    data: resolve(cwd, values.data),
    player: !values['no-player'] && !values.empty,
    headless: values.headless,
  };
}

export interface PlayerOptions {
  /** Origin of the CMS, without a trailing slash. */
  cms: string;
  /** Absolute path of the player's data folder. */
  data: string;
  /** Never open a window, even where there is a display. */
  headless: boolean;
  /** Which host: the best there is, or one by name. */
  host: 'auto' | 'electron' | 'chromium';
  /** Give up the pairing of before and ask for a new one. */
  pairAnew: boolean;
}

/**
 * @param cwd folder that a relative --data is meant from
 * @returns `help`: the options are asked for
 * @throws ArgsError
 */
export function parsePlayerArgs(argv: string[], cwd: string): PlayerOptions | 'help' {
  const values = parse(argv, playerArgs);
  if (values.help) return 'help';
  if (values.cms === undefined) {
    throw new ArgsError('Say which CMS: npm run player -- --cms http://127.0.0.1:8080 --data player-data');
  }
  const url = URL.canParse(values.cms) ? new URL(values.cms) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ArgsError(`--cms takes an address such as http://127.0.0.1:8080, not «${values.cms}».`);
  }
  const { host } = values;
  if (host !== 'auto' && host !== 'electron' && host !== 'chromium') {
    throw new ArgsError(`--host takes auto, electron or chromium, not «${host}».`);
  }
  return {
    cms: url.href.replace(/\/+$/, ''),
    data: resolve(cwd, values.data),
    headless: values.headless,
    host,
    pairAnew: values['pair-anew'],
  };
}
