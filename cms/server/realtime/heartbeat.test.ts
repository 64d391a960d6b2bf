import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { heartbeats, sparingQuery } from '../../../shared/protocol/link.ts';
import { createTestApp } from '../testing.ts';

let test: Awaited<ReturnType<typeof createTestApp>>;
let url: string;
beforeAll(async () => {
  test = await createTestApp();
  url = (await test.app.listen()).replace('http', 'ws');
});
afterAll(() => test.discard());

/** What a connection to this address is told first; null: it was let go. */
function firstWords(path: string): Promise<unknown> {
  const socket = new WebSocket(`${url}${path}`);
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      resolve(JSON.parse(data.toString().slice(1)));
      socket.close();
    });
    socket.on('error', () => resolve(null));
  });
}
const connection = '/socket.io/?EIO=4&transport=websocket';

it('asks everybody often whether they are there', async () => {
  expect(await firstWords(connection)).toMatchObject(heartbeats.usual);
});

it('asks a board seldom that pays for every byte', async () => {
  expect(await firstWords(`${connection}&${new URLSearchParams(sparingQuery)}`)).toMatchObject(heartbeats.sparing);
});

it.each(['/socket.io', '/', '/socket.io/../x?EIO=4&transport=websocket', '//', '/socket.io/?transport=polling'])(
  'lets a connection to %s go',
  async (path) => {
    expect(await firstWords(path)).toBeNull();
  },
);
