import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp } from './testing.ts';

let folder: string;
let test: Awaited<ReturnType<typeof createTestApp>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-pages-'));
  for (const name of ['web', 'stage']) {
    await mkdir(join(folder, name, 'assets'), { recursive: true });
    await writeFile(join(folder, name, 'index.html'), `<!doctype html><title>${name}</title>`);
    await writeFile(join(folder, name, 'assets/app-abc123.js'), `"${name}"`);
    // Each form says which it is.
    await writeFile(join(folder, name, 'assets/app-abc123.js.br'), 'br');
    await writeFile(join(folder, name, 'assets/app-abc123.js.gz'), 'gzip');
    await writeFile(join(folder, name, '.secret'), 'x');
  }
  await writeFile(join(folder, 'outside.txt'), 'x');
  test = await createTestApp(['--web', join(folder, 'web'), '--stage', join(folder, 'stage')]);
});
afterAll(async () => {
  await test.discard();
  await rm(folder, { recursive: true, force: true });
});
/** What a browser says that it takes when a person opens an address. */
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const get = (url: string, accept = browser) => test.app.fastify.inject({ url, headers: { accept } });

it.each([
  ['/', 'web'],
  ['/index.html', 'web'],
  ['/bang-tin/0198', 'web'],
  ['/setup', 'web'],
  ['/stage/', 'stage'],
  ['/stage/?a=b', 'stage'],
])('%s is the page of %s, asked for anew each time', async (url, title) => {
  const response = await get(url);
  expect(response.statusCode).toBe(200);
  expect(response.body).toContain(`<title>${title}</title>`);
  expect(response.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  expect(response.headers['content-security-policy']).toContain("default-src 'self'");
});

it.each<[string, string]>([
  ['/bang-tin/0198', '*/*'],
  ['/bang-tin/0198', 'application/json'],
  ['/wp-admin', ''],
  ...['/healthz', '/health/live', '/livez', '/readyz', '/metrics/x', '/status', '/api/v1/boards'].map(
    (url): [string, string] => [url, browser],
  ),
])('%s is no page for who takes «%s»', async (url, accept) => {
  const response = await get(url, accept);
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ error: { code: 'not_found' } });
  // What is kept in between must not be given to a browser.
  expect(response.headers).toMatchObject({
    'cache-control': 'no-store',
    vary: expect.stringMatching(/accept(,|$)/i) as string,
  });
});

it('a page is one for who takes HTML only, and says so to what lies between', async () => {
  expect((await get('/bang-tin/0198')).headers.vary).toMatch(/accept(,|$)/i);
  expect((await get('/', '*/*')).statusCode).toBe(200);
});

it.each(['/assets/app-abc123.js', '/stage/assets/app-abc123.js'])('%s is kept for ever', async (url) => {
  const response = await get(url);
  expect(response.statusCode).toBe(200);
  expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(response.headers['content-type']).toMatch(/^(text|application)\/javascript/);
});

it.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['identity', undefined],
])('whoever accepts «%s» is sent %s', async (accepted, encoding) => {
  const response = await test.app.fastify.inject({
    url: '/assets/app-abc123.js',
    headers: { 'accept-encoding': accepted },
  });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-encoding']).toBe(encoding);
  expect(response.headers['content-type']).toMatch(/^(text|application)\/javascript/);
  expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(response.headers.vary).toMatch(/accept-encoding/i);
  expect(response.body).toBe(encoding ?? '"web"');
});

it.each([
  '/assets/missing.js',
  '/stage/missing.js',
  '/stage/assets/',
  '/api/missing',
  '/api',
  '/content/x',
  '/socket.io',
  '/.secret',
  '/stage/.secret',
  '/..%2foutside.txt',
  '/stage/..%2f..%2foutside.txt',
])('%s is not there', async (url) => {
  const response = await get(url);
  expect([403, 404]).toContain(response.statusCode);
  expect(response.json()).toMatchObject({
    error: { code: expect.stringMatching(/^(not_found|invalid_input)$/) as string },
  });
});

it('/stage leads to the stage', async () => {
  const response = await get('/stage');
  expect([response.statusCode, response.headers.location]).toEqual([308, '/stage/']);
});

it('pages that are not built keep the CMS from starting, with the way out', async () => {
  await expect(createTestApp(['--web', join(folder, 'none')])).rejects.toMatchObject({ code: 'pages_missing' });
});
