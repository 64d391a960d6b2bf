import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
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
