import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusAnswer, unknownStatus, type BoardStatus } from '../../../../shared/protocol/status.ts';
import { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { openConsole } from '../../../../test/fleet/console-page.ts';
import { seedBoards, seedPerson, type SeededPerson } from '../../../../test/fleet/seed.ts';
import type { Role } from '../../store/schema.ts';
import { createTestApp, seedUnits } from '../../testing.ts';

let test: Awaited<ReturnType<typeof createTestApp>>;
let units: Awaited<ReturnType<typeof seedUnits>>;
let url: string;
let board: SimulatedBoard;
beforeAll(async () => {
  test = await createTestApp();
  const { context, features } = test.app;
  units = await seedUnits({ context, units: features.units });
  url = await test.app.listen();
  const now = test.sources.now();
  const [identity] = await seedBoards(context.store, { count: 1, unitId: units.commune, now, groups: [] });
  context.events.emit('boardPaired', { boardId: identity!.boardId });
  board = new SimulatedBoard(identity!, url, () => test.sources.now());
  await board.connect();
});
afterAll(async () => {
  board.disconnect();
  await test.discard();
});

const person = (role: Role, unitId: string): Promise<SeededPerson> =>
  seedPerson(test.app.context.store, unitId, role, test.sources.now());
async function read(who: SeededPerson) {
  const response = await fetch(`${url}/api/boards/${board.identity.boardId}/status`, {
    headers: { cookie: `bt_session=${who.sessionToken}` },
  });
  return { status: response.status, body: (await response.json()) as unknown };
}
const answer = async (who: SeededPerson) => statusAnswer.parse((await read(who)).body);
/** Says it, and waits until pages are told. */
async function say(full: boolean, status: Partial<BoardStatus>): Promise<void> {
  const told = Promise.withResolvers<void>();
  const end = test.app.context.events.on('boardStatusChanged', () => told.resolve());
  expect(await board.send('statusReportedV1', { full, status })).toEqual({ ok: true });
  await told.promise;
  end();
}

it('knows nothing of a player that has said nothing, as those from before do', async () => {
  expect(await answer(await person('technician', units.commune))).toEqual({
    status: null,
    at: null,
    networkWithheld: false,
  });
});

it('keeps the last full report and what has changed since, and tells the pages', async () => {
  const technician = await person('technician', units.commune);
  const page = await openConsole(url, technician);
  const elsewhere = await openConsole(url, technician);
  const { boardId } = board.identity;
  expect(await page.ask('watchBoardV1', { boardId })).toEqual({ ok: true });
  await say(true, { cpu: 10, temp: 50, net: 'mobile', operator: 'Viettel' });
  expect(await page.until('boardStatusChangedV1')).toEqual({ boardId });
  test.sources.advance(60_000);
  await say(false, { cpu: 95, temp: null });
  const expected = { ...unknownStatus, cpu: 95, net: 'mobile', operator: 'Viettel' };
  expect(await answer(technician)).toMatchObject({ status: expected, at: test.sources.now() });
  await say(true, { cpu: 5, net: 'mobile', signal: 60 });
  expect((await answer(technician)).status).toEqual({ ...unknownStatus, cpu: 5, net: 'mobile', signal: 60 });
  expect(await page.ask('unwatchBoardV1', { boardId })).toEqual({ ok: true });
  const toldBefore = page.told.length;
  await say(false, { temp: 41 });
  // Who does not look at the board, or not any more, is told of its other news alone.
  test.app.context.events.emit('screenshotsChanged', { boardId });
  await elsewhere.until('screenshotsChangedV1');
  expect(elsewhere.told.filter(({ name }) => name === 'boardStatusChangedV1')).toEqual([]);
  await page.until('screenshotsChangedV1');
  expect(page.told.slice(toldBefore).map(({ name }) => name)).toEqual(['screenshotsChangedV1']);
  for (const { socket } of [page, elsewhere]) socket.disconnect();
});

it('a page watches eight boards at most, and one that it watches as often as it says so', async () => {
  const page = await openConsole(url, await person('technician', units.commune));
  const boardIds = Array.from({ length: 9 }, (_, i) => `0190b8a2-0000-7000-8000-00000000000${i}`);
  const [ninth, ...eight] = boardIds;
  for (const boardId of eight) expect(await page.ask('watchBoardV1', { boardId })).toEqual({ ok: true });
  expect(await page.ask('watchBoardV1', { boardId: eight[0]! })).toEqual({ ok: true });
  expect(await page.ask('watchBoardV1', { boardId: ninth! })).toMatchObject({ ok: false });
  page.socket.disconnect();
});

it('tells how it is connected to those who look after the board alone, and nothing to strangers', async () => {
  const viewer = await answer(await person('viewer', units.commune));
  expect(viewer).toMatchObject({ networkWithheld: true, status: { cpu: 5, net: null, signal: null } });
  expect((await read(await person('technician', units.sister))).status).toBe(404);
});

it('says nothing of a player that has come since', async () => {
  const { store, events } = test.app.context;
  test.sources.advance(60_000);
  const { boardId } = board.identity;
  const at = test.sources.now();
  await store.write.updateTable('devices').set({ paired_at: at }).where('board_id', '=', boardId).execute();
  events.emit('boardPaired', { boardId });
  expect((await answer(await person('technician', units.commune))).status).toBeNull();
});
