import Fastify from 'fastify';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressLong } from './compress.ts';

const long = Array.from({ length: 300 }, (_, n) => ({ id: n, name: 'Bảng tin chợ' }));
const short = { csrfToken: 'secret' };

async function get(url: string, accepts: string) {
  const app = Fastify();
  app.addHook('onSend', compressLong);
  app.get('/long', () => long);
  app.get('/short', () => short);
  app.get('/text', (_request, reply) => reply.type('text/csv').send('Bảng tin;'.repeat(1000)));
  return app.inject({ url, headers: { 'accept-encoding': accepts } });
}

it('a long answer is sent as gzip, whole and with its length', async () => {
  const response = await get('/long', 'gzip, deflate, br');
  expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(response.headers['content-length']).toBe(String(response.rawPayload.length));
  expect(response.rawPayload.length).toBeLessThan(JSON.stringify(long).length / 5);
  expect(JSON.parse(gunzipSync(response.rawPayload).toString())).toEqual(long);
});

it.each([
  ['/long', 'identity'],
  ['/long', 'br, gzip;q=0'],
  ['/short', 'gzip'],
  ['/text', 'gzip'],
])('%s for «%s» is sent as it is', async (url, accepts) => {
  const response = await get(url, accepts);
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-encoding']).toBeUndefined();
});
