import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { picture, useBoard } from './testing-board.ts';
import { sha256 } from './testing-cms.ts';

const board = useBoard();

test('a page opened by hand mirrors the board and counts nothing; alone, its plays say so', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const mirror = await b.openStage('open');
  await mirror.untilFront('notice');
  expect(stage.closeCode).toBeNull();
  const newer = await b.openStage('host');
  await newer.untilFront('notice');
  await stage.until(() => stage.closeCode === 4001);
  expect(mirror.closeCode).toBeNull();
  await newer.close();
  await mirror.close();
  const alone = await b.openStage('open');
  await alone.untilFront('notice');
  await cms.until(() => cms.bodies('playEnded').some(({ host }) => host === 'browser'));
});

test('an alert on a stand-in is not displayed; it is once there is a window, also after a restart', async () => {
  const b = board();
  const { cms } = b;
  await b.start({ host: 'standIn' });
  const hidden = await b.openStage();
  await cms.enterCode(await hidden.untilCode());
  await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
  const alert = await cms.raise();
  await hidden.untilFront('takeover');
  await cms.until(() => cms.bodies('takeoverShown').length === 1);
  await cms.until(() => cms.told.some(({ name, request }) => name === 'stateChangedV1' && request.host === 'standIn'));
  expect(b.takeoverStates(alert.takeoverId)).toEqual(['received']);
  await b.stop();
  // What it painted arrives, and says where.
  await b.start();
  const window = await b.openStage();
  await window.untilFront('takeover');
  await cms.until(() => b.takeoverStates(alert.takeoverId).includes('displayed'));
  const plays = cms.bodies('playEnded').filter(({ takeoverId }) => takeoverId === alert.takeoverId);
  expect(plays.map(({ host }) => host)).toEqual(['standIn']);
});

test('the stage server lets in only its own page', async () => {
  const b = board();
  await b.startPlaying([1, picture(1)]);
  const { host, origin, searchParams } = new URL(b.engine.url('host'));
  const attempt = (url: string, options: object) =>
    new Promise<number>((resolve, reject) => {
      new WebSocket(url, options)
        .once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        .once('open', () => reject(new Error('let in')))
        .once('error', () => undefined);
    });
  const token = searchParams.get('token') ?? '';
  expect(await attempt(`ws://${host}/bridge?token=wrong`, { origin })).toBe(403);
  expect(await attempt(`ws://${host}/bridge?token=${token}`, { origin: 'http://evil.example' })).toBe(403);
  // A name that was rebound to this machine: for the browser that page is of the same origin.
  const { port } = new URL(origin);
  const rebound = { host: `evil.example:${port}` };
  const its = { origin: `http://evil.example:${port}`, headers: rebound };
  expect(await attempt(`ws://${host}/bridge?token=${token}`, its)).toBe(403);
  for (const path of ['/', `/library/${sha256(picture(1))}`]) expect(await statusOf(origin + path, rebound)).toBe(403);
  expect(await statusOf(`${origin}/`, { host })).toBe(200);
  // An address that is none ends that connection and nothing else.
  const strange = connect(Number(port), '127.0.0.1');
  strange.end(
    `GET // HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  expect(String((await once(strange, 'data'))[0])).toMatch(/^HTTP\/1.1 403/);
  expect((await fetch(`${origin}/..%2f..%2fetc/passwd`)).status).toBe(404);
  expect((await fetch(`${origin}/..%2fdata/identity.json`)).status).toBe(404);
  const asset = `${origin}/library/${sha256(picture(1))}`;
  const part = await fetch(asset, { headers: { range: 'bytes=10-19' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${picture(1).length}`]);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(picture(1).subarray(10, 20));
  expect((await fetch(`${origin}/library/${'0'.repeat(64)}`)).status).toBe(404);
});

/** Asks as a browser would whose address bar says something else: fetch sets Host itself. */
async function statusOf(url: string, headers: { host: string }): Promise<number> {
  const asked = get(url, { headers });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
