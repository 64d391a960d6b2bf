import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { takeover as takeoverSchema, type TakeoverSelectors } from '../../../../shared/protocol/takeover.ts';
import type { SimulatedBoard } from '../../../../test/fleet/board.ts';
import type { SeededPerson } from '../../../../test/fleet/seed.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

let cms: TestCms;
let province: SeededPerson;
beforeAll(async () => {
  cms = await startTestCms();
  province = await cms.person('province');
});
afterAll(() => cms.stop());
beforeEach(() => cms.sources.advance(1000));

const everyone: TakeoverSelectors = { all: true, unitIds: [], groups: [], boardIds: [] };
const only = (change: Partial<TakeoverSelectors>) => ({ ...everyone, all: false, ...change });
const content = {
  event: 'Lũ quét',
  level: 4,
  headline: 'Sơ tán ngay',
  instruction: 'Lên chỗ cao',
  senderName: 'Ban Chỉ huy PCTT',
};
const requestOf = (change: object = {}) => ({
  clientId: uuidv7(),
  status: 'actual',
  content,
  selectors: everyone,
  durationMs: 3_600_000,
  ...change,
});
const raise = (change: object = {}, who: SeededPerson | null = province) =>
  cms.request(who, 'POST', '/api/takeovers', requestOf(change));

async function verified(jws: string) {
  const list = await verifyDocument(cms.keys.keyList().jws, 'bang-tin-key-list', keyList, () => cms.keys.rootKey);
  return verifyDocument(jws, 'bang-tin-takeover', takeoverSchema, keysOf(list, 'takeover', cms.sources.now()));
}
const progress = (
  board: SimulatedBoard,
  takeoverId: string,
  state: 'received' | 'displayed' | 'dark' | 'failed' | 'ended' | 'refused',
  errorCode: string | null = null,
) => board.send('takeoverProgressedV1', { takeoverId, state, at: cms.sources.now(), errorCode });
const countTakeovers = async (): Promise<number> =>
  (await cms.store.read.selectFrom('takeovers').select('id').execute()).length;
const deliveryOf = async (takeoverId: string, board: SimulatedBoard) =>
  (await cms.request(province, 'GET', `/api/takeovers/${takeoverId}`)).body.deliveries.find(
    (one: { boardId: string }) => one.boardId === board.identity.boardId,
  );

