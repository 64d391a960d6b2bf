import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { io } from 'socket.io-client';
import {
  boardMessages,
  boardNamespace,
  cmsMessages,
  type BoardMessage,
  type CmsMessage,
} from '../../../shared/protocol/link.ts';
import { makeIdentity, SimulatedBoard } from '../../../test/fleet/board.ts';
import { startTestCms, type TestCms } from '../../../test/fleet/testing-cms.ts';

let cms: TestCms;
beforeAll(async () => {
  cms = await startTestCms();
});
afterAll(() => cms.stop());

describe('admission', () => {
  const refused = (board: SimulatedBoard, options: Parameters<SimulatedBoard['connect']>[0] = {}) =>
    board.connect(options).then(
      () => Promise.reject(new Error('was let in')),
      (error: Error & { data?: { error: { code: string } } }) => {
        expect(error.data?.error.code).toBe(error.message);
        return error.message;
      },
    );

  it('lets a paired board in and refuses strangers with stable codes', async () => {
    const board = await cms.board();
    await board.connect();
    expect(board.socket.connected).toBe(true);
    board.disconnect();

    expect(await refused(new SimulatedBoard(makeIdentity(), cms.url, cms.sources.now))).toBe('board_unknown');
    const thief = new SimulatedBoard(makeIdentity(board.identity.boardId), cms.url, cms.sources.now);
    expect(await refused(thief)).toBe('token_invalid');
    expect(await refused(board, { token: 'no.such.token' })).toBe('token_invalid');
    expect(await refused(board, { token: '' })).toBe('token_invalid');
  });

  it('takes tokens two minutes either side of its own time', async () => {
    const board = await cms.board();
    const now = cms.sources.now();
    for (const issuedAt of [now - 119_000, now + 119_000]) {
      await board.connect({ token: await board.token({ issuedAt }) });
      board.disconnect();
    }
    for (const issuedAt of [now - 120_000, now + 121_000]) {
      expect(await refused(board, { token: await board.token({ issuedAt }) })).toBe('token_expired');
    }
    expect(await refused(board, { token: await board.token({ issuedAt: now, expiresAt: now + 3_600_000 }) })).toBe(
      'token_invalid',
    );
    const other = await cms.board();
    expect(await refused(board, { token: await board.token({ boardId: other.identity.boardId }) })).toBe(
      'token_invalid',
    );
  });

  it('disconnects the older of two connections of a board', async () => {
    const board = await cms.board();
    await board.connect();
    const ended = board.ended();
    const again = new SimulatedBoard(board.identity, cms.url, cms.sources.now);
    await again.connect();
    expect(await ended).toBe('io server disconnect');
    expect(again.socket.connected).toBe(true);
    expect(cms.live.presence.stateOf(board.identity.boardId)).toBe('online');
    again.disconnect();
  });

  it('lets nobody stay without saying who it is', async () => {
    const stranger = io(cms.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    await expect(new Promise((_, reject) => stranger.once('connect_error', reject))).rejects.toThrow(
      'namespace_unknown',
    );
    stranger.disconnect();
  });

  it('refuses polling and a connection without a token', async () => {
    const polling = io(cms.url + boardNamespace, { transports: ['polling'], forceNew: true, reconnection: false });
    await expect(new Promise((_, reject) => polling.once('connect_error', reject))).rejects.toThrow();
    polling.disconnect();
  });
});

describe('messages', () => {
  it('answers wrong shapes and unknown names, and the connection stays', async () => {
    const board = await cms.board();
    await board.connect();
    const send = (name: string, ...payload: unknown[]) =>
      board.socket.timeout(5000).emitWithAck(name, ...payload) as Promise<{
        ok: boolean;
        error?: { code: string; field: string | null };
      }>;
    const before = { ...cms.gateway.counts };
    const wrong: [string, unknown][] = [
      ['helloV1', {}],
      ['helloV1', null],
      ['helloV1', 'x'.repeat(1000)],
      ['appendJournalV1', { journalId: 'x' }],
      ['stateChangedV1', { now: { title: 1 } }],
      ['programmeProgressedV1', { version: 7 }],
      ['takeoverProgressedV1', { takeoverId: '1', state: 'won', at: -1, errorCode: null }],
      ['takeoverProgressedV1', { takeoverId: cms.sources.newId(), state: 'failed', at: 1, errorCode: '\0' }],
      ['takeoverProgressedV1', { takeoverId: cms.sources.newId(), state: 'failed', at: 1, errorCode: 'EACCES' }],
      ['programmeProgressedV1', { version: { epoch: 1, counter: 1 }, state: 'refused', missing: 0, errorCode: 'a\0' }],
      [
        'programmeProgressedV1',
        { version: { epoch: 1, counter: 1 }, state: 'refused', missing: 0, errorCode: 'x'.repeat(65) },
      ],
    ];
    for (const [name, payload] of wrong) expect((await send(name, payload)).error?.code, name).toBe('message_invalid');
    expect((await send('readClockV1')).error?.code).toBe('message_invalid');
    expect((await send('eraseEverythingV9', {})).error?.code).toBe('message_unknown');
    expect((await send('toString', {})).error?.code).toBe('message_unknown');
    expect((await send('__proto__', {})).error?.code).toBe('message_unknown');
    board.socket.emit('stateChangedV1'); // without asking for an answer
    board.socket.emit('unheardOfV1');
    expect(await board.send('readClockV1', {})).toEqual({ ok: true, now: cms.sources.now() });
    // A later player may say more.
    expect(await send('readClockV1', { more: true })).toEqual({ ok: true, now: cms.sources.now() });
    expect(cms.gateway.counts.invalid - before.invalid).toBe(wrong.length + 2);
    expect(cms.gateway.counts.unknown - before.unknown).toBe(4);
    board.disconnect();
  });

  it('ends a connection that sends too much, and goes on serving others', async () => {
    const [loud, quiet] = [await cms.board(), await cms.board()];
    await loud.connect();
    await quiet.connect();
    const ended = loud.ended();
    loud.socket.emit('appendJournalV1', { lines: 'x'.repeat(1_100_000) });
    expect(await ended).toBe('transport close');
    expect((await quiet.send('readClockV1', {})).ok).toBe(true);
    quiet.disconnect();
  });

  it('tells a greeting board what it lacks', async () => {
    const board = await cms.board();
    cms.manifests.set(board.identity.boardId, { version: { epoch: 1, counter: 4 }, manifest: 'a.b.c' });
    await board.connect();
    expect(await board.hello()).toEqual({
      ok: true,
      now: cms.sources.now(),
      keyList: cms.keys.keyList().jws,
      manifest: 'a.b.c',
      takeovers: [],
      journalAcked: 0,
    });
    const current = await board.hello({ keyList: cms.keys.keyList().number, programme: { epoch: 1, counter: 4 } });
    expect(current).toMatchObject({ ok: true, keyList: null, manifest: null });
    expect(await board.hello({ programme: { epoch: 1, counter: 3 } })).toMatchObject({ manifest: 'a.b.c' });
    expect(await board.hello({ programme: { epoch: 2, counter: 0 } })).toMatchObject({ manifest: null });
    board.disconnect();
  });

  it('gives a board its takeovers even when its programme cannot be given', async () => {
    const board = await cms.board();
    Object.defineProperty(cms.manifests, 'get', { value: () => expect.unreachable(), configurable: true });
    await board.connect();
    const answer = await board.hello();
    Reflect.deleteProperty(cms.manifests, 'get');
    expect(answer).toMatchObject({ ok: true, manifest: null, takeovers: [] });
    board.disconnect();
  });

  it('passes on what a board says of its programme, and nudges it when there is a new one', async () => {
    const board = await cms.board();
    const other = await cms.board();
    await board.connect();
    await other.connect();
    const said = { version: { epoch: 1, counter: 2 }, state: 'fetching', missing: 3, errorCode: null } as const;
    expect(await board.send('programmeProgressedV1', said)).toEqual({ ok: true });
    expect(cms.progress).toContainEqual({ boardId: board.identity.boardId, progress: said });

    let strayed = false;
    other.socket.on('programmePublishedV1', () => (strayed = true));
    const got = board.next('programmePublishedV1');
    cms.context.events.emit('programmePublished', { boardId: board.identity.boardId, manifest: 'x.y.z' });
    expect(await got).toEqual({ manifest: 'x.y.z' });
    const lists = [board.next('keyListPublishedV1'), other.next('keyListPublishedV1')];
    cms.context.events.emit('keyListPublished', { keyList: 'k.l.m' });
    expect(await Promise.all(lists)).toEqual([{ keyList: 'k.l.m' }, { keyList: 'k.l.m' }]);
    expect(strayed).toBe(false);
    board.disconnect();
    other.disconnect();
  });
});

/** Whether a former player may send it too: what its journal still holds, and nothing else. A new message needs its row. */
const ofFormer: Record<BoardMessage, boolean> = {
  helloV1: false,
  appendJournalV1: true,
  stateChangedV1: false,
  programmeProgressedV1: false,
  takeoverProgressedV1: false,
  commandEndedV1: false,
  commandFailedV1: false,
  statusReportedV1: false,
  readClockV1: false,
};
/** Whether it goes to every board, or to the one that it is about; in either case to current players only. */
const toAll: Record<CmsMessage, boolean> = {
  keyListPublishedV1: true,
  takeoverRaisedV1: true,
  programmePublishedV1: false,
  runCommandV1: false,
};

describe('who says and hears what', () => {
  it('has a row for each message', () => {
    expect(Object.keys(ofFormer).toSorted()).toEqual(Object.keys(boardMessages).toSorted());
    expect(Object.keys(toAll).toSorted()).toEqual(Object.keys(cmsMessages).toSorted());
  });

  it.each(Object.entries(ofFormer) as [BoardMessage, boolean][])('%s: a former player may: %s', async (name, may) => {
    const codeOf = async (board: SimulatedBoard): Promise<string | null> => {
      const answer = await board.send(name, {} as never);
      return answer.ok ? null : answer.error.code;
    };
    const [current, former] = [await cms.board(), await cms.board()];
    await current.connect();
    await former.connect({ journalOnly: true });
    expect([null, 'message_invalid']).toContain(await codeOf(current));
    expect(await codeOf(former)).toBe(may ? 'message_invalid' : 'device_replaced');
    for (const board of [current, former]) board.disconnect();
  });

  it.each(Object.entries(toAll) as [CmsMessage, boolean][])('%s goes to all: %s', async (name, all) => {
    const [board, other, former] = [await cms.board(), await cms.board(cms.units.sister), await cms.board()];
    await board.connect();
    await other.connect();
    await former.connect({ journalOnly: true });
    const heard: SimulatedBoard[] = [];
    for (const one of [board, other, former]) one.socket.on(name as string, () => heard.push(one));
    const got = board.next(name);
    const { boardId } = board.identity;
    const { events, sources } = cms.context;
    const send: Record<CmsMessage, () => unknown> = {
      keyListPublishedV1: () => events.emit('keyListPublished', { keyList: 'k.l.m' }),
      takeoverRaisedV1: () => events.emit('takeoverRaised', { takeoverId: sources.newId(), jws: 't.u.v' }),
      programmePublishedV1: () => events.emit('programmePublished', { boardId, manifest: 'x.y.z' }),
      runCommandV1: () => cms.gateway.runCommand(boardId, 'c.d.e'),
    };
    send[name]();
    await got;
    // Answered after what was on its way before.
    for (const one of [other, former]) await one.send('readClockV1', {});
    expect([board, other, former].map((one) => heard.includes(one))).toEqual([true, all, false]);
    for (const one of [board, other, former]) one.disconnect();
  });
});

describe('presence', () => {
  it('says online, what is on, and offline since when, durably', async () => {
    const viewer = await cms.person('viewer');
    const board = await cms.board();
    const { boardId } = board.identity;
    const row = () =>
      cms.store.read.selectFrom('board_states').selectAll().where('board_id', '=', boardId).executeTakeFirst();
    expect(cms.live.presence.stateOf(boardId)).toBe('offline');
    await board.connect();
    await board.hello();
    const now = {
      noticeId: null,
      title: 'Lịch tiêm chủng',
      why: 'loop',
      until: cms.sources.now() + 9000,
      exercise: false,
    } as const;
    expect(
      await board.send('stateChangedV1', {
        now,
        next: null,
        programme: null,
        screenOn: true,
        host: 'chromium',
        cut: false,
      }),
    ).toEqual({ ok: true });
    await cms.live.presence.flush();
    expect(await row()).toMatchObject({ online: 1, since: cms.sources.now(), host: 'chromium', app: 'fleet' });
    // A text that PostgreSQL does not take would keep the rows of all boards from being written.
    await board.hello({ app: 'fle\0et 2' });
    await cms.live.presence.flush();
    expect((await row())?.app).toBe('fleet 2');

    const offline = new Promise<void>((resolve) => {
      const stop = cms.context.events.on('boardChanged', (changed) => {
        if (changed.boardId !== boardId || cms.live.presence.stateOf(boardId) !== 'offline') return;
        stop();
        resolve();
      });
    });
    cms.sources.advance(5000);
    board.disconnect();
    await offline;
    const after = await row();
    expect(after).toMatchObject({ online: 0, since: cms.sources.now(), last_seen_at: cms.sources.now() });
    expect(JSON.parse(after!.state!)).toMatchObject({ now: null, screenOn: null });
    expect(viewer.userId).toBeTruthy();
  });
});
