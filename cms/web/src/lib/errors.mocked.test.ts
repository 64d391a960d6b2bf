import { beforeAll, expect, it, vi } from 'vitest';
import { overwriteGetLocale } from '../paraglide/runtime.js';
import { refusal } from './api.ts';
import { sentenceOf } from './errors.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const unknown = /chưa rõ nguyên nhân/;
const body = (code: string) => ({ error: { code, message: 'No', field: null, params: {} } });

it('says from the start what there is to say when nothing can be fetched', () => {
  for (const code of ['network_unreachable', 'answer_invalid', 'http_502', 'http_503', 'http_504', 'page_failed'])
    expect(sentenceOf(code)).not.toMatch(unknown);
});

it('has the sentence of a refusal by when it is told, and fetches none for who is not signed in', async () => {
  vi.resetModules();
  const fresh = { ...(await import('./api.ts')), ...(await import('./errors.ts')) };
  await fresh.refusal({ status: 401, json: () => Promise.resolve(body('not_signed_in')) });
  expect(fresh.sentenceOf('not_signed_in')).not.toMatch(unknown);
  expect(fresh.sentenceOf('sign_in_failed')).toMatch(unknown);
  await fresh.refusal({ status: 401, json: () => Promise.resolve(body('sign_in_failed')) });
  expect(fresh.sentenceOf('sign_in_failed')).not.toMatch(unknown);
});

it('names a status where something in between answered', async () => {
  const error = await refusal({ status: 502, json: () => Promise.reject(new SyntaxError('<html>')) });
  expect(error).toMatchObject({ code: 'http_502', status: 502 });
});