describe('raising', () => {
  it('sends one signed document to every board that is there, and to others when they greet', async () => {
    const here = await cms.board();
    const away = await cms.board(cms.units.sister);
    await here.connect();
    const got = here.next('takeoverRaisedV1');
    const raised = await raise();
    expect(raised).toMatchObject({
      status: 200,
      body: { state: 'active', type: 'alert', status: 'actual', content, raisedByName: 'Người thử', endedAt: null },
    });
    const { id, targets, offlineAtRaise, delivery } = raised.body;
    expect(offlineAtRaise).toBe(targets - 1);
    expect(delivery).toMatchObject({ sent: 1, waiting: targets - 1, received: 0, displayed: 0 });
    expect(raised.body.steps).toEqual({ sent: 1, received: 0, displayed: 0 });
    const document = await verified((await got).takeover);
    expect(document).toMatchObject({ takeoverId: id, type: 'alert', supersedes: null, selectors: everyone, content });

    await away.connect();
    expect(await away.hello()).toMatchObject({ takeovers: expect.arrayContaining([(await got).takeover]) });
    expect(await away.hello({ takeover: document.sequence })).toMatchObject({ takeovers: [] });
    // Handed over when it greeted: only now was it sent to that board.
    await cms.live.takeovers.idle();
    expect(await deliveryOf(id, away)).toMatchObject({ state: 'sent', receivedAt: null });
    expect((await cms.request(province, 'GET', `/api/takeovers/${id}`)).body.steps).toEqual({
      sent: 2,
      received: 0,
      displayed: 0,
    });
    here.disconnect();
    away.disconnect();
  });

  it('counts a board that is added and paired while it is in force, and none that it is not for', async () => {
    await cms.board(cms.units.village);
    const raised = (await raise({ selectors: only({ unitIds: [cms.units.village] }) })).body;
    const [later, elsewhere] = [await cms.board(cms.units.village), await cms.board(cms.units.sister)];
    for (const board of [later, elsewhere]) {
      await board.connect();
      await board.hello();
      await progress(board, raised.id, 'displayed');
    }
    await cms.live.takeovers.idle();
    expect((await cms.request(province, 'GET', `/api/takeovers/${raised.id}`)).body).toMatchObject({
      targets: raised.targets + 1,
      steps: { sent: 1, received: 1, displayed: 1 },
    });
    expect(await deliveryOf(raised.id, later)).toMatchObject({ state: 'displayed' });
    expect(await deliveryOf(raised.id, elsewhere)).toBeUndefined();
    const after = await cms.board(cms.units.village);
    await cms.request(province, 'POST', `/api/takeovers/${raised.id}/all-clear`);
    await after.connect();
    await after.hello();
    await cms.live.takeovers.idle();
    expect(await deliveryOf(raised.id, after)).toBeUndefined();
    for (const board of [later, elsewhere, after]) board.disconnect();
  });

  it('is durable before it is sent', async () => {
    const board = await cms.board();
    await board.connect();
    const seen = new Promise<unknown>((resolve) => {
      const stop = cms.context.events.on('takeoverRaised', ({ takeoverId }) => {
        stop();
        resolve(cms.store.read.selectFrom('takeovers').select('jws').where('id', '=', takeoverId).executeTakeFirst());
      });
    });
    const got = board.next('takeoverRaisedV1');
    await raise();
    expect(await seen).toEqual({ jws: (await got).takeover });
    board.disconnect();
  });

  it('raises once however often it is asked, also at the same time', async () => {
    const request = requestOf();
    const answers = await Promise.all([1, 2, 3].map(() => cms.request(province, 'POST', '/api/takeovers', request)));
    expect(new Set(answers.map((answer) => answer.body.id))).toEqual(new Set([request.clientId]));
    const rows = await cms.store.read
      .selectFrom('takeovers')
      .select(['counter'])
      .where('id', '=', request.clientId)
      .execute();
    expect(rows).toHaveLength(1);
    const next = await raise();
    const after = await cms.store.read
      .selectFrom('takeovers')
      .select('counter')
      .where('id', '=', next.body.id)
      .executeTakeFirstOrThrow();
    expect(after.counter).toBe(rows[0]!.counter + 1); // no holes
    const other = await cms.person('province');
    expect(await cms.request(other, 'POST', '/api/takeovers', request)).toMatchObject({
      status: 409,
      body: { error: { code: 'takeover_id_taken' } },
    });
  });

  it('freezes its targets: unit with all below it, group, single board', async () => {
    const village = await cms.board(cms.units.village);
    const sister = await cms.board(cms.units.sister, ['chợ', 'A "B", c']);
    const idsOf = async (selectors: object) => {
      const { body } = await raise({ selectors });
      const rows = await cms.store.read
        .selectFrom('takeover_deliveries')
        .select('board_id')
        .where('takeover_id', '=', body.id)
        .execute();
      return { body, ids: rows.map((row) => row.board_id) };
    };
    const commune = await idsOf(only({ unitIds: [cms.units.commune] }));
    expect(commune.ids).toContain(village.identity.boardId);
    expect(commune.ids).not.toContain(sister.identity.boardId);
    expect((await idsOf(only({ groups: ['chợ'] }))).ids).toEqual([sister.identity.boardId]);
    expect((await idsOf(only({ groups: ['A "B", c'] }))).ids).toEqual([sister.identity.boardId]);
    expect((await idsOf(only({ boardIds: [village.identity.boardId] }))).ids).toEqual([village.identity.boardId]);
    // A board that comes later is no target of what was raised before.
    await cms.board(cms.units.village);
    expect((await cms.request(province, 'GET', `/api/takeovers/${commune.body.id}`)).body.targets).toBe(
      commune.ids.length,
    );
  });

  it('says before anyone confirms how many boards it would reach', async () => {
    const [online, offline] = [await cms.board(cms.units.village), await cms.board(cms.units.village)];
    await online.connect();
    const boardIds = [online.identity.boardId, offline.identity.boardId];
    const preview = await cms.request(province, 'POST', '/api/takeovers/preview', { selectors: only({ boardIds }) });
    expect(preview).toMatchObject({
      status: 200,
      body: { targets: 2, online: 1, offline: 1, unpaired: 0, unproved: 0, cut: 0 },
    });
    expect(preview.body.boards).toContainEqual({
      boardId: online.identity.boardId,
      name: 'Bảng 1',
      unitName: 'Thôn Đông',
      presence: 'online',
      unproved: false,
      dark: false,
    });
    const said = { now: null, next: null, programme: null, screenOn: false, cut: true } as const;
    await online.send('stateChangedV1', { ...said, host: 'chromium' });
    const dark = await cms.request(province, 'POST', '/api/takeovers/preview', { selectors: only({ boardIds }) });
    expect(dark.body).toMatchObject({ online: 1, cut: 1 });
    expect(dark.body.boards).toContainEqual(expect.objectContaining({ presence: 'online', dark: true }));
    // It rests as ordered, and an alert lights it.
    await online.send('stateChangedV1', { ...said, host: 'chromium', screenRests: true });
    const resting = await cms.request(province, 'POST', '/api/takeovers/preview', { selectors: only({ boardIds }) });
    expect(resting.body.boards.filter((board: { dark: boolean }) => board.dark)).toEqual([]);
    await online.hello({ host: 'standIn' });
    const standIn = await cms.request(province, 'POST', '/api/takeovers/preview', { selectors: only({ boardIds }) });
    expect(standIn.body).toMatchObject({ targets: 2, online: 0, offline: 1, unpaired: 0, unproved: 1 });
    expect(standIn.body.boards).toContainEqual(
      expect.objectContaining({ boardId: online.identity.boardId, presence: 'online', unproved: true }),
    );
    cms.context.events.emit('boardUnpaired', { boardId: online.identity.boardId });
    const after = await cms.request(province, 'POST', '/api/takeovers/preview', { selectors: only({ boardIds }) });
    expect(after.body).toMatchObject({ targets: 2, online: 0, offline: 1, unpaired: 1 });
    // Said the same once it is out: a board without a player is not one that lost its connection.
    const raised = await raise({ selectors: only({ boardIds }) });
    expect(raised.body).toMatchObject({ targets: 2, offlineAtRaise: 1, unpairedAtRaise: 1 });
    expect((await cms.request(province, 'GET', `/api/takeovers/${raised.body.id}`)).body.cut).toBe(1);
  });

  it('asks for the right on every target', async () => {
    const before = await countTakeovers();
    const sister = await cms.board(cms.units.sister, ['ven sông']);
    const communal = await cms.person('administrator', cms.units.commune);
    const sisterBoard = only({ boardIds: [sister.identity.boardId] });
    for (const selectors of [
      everyone,
      only({ unitIds: [cms.units.sister] }),
      only({ unitIds: [cms.units.province] }),
      sisterBoard,
      only({ groups: ['ven sông'] }),
    ]) {
      expect((await raise({ selectors }, communal)).status).toBe(403);
      expect((await cms.request(communal, 'POST', '/api/takeovers/preview', { selectors })).status).toBe(403);
    }
    // A group of its own boards alone: another unit's board may join it tomorrow, and what was signed would reach it.
    await cms.board(cms.units.commune, ['cổng xã']);
    expect((await raise({ selectors: only({ groups: ['cổng xã'] }) }, communal)).status).toBe(403);
    for (const role of ['approver', 'editor', 'technician', 'viewer'] as const) {
      expect((await raise({ selectors: sisterBoard }, await cms.person(role))).status, role).toBe(403);
    }
    expect((await raise({}, null)).status).toBe(401);
    expect((await cms.request({ ...province, csrfToken: 'x' }, 'POST', '/api/takeovers', requestOf())).status).toBe(
      403,
    );
    expect(await countTakeovers()).toBe(before); // Nothing left behind.
  });

  it('refuses a text in which a placeholder of a template is left', async () => {
    const before = await countTakeovers();
    expect(await raise({ content: { ...content, headline: 'Lũ tại [tên xã]' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'takeover_placeholder_left', field: 'content.headline', params: { text: '[tên xã]' } } },
    });
    expect(await countTakeovers()).toBe(before);
  });

  it('refuses what is not of the right shape, or reaches nobody', async () => {
    for (const change of [
      { durationMs: 59_999 },
      { durationMs: 72 * 3_600_000 + 1 },
      { content: { ...content, level: 6 } },
      { content: { ...content, headline: '' } },
      { selectors: only({}) },
      { clientId: 'x' },
      { status: 'joke' },
      { more: 1 },
    ]) {
      expect((await raise(change)).body.error.code, JSON.stringify(change)).toBe('invalid_input');
    }
    expect((await raise({ selectors: only({ groups: ['không có'] }) })).body.error.code).toBe('takeover_no_targets');
    expect((await raise({ selectors: only({ boardIds: [uuidv7()] }) })).body.error.code).toBe('takeover_no_targets');
  });
});

