/** The scripts as a person types them, where they must stop at once with one sentence and leave nothing behind. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
let occupant: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-scripts-'));
  occupant = createServer();
  await new Promise<void>((done) => occupant.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  occupant.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(import.meta.dirname, script), ...args], { cwd: folder }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

test('npm start on a port in use says so, in both languages, before it builds or writes anything', async () => {
  const port = (occupant.address() as AddressInfo).port;
  const data = join(folder, 'data');
  const { code, stdout, stderr } = await run('start.ts', '--port', String(port), '--data', data);
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([
    `Cổng ${port} đang được dùng. Port ${port} is in use: stop what uses it, or choose another with --port N.`,
  ]);
  expect(stdout).toBe('');
  expect(existsSync(data)).toBe(false);
});

test.each([
  ['start.ts', ['--port', 'web'], /^--port takes a number from 0 to 65535, not «web»\.\n.*--help$/],
  ['player.ts', [], /^Say which CMS: /],
  ['build.ts', ['kiosk'], /^Unknown target kiosk\. There are: web, stage, chromium, electron, engine\.$/],
  ['bench.ts', ['no-such'], /^There is no benchmark «no-such»\.\nnpm run bench -- NAME, one of: /],
])('%s %j stops with a sentence', async (script, args, sentence) => {
  const { code, stderr } = await run(script, ...args);
  expect(code).toBe(2);
  expect(stderr.trim()).toMatch(sentence);
});
