import { beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { seedBoards, seedProvince } from '../../../../test/fleet/seed.ts';
import { describeStores } from '../../store/testing.ts';
import { takeoverRepo as repo, type DeliveryProgress, type TakeoverRow } from './repo.ts';

const row = (counter: number, change: Partial<TakeoverRow> = {}): TakeoverRow => ({
  id: uuidv7(),
  epoch: 1,
  counter,
  type: 'alert',
  supersedes: null,
  status: 'actual',
  level: 3,
  event: 'Bão',
  headline: 'Bão số 3',
  issued_at: 1000,
  starts_at: 1000,
  expires_at: 5000,
  raised_by: 'somebody',
  unit_id: 'unit',
  jws: `jws ${counter}`,
  target_count: 0,
  offline_count: 0,
  unpaired_count: 0,
  ...change,
});

describeStores('takeovers', (under) => {
  let unitId: string;
  let boards: string[];
  beforeAll(async () => {
    unitId = await seedProvince(under.store, 0);
    const plain = await seedBoards(under.store, { count: 3, unitId, now: 0 });
    const grouped = await seedBoards(under.store, { count: 2, unitId, now: 0, groups: ['chợ', '100%_"x"'] });
    boards = [...plain, ...grouped].map((one) => one.boardId);
  });

  const nobody = { all: false, unitIds: [], boardIds: [] };

  it('finds targets by unit, board, group, and nobody for nothing', async () => {
    const { store } = under;
    const ids = async (to: Parameters<typeof repo.targetsByUnit>[1]) =>
      [...(await repo.targetsByUnit(store.read, to)).values()].flat();
    expect((await ids({ ...nobody, all: true })).sort()).toEqual([...boards].sort());
    expect(await ids({ ...nobody, unitIds: [unitId] })).toHaveLength(5);
    expect(await ids({ ...nobody, boardIds: [boards[0]!, uuidv7()] })).toEqual([boards[0]]);
    expect(await ids(nobody)).toEqual([]);
    expect([...(await repo.targetsByUnit(store.read, { ...nobody, all: true })).keys()]).toEqual([unitId]);
    expect((await repo.boardsInGroups(store.read, ['100%_"x"'])).sort()).toEqual(boards.slice(3).sort());
    expect(await repo.boardsInGroups(store.read, ['100'])).toEqual([]);
  });

  it('freezes targets and moves each forward only', async () => {
    const { store } = under;
    const takeover = row(1, { unit_id: unitId });
    await store.transaction(async (tx) => {
      await repo.insert(tx, takeover);
      await repo.freezeTargets(tx, takeover.id, { ...nobody, all: true }, boards.slice(3, 4));
    });
    const report = (...reports: Omit<DeliveryProgress, 'takeoverId'>[]) =>
      store.transaction((tx) =>
        repo.report(
          tx,
          reports.map((one) => ({ takeoverId: takeover.id, ...one })),
        ),
      );
    const [a, b, c] = boards as [string, string, string];
    await report(
      { boardId: a, state: 'received', at: 10, errorCode: null },
      { boardId: a, state: 'displayed', at: 20, errorCode: null },
      { boardId: b, state: 'failed', at: 30, errorCode: 'no_stage' },
      { boardId: 'stranger', state: 'displayed', at: 30, errorCode: null },
    );
    await report(
      { boardId: a, state: 'received', at: 99, errorCode: null },
      { boardId: b, state: 'dark', at: 40, errorCode: null },
    );
    await report(
      { boardId: a, state: 'ended', at: 50, errorCode: null },
      { boardId: c, state: 'ended', at: 60, errorCode: null },
    );
    await report({ boardId: a, state: 'failed', at: 70, errorCode: 'late' });
    const held = new Map((await repo.deliveries(store.read, takeover.id)).map((one) => [one.board_id, one]));
    expect(held.size).toBe(5);
    expect(held.get(a)).toMatchObject({
      state: 'ended',
      error_code: null,
      received_at: 10,
      displayed_at: 20,
      ended_at: 50,
    });
    expect(held.get(b)).toMatchObject({ state: 'dark', error_code: null, received_at: 30, displayed_at: null });
    expect(held.get(c)).toMatchObject({ state: 'ended', received_at: 60, displayed_at: null, ended_at: 60 });
    expect(await repo.countStates(store.read, [takeover.id])).toEqual(
      expect.arrayContaining([
        { takeover_id: takeover.id, state: 'waiting', count: 1, received: 0, displayed: 0 },
        { takeover_id: takeover.id, state: 'sent', count: 1, received: 0, displayed: 0 },
        { takeover_id: takeover.id, state: 'ended', count: 2, received: 2, displayed: 1 },
      ]),
    );
    await report({ boardId: boards[3]!, state: 'sent', at: 80, errorCode: null });
    const handed = (await repo.deliveries(store.read, takeover.id)).find((one) => one.board_id === boards[3]);
    expect(handed).toMatchObject({ state: 'sent', received_at: null });
    expect((await repo.list(store.read, [unitId], {}, 10)).map((one) => one.id)).toEqual([takeover.id]);
    expect(await repo.list(store.read, [uuidv7()], {}, 10)).toEqual([]);
    expect(await repo.deliveryUnits(store.read, takeover.id)).toEqual([unitId]);
  });

  it('tells boards that had no player while it lasted from those that were away', async () => {
    const { store } = under;
    const mine = await seedBoards(store, { count: 4, unitId, now: 0 });
    const [away, before, after, swapped] = mine.map((one) => one.boardId) as [string, string, string, string];
    const lasting = { starts_at: 1000, expires_at: 5000 };
    const device = (boardId: string, change: { paired_at?: number; ended_at?: number }) =>
      store.write.updateTable('devices').set(change).where('board_id', '=', boardId).execute();
    await device(before, { ended_at: 900 });
    await device(after, { paired_at: 5000 });
    await device(swapped, { ended_at: 1001 });
    const takeover = row(3, { unit_id: unitId, ...lasting });
    const to = { ...nobody, boardIds: [away, before, after, swapped] };
    await store.transaction(async (tx) => {
      await repo.insert(tx, takeover);
      await repo.freezeTargets(tx, takeover.id, to, to.boardIds);
    });
    const held = new Map((await repo.deliveries(store.read, takeover.id)).map((one) => [one.board_id, one.state]));
    expect(held).toEqual(
      new Map([
        [away, 'waiting'],
        [before, 'unpaired'],
        [after, 'unpaired'],
        [swapped, 'waiting'],
      ]),
    );
    const counts = (await repo.countStates(store.read, [takeover.id])).map(({ state, count }) => [state, count]);
    expect(counts.sort()).toEqual([
      ['unpaired', 2],
      ['waiting', 2],
    ]);
  });

  it('writes thousands of reports', async () => {
    const { store } = under;
    const takeover = row(4);
    const many = await seedBoards(store, { count: 1200, unitId, now: 0 });
    await store.transaction(async (tx) => {
      await repo.insert(tx, takeover);
      await repo.freezeTargets(tx, takeover.id, { ...nobody, all: true }, []);
      await repo.report(
        tx,
        many.map(({ boardId }) => ({
          takeoverId: takeover.id,
          boardId,
          state: 'received' as const,
          at: 1,
          errorCode: null,
        })),
      );
    });
    const counts = await repo.countStates(store.read, [takeover.id]);
    expect(counts.find((one) => one.state === 'received')?.count).toBe(1200);
  });

  describe('what a board lacks', () => {
    it('is what follows its cursor and has not expired, in order', async () => {
      const { store } = under;
      const later = [row(8, { epoch: 2 }), row(9, { epoch: 2, expires_at: 100, starts_at: 1 }), row(1, { epoch: 3 })];
      await store.transaction(async (tx) => {
        for (const one of later) await repo.insert(tx, one);
      });
      const after = async (epoch: number, counter: number) =>
        (await repo.after(store.read, { epoch, counter }, 2000)).map((one) => one.jws);
      expect(await after(2, 7)).toEqual(['jws 8', 'jws 1']);
      expect(await after(2, 8)).toEqual(['jws 1']);
      expect(await after(3, 1)).toEqual([]);
      expect((await repo.after(store.read, null, 2000)).length).toBe(5);
      expect(await repo.after(store.read, null, 5000)).toEqual([]);
    });
  });

  it('keeps why what a board took could not be believed to be displayed, until it is', async () => {
    const { store } = under;
    const takeover = row(2, { epoch: 3, unit_id: unitId });
    await store.transaction(async (tx) => {
      await repo.insert(tx, takeover);
      await repo.freezeTargets(tx, takeover.id, { ...nobody, all: true }, []);
    });
    const told = async (
      boardId: string,
      ...states: readonly (readonly [DeliveryProgress['state'], string | null])[]
    ): Promise<string | null> => {
      const at = 2000;
      const reports = states.map(([state, errorCode]) => ({ takeoverId: takeover.id, boardId, state, at, errorCode }));
      await store.transaction((tx) => repo.report(tx, reports));
      return (await repo.deliveries(store.read, takeover.id)).find((one) => one.board_id === boardId)!.error_code;
    };
    const [a, b, c] = boards as [string, string, string];
    const unproved = ['received', 'display_unproved'] as const;
    // One after the other, and in one transaction.
    expect(await told(a, ['received', null])).toBeNull();
    expect(await told(a, unproved)).toBe('display_unproved');
    expect(await told(a, ['received', null])).toBe('display_unproved');
    expect(await told(a, ['ended', null])).toBe('display_unproved');
    expect(await told(b, ['received', null], unproved, ['ended', null])).toBe('display_unproved');
    expect(await told(c, unproved)).toBe('display_unproved');
    expect(await told(c, ['displayed', null])).toBeNull();
  });

  it('counts boards that became targets since, once each, while it is in force', async () => {
    const { store } = under;
    const own = { ...nobody, unitIds: [await seedProvince(store, 0)] };
    const [first] = await seedBoards(store, { count: 1, unitId: own.unitIds[0]!, now: 0 });
    const takeover = row(6, { epoch: 4, unit_id: unitId, target_count: 1 });
    const replaced = row(7, { epoch: 4, unit_id: unitId });
    const update = row(8, { epoch: 4, unit_id: unitId, type: 'update', supersedes: replaced.id });
    await store.transaction(async (tx) => {
      for (const one of [takeover, replaced, update]) await repo.insert(tx, one);
      await repo.freezeTargets(tx, takeover.id, own, []);
    });
    const [later, last] = await seedBoards(store, { count: 2, unitId: own.unitIds[0]!, now: 0 });
    const asked = [first!.boardId, later!.boardId, boards[0]!];
    const pairs = asked.map((boardId) => ({ takeoverId: takeover.id, boardId }));
    expect(await repo.unknownTargets(store.read, pairs)).toEqual(new Map([[takeover.id, asked.slice(1)]]));
    const ids = [takeover.id, replaced.id, update.id];
    expect((await repo.inForce(store.read, ids, 2000)).map((one) => one.id).sort()).toEqual(
      [takeover.id, update.id].sort(),
    );
    expect(await repo.inForce(store.read, ids, 5000)).toEqual([]);
    // Twice, and with a board that it is not for.
    for (const boardIds of [asked, asked])
      await store.transaction((tx) => repo.joinTargets(tx, takeover.id, own, boardIds));
    const held = (await repo.deliveries(store.read, takeover.id)).map((one) => one.board_id);
    expect(held.sort()).toEqual([first!.boardId, later!.boardId].sort());
    expect(held).not.toContain(last!.boardId);
    expect((await repo.takeover(store.read, takeover.id))!.target_count).toBe(2);
  });
});