describe('progress', () => {
  it('moves forward only, and displayed is never inferred', async () => {
    const board = await cms.board();
    await board.connect();
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    expect(await progress(board, id, 'received')).toEqual({ ok: true });
    const receivedAt = cms.sources.now();
    expect(await deliveryOf(id, board)).toMatchObject({ state: 'received', receivedAt, displayedAt: null });
    cms.sources.advance(500);
    expect(await progress(board, id, 'dark')).toEqual({ ok: true });
    expect(await deliveryOf(id, board)).toMatchObject({ state: 'dark', displayedAt: null });
    await Promise.all([progress(board, id, 'displayed'), progress(board, id, 'received')]);
    await progress(board, id, 'failed', 'too_late');
    const displayedAt = cms.sources.now();
    expect(await deliveryOf(id, board)).toMatchObject({
      state: 'displayed',
      errorCode: null,
      receivedAt,
      displayedAt,
      endedAt: null,
    });
    await progress(board, id, 'ended');
    await progress(board, id, 'displayed');
    expect(await deliveryOf(id, board)).toMatchObject({
      state: 'ended',
      receivedAt,
      displayedAt,
      endedAt: displayedAt,
    });
    expect((await cms.request(province, 'GET', `/api/takeovers/${id}`)).body.delivery).toMatchObject({
      ended: 1,
      displayed: 0,
      sent: 0,
    });
    expect((await cms.request(province, 'GET', `/api/takeovers/${id}`)).body.steps).toEqual({
      sent: 1,
      received: 1,
      displayed: 1,
    });
    board.disconnect();
  });

  it('that ended on a board which never displayed it is not counted as displayed', async () => {
    const board = await cms.board();
    await board.connect();
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    await progress(board, id, 'received');
    await progress(board, id, 'ended');
    const { delivery, steps } = (await cms.request(province, 'GET', `/api/takeovers/${id}`)).body;
    expect(delivery).toMatchObject({ ended: 1, displayed: 0 });
    expect(steps).toEqual({ sent: 1, received: 1, displayed: 0 });
    board.disconnect();
  });

  it.each(['browser', 'standIn'] as const)('believes no %s that it displays anything', async (host) => {
    const board = await cms.board();
    await board.connect();
    await board.hello({ host });
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    const unproved = { state: 'received', errorCode: 'display_unproved', displayedAt: null };
    await progress(board, id, 'received');
    expect(await deliveryOf(id, board)).toMatchObject(unproved);
    await progress(board, id, 'displayed');
    expect(await deliveryOf(id, board)).toMatchObject(unproved);
    // Once a window could be opened after all.
    await board.hello({ host: 'chromium' });
    await progress(board, id, 'displayed');
    expect(await deliveryOf(id, board)).toMatchObject({ state: 'displayed', errorCode: null });
    board.disconnect();
  });

  it('keeps why a board refused or failed', async () => {
    const board = await cms.board();
    await board.connect();
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    await progress(board, id, 'refused', 'signature_invalid');
    expect(await deliveryOf(id, board)).toMatchObject({ state: 'refused', errorCode: 'signature_invalid' });
    board.disconnect();
  });

  it('ignores what a board says of a takeover that is not its own', async () => {
    const [target, other] = [await cms.board(), await cms.board()];
    await other.connect();
    const { id } = (await raise({ selectors: only({ boardIds: [target.identity.boardId] }) })).body;
    expect(await progress(other, id, 'displayed')).toEqual({ ok: true });
    expect(await progress(other, uuidv7(), 'displayed')).toEqual({ ok: true });
    const { delivery, deliveries } = (await cms.request(province, 'GET', `/api/takeovers/${id}`)).body;
    expect(delivery.displayed).toBe(0);
    expect(deliveries).toHaveLength(1);
    other.disconnect();
  });

  it('learns from plays what messages lost', async () => {
    const board = await cms.board();
    await board.connect();
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    const start = cms.sources.now();
    const play = {
      type: 'playEnded',
      start,
      paintedMs: 15_000,
      noticeId: null,
      noticeHash: null,
      asset: null,
      takeoverId: id,
    } as const;
    const why = { kind: 'takeover', id } as const;
    for (const host of ['browser', 'standIn'] as const)
      board.journal.append({ ...play, why, outcome: 'completed', host, programme: null }, start);
    await board.send('appendJournalV1', board.journal.batch(1, 2));
    // Nobody saw it there.
    expect((await deliveryOf(id, board)).state).toBe('sent');
    board.journal.append({ ...play, why, outcome: 'completed', host: 'chromium', programme: null }, start);
    board.journal.append({ type: 'takeoverEnded', takeoverId: id, reason: 'expired' }, start + 60_000);
    await board.send('appendJournalV1', board.journal.batch(3, 4));
    expect(await deliveryOf(id, board)).toMatchObject({ state: 'ended', displayedAt: start, endedAt: start + 60_000 });
    board.disconnect();
  });
});

