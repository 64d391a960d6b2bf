/** What people do at the CMS while a recording is made, and again while it is played: over HTTP, as the studio does it. */
import type { SeededPerson } from '../fleet/seed.ts';

export type Person = ReturnType<typeof personAt>;

export function personAt(url: () => string, { sessionToken, csrfToken }: SeededPerson, boardId: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(url() + path, {
      method,
      headers: {
        cookie: `bt_session=${sessionToken}`,
        'x-csrf-token': csrfToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
  const everybody = { all: true, unitIds: [], groups: [], boardIds: [] };
  const warning = {
    event: 'Lũ quét',
    level: 4,
    headline: 'Lũ quét trên sông Mẫu',
    instruction: 'Sơ tán ngay.',
    senderName: 'UBND tỉnh',
  };

  /** By the names under which a recording keeps them. */
  const acts = {
    pair: ({ code }: { code: string }) => call('POST', `/api/boards/${boardId}/pairing`, { code }),
    publish: async ({ playlistId }: { playlistId: string }) => {
      await call('PATCH', `/api/boards/${boardId}`, { defaultPlaylistId: playlistId });
      await call('POST', '/api/programmes/publish', { boardIds: [boardId] });
    },
    raise: ({ takeoverId }: { takeoverId: string }) =>
      call('POST', '/api/takeovers', {
        clientId: takeoverId,
        status: 'actual',
        content: warning,
        selectors: everybody,
        durationMs: 3_600_000,
      }),
    allClear: ({ takeoverId }: { takeoverId: string }) => call('POST', `/api/takeovers/${takeoverId}/all-clear`),
    command: ({ command }: { command: object }) => call('POST', `/api/boards/${boardId}/commands`, command),
    screenshot: () => call('POST', `/api/boards/${boardId}/screenshots`),
  };
  return { acts, get: <T>(path: string): Promise<T> => call<T>('GET', path) };
}
