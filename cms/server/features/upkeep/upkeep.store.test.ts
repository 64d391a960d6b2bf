import { afterAll, beforeAll, expect, it } from 'vitest';
import { upkeepInput, upkeepNoticeMs, type UpkeepInput } from '../../../../shared/protocol/api/upkeep.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createBoardsService, type BoardsService } from '../boards/service.ts';
import { createUpkeepService, type UpkeepService } from './service.ts';

describeStores('upkeep', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let boards: BoardsService;
  let upkeep: UpkeepService;
  let technician: ReturnType<typeof testActor>;
  const input = (over: Partial<UpkeepInput> = {}): UpkeepInput => ({
    responsibleName: 'Trần Thị Bưởi',
    responsiblePhone: '0270 3 123 456',
    latitude: 10.2537,
    longitude: 105.9722,
    simNumber: '0912 345 678',
    simPaidUntil: null,
    warrantyUntil: null,
    note: 'Chìa khóa tủ điện ở bộ phận một cửa',
    revision: 0,
    ...over,
  });
  const makeBoard = async (name: string): Promise<string> =>
    (
      await boards.create(technician, {
        unitId: units.commune,
        name,
        place: '',
        kind: 'lcd',
        width: 1920,
        height: 1080,
        output: { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 },
        pitchUm: null,
        readingDistanceCm: null,
        zone: 'Asia/Ho_Chi_Minh',
        groups: [],
        defaultPlaylistId: null,
      })
    ).id;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    boards = createBoardsService(test.context, { units: test.units });
    upkeep = createUpkeepService(test.context, { boards });
    technician = testActor({ unitId: units.commune, role: 'technician' });
  });
  afterAll(() => test.discard());

  it('keeps what it is given, and says when somebody else was first', async () => {
    const boardId = await makeBoard('Cổng xã');
    expect(await upkeep.get(technician, boardId)).toMatchObject({ revision: 0, responsibleName: '', latitude: null });
    const first = await upkeep.put(technician, boardId, input());
    expect(first).toEqual({ boardId, ...input(), revision: 1 });
    expect(await upkeep.get(technician, boardId)).toEqual(first);
    for (const late of [0, 2])
      await expect(upkeep.put(technician, boardId, input({ note: '', revision: late }))).rejects.toMatchObject({
        code: 'revision_conflict',
        status: 409,
      });
    expect(await upkeep.get(technician, boardId)).toEqual(first);
    const second = await upkeep.put(technician, boardId, input({ latitude: null, longitude: null, revision: 1 }));
    expect(await upkeep.get(technician, boardId)).toEqual(second);
  });

  it('tells of what has ended or ends soon, the first to end first, to those who look after the board', async () => {
    const now = test.sources.now();
    const [far, soon, ended, gone] = await Promise.all(['xa', 'sắp', 'đã', 'xóa'].map(makeBoard));
    await upkeep.put(technician, far!, input({ simPaidUntil: now + upkeepNoticeMs, warrantyUntil: null }));
    await upkeep.put(technician, soon!, input({ simPaidUntil: now + upkeepNoticeMs * 2, warrantyUntil: now + 1000 }));
    await upkeep.put(technician, ended!, input({ simPaidUntil: now - 1000 }));
    await upkeep.put(technician, gone!, input({ simPaidUntil: now - 1000 }));
    await boards.remove(technician, gone!);
    expect(await upkeep.due(technician)).toEqual([
      { boardId: ended, boardName: 'đã', what: 'sim', until: now - 1000 },
      { boardId: soon, boardName: 'sắp', what: 'warranty', until: now + 1000 },
    ]);
    for (const grant of [
      { unitId: units.sister, role: 'technician' as const },
      { unitId: units.commune, role: 'editor' as const },
    ])
      expect(await upkeep.due(testActor(grant))).toEqual([]);
  });

  it('knows no half of a place', () => {
    expect(upkeepInput.safeParse(input({ longitude: null })).error?.issues).toMatchObject([{ path: ['longitude'] }]);
    expect(upkeepInput.safeParse(input({ latitude: 91 })).success).toBe(false);
  });

  it('takes telephone numbers as people write them, and nothing else; what is there stays readable', async () => {
    const said = (responsiblePhone: string) => upkeepInput.safeParse(input({ responsiblePhone }));
    for (const phone of ['', '0912345678', '+84 (270) 3.123.456', '0912-345-678, 0270 3 123 456', '3 123 456'])
      expect([phone, said(phone).success]).toEqual([phone, true]);
    for (const phone of ['abc', '0912 345 678 gặp chị Bưởi', '12345', '0912 345 678,', '1'.repeat(16)])
      expect([phone, said(phone).error?.issues[0]]).toMatchObject([
        phone,
        { path: ['responsiblePhone'], params: { reason: 'phone_invalid' } },
      ]);
    const boardId = await makeBoard('Chợ');
    await upkeep.put(technician, boardId, input({ responsiblePhone: 'abc' }));
    expect(await upkeep.get(technician, boardId)).toMatchObject({ responsiblePhone: 'abc' });
  });
});
