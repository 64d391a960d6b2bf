/** The pages' whole way over HTTP: notice → playlist → schedule entry → publish → progress, and the parts as a board fetches them. */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Notice, Playlist, ScheduleEntry } from '../../../../shared/protocol/api/content.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import { createHttp, type Http } from '../../http.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { approvalRoutes } from '../notices/approval-routes.ts';
import { noticeRoutes } from '../notices/routes.ts';
import { playlistRoutes } from '../playlists/routes.ts';
import { scheduleRoutes } from '../schedules/routes.ts';
import { programmeRoutes } from './routes.ts';

describeStores('content over HTTP', (under) => {
  let test: TestContent;
  let http: Http;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    const people = new Map<string, Actor>([['admin', test.admin]]);
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: (token) => Promise.resolve(people.get(token) ?? null),
      verifyBoardToken: (token) =>
        token === 'board'
          ? Promise.resolve({ boardId: test.ids.commune, current: true })
          : Promise.reject(new AppError('token_invalid', 'no', { status: 401 })),
    });
    for (const routes of [
      noticeRoutes(test.notices),
      approvalRoutes(test.approvals, test.selfApproval),
      playlistRoutes(test.playlists),
      scheduleRoutes(test.schedules),
      programmeRoutes(test.programmes),
    ])
      await http.app.register(routes);
    await http.app.ready();
  });
  afterAll(async () => {
    await http.app.close();
    await test.close();
  });

  async function call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
  ): Promise<{ status: number; body: T }> {
    const answer = await http.app.inject({
      method,
      url,
      headers: { 'x-csrf-token': 'csrf' },
      cookies: { bt_session: 'admin' },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, body: (answer.body === '' ? null : answer.json()) as T };
  }

  it('goes from a text to a board, and back to the board’s own bytes', async () => {
    const unitId = test.ids.commune;
    const fields = { title: 'Họp thôn', body: 'Tối nay' };
    const content = { type: 'layout', layout: 'notice', fields, link: ' phuan.gov.vn/tiêm ' };
    const input = { unitId, title: 'Họp thôn', category: 'local', content, durationMs: null };
    const made = await call<Notice>('POST', '/api/notices', input);
    expect(made).toMatchObject({ status: 201, body: { revision: 1, title: 'Họp thôn' } });
    expect(made.body.content.link).toBe('https://phuan.gov.vn/ti%C3%AAm');
    expect(
      await call('PUT', `/api/notices/${made.body.id}`, { ...input, revision: 1, title: 'Họp xóm' }),
    ).toMatchObject({ status: 200, body: { revision: 2 } });
    expect(await call('PUT', `/api/notices/${made.body.id}`, { ...input, revision: 1 })).toMatchObject({
      status: 409,
      body: { error: { code: 'revision_conflict' } },
    });
    expect(
      await call('POST', '/api/notices', { ...input, content: { ...content, fields: { body: 'x' } } }),
    ).toMatchObject({
      status: 400,
      body: { error: { code: 'layout_field_invalid', field: 'content.fields.title' } },
    });
    for (const link of ['javascript:alert(1)', 'https://a:b@phuan.gov.vn/', `https://phuan.gov.vn/${'ế'.repeat(20)}`])
      expect(await call('POST', '/api/notices', { ...input, content: { ...content, link } }), link).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_input', field: 'content.link' } },
      });

    const items = [
      { itemId: test.sources.newId(), noticeId: made.body.id, durationMs: null, validFrom: null, validTo: null },
    ];
    const playlist = await call<Playlist>('POST', '/api/playlists', { unitId, name: 'Sáng', items });
    expect(playlist).toMatchObject({ status: 201, body: { itemCount: 0, totalMs: 0, unapproved: 1 } });
    expect(await call('DELETE', `/api/notices/${made.body.id}?revision=2`)).toMatchObject({
      status: 409,
      body: { error: { code: 'in_use', params: { where: 'Sáng' } } },
    });

    const entry = {
      unitId,
      playlistId: playlist.body.id,
      name: 'Sáng',
      priority: 50,
      cron: '0 7 * * *',
      durationMs: 3_600_000,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [unitId], boardIds: [] },
    };
    expect(await call('POST', '/api/schedule-entries', { ...entry, cron: '61 * * * *' })).toMatchObject({
      status: 400,
      body: { error: { code: 'cron_invalid', field: 'cron' } },
    });
    expect(await call('POST', '/api/schedule-entries', { ...entry, validFrom: 2, validTo: 1 })).toMatchObject({
      status: 400,
      body: { error: { code: 'validity_reversed', field: 'validTo' } },
    });
    expect(
      await call('POST', '/api/schedule-entries', { ...entry, targets: { unitIds: [], boardIds: [] } }),
    ).toMatchObject({ status: 400, body: { error: { code: 'invalid_input' } } });
    const scheduled = await call<ScheduleEntry>('POST', '/api/schedule-entries', entry);
    expect(scheduled).toMatchObject({ status: 201, body: { cron: '0 7 * * *', revision: 1 } });
    for (const [url, key] of [
      ['/api/notices', 'notices'],
      ['/api/playlists', 'playlists'],
      ['/api/schedule-entries', 'entries'],
    ] as const) {
      const { body } = await call<Record<string, { id: string; revision: number }[]>>('GET', `${url}?q=&limit=1`);
      expect(body).toMatchObject({ total: 1, next: null });
      const { id, revision } = body[key]![0]!;
      expect(await call('GET', `${url}/${id}`)).toMatchObject({ status: 200, body: { id, revision } });
      expect(await call('GET', `${url}?cursor=x`)).toMatchObject({ status: 400, body: { error: { field: 'cursor' } } });
      expect(await call('GET', `${url}?limit=201`)).toMatchObject({ status: 400, body: { error: { field: 'limit' } } });
    }

    const board = await test.board(test.admin);
    const twin = await test.board(test.admin, { name: 'Bảng bên cạnh' });
    await test.pair([board.id]);
    // A notice is named once, of however many boards it is left out.
    expect(await call('POST', '/api/programmes/preview', { boardIds: [board.id, twin.id] })).toMatchObject({
      status: 200,
      body: {
        unapproved: [made.body.id],
        boards: [
          { notices: 0, unapproved: [0], warnings: ['nothing_to_play', 'notice_not_approved'] },
          { notices: 0, unapproved: [0] },
        ],
      },
    });
    await test.selfApproval.write(test.admin, unitId, true);
    const approval = `/api/notices/${made.body.id}`;
    expect(await call('POST', `${approval}/submit`, { revision: 2 })).toMatchObject({ body: { state: 'submitted' } });
    expect(await call('POST', `${approval}/approve`, { version: 1 })).toMatchObject({
      status: 200,
      body: { state: 'approved', approvedVersion: 1, versions: [{ number: 1, selfApproved: true }] },
    });
    expect(await call('POST', '/api/programmes/preview', { boardIds: [board.id] })).toMatchObject({
      status: 200,
      body: { boards: [{ changes: { first: true, notices: { added: 1 } }, notices: 1, unapproved: [], warnings: [] }] },
    });
    expect(await call('POST', '/api/programmes/publish', { boardIds: [board.id] })).toMatchObject({
      status: 200,
      body: { boards: [{ changed: true, version: { epoch: 1, counter: 1 } }] },
    });

    const rows = await under.store.read.selectFrom('parts').selectAll().execute();
    for (const row of rows) {
      const answer = await http.app.inject({
        url: `/content/parts/${row.hash}`,
        headers: { authorization: 'Bearer board' },
      });
      expect(answer.statusCode).toBe(200);
      expect(createHash('sha256').update(answer.rawPayload).digest('hex')).toBe(row.hash);
      expect(answer.rawPayload).toHaveLength(row.size);
      expect(answer.headers).toMatchObject({
        etag: `"${row.hash}"`,
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      const rest = await http.app.inject({
        url: `/content/parts/${row.hash}`,
        headers: { authorization: 'Bearer board', range: 'bytes=5-' },
      });
      expect([rest.statusCode, rest.rawPayload.equals(answer.rawPayload.subarray(5))]).toEqual([206, true]);
    }
    expect((await http.app.inject({ url: `/content/parts/${rows[0]!.hash}` })).statusCode).toBe(401);
    expect(
      (await http.app.inject({ url: `/content/parts/${'0'.repeat(64)}`, headers: { authorization: 'Bearer board' } }))
        .statusCode,
    ).toBe(404);
    // Nobody deletes what somebody else has just changed, nor without saying what.
    for (const [url, stale] of [
      [`/api/notices/${made.body.id}`, 1],
      [`/api/playlists/${playlist.body.id}`, 2],
      [`/api/schedule-entries/${scheduled.body.id}`, 2],
    ] as const) {
      expect(await call('DELETE', `${url}?revision=${stale}`)).toMatchObject({
        status: 409,
        body: { error: { code: 'revision_conflict' } },
      });
      expect(await call('DELETE', url)).toMatchObject({ status: 400, body: { error: { field: 'revision' } } });
      expect((await call('GET', url)).status).toBe(200);
    }
    expect((await call('DELETE', `/api/schedule-entries/${scheduled.body.id}?revision=1`)).status).toBe(204);
    expect((await call('DELETE', `/api/playlists/${playlist.body.id}?revision=1`)).status).toBe(204);
    expect((await call('DELETE', `/api/notices/${made.body.id}?revision=2`)).status).toBe(204);
    expect((await call('GET', `/api/notices/${made.body.id}`)).status).toBe(404);
  });

  it('measures a text as it is stored, not as it is typed: NFC may lengthen it', async () => {
    const unitId = test.ids.commune;
    const input = (title: string) => ({
      unitId,
      title,
      category: 'local',
      durationMs: null,
      content: { type: 'layout', layout: 'notice', fields: { title: 'Họp', body: 'Tối nay' } },
    });
    // One character as typed, two as stored.
    const growing = '\u0958';
    const picture = await test.file(unitId, 'image');
    const image = (alt: string) => ({
      ...input('Ảnh'),
      content: { type: 'image', asset: picture.hash, alt, fit: 'contain' },
    });
    for (const [body, field] of [
      [input(growing.repeat(300)), 'title'],
      [input(' \u200b '), 'title'],
      [image(growing.repeat(500)), 'content.alt'],
    ] as const)
      expect(await call('POST', '/api/notices', body)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_input', field } },
      });
    const long = await call<Notice>('POST', '/api/notices', input(growing.repeat(150)));
    expect(long).toMatchObject({ status: 201, body: { title: growing.normalize('NFC').repeat(150) } });
    // Shorter than it was typed.
    const typed = 'ế'.repeat(300).normalize('NFD');
    expect(await call('POST', '/api/notices', input(typed))).toMatchObject({ status: 201 });

    const item = { noticeId: long.body.id, validFrom: null, validTo: null };
    const playlist = (durationMs: number, name = 'Dài') => ({
      unitId,
      name,
      items: [1, 2].map(() => ({ ...item, itemId: test.sources.newId(), durationMs })),
    });
    expect(await call('POST', '/api/playlists', playlist(Number.MAX_SAFE_INTEGER))).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', field: 'items.0.durationMs' } },
    });
    expect(await call('POST', '/api/playlists', playlist(1000, growing.repeat(200)))).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', field: 'name' } },
    });
    const submitted = await call('POST', `/api/notices/${long.body.id}/submit`, { revision: 1, approve: true });
    expect(submitted).toMatchObject({ status: 200, body: { state: 'approved' } });
    const hours = await call<Playlist>('POST', '/api/playlists', playlist(3_600_000));
    expect(hours).toMatchObject({ status: 201, body: { unapproved: 0, totalMs: 7_200_000 } });
    for (const url of ['/api/notices', '/api/playlists', '/api/schedule-entries'])
      expect(await call('GET', url)).toMatchObject({ status: 200 });
    expect((await call('DELETE', `/api/playlists/${hours.body.id}?revision=1`)).status).toBe(204);
    expect((await call('DELETE', `/api/notices/${long.body.id}?revision=1`)).status).toBe(204);
  });
});
