import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIngest } from './ingest.ts';
import { proofRepo as repo } from './repo.ts';
import { createVerifierThread, type VerifierThread } from './verify-thread.ts';
import { seedBoards, seedProvince } from '../../../../test/fleet/seed.ts';
import { TestJournal } from '../../../../test/fleet/board.ts';
import { appendPlays } from '../../../../test/fleet/load.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, type TestContext } from '../../testing.ts';

describeStores('ingest', (under) => {
  let made: TestContext;
  let verifier: VerifierThread;
  const ingest = () =>
    createIngest(made.context, {
      verifier,
      takeovers: { report: () => Promise.resolve() },
      begin: () => Promise.resolve(),
    });
  beforeAll(async () => {
    made = await createTestContext(under.store);
    verifier = createVerifierThread();
  });
  afterAll(async () => {
    await verifier.close();
    await made.discard();
  });

  async function boards(count: number) {
    const unitId = await seedProvince(under.store, 0);
    return (await seedBoards(under.store, { count, unitId, now: 0 })).map((identity) => {
      const journal = new TestJournal(identity);
      appendPlays(journal, 30, made.sources.now());
      return {
        identity: { boardId: identity.boardId, deviceId: identity.deviceId, deviceKey: identity.key.x, current: true },
        journal,
      };
    });
  }
  const seqs = async (journalId: string) =>
    (
      await under.store.read
        .selectFrom('plays')
        .select('seq')
        .where('journal_id', '=', journalId)
        .orderBy('seq')
        .execute()
    ).map((row) => row.seq);
  const all = Array.from({ length: 30 }, (_, i) => i + 1);

  it('takes each record once when two processes are given the same batches', async () => {
    const some = await boards(5);
    const processes = [ingest(), ingest()];
    for (let first = 1; first <= 30; first += 10) {
      await Promise.all(
        some.flatMap(({ identity, journal }) =>
          processes.map((one) => one.append(identity, journal.batch(first, first + 9))),
        ),
      );
    }
    for (const { journal } of some) {
      expect(await seqs(journal.journalId)).toEqual(all);
      const row = await repo.journal(under.store.read, journal.journalId);
      expect(row).toMatchObject({ last_seq: 30, last_hash: journal.head.hash });
    }
  });

  it('leaves nothing of a batch that could not be stored, and takes it the next time', async () => {
    const [good, bad] = (await boards(2)) as [
      Awaited<ReturnType<typeof boards>>[0],
      Awaited<ReturnType<typeof boards>>[0],
    ];
    // A row that is in the way: what a bug or a hand in the database would leave.
    const obstacle = { journal_id: bad.journal.journalId, seq: 7, board_id: 'x', at: 0, type: 'x', body: '{}' };
    await under.store.write
      .insertInto('plays')
      .values({ ...playRow(bad.journal.journalId, 7) })
      .execute();
    const one = ingest();
    const [taken, refused] = await Promise.allSettled([
      one.append(good.identity, good.journal.batch(1, 30)),
      one.append(bad.identity, bad.journal.batch(1, 30)),
    ]);
    expect(taken).toEqual({ status: 'fulfilled', value: 30 });
    expect(refused.status).toBe('rejected');
    expect(await seqs(good.journal.journalId)).toEqual(all);
    expect((await repo.journal(under.store.read, bad.journal.journalId))!.last_seq).toBe(0);
    await under.store.write.deleteFrom('plays').where('journal_id', '=', obstacle.journal_id).execute();
    expect(await one.append(bad.identity, bad.journal.batch(1, 30))).toBe(30);
    expect(await seqs(bad.journal.journalId)).toEqual(all);
  });

  it('counts and lists plays', async () => {
    const [board] = await boards(1);
    const { identity, journal } = board!;
    await ingest().append(identity, journal.batch(1, 30));
    const newest = await repo.plays(under.store.read, identity.boardId, null, 3);
    expect(newest.map((play) => play.seq)).toEqual([30, 29, 28]);
    const last = newest.at(-1)!;
    const place = { startAt: last.start_at, journalId: last.journal_id, seq: last.seq };
    expect((await repo.plays(under.store.read, identity.boardId, place, 2)).map((play) => play.seq)).toEqual([27, 26]);
    // Another journal's play of the same millisecond is not skipped, whichever side of it it stands on.
    for (const other of ['00000000-0000-7000-8000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff']) {
      const twin = { ...playRow(other, 1), board_id: identity.boardId, start_at: last.start_at };
      await under.store.write.insertInto('plays').values(twin).execute();
    }
    const all = await repo.plays(under.store.read, identity.boardId, null, 100);
    const rest = await repo.plays(under.store.read, identity.boardId, place, 100);
    const at = all.findIndex((play) => play.journal_id === last.journal_id && play.seq === last.seq);
    expect(all).toHaveLength(32);
    expect(rest).toEqual(all.slice(at + 1));
    await under.store.write
      .deleteFrom('plays')
      .where('board_id', '=', identity.boardId)
      .where('painted_ms', '=', 0)
      .execute();
    const counts = await repo.counts(under.store.read, identity.boardId, 0, made.sources.now());
    expect(counts.reduce((sum, one) => sum + one.completed, 0)).toBe(30);
    expect(counts.reduce((sum, one) => sum + one.paintedMs, 0)).toBe(
      newest.length > 0 ? 30 * 15_000 - (29 * 30) / 2 : 0,
    );
  });
});

function playRow(journalId: string, seq: number) {
  return {
    journal_id: journalId,
    seq,
    board_id: 'x',
    start_at: 0,
    painted_ms: 0,
    notice_id: null,
    takeover_id: null,
    why: 'loop',
    why_id: null,
    outcome: 'completed',
    host: 'chromium',
    clock: 'synced',
    offset_ms: 0,
  };
}
