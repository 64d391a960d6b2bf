import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ApiError, createApi } from './api.ts';

const schema = z.strictObject({ n: z.int() });
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

function apiWith(answer: (request: { url: string; init: RequestInit }) => Response | Promise<Response>) {
  const onSignedOut = vi.fn();
  const onHeldUp = vi.fn(() => Promise.resolve());
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    sent.push({ url, init });
    return answer({ url, init });
  }) as typeof globalThis.fetch;
  return { api: createApi({ fetch, csrfToken: () => 'token', onSignedOut, onHeldUp }), sent, onSignedOut, onHeldUp };
}
const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error(`No ApiError: ${String(error)}`);
  return error;
};

describe('calls to the CMS', () => {
  it('parse the answer', async () => {
    const { api } = apiWith(() => json(200, { n: 1 }));
    expect(await api.get('/x', schema)).toEqual({ n: 1 });
  });

  it('carry the token when they change something, and only then', async () => {
    const { api, sent } = apiWith(() => json(200, { n: 1 }));
    await api.get('/x', schema);
    await api.post('/x', schema, {});
    await api.put('/x', schema, {});
    await api.patch('/x', schema, {});
    expect(sent.map(({ init }) => (init.headers as Record<string, string>)['x-csrf-token'])).toEqual([
      undefined,
      'token',
      'token',
      'token',
    ]);
  });

  it('take a 204 for a deletion', async () => {
    const { api, sent } = apiWith(() => new Response(null, { status: 204 }));
    await api.remove('/x');
    expect(sent[0]?.init.method).toBe('DELETE');
  });

  it('carry the code, field and figures of a refusal', async () => {
    const error = { code: 'too_large', message: 'Too large', field: 'file', params: { maxBytes: 5 } };
    const { api } = apiWith(() => json(413, { error }));
    expect(await failure(api.post('/x', schema, {}))).toMatchObject({ ...error, status: 413 });
  });

  it('tell when nobody is signed in', async () => {
    const { api, onSignedOut } = apiWith(() =>
      json(401, { error: { code: 'not_signed_in', message: '', field: null, params: {} } }),
    );
    expect((await failure(api.get('/x', schema))).status).toBe(401);
    expect(onSignedOut).toHaveBeenCalledOnce();
  });

  it.each(['second_factor_needed', 'second_factor_missing'])('tell of %s, wherever it comes up', async (code) => {
    const { api, onHeldUp } = apiWith(() => json(403, { error: { code, message: '', field: null, params: {} } }));
    expect((await failure(api.get('/x', schema))).code).toBe(code);
    expect(onHeldUp).toHaveBeenCalledOnce();
  });

  it.each([
    ['a proxy in between', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'http_502'],
    ['an answer of another shape', () => json(200, { n: 'một' }), 'answer_invalid'],
    ['an answer that is no JSON', () => new Response('xin chào'), 'answer_invalid'],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), 'network_unreachable'],
  ])('name %s', async (_name, answer, code) => {
    const { api } = apiWith(answer as () => Response);
    expect((await failure(api.get('/x', schema))).code).toBe(code);
  });

  it('let an abort through as it is', async () => {
    const stop = new AbortController();
    const { api } = apiWith(() => {
      stop.abort();
      return Promise.reject(new DOMException('Aborted', 'AbortError'));
    });
    await expect(api.get('/x', schema, stop.signal)).rejects.toThrow(DOMException);
  });
});
