import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boardCommand } from '../../../../shared/protocol/commands.ts';
import { maxScreenshotBytes, screenshotPath } from '../../../../shared/protocol/link.ts';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import type { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { testActor } from '../../testing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

let cms: TestCms;
let picture: Buffer;
beforeAll(async () => {
  cms = await startTestCms();
  picture = await sharp({ create: { width: 320, height: 160, channels: 3, background: '#06c' } })
    .webp()
    .toBuffer();
});
afterAll(() => cms.stop());

async function put(
  board: SimulatedBoard,
  id: string,
  { token, type = 'image/webp', body = picture }: { token?: string; type?: string; body?: Buffer } = {},
): Promise<{ status: number; code: string | undefined }> {
  const response = await fetch(`${cms.url}${screenshotPath(id)}?takenAt=${cms.sources.now()}&output=0,0,320,160,0`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token ?? (await board.token())}`, 'content-type': type },
    body: new Uint8Array(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    code: text === '' ? undefined : (JSON.parse(text) as { error: { code: string } }).error.code,
  };
}

it('brings the picture of a signed command from the board to whoever asked, and to nobody else', async () => {
  const technician = await cms.person('technician', cms.units.commune);
  const board = await cms.board();
  const { boardId } = board.identity;
  await board.connect();
  const got = board.next('runCommandV1');
  const asked = await cms.request(technician, 'POST', `/api/boards/${boardId}/screenshots`);
  expect(asked.status).toBe(200);
  const list = await verifyDocument(cms.keys.keyList().jws, 'bang-tin-key-list', keyList, () => cms.keys.rootKey);
  const keys = keysOf(list, 'programme', cms.sources.now());
  const command = await verifyDocument((await got).command, 'bang-tin-command', boardCommand, keys);
  expect(command).toMatchObject({ name: 'screenshot', boardId, commandId: asked.body.id });

  expect(await put(board, asked.body.id)).toEqual({ status: 204, code: undefined });
  const path = `/api/boards/${boardId}/screenshots`;
  expect((await cms.request(technician, 'GET', path)).body.screenshots).toMatchObject([
    { id: asked.body.id, state: 'taken', width: 320, height: 160 },
  ]);
  const see = (who: Awaited<ReturnType<TestCms['person']>>, headers: Record<string, string> = {}) =>
    fetch(`${cms.url}${path}/${asked.body.id}/picture`, {
      headers: { cookie: `bt_session=${who.sessionToken}`, ...headers },
    });
  const seen = await see(technician);
  expect([seen.status, seen.headers.get('content-type')]).toEqual([200, 'image/webp']);
  const { dominant } = await sharp(Buffer.from(await seen.arrayBuffer())).stats();
  expect(dominant.b).toBeGreaterThan(dominant.r + 100);
  // Another person at the same browser: it asks again, and is told without the bytes, or nothing at all.
  expect(seen.headers.get('cache-control')).toBe('private, no-cache');
  const again = (who: Awaited<ReturnType<TestCms['person']>>) =>
    see(who, { 'if-none-match': seen.headers.get('etag')! });
  expect((await again(technician)).status).toBe(304);
  expect((await again(await cms.person('viewer', cms.units.commune))).status).toBe(403);
  expect((await see(await cms.person('viewer', cms.units.commune))).status).toBe(403);
  expect((await see(await cms.person('technician', cms.units.sister))).status).toBe(404);
  // Another player hangs there now: the picture is still shown, and says that it is not that player's.
  expect((await cms.request(technician, 'GET', path)).body.screenshots[0].formerPlayer).toBe(false);
  await cms.store.write
    .updateTable('devices')
    .set({ paired_at: cms.sources.now() + 1 })
    .where('board_id', '=', boardId)
    .execute();
  expect((await cms.request(technician, 'GET', path)).body.screenshots[0].formerPlayer).toBe(true);
  board.disconnect();
});

it('takes nothing from who is not that board, too much, late or twice', async () => {
  const technician = await cms.person('technician');
  const [board, other] = [await cms.board(), await cms.board()];
  await board.connect();
  const path = `/api/boards/${board.identity.boardId}/screenshots`;
  board.next('runCommandV1').catch(() => undefined);
  const { id } = (await cms.request(technician, 'POST', path)).body;

  expect(await put(board, id, { token: 'nonsense' })).toMatchObject({ status: 401 });
  // Signed with a key that no board was paired with.
  expect(await put(board, id, { token: await other.token({ boardId: board.identity.boardId }) })).toMatchObject({
    status: 401,
  });
  expect(await put(other, id)).toEqual({ status: 404, code: 'screenshot_unknown' });
  expect(await put(board, cms.sources.newId())).toEqual({ status: 404, code: 'screenshot_unknown' });
  expect(await put(board, id, { body: Buffer.alloc(maxScreenshotBytes + 1) })).toEqual({
    status: 413,
    code: 'too_large',
  });
  expect((await put(board, id, { type: 'image/svg+xml' })).code).toBe('invalid_input');
  expect(await put(board, id)).toMatchObject({ status: 204 });
  expect(await put(board, id)).toEqual({ status: 409, code: 'screenshot_taken' });
  // A player that speaks for its board no more.
  await cms.boards.remove(testActor({ unitId: cms.units.province, role: 'administrator' }), board.identity.boardId);
  expect(await put(board, id)).toEqual({ status: 401, code: 'device_replaced' });
  board.disconnect();
});

it('tells the pages when a board gives up, and they are told why', async () => {
  const technician = await cms.person('technician');
  const board = await cms.board();
  await board.connect();
  board.next('runCommandV1').catch(() => undefined);
  const path = `/api/boards/${board.identity.boardId}/screenshots`;
  const { id } = (await cms.request(technician, 'POST', path)).body;
  const told = cms.emitted.length;
  expect(await board.send('commandFailedV1', { commandId: id, errorCode: 'capture_failed' })).toEqual({ ok: true });
  expect(cms.emitted.slice(told)).toContainEqual({
    name: 'screenshotsChanged',
    payload: { boardId: board.identity.boardId },
  });
  expect((await cms.request(technician, 'GET', path)).body.screenshots).toMatchObject([
    { id, state: 'failed', errorCode: 'capture_failed' },
  ]);
  // Of a command that there is not, or that asked for no picture, no page hears.
  const before = cms.emitted.length;
  const other = { commandId: cms.sources.newId(), errorCode: 'capture_failed' };
  expect(await board.send('commandFailedV1', other)).toEqual({ ok: true });
  expect(cms.emitted.slice(before).map(({ name }) => name)).not.toContain('screenshotsChanged');
  board.disconnect();
});
