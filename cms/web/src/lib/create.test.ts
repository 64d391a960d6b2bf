import { expect, it } from 'vitest';
import { z } from 'zod';
import { ApiError, createApi } from './api.ts';
import { create } from './create.ts';

const thing = z.object({ id: z.string(), name: z.string() });
const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const refusal = (status: number, code: string): Response =>
  answer(status, { error: { code, message: code, field: null, params: {} } });

/** Makes something at a CMS that answers in turn. @returns what came of it, and what the CMS was asked */
async function createdAt(...answers: Response[]): Promise<{ made: unknown; asked: unknown[] }> {
  const asked: unknown[] = [];
  const api = createApi({
    fetch: (path, init) => {
      asked.push([init?.method, path, JSON.parse(init?.body as string)]);
      return Promise.resolve(answers.shift()!);
    },
    csrfToken: () => null,
    onSignedOut: () => undefined,
    onHeldUp: () => Promise.resolve(),
  });
  const made = await create(api, '/api/things', thing, 'a1', { name: 'Loa' }, { documentId: 'd' }).catch(
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );
  return { made, asked };
}
const post = ['POST', '/api/things', { name: 'Loa', documentId: 'd', id: 'a1' }];
const put = ['PUT', '/api/things/a1', { name: 'Loa', revision: 1 }];

it('is made under the id that the page has chosen', async () => {
  const made = { id: 'a1', name: 'Loa' };
  expect(await createdAt(answer(201, made))).toEqual({ made, asked: [post] });
});

it('what an attempt whose answer was lost has made is saved over', async () => {
  const made = { id: 'a1', name: 'Loa' };
  expect(await createdAt(refusal(409, 'already_created'), answer(200, made))).toEqual({ made, asked: [post, put] });
});

it('never what somebody has changed since', async () => {
  expect(await createdAt(refusal(409, 'already_created'), refusal(409, 'revision_conflict'))).toEqual({
    made: 'already_created',
    asked: [post, put],
  });
});

it('is refused as the CMS refuses it', async () => {
  expect(await createdAt(refusal(403, 'forbidden'))).toEqual({ made: 'forbidden', asked: [post] });
});