describe('the end', () => {
  it('is an all clear, sent to every board, once', async () => {
    const board = await cms.board();
    await board.connect();
    const raised = board.next('takeoverRaisedV1');
    const { id } = (await raise()).body;
    const { takeover: alert } = await raised;
    const cleared = board.next('takeoverRaisedV1');
    const answer = await cms.request(province, 'POST', `/api/takeovers/${id}/all-clear`);
    expect(answer).toMatchObject({ status: 200, body: { id, state: 'allClear', endedAt: cms.sources.now() } });
    const document = await verified((await cleared).takeover);
    expect(document).toMatchObject({ type: 'cancel', supersedes: id, selectors: everyone });
    // Boards that never answered are not known, rather than displayed.
    expect(answer.body.delivery).toMatchObject({ sent: 0, waiting: 0, displayed: 0, unknown: answer.body.targets });
    // And what was never sent stays unsent.
    expect(answer.body.steps).toEqual({ sent: 1, received: 0, displayed: 0 });
    const again = await cms.request(province, 'POST', `/api/takeovers/${id}/all-clear`);
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'takeover_not_active' } } });
    const away = await cms.board();
    await away.connect();
    const { takeovers } = (await away.hello()) as { takeovers: string[] };
    expect(takeovers).toContain((await cleared).takeover);
    // Nobody receives now what is over.
    expect(takeovers).not.toContain(alert);
    const listed = (await cms.request(province, 'GET', '/api/takeovers')).body.takeovers as {
      id: string;
      type: string;
    }[];
    expect(listed.find((one) => one.id === id)).toBeTruthy();
    expect(listed.some((one) => one.type === 'cancel')).toBe(false);
    board.disconnect();
    away.disconnect();
  });

  it('is the expiry, when nobody says otherwise; then nothing is given to boards any more', async () => {
    const board = await cms.board();
    await board.connect();
    const { id, expiresAt } = (await raise({ durationMs: 60_000 })).body;
    const sequence = await cms.store.read
      .selectFrom('takeovers')
      .select(['epoch', 'counter', 'jws'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await progress(board, id, 'received');
    cms.sources.advance(59_999);
    expect((await cms.request(province, 'GET', `/api/takeovers/${id}`)).body.state).toBe('active');
    cms.sources.advance(1);
    const after = (await cms.request(province, 'GET', `/api/takeovers/${id}`)).body;
    expect(after).toMatchObject({ state: 'expired', endedAt: expiresAt, delivery: { received: 1, sent: 0 } });
    expect((await cms.request(province, 'POST', `/api/takeovers/${id}/all-clear`)).status).toBe(409);
    const { takeovers } = (await board.hello({
      takeover: { epoch: sequence.epoch, counter: sequence.counter - 1 },
    })) as { takeovers: string[] };
    expect(takeovers).not.toContain(sequence.jws);
    board.disconnect();
  });

  it('is an update, which takes its place', async () => {
    const board = await cms.board();
    const { id } = (await raise({ selectors: only({ boardIds: [board.identity.boardId] }) })).body;
    const actor = {
      userId: province.userId,
      name: '',
      email: '',
      sessionHash: '',
      secondFactor: 'none' as const,
      csrfToken: '',
      grants: [{ unitId: cms.units.province, unitName: '', role: 'province' as const }],
    };
    const change = { clientId: uuidv7(), content: { ...content, headline: 'Nước lên thêm' }, durationMs: 7_200_000 };
    await expect(cms.live.takeovers.update(actor, id, { ...change, durationMs: 60_000 })).rejects.toMatchObject({
      code: 'takeover_update_too_short',
    });
    const updated = await cms.live.takeovers.update(actor, id, change);
    expect(updated).toMatchObject({ type: 'update', state: 'active', targets: 1 });
    expect((await cms.live.takeovers.update(actor, id, change)).id).toBe(updated.id);
    expect((await cms.request(province, 'GET', `/api/takeovers/${id}`)).body.state).toBe('superseded');
    expect((await cms.request(province, 'POST', `/api/takeovers/${id}/all-clear`)).status).toBe(409);
    expect((await cms.request(province, 'POST', `/api/takeovers/${updated.id}/all-clear`)).status).toBe(200);
    // A board that was away since the alert has it on its glass: it is given what replaced it, and what ended that.
    const { epoch, counter } = await cms.store.read
      .selectFrom('takeovers')
      .select(['epoch', 'counter'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await board.connect();
    const given = async (takeover: { epoch: number; counter: number }) => {
      const { takeovers } = (await board.hello({ takeover })) as { takeovers: string[] };
      return (await Promise.all(takeovers.map(verified))).map(({ type, supersedes }) => [type, supersedes]);
    };
    const rest = [
      ['update', id],
      ['cancel', updated.id],
    ];
    expect(await given({ epoch, counter })).toEqual(rest);
    // One that never had it is not given it any more.
    expect(await given({ epoch, counter: counter - 1 })).toEqual(rest);
    board.disconnect();
  });

  it('may be called only by those who could raise it, and seen by those whose boards it is on', async () => {
    const sister = await cms.board(cms.units.sister);
    const { id } = (await raise({ selectors: only({ boardIds: [sister.identity.boardId] }) })).body;
    const near = await cms.person('viewer', cms.units.sister);
    const far = await cms.person('administrator', cms.units.commune);
    expect((await cms.request(near, 'GET', `/api/takeovers/${id}`)).status).toBe(200);
    expect((await cms.request(near, 'POST', `/api/takeovers/${id}/all-clear`)).status).toBe(403);
    expect((await cms.request(far, 'GET', `/api/takeovers/${id}`)).status).toBe(404);
    expect((await cms.request(far, 'POST', `/api/takeovers/${id}/all-clear`)).status).toBe(404);
    const listed = async (who: SeededPerson) =>
      ((await cms.request(who, 'GET', '/api/takeovers')).body.takeovers as { id: string }[]).map((one) => one.id);
    expect(await listed(near)).toContain(id);
    expect(await listed(far)).not.toContain(id);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', `/${id}`],
      ['POST', `/${id}/all-clear`],
      ['POST', '/preview'],
    ] as const) {
      expect((await cms.request(null, method, `/api/takeovers${path}`)).status, path).toBe(401);
    }
    expect((await cms.request(province, 'GET', `/api/takeovers/${uuidv7()}`)).body.error.code).toBe('takeover_unknown');
  });
});

