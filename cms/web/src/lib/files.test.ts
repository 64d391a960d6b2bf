import { expect, it, vi } from 'vitest';
import { createApi } from './api.ts';
import { download } from './files.ts';

function setting(answer: Response) {
  const onSignedOut = vi.fn();
  const fetch = vi.fn(() => Promise.resolve(answer));
  const api = createApi({ fetch, csrfToken: () => 'token', onSignedOut, onHeldUp: () => Promise.resolve() });
  const saved: { name: string; content: Blob }[] = [];
  const run = () => download(api, '/file', (name, content) => saved.push({ name, content }));
  return { run, saved, fetch, onSignedOut };
}
const refused = (status: number, code: string): Response =>
  new Response(JSON.stringify({ error: { code, message: code, field: null, params: {} } }), { status });

it('saves a file under the name that the CMS gives it, fetched once', async () => {
  const name = "Số lượt phát (tháng 11) 'x'.csv";
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
  const { run, saved, fetch } = setting(new Response('a;b', { headers: { 'content-disposition': disposition } }));
  await run();
  expect(saved.map((file) => file.name)).toEqual([name]);
  expect(await saved[0]?.content.text()).toBe('a;b');
  expect(fetch).toHaveBeenCalledTimes(1);
});

it('saves nothing of what is refused, and tells why', async () => {
  const gone = setting(refused(404, 'document_file_gone'));
  await expect(gone.run()).rejects.toMatchObject({ code: 'document_file_gone' });
  const out = setting(refused(401, 'not_signed_in'));
  await expect(out.run()).rejects.toMatchObject({ code: 'not_signed_in' });
  expect(out.onSignedOut).toHaveBeenCalledTimes(1);
  expect([...gone.saved, ...out.saved]).toEqual([]);
});

it('saves nothing of what breaks off', async () => {
  const breaking = new ReadableStream({
    pull: (stream) => stream.error(new TypeError('network error')),
  });
  const { run, saved } = setting(new Response(breaking));
  await expect(run()).rejects.toMatchObject({ code: 'network_unreachable' });
  expect(saved).toEqual([]);
});
