import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { displayAnswers, displaySockets } from './display.ts';

test('the sockets of local displays are known; others are taken to be there', async () => {
  expect(displaySockets({ DISPLAY: ':7.0' })).toEqual(['/tmp/.X11-unix/X7', '\0/tmp/.X11-unix/X7']);
  expect(displaySockets({ WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: '/run/user/1' })).toEqual([
    '/run/user/1/wayland-0',
  ]);
  expect(displaySockets({ DISPLAY: 'elsewhere:0' })).toBeNull();
  expect(displaySockets({})).toBeNull();
  expect(await displayAnswers({ DISPLAY: 'elsewhere:0' })).toBe(true);
});

test('a display answers from when it listens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-display-'));
  const env = { WAYLAND_DISPLAY: join(folder, 'wayland-0') };
  const server = createServer();
  try {
    expect(await displayAnswers(env)).toBe(false);
    await once(server.listen(env.WAYLAND_DISPLAY), 'listening');
    expect(await displayAnswers(env)).toBe(true);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
