import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { SocketBytes } from './socket-bytes.ts';

it('counts what connections of this process carry, open or closed, in both directions', async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(Buffer.alloc(200_000)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const carried = new SocketBytes();
  const post = async (): Promise<void> => {
    await (await fetch(url, { method: 'POST', body: Buffer.alloc(100_000) })).arrayBuffer();
  };
  await post();
  expect(carried.bytes).toBeGreaterThan(300_000);
  server.closeAllConnections();
  await post();
  expect(carried.bytes).toBeGreaterThan(600_000);
  expect(carried.bytes).toBeLessThan(700_000);
  carried.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
