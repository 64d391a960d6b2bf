import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStageDoor } from './stage-door.ts';

test('a connection that was refused and stays does not keep the door from closing', async () => {
  const door = await openStageDoor({
    stageDir: tmpdir(),
    tokens: { host: 'h'.repeat(24), open: 'o'.repeat(24) },
    port: 0,
  });
  const host = `127.0.0.1:${door.port}`;
  const refused = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
  refused.on('error', () => undefined);
  refused.write(`GET /bridge HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  expect(String((await once(refused, 'data'))[0])).toMatch(/^HTTP\/1.1 403/);
  // One that was let in waits for an engine that never comes.
  const waiting = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
  waiting.on('error', () => undefined);
  const token = 'h'.repeat(24);
  waiting.write(
    `GET /bridge?token=${token} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const page = await fetch(`http://${host}/nothing`);
  expect(page.status).toBe(404);
  await door.close();
  refused.destroy();
  waiting.destroy();
});

test('the stage may run its own scripts and talk to its own engine, and nothing else', async () => {
  const stageDir = await mkdtemp(join(tmpdir(), 'bang-tin-door-'));
  await writeFile(join(stageDir, 'index.html'), '<!doctype html>');
  const tokens = { host: 'h'.repeat(24), open: 'o'.repeat(24) };
  const door = await openStageDoor({ stageDir, tokens, port: 0 });
  try {
    const page = await fetch(door.url('host'));
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy')?.split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${door.port} ws://localhost:${door.port}`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  } finally {
    await door.close();
    await rm(stageDir, { recursive: true });
  }
});
