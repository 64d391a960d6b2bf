import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { maxSampleBytes, samplePath, type SampleAbout } from '../../../../shared/protocol/samples.ts';
import type { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

let cms: TestCms;
let picture: Buffer;
beforeAll(async () => {
  cms = await startTestCms();
  picture = await sharp({ create: { width: 320, height: 160, channels: 3, background: '#06c' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => cms.stop());

async function put(
  board: SimulatedBoard,
  {
    id = cms.sources.newId(),
    body = picture,
    about = {},
  }: { id?: string; body?: Buffer | null; about?: Partial<SampleAbout> } = {},
): Promise<{ status: number; code: string | undefined }> {
  const said: SampleAbout = {
    at: cms.sources.now(),
    output: null,
    window: null,
    playing: null,
    missing: null,
    ...about,
  };
  const response = await fetch(`${cms.url}${samplePath(id)}?${new URLSearchParams({ about: JSON.stringify(said) })}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await board.token()}`,
      ...(body ? { 'content-type': 'image/jpeg' } : {}),
    },
    body: body && new Uint8Array(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    code: text === '' ? undefined : (JSON.parse(text) as { error: { code: string } }).error.code,
  };
}

it('an order that stands opens the way for a board’s pictures, to whoever may see them, and closes it', async () => {
  const technician = await cms.person('technician', cms.units.commune);
  const board = await cms.board();
  const { boardId } = board.identity;
  const order = (everyMinutes: number) =>
    cms.request(technician, 'POST', `/api/boards/${boardId}/commands`, { name: 'setScreenshots', everyMinutes });
  const list = `/api/boards/${boardId}/samples`;
  expect(await put(board)).toEqual({ status: 409, code: 'samples_unwanted' });
  expect((await order(3)).status).toBe(400);
  // Also for one that is away: it waits for the board.
  expect((await order(15)).body).toMatchObject({
    name: 'setScreenshots',
    payload: { everyMinutes: 15 },
    state: 'waiting',
  });
  const id = cms.sources.newId();
  const playing = { noticeId: null, title: 'Họp thôn', why: 'schedule', exercise: false } as const;
  const told = cms.emitted.length;
  expect(await put(board, { id, about: { playing } })).toEqual({ status: 204, code: undefined });
  expect(cms.emitted.slice(told)).toContainEqual({ name: 'screenshotsChanged', payload: { boardId } });
  expect(await put(board, { body: null, about: { missing: 'screen_off', at: cms.sources.now() - 1 } })).toMatchObject({
    status: 204,
  });
  expect(await put(board, { body: Buffer.alloc(maxSampleBytes + 1) })).toEqual({ status: 413, code: 'too_large' });
  expect(await put(board, { about: { missing: 'Bão' } })).toMatchObject({ status: 400 });
  expect((await cms.request(technician, 'GET', list)).body).toMatchObject({
    samples: [{ id, width: 320, height: 160, playing }, { missing: 'screen_off' }],
    bytesEach: picture.length,
  });

  const see = (who: Awaited<ReturnType<TestCms['person']>>, headers: Record<string, string> = {}) =>
    fetch(`${cms.url}${list}/${id}/picture`, { headers: { cookie: `bt_session=${who.sessionToken}`, ...headers } });
  const seen = await see(technician);
  expect([seen.status, seen.headers.get('content-type'), seen.headers.get('cache-control')]).toEqual([
    200,
    'image/webp',
    'private, no-cache',
  ]);
  expect(seen.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(seen.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await see(technician, { 'if-none-match': seen.headers.get('etag')! })).status).toBe(304);
  expect((await see(await cms.person('viewer', cms.units.commune))).status).toBe(403);
  expect((await see(await cms.person('technician', cms.units.sister))).status).toBe(404);

  await order(0);
  expect(await put(board)).toEqual({ status: 409, code: 'samples_unwanted' });
  // A player of another board brings none for this one: its own has none ordered.
  expect(await put(await cms.board())).toEqual({ status: 409, code: 'samples_unwanted' });
});

it('a player that takes them otherwise than it was ordered is ordered anew', async () => {
  const technician = await cms.person('technician');
  const board = await cms.board();
  const path = `/api/boards/${board.identity.boardId}/commands`;
  const got: string[] = [];
  await board.connect();
  board.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
    got.push(command);
    ack({ ok: true });
  });
  const tell = (status: object) => board.send('statusReportedV1', { full: true, status });
  const { id } = (await cms.request(technician, 'POST', path, { name: 'setScreenshots', everyMinutes: 60 })).body;
  await board.send('commandEndedV1', { commandId: id, outcome: 'done', at: cms.sources.now(), errorCode: null });
  cms.sources.advance(61_000);
  await tell({ shots: 60 });
  await expect.poll(() => got.length).toBe(1);
  await tell({});
  await expect.poll(() => got.length).toBe(2);
  expect((await cms.request(technician, 'GET', path)).body.orders.setScreenshots).toMatchObject({
    payload: { everyMinutes: 60 },
    renewed: true,
  });
  board.disconnect();
});
