import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { play } from '../../../../shared/protocol/api/proof.ts';
import { v7 as uuidv7 } from 'uuid';
import { testActor } from '../../testing.ts';
import {
  hostKind,
  leastSeenMs,
  playOutcome,
  provingHosts,
  type PlayBody,
} from '../../../../shared/protocol/journal.ts';
import { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';
import { byContent } from './tally-repo.ts';
import { createTally } from './tally.ts';
import { unpackLines } from './verify.ts';

type Play = z.infer<typeof play>;

let cms: TestCms;
beforeAll(async () => {
  cms = await startTestCms();
});
afterAll(() => cms.stop());

const playOf = (start: number, change: Partial<PlayBody> = {}): PlayBody => ({
  type: 'playEnded',
  start,
  paintedMs: 15_000,
  noticeId: null,
  noticeHash: null,
  asset: null,
  takeoverId: null,
  why: { kind: 'loop', id: null },
  outcome: 'completed',
  host: 'chromium',
  programme: null,
  ...change,
});

/** A connected board with plays in its journal. */
async function boardWith(plays: number): Promise<SimulatedBoard> {
  const board = await cms.board();
  await board.connect();
  addPlays(board, plays);
  return board;
}

function addPlays(board: Pick<SimulatedBoard, 'journal'>, count: number): void {
  for (let i = 0; i < count; i++)
    board.journal.append(playOf(cms.sources.now() + board.journal.head.seq * 15_000), cms.sources.now());
}

const heldPlays = async (journalId: string): Promise<number[]> =>
  (
    await cms.store.read
      .selectFrom('plays')
      .innerJoin('journals', 'journals.no', 'plays.journal_no')
      .select('plays.seq')
      .where('journals.id', '=', journalId)
      .orderBy('plays.seq')
      .execute()
  ).map((row) => row.seq);
const heldBatches = async (journalId: string) => {
  const rows = await cms.store.read
    .selectFrom('journal_batches')
    .selectAll()
    .where('journal_id', '=', journalId)
    .orderBy('first_seq')
    .execute();
  return rows.map((row) => ({ ...row, lines: unpackLines(row.lines) }));
};
const sequence = (to: number): number[] => Array.from({ length: to }, (_, i) => i + 1);

describe('ingest', () => {
  it('stores plays, events and the evidence, then acks', async () => {
    const board = await boardWith(3);
    board.journal.append({ type: 'booted', bootId: uuidv7(), host: 'chromium', app: '1' }, cms.sources.now());
    const batch = board.journal.batch(1, 4);
    expect(await board.send('appendJournalV1', batch)).toEqual({ ok: true, acked: 4 });
    expect(await heldPlays(board.journal.journalId)).toEqual([1, 2, 3]);
    const [evidence] = await heldBatches(board.journal.journalId);
    expect(evidence).toMatchObject({
      first_seq: 1,
      last_seq: 4,
      lines: unpackLines(batch.lines),
      signature: batch.signature,
    });
    const events = await cms.store.read
      .selectFrom('board_events')
      .selectAll()
      .where('journal_id', '=', board.journal.journalId)
      .execute();
    expect(events).toMatchObject([{ seq: 4, type: 'booted', board_id: board.identity.boardId }]);
    expect(cms.emitted).toContainEqual({
      name: 'playsRecorded',
      payload: { boardId: board.identity.boardId, count: 3 },
    });
    expect(await board.hello()).toMatchObject({ journalAcked: 4 });
    board.disconnect();
  });

  it('changes nothing when a batch is sent again, also at once and after a restart of the connection', async () => {
    const board = await boardWith(10);
    const batch = board.journal.batch(1, 10);
    const answers = await Promise.all([batch, batch, batch].map((again) => board.send('appendJournalV1', again)));
    expect(answers).toEqual(Array(3).fill({ ok: true, acked: 10 }));
    await board.connect();
    expect(await board.send('appendJournalV1', board.journal.batch(4, 6))).toEqual({ ok: true, acked: 10 });
    expect(await heldPlays(board.journal.journalId)).toEqual(sequence(10));
    expect(await heldBatches(board.journal.journalId)).toHaveLength(1);
    board.disconnect();
  });

  it('takes only what is new of a batch that overlaps', async () => {
    const board = await boardWith(10);
    await board.send('appendJournalV1', board.journal.batch(1, 6));
    expect(await board.send('appendJournalV1', board.journal.batch(3, 10))).toEqual({ ok: true, acked: 10 });
    expect(await heldPlays(board.journal.journalId)).toEqual(sequence(10));
    expect((await heldBatches(board.journal.journalId)).map((batch) => [batch.first_seq, batch.last_seq])).toEqual([
      [1, 6],
      [7, 10],
    ]);
    // Evidence stays provable: the signature of the second covers its lines through the chain.
    expect((await heldBatches(board.journal.journalId))[1]!.lines.split('\n')).toHaveLength(4);
    board.disconnect();
  });

  it('asks for what a gap leaves out', async () => {
    const board = await boardWith(10);
    await board.send('appendJournalV1', board.journal.batch(1, 2));
    expect(await board.send('appendJournalV1', board.journal.batch(5, 10))).toMatchObject({
      ok: false,
      error: { code: 'journal_gap', params: { needFrom: 3 } },
    });
    expect(await heldPlays(board.journal.journalId)).toEqual([1, 2]);
    expect(await board.send('appendJournalV1', board.journal.batch(3, 10))).toEqual({ ok: true, acked: 10 });
    board.disconnect();
  });

  it('keeps both sides of a fork, and goes on in a new journal', async () => {
    const viewer = await cms.person('viewer');
    const board = await boardWith(5);
    await board.send('appendJournalV1', board.journal.batch(1, 5));
    const other = board.journal.rewound(board.identity, 2);
    for (let i = 0; i < 4; i++) other.append({ type: 'screenChanged', on: i % 2 === 0 }, cms.sources.now());
    const forked = { ok: false, error: { code: 'journal_fork' } };
    for (const [first, last] of [
      [3, 4], // below the head
      [1, 5], // up to it
      [4, 6], // beyond it
      [6, 6], // after it
    ] as const) {
      expect(await board.send('appendJournalV1', other.batch(first, last)), `${first}–${last}`).toMatchObject(forked);
    }
    await board.send('appendJournalV1', other.batch(3, 4));
    expect(await heldPlays(board.journal.journalId)).toEqual(sequence(5));
    const forks = await cms.store.read
      .selectFrom('journal_forks')
      .selectAll()
      .where('journal_id', '=', board.journal.journalId)
      .execute();
    expect(forks).toHaveLength(4);
    const incidents = await cms.store.read
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'journal.forked')
      .where('subject_id', '=', board.identity.boardId)
      .execute();
    expect(incidents).toHaveLength(1);
    expect((await cms.request(viewer, 'GET', `/api/plays?boardId=${board.identity.boardId}`)).body.incidents).toBe(4);

    // What is held is still acked; nothing is added any more.
    expect(await board.send('appendJournalV1', board.journal.batch(1, 5))).toEqual({ ok: true, acked: 5 });
    addPlays(board, 1);
    expect(await board.send('appendJournalV1', board.journal.batch(6, 6))).toMatchObject(forked);

    const next = new SimulatedBoard({ ...board.identity, journalId: uuidv7() }, cms.url, cms.sources.now);
    await next.connect();
    expect(await next.hello()).toMatchObject({ ok: true, journalAcked: 0 });
    addPlays(next, 2);
    expect(await next.send('appendJournalV1', next.journal.batch(1, 2))).toEqual({ ok: true, acked: 2 });
    next.disconnect();
  });

  it('stores nothing of a batch whose signature, chain, numbering or shape is wrong', async () => {
    const board = await boardWith(4);
    const good = board.journal.batch(1, 4);
    const text = unpackLines(good.lines);
    const lines = text.split('\n');
    const last = board.journal.head.hash;
    const thief = (await cms.board()).journal.sign(1, 4, text, last);
    const wrong = {
      signature: { ...good, signature: board.journal.batch(1, 3).signature },
      key: { ...good, signature: thief.signature },
      count: board.journal.sign(1, 5, text, last),
      order: board.journal.sign(1, 4, [lines[1], lines[0], lines[2], lines[3]].join('\n'), last),
      changed: board.journal.sign(1, 4, [lines[0]!.replace('15000', '95000'), ...lines.slice(1)].join('\n'), last),
      shape: board.journal.sign(1, 1, '{"v":1}', last),
      text: board.journal.sign(1, 1, 'not JSON', last),
      numbering: { ...good, firstSeq: 2, lastSeq: 5 },
      packing: { ...good, lines: Buffer.from(text) },
      followed: { ...good, lines: Buffer.concat([good.lines, Buffer.from('and more')]) },
      bomb: { ...good, lines: deflateSync(Buffer.alloc(100_000_000)) },
    };
    for (const [name, batch] of Object.entries(wrong)) {
      expect(await board.send('appendJournalV1', batch), name).toMatchObject({
        ok: false,
        error: { code: 'journal_invalid' },
      });
    }
    expect(await heldBatches(board.journal.journalId)).toHaveLength(0);
    expect(await heldPlays(board.journal.journalId)).toHaveLength(0);
    expect(await board.send('appendJournalV1', good)).toEqual({ ok: true, acked: 4 });
    board.disconnect();
  });

  it('refuses a journal that is another board’s, and begins one only with its first record', async () => {
    const [mine, other] = [await boardWith(1), await boardWith(1)];
    await other.send('appendJournalV1', other.journal.batch(1, 1));
    const unknown = { ok: false, error: { code: 'journal_unknown' } };
    expect(await mine.send('appendJournalV1', other.journal.batch(1, 1))).toMatchObject(unknown);
    const another = new SimulatedBoard({ ...mine.identity, journalId: uuidv7() }, cms.url, cms.sources.now);
    addPlays(another, 2);
    expect(await mine.send('appendJournalV1', another.journal.batch(2, 2))).toMatchObject(unknown);
    expect(await mine.send('appendJournalV1', another.journal.batch(1, 2))).toEqual({ ok: true, acked: 2 });
    // A greeting with another's journal still brings programmes and takeovers.
    expect(await mine.hello({ journalId: other.journal.journalId })).toMatchObject({ ok: true, journalAcked: 0 });
    mine.disconnect();
    other.disconnect();
  });

  it('takes many boards at once, each once', async () => {
    const boards = await Promise.all(Array.from({ length: 12 }, () => boardWith(60)));
    await Promise.all(
      boards.map(async (board) => {
        for (let first = 1; first <= 60; first += 20) {
          await Promise.all([
            board.send('appendJournalV1', board.journal.batch(first, first + 19)),
            board.send('appendJournalV1', board.journal.batch(first, first + 19)),
          ]);
        }
      }),
    );
    for (const board of boards) {
      expect(await heldPlays(board.journal.journalId)).toEqual(sequence(60));
      board.disconnect();
    }
  });
});

