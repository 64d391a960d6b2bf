/** Real processes for end-to-end tests: the CMS and a player, each a child on ephemeral ports, killed with the test. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Account {
  role: string;
  email: string;
  password: string;
}
export interface Sample {
  firstBoardId: string;
  accounts: Account[] | null;
  passwordFile: string | null;
}
type Message = { type: string } & Record<string, unknown>;

/** A child that talks over IPC. Messages are kept, so one that came early is not lost. */
export class Child {
  readonly process: ChildProcess;
  readonly #messages: Message[] = [];
  #output = '';

  /** @param execPath Node, or Electron */
  constructor(script: string, args: readonly string[], env: Record<string, string> = {}, execPath = process.execPath) {
    this.process = fork(script, args, { execPath, execArgv: [], cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.process.on('message', (message) => this.#messages.push(message as Message));
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** What it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The next message of a type that nobody has taken yet. */
  async message(type: string, within = 60_000): Promise<Message> {
    const signal = AbortSignal.timeout(within);
    for (;;) {
      const at = this.#messages.findIndex((m) => m.type === type);
      if (at >= 0) return this.#messages.splice(at, 1)[0] as Message;
      if (this.process.exitCode !== null) throw new Error(`The child ended (${this.process.exitCode}) before «${type}»:\n${this.#output}`);
      try {
        await Promise.race([once(this.process, 'message', { signal }), once(this.process, 'exit', { signal })]);
      } catch {
        throw new Error(`No «${type}» within ${within} ms:\n${this.#output}`);
      }
    }
  }

  /** Ends it and waits. SIGKILL is a power cut. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    const hard = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

export interface Cms {
  child: Child;
  url: string;
  sample: Sample | null;
  firstAdminLink: string | null;
}

/** Starts the CMS on embedded SQLite. Passwords of the sample come over IPC, as on a terminal. */
export async function startCms(data: string, options: { port?: number; empty?: boolean } = {}): Promise<Cms> {
  const args = ['--port', String(options.port ?? 0), '--data', data, '--web', 'dist/web', '--stage', 'dist/stage', '--tty'];
  if (options.empty) args.push('--empty');
  const child = new Child('cms/server/main.ts', args);
  const ready = await child.message('ready', 120_000);
  return { child, url: ready['url'] as string, sample: ready['sample'] as Sample | null, firstAdminLink: ready['firstAdminLink'] as string | null };
}

export interface Player {
  child: Child;
  /** Where the stage's browser can be looked into. */
  debugUrl: string;
}

/** Starts the Chromium host without a window. */
export async function startPlayer(cmsUrl: string, data: string, browser: string): Promise<Player> {
  const port = await freePort();
  const browserArgs = [`--remote-debugging-port=${port}`];
  if (process.getuid?.() === 0) browserArgs.push('--no-sandbox');
  const child = new Child('player/hosts/chromium/main.ts', [
    ...['--cms', cmsUrl, '--data', data, '--stage', 'dist/stage', '--browser', browser, '--headless'],
    ...browserArgs.flatMap((arg) => ['--browser-arg', arg]),
  ]);
  return { child, debugUrl: `http://127.0.0.1:${port}` };
}
