import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, type ConsolePage } from '../../../test/fleet/console-page.ts';
import type { SeededPerson } from '../../../test/fleet/seed.ts';
import { testActor } from '../testing.ts';
import { startTestCms, type TestCms } from '../../../test/fleet/testing-cms.ts';

let cms: TestCms;
const open: Socket[] = [];
beforeAll(async () => {
  cms = await startTestCms();
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
});
afterAll(() => cms.stop());

/** A page of this person; keeps everything it is told. */
async function page(person: SeededPerson | null, origin: string | null = cms.url): Promise<ConsolePage> {
  const opened = await openConsole(cms.url, person, origin);
  open.push(opened.socket);
  return opened;
}

describe('the console socket', () => {
  it('is for signed-in people on our own pages', async () => {
    const viewer = await cms.person('viewer');
    await page(viewer);
    await expect(page(null)).rejects.toThrow('not_signed_in');
    await expect(page({ ...viewer, sessionToken: 'x' })).rejects.toThrow('not_signed_in');
    for (const origin of ['https://elsewhere.example', 'null', null])
      await expect(page(viewer, origin), String(origin)).rejects.toThrow('cross_site');
  });

  it('tells of pictures of boards at the unit and above, not beside', async () => {
    const [own, beside] = [
      await page(await cms.person('technician')),
      await page(await cms.person('technician', cms.units.sister)),
    ];
    const { boardId } = (await cms.board()).identity;
    cms.context.events.emit('screenshotsChanged', { boardId });
    expect(await own.until('screenshotsChangedV1')).toEqual({ boardId });
    // Told after it, to everybody: what was on its way before has arrived.
    const other = (await cms.board(cms.units.sister)).identity.boardId;
    cms.context.events.emit('screenshotsChanged', { boardId: other });
    expect(await beside.until('screenshotsChangedV1')).toEqual({ boardId: other });
    expect(beside.told.filter(({ name }) => name === 'screenshotsChangedV1')).toHaveLength(1);
  });

  it('is for nobody whose second factor is yet to be shown, and ends where one is asked for meanwhile', async () => {
    const viewer = await cms.person('viewer');
    const { socket } = await page(viewer);
    const ended = new Promise<string>((resolve) => void socket.once('disconnect', resolve));
    await cms.context.store.write
      .insertInto('second_factors')
      .values({
        user_id: viewer.userId,
        secret: 'x',
        confirmed_at: 1,
        last_step: 0,
        pending_secret: null,
        pending_at: null,
      })
      .execute();
    cms.context.events.emit('accountChanged', { userId: viewer.userId });
    expect(await ended).toBe('io server disconnect');
    await expect(page(viewer)).rejects.toThrow('second_factor_needed');
  });

  it('tells of boards in sight and of no others', async () => {
    const province = await page(await cms.person('viewer'));
    const commune = await page(await cms.person('editor', cms.units.commune));
    const sister = await page(await cms.person('editor', cms.units.sister));
    const board = await cms.board(cms.units.village);
    const { boardId } = board.identity;
    await board.connect();
    await board.hello();
    for (const side of [province, commune]) {
      await side.until(
        'boardChangedV1',
        (body: { boardId: string; presence: string }) => body.boardId === boardId && body.presence === 'online',
      );
    }
    board.journal.append({ type: 'screenChanged', on: true }, cms.sources.now());
    await board.send('appendJournalV1', board.journal.batch(1, 1));
    await commune.until('playsRecordedV1', (body: { boardId: string }) => body.boardId === boardId);
    board.disconnect();
    await commune.until(
      'boardChangedV1',
      (body: { boardId: string; presence: string }) => body.boardId === boardId && body.presence === 'offline',
    );

    const mark = await cms.board(cms.units.sister);
    await mark.connect();
    await sister.until('boardChangedV1', (body: { boardId: string }) => body.boardId === mark.identity.boardId);
    expect(JSON.stringify(sister.told)).not.toContain(boardId);
    expect(JSON.stringify(commune.told)).not.toContain(mark.identity.boardId);
    mark.disconnect();
  });

  it('tells of takeovers where their boards hang', async () => {
    const sister = await page(await cms.person('viewer', cms.units.sister));
    const commune = await page(await cms.person('viewer', cms.units.commune));
    const province = await cms.person('province');
    const [here, there] = [await cms.board(cms.units.sister), await cms.board(cms.units.commune)];
    const raise = (boardId: string) =>
      cms.request(province, 'POST', '/api/takeovers', {
        clientId: crypto.randomUUID(),
        status: 'exercise',
        content: { event: 'Bão', level: 3, headline: 'Diễn tập', instruction: '', senderName: 'Tỉnh' },
        selectors: { all: false, unitIds: [], groups: [], boardIds: [boardId] },
        durationMs: 60_000,
      });
    const { id } = (await raise(here.identity.boardId)).body;
    expect(await sister.until('takeoverProgressedV1')).toEqual({ takeoverId: id });
    const other = (await raise(there.identity.boardId)).body;
    expect(await commune.until('takeoverProgressedV1')).toEqual({ takeoverId: other.id });
    expect(JSON.stringify(commune.told)).not.toContain(id);
  });

  it('tells a board that talks a lot a few times a second', async () => {
    const viewer = await page(await cms.person('viewer'));
    const board = await cms.board();
    await board.connect();
    for (let i = 0; i < 200; i++) {
      const now = { noticeId: null, title: `Tin ${i}`, why: 'loop', until: 0, exercise: false } as const;
      await board.send('stateChangedV1', {
        now,
        next: null,
        programme: null,
        screenOn: null,
        host: 'chromium',
        cut: false,
      });
    }
    await viewer.until('boardChangedV1', (body: { now: { title: string } | null }) => body.now?.title === 'Tin 199');
    const messages = viewer.told.filter(
      (one) => one.name === 'boardChangedV1' && (one.body as { boardId: string }).boardId === board.identity.boardId,
    );
    expect(messages.length).toBeLessThan(20);
    board.disconnect();
  });

  it('ends with the session', async () => {
    const person = await cms.person('viewer');
    const { socket } = await page(person);
    const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    const { sessionHash } = (await cms.accounts.resolve(person.sessionToken))!;
    cms.context.events.emit('sessionEnded', { sessionHash });
    expect(await ended).toBe('io server disconnect');
  });

  it('follows what its person may see: rights that come are used, rights that go are gone at once', async () => {
    const root = testActor({ unitId: cms.units.province, role: 'administrator' });
    const person = await cms.person('editor', cms.units.commune);
    const viewer = await page(person);
    const [here, there] = [await cms.board(cms.units.commune), await cms.board(cms.units.sister)];
    const isOf = (board: typeof here) => (body: { boardId: string }) => body.boardId === board.identity.boardId;

    await cms.accounts.users.grant(root, person.userId, { unitId: cms.units.sister, role: 'viewer' });
    await viewer.until('accountChangedV1');
    await there.connect();
    await viewer.until('boardChangedV1', isOf(there));

    viewer.told.length = 0;
    await cms.accounts.users.withdraw(root, person.userId, { unitId: cms.units.commune, role: 'editor' });
    await viewer.until('accountChangedV1');
    await here.connect();
    there.disconnect();
    // Told after what they may not hear any more would have been.
    await viewer.until(
      'boardChangedV1',
      (body: { boardId: string; presence: string }) => isOf(there)(body) && body.presence === 'offline',
    );
    expect(JSON.stringify(viewer.told)).not.toContain(here.identity.boardId);
    here.disconnect();
  });

  it('ends when the account is closed', async () => {
    const root = testActor({ unitId: cms.units.province, role: 'administrator' });
    const person = await cms.person('viewer', cms.units.commune);
    const { socket } = await page(person);
    const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    await cms.accounts.users.setActive(root, person.userId, false);
    expect(await ended).toBe('io server disconnect');
    await expect(page(person)).rejects.toThrow('not_signed_in');
  });
});
