import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorBody } from '../../shared/protocol/common.ts';
import { AppError } from '../../shared/util/errors.ts';
import { createHttp } from './http.ts';
import { testActor } from './testing.ts';
import { StoreError } from './store/errors.ts';

const actor = testActor();
const logged: Record<string, unknown>[] = [];
let app: FastifyInstance;

async function create(trustProxy = false): Promise<FastifyInstance> {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const http = await createHttp({
    log,
    trustProxy,
    monitorToken: null,
    tls: null,
    resolveSession: (token) => Promise.resolve(token === 'good' ? actor : null),
    verifyBoardToken: (token) => {
      if (!token.startsWith('board')) return Promise.reject(new AppError('token_invalid', 'no', { status: 401 }));
      return Promise.resolve({ boardId: 'b1', current: token === 'board' });
    },
  });
  return http.app;
}

beforeEach(async () => {
  logged.length = 0;
  app = await create();
});
afterEach(() => app.close());

function routes(): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  const echo = { actor: z.string().nullable(), board: z.string().nullable() };
  for (const auth of ['user', 'board', 'boardOrUser', 'public'] as const) {
    typed.route({
      method: ['GET', 'POST'],
      url: `/${auth}`,
      config: { auth },
      schema: { response: { 200: z.strictObject(echo) } },
      handler: (request) => Promise.resolve({ actor: request.actor?.userId ?? null, board: request.boardId }),
    });
  }
  const body = z.strictObject({ outer: z.strictObject({ list: z.array(z.strictObject({ n: z.int() })) }) });
  typed.post('/typed', { config: { auth: 'public' }, schema: { body } }, () => Promise.resolve({}));
  typed.post('/long', { config: { auth: 'user' }, schema: { body } }, (request) =>
    Promise.resolve({ items: request.body.outer.list.length }),
  );
  typed.get('/told', { config: { auth: 'public' } }, () => {
    throw new AppError('cron_invalid', 'No such time', { status: 422, field: 'cron', params: { at: 3 } });
  });
  typed.get('/secret', { config: { auth: 'public' } }, () => {
    throw new Error('password is hunter2');
  });
  typed.get(
    '/shape',
    { config: { auth: 'public' }, schema: { response: { 200: z.strictObject({ a: z.int() }) } } },
    () => Promise.resolve({ a: 'hunter2' as unknown as number }),
  );
  typed.get('/full', { config: { auth: 'public' } }, () => {
    throw StoreError.sqlite('database or disk is full', 13);
  });
}