describe('events', () => {
  it('lists what a player wrote beside plays, the newest first, page by page', async () => {
    const viewer = await cms.person('viewer', cms.units.commune);
    const board = await boardWith(1);
    const at = cms.sources.now();
    for (const code of ['a', 'b', 'c'])
      board.journal.append({ type: 'faultRaised', code, detail: '' }, at + (code === 'a' ? 0 : 1));
    await board.send('appendJournalV1', board.journal.batch(1, 4));
    const path = `/api/boards/${board.identity.boardId}/events`;
    type Page = { events: { seq: number; body: unknown }[]; next: string | null };
    const first = (await cms.request(viewer, 'GET', `${path}?limit=2`)).body as Page;
    expect(first.events.map(({ seq }) => seq)).toEqual([4, 3]);
    expect(first.events[0]!.body).toEqual({ type: 'faultRaised', code: 'c', detail: '' });
    const rest = (await cms.request(viewer, 'GET', `${path}?limit=2&cursor=${first.next}`)).body as Page;
    expect(rest).toMatchObject({ events: [{ seq: 2 }], next: null });
    board.disconnect();
  });
});

describe('plays', () => {
  it('lists the newest first with the title of what was shown, and counts only what proves something', async () => {
    const viewer = await cms.person('viewer', cms.units.commune);
    const board = await boardWith(0);
    const noticeId = uuidv7();
    const notice = {
      id: noticeId,
      unit_id: cms.units.commune,
      title: 'Lịch cắt điện',
      category: 'local',
      content: '{}',
      duration_ms: null,
    };
    const at = { created_at: 0, updated_at: 0, updated_by: viewer.userId, deleted_at: 1 };
    await cms.store.write
      .insertInto('notices')
      .values({ ...notice, ...at, revision: 1 })
      .execute();
    const start = cms.sources.now();
    // Approved as the province's, and again as the commune's after its first play.
    const approvals = [
      { number: 1, unit_id: cms.units.province, decided_at: start },
      { number: 2, unit_id: cms.units.commune, decided_at: start + 1000 },
    ];
    const { title, category, content, duration_ms } = notice;
    const written = { title, category, content, duration_ms, revision: 1, edited_by: viewer.userId };
    const submitted = { submitted_by: viewer.userId, submitted_at: 0, state: 'approved' as const };
    await cms.store.write
      .insertInto('notice_versions')
      .values(approvals.map((approval) => ({ notice_id: noticeId, ...written, ...submitted, ...approval })))
      .execute();
    const plays: Partial<PlayBody>[] = [
      { noticeId },
      { noticeId, outcome: 'cut', paintedMs: 4000 },
      { noticeId, host: 'browser' },
      { noticeId, outcome: 'dark' },
      { noticeId, outcome: 'failed', paintedMs: 0 },
      { noticeId: null, why: { kind: 'fallback', id: null } },
      { noticeId, host: 'standIn' },
      { noticeId, host: 'headless' },
    ];
    plays.forEach((change, i) => board.journal.append(playOf(start + i * 15_000, change), start));
    await board.send('appendJournalV1', board.journal.batch(1, plays.length));

    const query = `boardId=${board.identity.boardId}`;
    const page = await cms.request(viewer, 'GET', `/api/plays?${query}&limit=4`);
    expect(page.body.plays).toMatchObject([
      { seq: 8, host: 'headless', notCounted: null, issuerName: 'Xã An' },
      { seq: 7, host: 'standIn', notCounted: 'unproved' },
      { seq: 6, title: null, why: 'fallback', notCounted: 'standby', issuerName: null },
      { seq: 5, title: 'Lịch cắt điện', outcome: 'failed', notCounted: 'failed' },
    ]);
    const rest = await cms.request(viewer, 'GET', `/api/plays?${query}&cursor=${page.body.next}`);
    expect(rest.body.next).toBeNull();
    expect(rest.body.plays.map(({ seq, notCounted, issuerName }: Play) => [seq, notCounted, issuerName])).toEqual([
      [4, 'dark', 'Xã An'],
      [3, 'unproved', 'Xã An'],
      [2, null, 'Xã An'],
      [1, null, 'Tỉnh Thử'],
    ]);
    const counts = await cms.request(viewer, 'GET', `/api/plays/counts?${query}&from=${start}&to=${start + 120_000}`);
    const sums = { completed: 2, partial: 1, exercise: 0, uncounted: 4, paintedMs: 34_000 };
    expect(counts.body.counts).toEqual([
      { noticeId, takeoverId: null, isExercise: false, title: 'Lịch cắt điện', ...sums },
    ]);
    board.disconnect();
  });

  it('counts in sums what it says of each play that it counts', async () => {
    const viewer = await cms.person('viewer', cms.units.commune);
    const board = await boardWith(0);
    const start = cms.sources.now();
    const noticeId = uuidv7();
    const standby: Partial<PlayBody> = { noticeId: null, why: { kind: 'fallback', id: null } };
    const kinds = hostKind.options.flatMap((host) =>
      playOutcome.options.flatMap((outcome) =>
        [0, leastSeenMs - 1, leastSeenMs].flatMap((paintedMs) => [
          { noticeId, host, outcome, paintedMs },
          { ...standby, host, outcome, paintedMs },
        ]),
      ),
    );
    kinds.forEach((change, i) => board.journal.append(playOf(start + i * 1000, change), start));
    await board.send('appendJournalV1', board.journal.batch(1, kinds.length));

    const query = `boardId=${board.identity.boardId}`;
    const { plays } = (await cms.request(viewer, 'GET', `/api/plays?${query}&limit=500`)).body as {
      plays: { outcome: string; paintedMs: number; notCounted: string | null }[];
    };
    const counting = plays.filter(({ notCounted }) => notCounted === null);
    expect(counting.map(({ outcome, paintedMs }) => `${outcome} ${paintedMs}`).toSorted()).toEqual(
      ['completed', 'cut', 'interrupted'].flatMap((outcome) => provingHosts.map(() => `${outcome} ${leastSeenMs}`)),
    );
    const { counts } = (
      await cms.request(viewer, 'GET', `/api/plays/counts?${query}&from=${start}&to=${start + kinds.length * 1000}`)
    ).body as { counts: object[] };
    expect(counts).toEqual([
      expect.objectContaining({
        noticeId,
        completed: counting.filter(({ outcome }) => outcome === 'completed').length,
        partial: counting.filter(({ outcome }) => outcome !== 'completed').length,
        uncounted: plays.length / 2 - counting.length,
      }),
    ]);
    board.disconnect();
  });

  it('tells each under the unit and name of its own time', async () => {
    const viewer = await cms.person('viewer');
    const board = await boardWith(0);
    const { boardId } = board.identity;
    const start = cms.sources.now();
    cms.sources.advance(60_000);
    const mover = testActor({ unitId: cms.units.province, role: 'administrator' });
    await cms.boards.patch(mover, boardId, { unitId: cms.units.sister });
    for (const at of [start, start + 59_999, start + 60_000, start + 90_000]) board.journal.append(playOf(at), at);
    await board.send('appendJournalV1', board.journal.batch(1, 4));
    const renamed = { valid_from: start + 90_000, name: 'Xã Bình Mới' };
    const versions = cms.store.write;
    const { id: _id, ...before } = await versions
      .updateTable('unit_versions')
      .set({ valid_to: renamed.valid_from })
      .where('unit_id', '=', cms.units.sister)
      .returningAll()
      .executeTakeFirstOrThrow();
    await versions
      .insertInto('unit_versions')
      .values({ ...before, ...renamed, id: uuidv7(), valid_to: null })
      .execute();
    await cms.reloadUnits();
    const { plays } = (await cms.request(viewer, 'GET', `/api/plays?boardId=${boardId}`)).body;
    expect(plays.map((play: { unitId: string; unitName: string }) => [play.unitId, play.unitName])).toEqual([
      [cms.units.sister, 'Xã Bình Mới'],
      [cms.units.sister, 'Xã Bình'],
      [cms.units.commune, 'Xã An'],
      [cms.units.commune, 'Xã An'],
    ]);
    board.disconnect();
  });

  it('leaves none out between pages, also where several began at the same time', async () => {
    const viewer = await cms.person('viewer');
    const board = await boardWith(0);
    const start = cms.sources.now();
    for (let i = 0; i < 7; i++) board.journal.append(playOf(start + Math.floor(i / 4), { outcome: 'cut' }), start);
    await board.send('appendJournalV1', board.journal.batch(1, 7));
    const path = `/api/plays?boardId=${board.identity.boardId}&limit=2`;
    const seen: number[] = [];
    let next: string | null = null;
    do {
      const { body }: { body: { plays: { seq: number }[]; next: string | null } } = await cms.request(
        viewer,
        'GET',
        next === null ? path : `${path}&cursor=${next}`,
      );
      seen.push(...body.plays.map((play) => play.seq));
      next = body.next;
    } while (next !== null);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    board.disconnect();
  });

  it('gives those of one content alone, of a time, over pages', async () => {
    const viewer = await cms.person('viewer');
    const board = await boardWith(0);
    const start = cms.sources.now();
    const [one, other] = [uuidv7(), uuidv7()];
    for (let i = 0; i < 8; i++)
      board.journal.append(playOf(start + i * 15_000, { noticeId: i % 2 === 0 ? one : other }), start);
    // An alert that was made from the notice is a play of the alert.
    const takeoverId = uuidv7();
    board.journal.append(
      playOf(start + 8 * 15_000, { noticeId: one, takeoverId, why: { kind: 'takeover', id: null } }),
      start,
    );
    await board.send('appendJournalV1', board.journal.batch(1, 9));
    const of = (kind: string, contentId: string, from: number, to: number, rest = '') =>
      cms.request(
        viewer,
        'GET',
        `/api/plays?boardId=${board.identity.boardId}&kind=${kind}&contentId=${contentId}&from=${from}&to=${to}${rest}`,
      );
    const seqs = ({ body }: { body: { plays: Play[] } }) => body.plays.map(({ seq }) => seq);
    const end = start + 9 * 15_000;
    expect(seqs(await of('notice', one, start, end))).toEqual([7, 5, 3, 1]);
    expect(seqs(await of('takeover', takeoverId, start, end))).toEqual([9]);
    // The end is left out.
    expect(seqs(await of('notice', one, start + 1, start + 6 * 15_000))).toEqual([5, 3]);
    const first = await of('notice', one, start, end, '&limit=3');
    expect(seqs(first)).toEqual([7, 5, 3]);
    expect(seqs(await of('notice', one, start, end, `&limit=3&cursor=${first.body.next}`))).toEqual([1]);
    board.disconnect();
  });

  it('keeps exercises and real alerts apart', async () => {
    const province = await cms.person('province');
    const board = await boardWith(0);
    const raise = async (status: 'actual' | 'exercise', headline: string): Promise<string> => {
      const content = { event: 'Lũ quét', level: 4, headline, instruction: '', senderName: 'Tỉnh' };
      const selectors = { all: false, unitIds: [], groups: [], boardIds: [board.identity.boardId] };
      const request = { clientId: uuidv7(), status, content, selectors, durationMs: 60_000 };
      return (await cms.request(province, 'POST', '/api/takeovers', request)).body.id;
    };
    const [real, drill] = [await raise('actual', 'Sơ tán'), await raise('exercise', 'Tập sơ tán')];
    const start = cms.sources.now();
    [real, drill, drill].forEach((takeoverId, i) =>
      board.journal.append(playOf(start + i * 15_000, { takeoverId, why: { kind: 'takeover', id: null } }), start),
    );
    await board.send('appendJournalV1', board.journal.batch(1, 3));
    const query = `boardId=${board.identity.boardId}`;
    const { plays } = (await cms.request(province, 'GET', `/api/plays?${query}`)).body;
    expect(plays).toMatchObject([{ exercise: true }, { exercise: true }, { exercise: false, title: 'Sơ tán' }]);
    const { body } = await cms.request(
      province,
      'GET',
      `/api/plays/counts?${query}&from=${start}&to=${start + 90_000}`,
    );
    expect(body.counts).toHaveLength(2);
    const none = { completed: 0, partial: 0, exercise: 0, uncounted: 0 };
    const [second, first, other] = plays.map((play: { paintedMs: number }) => play.paintedMs);
    const ofDrill = { isExercise: true, ...none, exercise: 2, paintedMs: first + second };
    expect(body.counts).toMatchObject([
      { takeoverId: real, isExercise: false, title: 'Sơ tán', ...none, completed: 1, paintedMs: other },
      { takeoverId: drill, title: 'Tập sơ tán', ...ofDrill },
    ]);
    // What the overview reads says the same of it, and no sum of real alerts has it.
    await createTally(cms.context).run(new AbortController().signal);
    const span = { unitIds: null, from: 0, to: Number.MAX_SAFE_INTEGER };
    const { contents } = await byContent(cms.store.read, span, null);
    const { isExercise: _, paintedMs: painted_ms, ...sums } = ofDrill;
    expect(contents).toContainEqual(expect.objectContaining({ content_id: drill, ...sums, painted_ms }));
    board.disconnect();
  });

  it('asks for the right, and for a query of the right shape', async () => {
    const board = await cms.board(cms.units.sister);
    const path = `/api/plays?boardId=${board.identity.boardId}`;
    expect((await cms.request(null, 'GET', path)).status).toBe(401);
    const stranger = await cms.person('approver', cms.units.commune);
    expect(await cms.request(stranger, 'GET', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'board_unknown' } },
    });
    expect(
      (await cms.request(stranger, 'GET', `/api/plays/counts?boardId=${board.identity.boardId}&from=0&to=1`)).status,
    ).toBe(404);
    const viewer = await cms.person('viewer');
    for (const bad of [
      '/api/plays',
      '/api/plays?boardId=1',
      `${path}&limit=501`,
      `${path}&cursor=x`,
      `${path}&before=1`,
      `${path}&from=0`,
      `${path}&kind=notice&from=0&to=1`,
      `${path}&contentId=${uuidv7()}&from=0&to=1`,
      `${path}&kind=notice&contentId=${uuidv7()}`,
      `${path}&from=0&to=${93 * 86_400_000}`,
      `/api/plays/counts?boardId=${board.identity.boardId}`,
      `/api/plays/counts?boardId=${board.identity.boardId}&from=0&to=${93 * 86_400_000}`,
    ]) {
      expect((await cms.request(viewer, 'GET', bad)).status, bad).toBe(400);
    }
  });
});