describe('the list', () => {
  it('is asked for by kind, level, period, person and delivery, and read a page at a time', async () => {
    const own = await startTestCms();
    try {
      const anh = await own.person('province');
      const board = await own.board();
      const away = await own.board(own.units.sister);
      await board.connect();
      const made: string[] = [];
      const raised = async (change: object) => {
        own.sources.advance(60_000);
        const { body } = await own.request(anh, 'POST', '/api/takeovers', requestOf(change));
        made.push(body.id);
        return body.id as string;
      };
      const from = own.sources.now() + 1;
      const first = await raised({ selectors: only({ boardIds: [board.identity.boardId] }) });
      await progress(board, first, 'displayed');
      const second = await raised({
        status: 'exercise',
        content: { ...content, level: 2 },
        selectors: only({ boardIds: [away.identity.boardId] }),
      });
      const third = await raised({ content: { ...content, level: 5 } });
      const ids = async (query: string) => {
        const { body } = await own.request(anh, 'GET', `/api/takeovers?${query}`);
        return body.takeovers.map(({ id }: { id: string }) => id);
      };
      expect(await ids('')).toEqual([third, second, first]);
      expect(await ids('status=exercise')).toEqual([second]);
      expect(await ids('level=5')).toEqual([third]);
      expect(await ids(`from=${from}&to=${from + 60_000}`)).toEqual([first]);
      expect(await ids('delivery=displayed')).toEqual([first]);
      expect(await ids('delivery=waiting')).toEqual([third, second]);
      expect(await ids(`who=${encodeURIComponent('nguoi thu')}`)).toEqual([third, second, first]);
      expect(await ids('who=khongai')).toEqual([]);
      // Nobody learns here whose an e-mail is.
      expect(await ids('who=example.vn')).toEqual([]);
      expect((await own.request(anh, 'GET', '/api/takeovers?level=6')).status).toBe(400);
      const all = [...made].reverse();
      const elsewhere = only({ boardIds: [away.identity.boardId] });
      for (let i = 0; i < 100; i++) all.unshift(await raised({ status: 'exercise', selectors: elsewhere }));
      const page = (await own.request(anh, 'GET', '/api/takeovers')).body;
      expect(page.next).not.toBeNull();
      const rest = (await own.request(anh, 'GET', `/api/takeovers?cursor=${page.next}`)).body;
      expect(rest.next).toBeNull();
      expect([...page.takeovers, ...rest.takeovers].map(({ id }) => id)).toEqual(all);
      // One answer looks through no more than a part of a long history.
      for (let i = 0; i < 198; i++) await raised({ status: 'exercise', selectors: elsewhere });
      const none = (await own.request(anh, 'GET', '/api/takeovers?delivery=displayed')).body;
      expect(none).toMatchObject({ takeovers: [], next: expect.any(String) as string });
      expect(await ids(`delivery=displayed&cursor=${none.next}`)).toEqual([first]);
    } finally {
      await own.stop();
    }
  });
});
