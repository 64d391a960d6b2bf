/**
 * What is far too long, and a playlist in place of a notice: refused by the field it is in, whether it is to be made or changed, and
 * nothing of it is saved.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBody } from '../../shared/protocol/common.ts';
import { seedPerson, type SeededPerson } from '../../test/fleet/seed.ts';
import { sessionCookie } from './cookies.ts';
import { createTestApp, seedUnits } from './testing.ts';

const pasted = 'Thông báo. '.repeat(1_000).slice(0, 10_000);
let test: Awaited<ReturnType<typeof createTestApp>>;
let person: SeededPerson;
let unitId: string;

beforeAll(async () => {
  test = await createTestApp();
  const { context, features } = test.app;
  const units = await seedUnits({ context, units: features.units });
  unitId = units.commune;
  person = await seedPerson(context.store, units.province, 'administrator', context.sources.now());
});
afterAll(() => test.discard());

async function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH', url: string, payload?: object) {
  const headers = { cookie: `${sessionCookie}=${person.sessionToken}`, 'x-csrf-token': person.csrfToken };
  const answer = await test.app.fastify.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}
async function made(url: string, payload: object): Promise<string> {
  const { status, body } = await send('POST', url, payload);
  expect([status, body]).toEqual([201, body]);
  return String(body.id);
}

const noticeInput = () => ({
  unitId,
  title: 'Họp thôn',
  category: 'local',
  durationMs: null,
  content: { type: 'layout', layout: 'notice', fields: { title: 'Họp thôn', body: 'Bảy giờ tối' } },
});
const playlistInput = () => ({ unitId, name: 'Phát hằng ngày', items: [] as object[] });
async function scheduleInput() {
  const playlistId = await made('/api/playlists', playlistInput());
  const window = { cron: '0 6 * * *', durationMs: 3_600_000, validFrom: null, validTo: null };
  return {
    unitId,
    playlistId,
    name: 'Bản tin sáng',
    priority: 1,
    ...window,
    targets: { unitIds: [unitId], boardIds: [] },
  };
}
const boardInput = () => ({
  unitId,
  name: 'Bảng tin',
  place: 'Trước trụ sở',
  kind: 'lcd',
  width: 640,
  height: 320,
  output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
  pitchUm: null,
  readingDistanceCm: null,
  zone: 'Asia/Ho_Chi_Minh',
  groups: [],
  defaultPlaylistId: null,
});

interface Kind {
  readonly url: string;
  readonly edit: 'PUT' | 'PATCH';
  readonly input: () => object | Promise<object>;
}
const kinds = {
  notice: { url: '/api/notices', edit: 'PUT', input: noticeInput },
  playlist: { url: '/api/playlists', edit: 'PUT', input: playlistInput },
  schedule: { url: '/api/schedule-entries', edit: 'PUT', input: scheduleInput },
  board: { url: '/api/boards', edit: 'PATCH', input: boardInput },
} satisfies Record<string, Kind>;

/** What it is after the field at this path holds something else. */
function changed(input: object, path: string, value: unknown): object {
  const copy = structuredClone(input);
  const keys = path.split('.');
  let inner = copy as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) inner = inner[key] as Record<string, unknown>;
  inner[keys.at(-1)!] = value;
  return copy;
}
const listOf = async (url: string): Promise<unknown> => (await send('GET', url)).body;
function expectRefused({ status, body }: { status: number; body: unknown }, field: string): void {
  expect([status, errorBody.parse(body).error.field]).toEqual([expect.toBeOneOf([400, 422]), field]);
}

describe.each([
  ['notice', 'title'],
  ['notice', 'content.fields.title'],
  ['notice', 'content.fields.body'],
  ['playlist', 'name'],
  ['schedule', 'name'],
  ['board', 'name'],
  ['board', 'place'],
] as const)('10,000 letters for a %s in %s', (kind, field) => {
  const { url, edit, input }: Kind = kinds[kind];
  it('make none', async () => {
    const wanted = await input();
    const before = await listOf(url);
    expectRefused(await send('POST', url, changed(wanted, field, pasted)), field);
    expect(await listOf(url)).toEqual(before);
  });
  it('change none', async () => {
    const wanted = await input();
    const id = await made(url, wanted);
    const before = await send('GET', `${url}/${id}`);
    expectRefused(await send(edit, `${url}/${id}`, { ...changed(wanted, field, pasted), revision: 1 }), field);
    expect(await send('GET', `${url}/${id}`)).toEqual(before);
  });
});

describe('a playlist holds notices only', () => {
  const item = (noticeId: string) => ({
    itemId: randomUUID(),
    noticeId,
    durationMs: null,
    validFrom: null,
    validTo: null,
  });
  it('not another playlist', async () => {
    const notice = await made('/api/notices', noticeInput());
    const other = await made('/api/playlists', playlistInput());
    const before = await listOf('/api/playlists');
    const answer = await send('POST', '/api/playlists', { ...playlistInput(), items: [item(notice), item(other)] });
    expectRefused(answer, 'items.1.noticeId');
    expect(await listOf('/api/playlists')).toEqual(before);
  });
  it('and not itself', async () => {
    const id = await made('/api/playlists', playlistInput());
    const before = await send('GET', `/api/playlists/${id}`);
    const answer = await send('PUT', `/api/playlists/${id}`, { ...playlistInput(), items: [item(id)], revision: 1 });
    expectRefused(answer, 'items.0.noticeId');
    expect(await send('GET', `/api/playlists/${id}`)).toEqual(before);
  });
});
