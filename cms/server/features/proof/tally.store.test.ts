import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlayBody } from '../../../../shared/protocol/journal.ts';
import { seedBoards } from '../../../../test/fleet/seed.ts';
import { TestJournal, type BoardIdentityData } from '../../../../test/fleet/board.ts';
import { migration as countAnew } from '../../store/migrations/0022-count-anew.ts';
import type { PlaySums } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testNow, type TestContext } from '../../testing.ts';
import { createIngest } from './ingest.ts';
import { createTally } from './tally.ts';
import * as repo from './tally-repo.ts';
import { createVerifierThread, type VerifierThread } from './verify-thread.ts';

const hourMs = 3_600_000;
/** 08:00 on 1 June in Viet Nam, the beginning of an hour. */
const morning = testNow;
const today = testNow - 8 * hourMs;
const noSums: PlaySums = { completed: 0, partial: 0, exercise: 0, uncounted: 0, painted_ms: 0 };
const running = new AbortController().signal;

describeStores('the sums of plays', (under) => {
  let test: TestContext;
  let verifier: VerifierThread;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    verifier = createVerifierThread();
  });
  afterAll(async () => {
    await verifier.close();
    await test.discard();
  });

  const tally = (store: Store = under.store, recordsPerPiece = 7) =>
    createTally({ ...test.context, store }, { recordsPerPiece, rest: () => Promise.resolve() });
  const notices = Array.from({ length: 3 }, () => crypto.randomUUID());

  async function board(unitId: string) {
    const [identity] = (await seedBoards(under.store, { count: 1, unitId, now: 0 })) as [BoardIdentityData];
    const journal = new TestJournal(identity);
    const ingest = createIngest(test.context, {
      verifier,
      takeovers: { report: () => Promise.resolve() },
      begin: () => Promise.resolve(),
    });
    const { boardId, deviceId } = identity;
    let sent = 0;
    return {
      boardId,
      journal,
      play(start: number, body: Partial<PlayBody> = {}): void {
        const noticeId = notices[journal.head.seq % notices.length]!;
        journal.append(
          {
            type: 'playEnded',
            start,
            paintedMs: 10_000,
            noticeId,
            noticeHash: null,
            asset: null,
            takeoverId: null,
            why: { kind: 'schedule', id: null },
            outcome: 'completed',
            host: 'chromium',
            programme: null,
            ...body,
          },
          start + 10_000,
        );
      },
      async send(): Promise<void> {
        const identityNow = { boardId, deviceId, deviceKey: identity.key.x, current: true };
        await ingest.append(identityNow, journal.batch(sent + 1, journal.head.seq));
        sent = journal.head.seq;
      },
    };
  }
  const span = (unitIds: readonly string[] | null, from = 0, to = Number.MAX_SAFE_INTEGER) => ({ unitIds, from, to });
  const total = async (unitId: string): Promise<PlaySums> => {
    const [row] = await repo.byUnit(under.store.read, span([unitId]));
    const { unit_id: _, ...sums } = row ?? { unit_id: '', ...noSums };
    return sums;
  };

  it('hold each play once, however often they are made, and in pieces of any size', async () => {
    const one = await board(units.commune);
    for (let i = 0; i < 30; i++) one.play(morning + i * 60_000);
    await one.send();
    const first = tally();
    expect(first.talliedAt()).toBeNull();
    await first.run(running);
    expect(first.talliedAt()).toBe(test.sources.now());
    await first.run(running);
    await tally(under.store, 1).run(running);
    expect(await total(units.commune)).toEqual({ ...noSums, completed: 30, painted_ms: 300_000 });
    one.play(morning + 31 * 60_000);
    await one.send();
    await tally().run(running);
    expect((await total(units.commune)).completed).toBe(31);
    const boards = await repo.byBoard(under.store.read, span([units.commune]), null, 5);
    expect(boards).toEqual([expect.objectContaining({ board_id: one.boardId, completed: 31, deleted_at: null })]);
    const { contents } = await repo.byContent(under.store.read, span([units.commune]), null);
    expect(contents.map((row) => [row.kind, row.completed])).toEqual([
      ['notice', 11],
      ['notice', 10],
      ['notice', 10],
    ]);
  });

  it('are whole after a crash anywhere in a transaction, and after one between two', async () => {
    const one = await board(units.sister);
    for (let i = 0; i < 20; i++) one.play(morning + i * 60_000);
    await one.send();
    for (const table of ['play_hours', 'board_days', 'content_days']) {
      // The first piece comes through, the second one is cut off at this table.
      let pieces = 0;
      const crashing: Store = {
        ...under.store,
        insertMany(tx, into, ...rest) {
          if (into === table && ++pieces === 2) return Promise.reject(new Error('the power has gone'));
          return under.store.insertMany(tx, into, ...rest);
        },
      };
      await expect(tally(crashing, 3).run(running)).rejects.toThrow('the power has gone');
    }
    const before = await total(units.sister);
    expect(before.completed).toBe(9);
    const stopped = new AbortController();
    const cut = createTally(test.context, {
      recordsPerPiece: 4,
      rest: () => Promise.resolve(stopped.abort()),
    });
    await cut.run(stopped.signal);
    expect([(await total(units.sister)).completed, cut.talliedAt()]).toEqual([13, null]);
    await tally().run(running);
    expect(await total(units.sister)).toEqual({ ...noSums, completed: 20, painted_ms: 200_000 });
  });

  it('hold each play once when two make them at the same time', async () => {
    const one = await board(units.village);
    for (let i = 0; i < 40; i++) one.play(morning + i * 1000);
    await one.send();
    await Promise.allSettled([tally().run(running), tally().run(running)]);
    await tally().run(running);
    expect((await total(units.village)).completed).toBe(40);
  });

  it('put plays that come late into the hour and the day in which they were shown', async () => {
    const one = await board(units.province);
    const weeksAgo = morning - 20 * 24 * hourMs;
    one.play(weeksAgo + hourMs - 1);
    one.play(weeksAgo + hourMs);
    // 23:59:59 on the day before, and midnight.
    one.play(today - 1000);
    one.play(today);
    await one.send();
    await tally().run(running);
    const hours = await repo.byHour(under.store.read, span([units.province]));
    expect(hours.map((row) => [row.hour, row.completed])).toEqual([
      [weeksAgo, 1],
      [weeksAgo + hourMs, 1],
      [today - hourMs, 1],
      [today, 1],
    ]);
    const ofToday = await repo.byBoard(under.store.read, span([units.province], today, today + 1), null, null);
    expect(ofToday.map((row) => row.completed)).toEqual([1]);
  });

  it('give each play to the unit that the board belonged to then', async () => {
    const before = { commune: await total(units.commune), sister: await total(units.sister) };
    const one = await board(units.sister);
    await under.store.write
      .insertInto('board_moves')
      .values({ board_id: one.boardId, at: morning + 90_000, from_unit_id: units.commune })
      .execute();
    for (const minute of [0, 1, 2, 3, 4]) one.play(morning + minute * 60_000);
    await one.send();
    await tally().run(running);
    expect((await total(units.commune)).completed - before.commune.completed).toBe(2);
    expect((await total(units.sister)).completed - before.sister.completed).toBe(3);
  });

  it('keep apart what is complete, partial, an exercise, and what proves nothing', async () => {
    const one = await board(units.province);
    const before = await total(units.province);
    const takeovers = { actual: crypto.randomUUID(), exercise: crypto.randomUUID() };
    for (const [status, id] of Object.entries(takeovers))
      await under.store.write
        .insertInto('takeovers')
        .values({
          id,
          epoch: 1,
          counter: status === 'actual' ? 1 : 2,
          type: 'alert',
          supersedes: null,
          status: status as 'actual',
          level: 1,
          event: 'Lũ',
          headline: status,
          issued_at: morning,
          starts_at: morning,
          expires_at: morning + hourMs,
          raised_by: 'x',
          unit_id: units.province,
          jws: 'x',
          target_count: 1,
          offline_count: 0,
          unpaired_count: 0,
        })
        .execute();
    const alert = (id: string): Partial<PlayBody> => ({
      noticeId: null,
      takeoverId: id,
      why: { kind: 'takeover', id },
    });
    one.play(morning);
    one.play(morning, { outcome: 'cut', paintedMs: 4000 });
    one.play(morning, { outcome: 'interrupted', paintedMs: 1000 });
    one.play(morning, { outcome: 'dark' });
    one.play(morning, { outcome: 'failed' });
    one.play(morning, { host: 'browser' });
    one.play(morning, { noticeId: null, why: { kind: 'fallback', id: null } });
    one.play(morning, alert(takeovers.actual));
    one.play(morning, alert(takeovers.exercise));
    await one.send();
    await tally().run(running);
    const after = await total(units.province);
    expect(after.completed - before.completed).toBe(2);
    expect(after.partial - before.partial).toBe(2);
    expect(after.exercise - before.exercise).toBe(1);
    expect(after.uncounted - before.uncounted).toBe(3);
    expect(after.painted_ms - before.painted_ms).toBe(25_000);
    const { contents } = await repo.byContent(under.store.read, span([units.province], today, today + 1), null);
    expect(contents.filter((row) => row.kind !== 'notice')).toEqual([
      expect.objectContaining({ kind: 'takeover', content_id: takeovers.actual, title: 'actual', completed: 1 }),
      expect.objectContaining({ takeover_status: 'exercise', completed: 0, exercise: 1, painted_ms: 10_000 }),
    ]);
  });

  it('are the same, and whole, when they are made anew', async () => {
    await tally().run(running);
    const read = async () => [
      await repo.byUnit(under.store.read, span(null)),
      await repo.byBoard(under.store.read, span(null), null, null),
      await repo.byContent(under.store.read, span(null), null),
    ];
    const before = await read();
    for (const statement of countAnew.statements(under.store.dialect))
      await sql.raw(statement).execute(under.store.write);
    expect(await total(units.commune)).toEqual(noSums);
    await tally().run(running);
    expect(await read()).toEqual(before);
  });
});
