import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { boardCommand } from '../../../../shared/protocol/commands.ts';
import { logPath, maxLogBytes } from '../../../../shared/protocol/link.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { describeStores } from '../../store/testing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

describeStores('commands', (under) => {
  let cms: TestCms;
  beforeAll(async () => {
    cms = await startTestCms(under.options);
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
    for (const body of [
      {},
      { name: 'selfDestruct' },
      { name: 'identify', durationMs: 10 },
      { name: 'identify', more: 1 },
    ]) {
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

  it('sends what waits when the board comes back, the later order alone, and none after its time', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const { boardId } = board.identity;
    const path = `/api/boards/${boardId}/commands`;
    const give = async (body: object) => (await cms.request(technician, 'POST', path, body)).body;
    const states = async () =>
      Object.fromEntries(
        ((await cms.request(technician, 'GET', path)).body.commands as { id: string; state: string }[]).map(
          ({ id, state }) => [id, state],
        ),
      );
    const first = await give({ name: 'setVolume', percent: 20 });
    const second = await give({ name: 'setVolume', percent: 30 });
    const reboot = await give({ name: 'reboot' });
    expect((await give({ name: 'reboot' })).error.code).toBe('command_pending');
    expect(await states()).toEqual({ [first.id]: 'replaced', [second.id]: 'waiting', [reboot.id]: 'waiting' });
    cms.sources.advance(11 * 60_000);
    expect((await states())[reboot.id]).toBe('expired');

    const got: string[] = [];
    await board.connect();
    board.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
      got.push(command);
      // Its keys are those of before: the next greeting brings the list, and the command again.
      ack(got.length === 1 ? refusal('key_unknown') : { ok: true });
    });
    await board.hello();
    await expect.poll(() => got.length).toBe(1);
    expect((await states())[second.id]).toBe('waiting');
    await board.hello();
    await expect.poll(async () => (await states())[second.id]).toBe('received');
    const list = await verifyDocument(cms.keys.keyList().jws, 'bang-tin-key-list', keyList, () => cms.keys.rootKey);
    const keys = keysOf(list, 'programme', cms.sources.now());
    expect(await verifyDocument(got[1]!, 'bang-tin-command', boardCommand, keys)).toMatchObject({
      commandId: second.id,
      name: 'setVolume',
      percent: 30,
    });
    await board.hello();
    expect(got).toHaveLength(2);
    // What could have waited tells its refusal as it stands.
    board.socket.removeAllListeners('runCommandV1');
    board.socket.on('runCommandV1', (_: unknown, ack: (reply: object) => void) => ack(refusal('reboot_unsupported')));
    expect(await give({ name: 'reboot' })).toMatchObject({ state: 'refused', errorCode: 'reboot_unsupported' });
    board.disconnect();
  });

  it('orders anew what stands for a board when its player tells of something else', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const { boardId } = board.identity;
    const path = `/api/boards/${boardId}/commands`;
    const got: string[] = [];
    let answer: object = { ok: true };
    await board.connect();
    board.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
      got.push(command);
      ack(answer);
    });
    const list = async () => (await cms.request(technician, 'GET', path)).body;
    const tell = (status: object) => board.send('statusReportedV1', { full: true, status });
    const cut = (await cms.request(technician, 'POST', path, { name: 'setSource', cut: true })).body;
    await board.send('commandEndedV1', { commandId: cut.id, outcome: 'done', at: cms.sources.now(), errorCode: null });
    // However much is asked of the board after it.
    for (let i = 0; i < 31; i++) await cms.request(technician, 'POST', path, { name: 'identify' });
    expect((await list()).orders).toMatchObject({
      setVolume: null,
      setDownloads: null,
      setSource: { id: cut.id, state: 'done' },
    });
    got.length = 0;
    cms.sources.advance(61_000);
    await tell({ cut: true });
    await tell({});
    await expect.poll(() => got.length).toBe(1);
    const renewed = (await list()).orders.setSource;
    expect(renewed).toMatchObject({ payload: { cut: true }, by: null, renewed: true });
    expect(renewed.id).not.toBe(cut.id);

    // A player from before the order refuses it: it is not asked each quarter of an hour.
    await board.send('commandEndedV1', { commandId: renewed.id, outcome: 'done', at: 1, errorCode: null });
    cms.sources.advance(61_000);
    answer = refusal('document_invalid');
    await tell({});
    await expect.poll(async () => (await list()).commands[0].state).toBe('refused');
    await tell({});
    await tell({});
    await expect.poll(async () => (await list()).orders.setSource).toMatchObject({ id: renewed.id });
    expect(got).toHaveLength(2);
    board.disconnect();
  });

  it('lets who approves cut the source and restore it, see what the board was told, and no more', async () => {
    const approver = await cms.person('approver', cms.units.commune);
    const editor = await cms.person('editor', cms.units.commune);
    const board = await cms.board();
    const path = `/api/boards/${board.identity.boardId}`;
    await board.connect();
    board.socket.on('runCommandV1', (_: unknown, ack: (reply: object) => void) => ack({ ok: true }));
    const give = (who: typeof editor, body: object) => cms.request(who, 'POST', `${path}/commands`, body);
    const source = async () => (await cms.request(editor, 'GET', `${path}/cut`)).body.cut;
    expect((await give(editor, { name: 'setSource', cut: true })).body.error.code).toBe('forbidden');
    expect((await give(approver, { name: 'reboot' })).body.error.code).toBe('forbidden');
    expect((await cms.request(editor, 'GET', `${path}/commands`)).body.error.code).toBe('forbidden');
    const cut = (await give(approver, { name: 'setSource', cut: true })).body;
    expect((await cms.request(approver, 'GET', `${path}/commands`)).body.orders.setSource).toMatchObject({
      id: cut.id,
    });
    // It stands once the board says so; everybody who sees the board is told since when, and by whom.
    expect(await source()).toBeNull();
    const end = (id: string) =>
      board.send('commandEndedV1', { commandId: id, outcome: 'done', at: cms.sources.now(), errorCode: null });
    await end(cut.id);
    expect(await source()).toEqual({ at: cms.sources.now(), by: expect.any(String) });
    // Until the board has done it the cut stands, and everybody is told of the restoring, too.
    const restore = (await give(approver, { name: 'setSource', cut: false })).body;
    expect((await cms.request(editor, 'GET', `${path}/cut`)).body).toEqual({
      cut: { at: expect.any(Number), by: expect.any(String) },
      restoring: { at: restore.issuedAt, by: expect.any(String) },
    });
    await end(restore.id);
    expect((await cms.request(editor, 'GET', `${path}/cut`)).body).toEqual({ cut: null, restoring: null });
    board.disconnect();
  });

  it('gives what stands for one board to others, to all of them or to none, and says what they cannot do', async () => {
    const technician = await cms.person('technician', cms.units.commune);
    const [model, here, away] = [await cms.board(), await cms.board(), await cms.board()];
    const [from, ...to] = [model, here, away].map(({ identity }) => identity.boardId);
    const order = (body: object) => cms.request(technician, 'POST', `/api/boards/${from}/commands`, body);
    const copy = (names: string[], boardIds: string[] = to, by = technician) =>
      cms.request(by, 'POST', `/api/boards/${from}/orders/copies`, { names, boardIds });
    const standing = async (boardId: string) =>
      (await cms.request(technician, 'GET', `/api/boards/${boardId}/commands`)).body.orders;
    await order({ name: 'setVolume', percent: 35 });
    await order({ name: 'setBrightness', percent: 60, until: null });
    expect((await copy(['setVolume', 'setDownloads'])).body.error.code).toBe('order_none');
    expect((await copy(['setSource'])).body.error.code).toBe('invalid_input');
    const beside = await cms.person('technician', cms.units.sister);
    expect((await copy(['setVolume'], to, beside)).status).toBeGreaterThanOrEqual(403);
    expect((await copy(['setVolume'], [to[0]!, crypto.randomUUID()])).body.error.code).toBe('board_unknown');
    expect((await standing(to[0]!)).setVolume).toBeNull();
    await here.connect();
    const got: string[] = [];
    here.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
      got.push(command);
      ack({ ok: true });
      const { name, commandId } = decodeJwt<{ name: string; commandId: string }>(command);
      const end =
        name === 'setVolume'
          ? ({ outcome: 'done', errorCode: null } as const)
          : ({ outcome: 'failed', errorCode: 'screen_unsupported' } as const);
      void here.send('commandEndedV1', { commandId, at: cms.sources.now(), ...end });
    });
    const failed = [{ boardId: to[0], name: 'setBrightness', errorCode: 'screen_unsupported' }];
    expect((await copy(['setVolume', 'setBrightness'])).body).toEqual({ boards: 2, waiting: 1, failed });
    expect(got.map((command) => decodeJwt(command))).toMatchObject([
      { name: 'setVolume', percent: 35, boardId: to[0] },
      { name: 'setBrightness', percent: 60, boardId: to[0] },
    ]);
    for (const id of to)
      expect(await standing(id)).toMatchObject({
        setVolume: { payload: { percent: 35 } },
        setBrightness: id === to[0] ? null : { payload: { percent: 60, until: null } },
        setDownloads: null,
      });
    here.disconnect();
  });

  it('orders the screen anew as it stands: its hours, and what was said by hand until its time', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const { boardId } = board.identity;
    const path = `/api/boards/${boardId}/commands`;
    const got: string[] = [];
    await board.connect();
    board.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
      got.push((decodeJwt(command) as { name: string }).name);
      ack({ ok: true });
    });
    const hours = { on: { from: 300, to: 1320 }, light: null };
    const until = cms.sources.now() + 3_600_000;
    const orders = [
      { name: 'setScreenHours', hours },
      { name: 'setScreen', on: false, until },
      { name: 'setBrightness', percent: 40, until: null },
    ];
    for (const order of orders) expect((await cms.request(technician, 'POST', path, order)).status).toBe(200);
    const wrong = { name: 'setScreenHours', hours: { on: { from: 300, to: 300 }, light: null } };
    expect((await cms.request(technician, 'POST', path, wrong)).body.error.code).toBe('invalid_input');
    got.length = 0;
    const told = async (status: object, names: string[]) => {
      cms.sources.advance(61_000);
      got.length = 0;
      await board.send('statusReportedV1', { full: true, status });
      await expect.poll(() => got).toEqual(names);
    };
    const kept = { hours: '300-1320', dim: { percent: 40, until: null } };
    await told({ ...kept, hand: { on: false, until } }, []);
    await told({}, ['setScreenHours', 'setScreen', 'setBrightness']);
    // Its time is over: nobody is told of it any more.
    cms.sources.advance(3_600_000);
    await told(kept, []);
    // Nor of what was said without an end, once other hours are given.
    await cms.request(technician, 'POST', path, { name: 'setScreenHours', hours: { on: null, light: null } });
    await told({}, []);
    board.disconnect();
  });

  it('orders anew how a board downloads, and refuses what makes no sense', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const { boardId } = board.identity;
    const path = `/api/boards/${boardId}/commands`;
    const got: string[] = [];
    await board.connect();
    board.socket.on('runCommandV1', ({ command }: { command: string }, ack: (reply: object) => void) => {
      got.push(command);
      ack({ ok: true });
    });
    const limits = { hours: [1320, 300], maxKbps: null, monthlyMb: 3000 };
    const give = (changes: object) =>
      cms.request(technician, 'POST', path, { name: 'setDownloads', ...limits, ...changes });
    for (const wrong of [
      { hours: [60, 60] },
      { hours: [0, 1440] },
      { maxKbps: 1 },
      { monthlyMb: 0 },
      { hours: undefined },
    ])
      expect((await give(wrong)).body.error.code).toBe('invalid_input');
    const order = (await give({})).body;
    await board.send('commandEndedV1', {
      commandId: order.id,
      outcome: 'done',
      at: cms.sources.now(),
      errorCode: null,
    });

    got.length = 0;
    cms.sources.advance(61_000);
    const tell = (status: object) => board.send('statusReportedV1', { full: true, status });
    await tell({ dl: '10o.8c..2bc' });
    await tell({ dl: '10o.8c..1jk' });
    await expect.poll(() => got.length).toBe(1);
    expect((await cms.request(technician, 'GET', path)).body.orders.setDownloads).toMatchObject({
      payload: limits,
      renewed: true,
    });
    board.disconnect();
  });

  it('issues an order later than those before it, though the clock was ahead then', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const path = `/api/boards/${board.identity.boardId}/commands`;
    const order = async (cut: boolean) =>
      (await cms.request(technician, 'POST', path, { name: 'setSource', cut })).body;
    const first = await order(true);
    const second = await order(false);
    expect(second.issuedAt).toBe(first.issuedAt + 1);
    cms.sources.advance(-86_400_000);
    expect((await order(true)).issuedAt).toBe(first.issuedAt + 2);
    cms.sources.advance(86_400_000);
  });

  it('knows of no end where a board did not answer, and believes the board when it says', async () => {
    const technician = await cms.person('technician');
    const board = await cms.board();
    const path = `/api/boards/${board.identity.boardId}/commands`;
    await board.connect();
    board.socket.on('runCommandV1', (_: unknown, ack: (reply: unknown) => void) => ack('nonsense'));
    await cms.request(technician, 'POST', path, { name: 'identify' });
    const newest = async () => (await cms.request(technician, 'GET', path)).body.commands[0];
    const { id, issuedAt, ...silent } = await newest();
    expect(silent).toMatchObject({ state: 'failed', errorCode: 'command_unanswered' });
    cms.sources.advance(3_600_000);
    const end = { commandId: id as string, outcome: 'done', at: issuedAt + 2_000, errorCode: null } as const;
    await board.send('commandEndedV1', end);
    // When it was done, not when it was heard of.
    expect(await newest()).toMatchObject({ state: 'done', errorCode: null, stateAt: issuedAt + 2_000 });
    board.disconnect();
  });

  it('takes the log that a command asked for from its board alone, in time, and keeps the newest three', async () => {
    const technician = await cms.person('technician');
    const [board, other] = [await cms.board(), await cms.board()];
    const { boardId } = board.identity;
    const path = `/api/boards/${boardId}/commands`;
    const put = async (from: typeof board, id: string, body: string) =>
      (
        await fetch(cms.url + logPath(id), {
          method: 'PUT',
          headers: { authorization: `Bearer ${await from.token()}`, 'content-type': 'text/plain; charset=utf-8' },
          body,
        })
      ).status;
    const read = async (who: typeof technician, id: string) => {
      const answer = await fetch(`${cms.url}/api/boards/${boardId}/logs/${id}`, {
        headers: { cookie: `bt_session=${who.sessionToken}` },
      });
      return [answer.status, answer.status === 200 ? await answer.text() : null];
    };
    const ask = async () => (await cms.request(technician, 'POST', path, { name: 'sendLogs' })).body.id as string;
    const first = await ask();
    expect(await put(other, first, 'x')).toBe(404);
    expect(await put(board, first, 'x'.repeat(maxLogBytes + 1))).toBe(413);
    expect(await put(board, first, 'dòng một')).toBe(204);
    expect(await put(board, first, 'something else')).toBe(204);
    expect(await read(technician, first)).toEqual([200, 'dòng một']);
    expect((await read(await cms.person('viewer'), first))[0]).toBe(403);
    const looks = cms.store.read.selectFrom('audit_log').select(['user_id', 'subject_id']);
    expect(await looks.where('action', '=', 'board.logRead').execute()).toEqual([
      { user_id: technician.userId, subject_id: boardId },
    ]);
    expect((await cms.request(technician, 'GET', path)).body.commands[0]).toMatchObject({ id: first, state: 'done' });
    const late = await ask();
    cms.sources.advance(11 * 60_000);
    expect(await put(board, late, 'x')).toBe(410);
    for (let i = 0; i < 3; i++) {
      cms.sources.advance(1);
      expect(await put(board, await ask(), `${i}`)).toBe(204);
    }
    expect((await read(technician, first))[0]).toBe(404);
    const { commands } = (await cms.request(technician, 'GET', path)).body;
    const logs = (commands as { id: string; hasLog: boolean }[]).filter(({ hasLog }) => hasLog);
    expect([logs.length, logs.some(({ id }) => id === first)]).toEqual([3, false]);
    // What has just come stays, though the clock was ahead when those before it came.
    cms.sources.advance(-3_600_000);
    const last = await ask();
    expect(await put(board, last, 'cuối')).toBe(204);
    expect(await read(technician, last)).toEqual([200, 'cuối']);
    cms.sources.advance(3_600_000);
  });
});

const refusal = (code: string) => ({ ok: false, error: { code, message: code, field: null, params: {} } });
