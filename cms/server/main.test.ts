import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

// Each starts whole processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'bang-tin-main-'))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  /** Everything on stderr so far. */
  said(): string;
  ended: Promise<number | null>;
}

function start(flags: string[], env: Record<string, string> = {}): Run {
  const child = fork(
    join(import.meta.dirname, 'main.ts'),
    ['--port', '0', '--data', join(folder, 'data'), '--empty', ...flags],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, ...env },
    },
  );
  children.push(child);
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function ready({ child }: Run): Promise<{ url: string; firstAdminLink: string | null }> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ type: string; url: string; firstAdminLink: string | null }];
    if (message.type === 'ready') return message;
  }
}

it('listens, tells its parent, confirms no code that nobody shows, and ends cleanly at SIGTERM, again and again', async () => {
  for (let i = 0; i < 2; i++) {
    const run = start([]);
    const { url, firstAdminLink } = await ready(run);
    expect(firstAdminLink).toMatch(new RegExp(`^${url}/setup#[\\w-]{43}$`));
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ ok: true });
    // Hashes of passwords are nobody else's to read, wherever the data folder is.
    expect((await stat(join(folder, 'data', 'cms.sqlite'))).mode & 0o077).toBe(0);
    const answered = once(run.child, 'message');
    run.child.send({ type: 'pairBoard', boardId: '00000000-0000-7000-8000-000000000000', code: 'abcd-efgh' });
    expect((await answered)[0]).toMatchObject({ type: 'pairFailed', code: 'board_unknown' });
    run.child.send({ type: 'nonsense' });
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    // Nothing secret went to the log.
    expect(run.said()).not.toContain(firstAdminLink!.split('#')[1]);
  }
});

it('ends when npm start has ended', async () => {
  const run = start([]);
  await ready(run);
  // Node tells of no «close» after a disconnect.
  const exited = once(run.child, 'exit');
  run.child.disconnect();
  expect(await exited).toEqual([0, null]);
});

it('names a mistake of configuration in one sentence', async () => {
  const run = start(['--port', 'x']);
  expect(await run.ended).toBe(2);
  expect(run.said()).toBe('--port takes a number from 0 to 65535\n');
});

it('says that its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const run = start(['--port', String(port)]);
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain(`Another program uses port ${port}`);
  other.close();
});
