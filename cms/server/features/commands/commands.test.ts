import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { boardCommand } from '../../../../shared/protocol/commands.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

let cms: TestCms;
beforeAll(async () => {
  cms = await startTestCms();
});
afterAll(() => cms.stop());

it('signs a command for one board, sends it there alone, and writes down who gave it', async () => {
  const technician = await cms.person('technician', cms.units.commune);
  const [board, other] = [await cms.board(), await cms.board()];
  await board.connect();
  await other.connect();
  let strayed = false;
  other.socket.on('runCommandV1', () => (strayed = true));
  const got = board.next('runCommandV1');
  const answer = await cms.request(technician, 'POST', `/api/boards/${board.identity.boardId}/commands`, {
    name: 'testPattern',
    durationMs: 10_000,
  });
  expect(answer.status).toBe(200);
  const list = await verifyDocument(cms.keys.keyList().jws, 'bang-tin-key-list', keyList, () => cms.keys.rootKey);
  const command = await verifyDocument(
    (await got).command,
    'bang-tin-command',
    boardCommand,
    keysOf(list, 'programme', cms.sources.now()),
  );
  expect(command).toMatchObject({
    commandId: answer.body.id,
    boardId: board.identity.boardId,
    name: 'testPattern',
    durationMs: 10_000,
  });
  expect(strayed).toBe(false);
  const entry = await cms.store.read
    .selectFrom('audit_log')
    .selectAll()
    .where('action', '=', 'board.commanded')
    .executeTakeFirst();
  expect(entry).toMatchObject({ user_id: technician.userId, subject_id: board.identity.boardId });
  board.disconnect();
  other.disconnect();
});

it('says when the board is not there, or refuses', async () => {
  const technician = await cms.person('technician');
  const board = await cms.board();
  const run = (body: object = { name: 'identify' }) =>
    cms.request(technician, 'POST', `/api/boards/${board.identity.boardId}/commands`, body);
  expect(await run()).toMatchObject({ status: 409, body: { error: { code: 'board_offline' } } });
  await board.connect();
  board.socket.once('runCommandV1', (_: unknown, ack: (reply: object) => void) =>
    ack({ ok: false, error: { code: 'no_stage', message: 'There is no stage', field: null, params: {} } }),
  );
  expect(await run()).toMatchObject({
    status: 409,
    body: { error: { code: 'command_refused', params: { code: 'no_stage' } } },
  });
  board.socket.once('runCommandV1', (_: unknown, ack: (reply: unknown) => void) => ack('nonsense'));
  expect((await run()).body.error.code).toBe('board_offline');
  for (const body of [{}, { name: 'reboot' }, { name: 'identify', durationMs: 10 }, { name: 'identify', more: 1 }]) {
    expect((await run(body)).body.error.code).toBe('invalid_input');
  }
  board.disconnect();
});

it('says what became of each, to those who may give commands, with who gave it', async () => {
  const technician = await cms.person('technician');
  const board = await cms.board();
  const { boardId } = board.identity;
  const path = `/api/boards/${boardId}/commands`;
  await board.connect();
  board.next('runCommandV1').catch(() => undefined);
  const given = (await cms.request(technician, 'POST', path, { name: 'identify' })).body;
  const list = async () => (await cms.request(technician, 'GET', path)).body.commands as Record<string, unknown>[];
  expect(await list()).toMatchObject([
    { id: given.id, name: 'identify', payload: { durationMs: 30_000 }, by: expect.any(String), state: 'received' },
  ]);
  // Of another board, and of none: passed by.
  const other = await cms.board();
  await other.connect();
  const end = { commandId: given.id as string, outcome: 'done', at: 1, errorCode: null } as const;
  expect(await other.send('commandEndedV1', end)).toEqual({ ok: true });
  expect((await list())[0]).toMatchObject({ state: 'received' });
  expect(await board.send('commandEndedV1', end)).toEqual({ ok: true });
  expect(await board.send('commandEndedV1', { ...end, outcome: 'failed', errorCode: 'no_stage' })).toEqual({
    ok: true,
  });
  expect((await list())[0]).toMatchObject({ state: 'done', errorCode: null });
  expect(cms.emitted).toContainEqual({ name: 'commandsChanged', payload: { boardId } });

  board.disconnect();
  board.socket.removeAllListeners('runCommandV1');
  await expect.poll(() => cms.gateway.isOnline(boardId)).toBe(false);
  await cms.request(technician, 'POST', path, { name: 'identify' });
  expect(await list()).toHaveLength(1);
  const viewer = await cms.person('viewer');
  expect((await cms.request(viewer, 'GET', path)).status).toBe(403);
  other.disconnect();
});

it('asks for the right', async () => {
  const board = await cms.board(cms.units.sister);
  const path = `/api/boards/${board.identity.boardId}/commands`;
  expect((await cms.request(null, 'POST', path, { name: 'identify' })).status).toBe(401);
  expect((await cms.request(await cms.person('approver'), 'POST', path, { name: 'identify' })).status).toBe(403);
  expect(
    (await cms.request(await cms.person('technician', cms.units.commune), 'POST', path, { name: 'identify' })).status,
  ).toBe(404);
});
