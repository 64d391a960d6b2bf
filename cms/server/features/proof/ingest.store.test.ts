import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIngest } from './ingest.ts';
import { proofRepo as repo } from './repo.ts';
import { createVerifierThread, type VerifierThread } from './verify-thread.ts';
import { seedBoards, seedProvince } from '../../../../test/fleet/seed.ts';
import { TestJournal } from '../../../../test/fleet/board.ts';
import { appendPlays } from '../../../../test/fleet/load.ts';
import type { Store } from '../../store/store.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, type TestContext } from '../../testing.ts';

describeStores('ingest', (under) => {
  let made: TestContext;
  let verifier: VerifierThread;
  const ingest = (context = made.context) =>
    createIngest(context, {
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
  const noOf = async (journalId: string) => (await repo.journal(under.store.read, journalId))!.no;
  const seqs = async (journalId: string) =>
    (
      await under.store.read
        .selectFrom('plays')
        .select('seq')
        .where('journal_no', '=', await noOf(journalId))
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
    const no = await noOf(bad.journal.journalId);
    await under.store.write.insertInto('plays').values(playRow(no, 7)).execute();
    const one = ingest();
    const [taken, refused] = await Promise.allSettled([
      one.append(good.identity, good.journal.batch(1, 30)),
      one.append(bad.identity, bad.journal.batch(1, 30)),
    ]);
    expect(taken).toEqual({ status: 'fulfilled', value: 30 });
    expect(refused.status).toBe('rejected');
    expect(await seqs(good.journal.journalId)).toEqual(all);
    expect((await repo.journal(under.store.read, bad.journal.journalId))!.last_seq).toBe(0);
    await under.store.write.deleteFrom('plays').where('journal_no', '=', no).execute();
    expect(await one.append(bad.identity, bad.journal.batch(1, 30))).toBe(30);
    expect(await seqs(bad.journal.journalId)).toEqual(all);
  });

  it('reads on while it writes, and acknowledges nothing before it is durable', async () => {
    const [board] = await boards(1);
    const { identity, journal } = board!;
    const one = ingest();
    const held = async () => (await repo.journal(under.store.read, journal.journalId))!.last_seq;
    // The third is a resend of what is still on its way to the disk.
    const answers = [journal.batch(1, 10), journal.batch(11, 20), journal.batch(1, 10)].map(async (batch) => {
      const acked = await one.append(identity, batch);
      expect(await held()).toBeGreaterThanOrEqual(acked);
      return acked;
    });
    expect(await Promise.all(answers)).toEqual([10, 20, 20]);
    await one.idle();
    expect(await seqs(journal.journalId)).toEqual(all.slice(0, 20));
  });

  it('answers a resend of what it holds while another journal is being written', async () => {
    const [held, busy] = await boards(2);
    let gate: Promise<void> | null = null;
    const [begun, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const store = new Proxy(under.store, {
      get(target, name) {
        if (name === 'transaction')
          return async (...work: Parameters<Store['transaction']>) => {
            if (gate) begun.resolve();
            await gate;
            return target.transaction(...work);
          };
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const one = ingest({ ...made.context, store });
    await one.append(held!.identity, held!.journal.batch(1, 10));
    gate = open.promise;
    const waiting = one.append(busy!.identity, busy!.journal.batch(1, 10));
    await begun.promise;
    expect(await one.append(held!.identity, held!.journal.batch(1, 10))).toBe(10);
    open.resolve();
    expect(await waiting).toBe(10);
  });

  it('takes nothing behind a batch that could not be stored, and acknowledges no resend of it', async () => {
    const [board] = await boards(1);
    const { identity, journal } = board!;
    const no = await noOf(journal.journalId);
    await under.store.write.insertInto('plays').values(playRow(no, 7)).execute();
    const one = ingest();
    const results = await Promise.allSettled(
      [journal.batch(1, 10), journal.batch(11, 20), journal.batch(1, 10), journal.batch(21, 30)].map((batch) =>
        one.append(identity, batch),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(results[1]).toMatchObject({ reason: { code: 'journal_gap', params: { needFrom: 1 } } });
    expect(await seqs(journal.journalId)).toEqual([7]);
    await under.store.write.deleteFrom('plays').where('journal_no', '=', no).execute();
    expect(await one.append(identity, journal.batch(1, 30))).toBe(30);
    expect(await seqs(journal.journalId)).toEqual(all);
  });

  it('counts and lists plays', async () => {
    const [board] = await boards(1);
    const { identity, journal } = board!;
    await ingest().append(identity, journal.batch(1, 30));
    const newest = await repo.plays(under.store.read, identity, null, 3);
    expect(newest.map((play) => play.seq)).toEqual([30, 29, 28]);
    const last = newest.at(-1)!;
    const place = { startAt: last.start_at, journalNo: last.journal_no, seq: last.seq };
    expect((await repo.plays(under.store.read, identity, place, 2)).map((play) => play.seq)).toEqual([27, 26]);
    // Another journal's play of the same millisecond is not skipped, whichever side of it it stands on.
    const held = (await repo.journal(under.store.read, last.journal_id))!;
    for (const no of [-1, 1_000_000]) {
      const { device_key, ...journal } = held;
      expect(device_key).toBe(identity.deviceKey);
      await under.store.write
        .insertInto('journals')
        .values({ ...journal, id: uuidv7(), no })
        .execute();
      const twin = { ...playRow(no, 1), board_no: held.board_no, start_at: last.start_at };
      await under.store.write.insertInto('plays').values(twin).execute();
    }
    const all = await repo.plays(under.store.read, identity, null, 100);
    const rest = await repo.plays(under.store.read, identity, place, 100);
    const at = all.findIndex((play) => play.journal_id === last.journal_id && play.seq === last.seq);
    expect(all).toHaveLength(32);
    expect(rest).toEqual(all.slice(at + 1));
    await under.store.write
      .deleteFrom('plays')
      .where('board_no', '=', held.board_no)
      .where('painted_ms', '=', 0)
      .execute();
    const counts = await repo.counts(under.store.read, identity.boardId, 0, made.sources.now());
    expect(counts.reduce((sum, one) => sum + one.completed, 0)).toBe(30);
    expect(counts.reduce((sum, one) => sum + one.paintedMs, 0)).toBe(
      newest.length > 0 ? 30 * 15_000 - (29 * 30) / 2 : 0,
    );
  });
});

function playRow(journalNo: number, seq: number) {
  return {
    journal_no: journalNo,
    seq,
    board_no: 1,
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