const get = async (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
const codeOf = (response: { json(): unknown }): string => errorBody.parse(response.json()).error.code;

describe('who is calling', () => {
  it.each([
    ['/user', {}, 401, 'not_signed_in'],
    ['/user', { cookie: 'bt_session=bad' }, 401, 'not_signed_in'],
    ['/user', { authorization: 'Bearer board' }, 401, 'not_signed_in'],
    ['/board', {}, 401, 'token_missing'],
    ['/board', { cookie: 'bt_session=good' }, 401, 'token_missing'],
    ['/board', { authorization: 'Bearer other' }, 401, 'token_invalid'],
    ['/board', { authorization: 'Bearer board-former' }, 401, 'device_replaced'],
    ['/boardOrUser', {}, 401, 'not_signed_in'],
    ['/boardOrUser', { authorization: 'Bearer other', cookie: 'bt_session=good' }, 401, 'token_invalid'],
  ] as const)('%s with %j is refused with %i %s', async (url, headers, status, code) => {
    routes();
    const response = await get(url, headers);
    expect(response.statusCode).toBe(status);
    expect(codeOf(response)).toBe(code);
  });

  it.each([
    ['/user', { cookie: 'bt_session=good' }, { actor: actor.userId, board: null }],
    ['/board', { authorization: 'Bearer board' }, { actor: null, board: 'b1' }],
    ['/boardOrUser', { authorization: 'Bearer board' }, { actor: null, board: 'b1' }],
    ['/boardOrUser', { cookie: 'bt_session=good' }, { actor: actor.userId, board: null }],
    ['/public', { cookie: 'bt_session=good' }, { actor: null, board: null }],
  ] as const)('%s with %j is let in as %j', async (url, headers, who) => {
    routes();
    expect((await get(url, headers)).json()).toEqual(who);
  });

  it('a changing request needs the token of the session in a header', async () => {
    routes();
    const post = (headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/user', headers: { cookie: 'bt_session=good', ...headers } });
    expect(codeOf(await post({}))).toBe('csrf_token_invalid');
    expect(codeOf(await post({ 'x-csrf-token': 'csrF' }))).toBe('csrf_token_invalid');
    expect((await post({ 'x-csrf-token': 'csrf' })).statusCode).toBe(200);
  });

  it('a page of another site changes nothing, not even without a session', async () => {
    routes();
    const response = await app.inject({ method: 'POST', url: '/public', headers: { 'sec-fetch-site': 'cross-site' } });
    expect(codeOf(response)).toBe('cross_site');
  });

  it.each([
    [false, '127.0.0.1'],
    [true, '203.0.113.7'],
  ])('behind a proxy (%s) the caller cannot choose its own address', async (trustProxy, address) => {
    const behind = await create(trustProxy);
    behind.get('/address', { config: { auth: 'public' } }, (request) => Promise.resolve({ address: request.ip }));
    // The proxy adds the address that it saw; what stands before it the caller wrote itself.
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' };
    expect((await behind.inject({ url: '/address', headers })).json()).toEqual({ address });
    await behind.close();
  });

  it('a route that does not say who may call it keeps the server from starting', async () => {
    app.get('/open', () => ({}));
    await expect(app.ready()).rejects.toThrow('GET /open does not say who may call it');
  });
});

describe('errors', () => {
  it('name the field of wrong input by its dotted path', async () => {
    routes();
    const response = await app.inject({
      method: 'POST',
      url: '/typed',
      payload: { outer: { list: [{ n: 1 }, { n: 'x' }] } },
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { code: 'invalid_input', field: 'outer.list.1.n' } });
  });

  it('tell their code, field and figures', async () => {
    routes();
    const response = await get('/told');
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({
      error: { code: 'cron_invalid', message: 'No such time', field: 'cron', params: { at: 3 } },
    });
  });

  it.each(['/secret', '/shape'])('of ours (%s) tell nothing outside and everything to the log', async (url) => {
    routes();
    const response = await get(url);
    expect(response.statusCode).toBe(500);
    expect(codeOf(response)).toBe('internal');
    expect(response.body).not.toContain('hunter2');
    expect(logged.filter((line) => line.level === 50)).toHaveLength(1);
  });

  it('say when the disk is full', async () => {
    routes();
    const response = await get('/full');
    expect(response.statusCode).toBe(507);
    expect(codeOf(response)).toBe('storage_full');
  });

  it('say so of a text that no table takes', async () => {
    routes();
    const payload = { outer: { list: [{ n: 'a\0b' }] } };
    const response = await app.inject({ method: 'POST', url: '/typed', payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringContaining('U+0000') },
    });
  });

  it.each([
    ['broken JSON', { payload: '{"outer":', headers: { 'content-type': 'application/json' } }, 400, 'invalid_input'],
    ['another content type', { payload: '<x/>', headers: { 'content-type': 'text/xml' } }, 415, 'invalid_input'],
    [
      'too large a body',
      { payload: JSON.stringify({ x: 'x'.repeat(17_000) }), headers: { 'content-type': 'application/json' } },
      413,
      'too_large',
    ],
  ])('say so of %s', async (_what, request, status, code) => {
    routes();
    const response = await app.inject({ method: 'POST', url: '/typed', ...request });
    expect(response.statusCode).toBe(status);
    expect(codeOf(response)).toBe(code);
  });

  const signedIn = { cookie: 'bt_session=good', 'x-csrf-token': 'csrf', 'content-type': 'application/json' };
  const listOf = (items: number): string => `{"outer":{"list":[${'{"n":1},'.repeat(items - 1)}{"n":1}]}}`;

  it.each(['/typed', '/nowhere', '/long'])('say so of a long body from nobody, before it is read: %s', async (url) => {
    routes();
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url, payload: listOf(100_000), headers });
    expect([response.statusCode, codeOf(response)]).toEqual(
      url === '/long' ? [401, 'not_signed_in'] : [413, 'too_large'],
    );
  });

  it('take a long body from somebody, up to 2 MB', async () => {
    routes();
    const send = (payload: string) => app.inject({ method: 'POST', url: '/long', payload, headers: signedIn });
    expect((await send(listOf(100_000))).json()).toEqual({ items: 100_000 });
    expect(codeOf(await send(listOf(300_000)))).toBe('too_large');
  });

  it.each([33, 5000, 900_000])('say so of a body nested %i deep', async (depth) => {
    routes();
    const payload = '['.repeat(depth) + ']'.repeat(depth);
    const response = await app.inject({ method: 'POST', url: '/long', payload, headers: signedIn });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringContaining('deep') },
    });
  });

  it('say so of an unknown address', async () => {
    routes();
    const response = await get('/nowhere');
    expect(response.statusCode).toBe(404);
    expect(codeOf(response)).toBe('not_found');
  });
});

it('pages may run and frame only what is ours', async () => {
  routes();
  const policy = (await get('/public')).headers['content-security-policy'];
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});
