import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, testNow, type TestContext } from '../../testing.ts';
import type { Actor } from '../../access.ts';
import { beginOf } from './days.ts';
import { createUnitsService, type UnitsService } from './service.ts';
import { LiveUnitTree } from './tree.ts';

const DAY = 86_400_000;
/** testNow is 1 June 2026. */
const today = '2026-06-01';
const later = '2026-07-01';

describeStores('units', (under) => {
  let test: TestContext;
  let ids: Awaited<ReturnType<typeof seedUnits>>;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    ids = await seedUnits(test);
  });
  afterAll(() => test.discard());

  it('are seen from where a role was granted down', () => {
    const names = (unitId: string) => test.units.list(testActor({ unitId, role: 'viewer' })).map((unit) => unit.name);
    expect(names(ids.province).toSorted()).toEqual(['Thôn Đông', 'Tỉnh Thử', 'Xã An', 'Xã Bình']);
    expect(names(ids.commune)).toEqual(['Xã An', 'Thôn Đông']);
    expect(names(ids.village)).toEqual(['Thôn Đông']);
    expect(test.units.list(testActor())).toEqual([]);
  });

  it('know their path and what is below them', () => {
    const { tree } = test.units;
    expect(tree.pathOf(ids.village)).toEqual([ids.province, ids.commune, ids.village]);
    expect(tree.subtreeOf(ids.commune)).toEqual([ids.commune, ids.village]);
    expect(tree.pathOf('nobody')).toEqual([]);
    expect(tree.subtreeOf('nobody')).toEqual([]);
  });

  it('are renamed and moved from a day on, and old facts keep the old name', async () => {
    const change = testNow + 10 * DAY;
    await under.store.transaction((tx) =>
      test.units.edit(tx, null, (draft) =>
        draft.change(ids.village, change, { name: 'Thôn Tây', parentId: ids.sister }),
      ),
    );
    await test.units.reload();
    expect(test.units.get(ids.village)).toMatchObject({ name: 'Thôn Đông', parentId: ids.commune });
    test.sources.advance(10 * DAY - 1);
    expect(test.units.tree.subtreeOf(ids.commune)).toContain(ids.village);
    test.sources.advance(1);
    expect(test.units.get(ids.village)).toMatchObject({ name: 'Thôn Tây', parentId: ids.sister });
    expect(test.units.tree.subtreeOf(ids.commune)).toEqual([ids.commune]);
    expect(test.units.tree.pathOf(ids.village)).toEqual([ids.province, ids.sister, ids.village]);
    expect(test.units.nameAt(ids.village, change - 1)).toBe('Thôn Đông');
    expect(test.units.nameAt(ids.village, change)).toBe('Thôn Tây');
    // Nothing is known of that time.
    expect(test.units.nameAt(ids.village, -1)).toBe('Thôn Tây');
  });

  it('that moved with time are told of once, with all below them', async () => {
    const told = () => test.emitted.filter(({ name }) => name === 'unitsChanged').length;
    const before = told();
    await test.units.keepUp();
    expect(test.emitted.at(-1)).toEqual({ name: 'unitsChanged', payload: { moved: [ids.village] } });
    await test.units.keepUp();
    expect(told()).toBe(before + 1);
  });

  it('that have ended give nobody a right', async () => {
    const former = await under.store.transaction((tx) =>
      test.units.add(
        tx,
        { code: '999', name: 'Huyện Cũ', level: 'district', parentId: ids.province, validFrom: 0, validTo: testNow },
        null,
      ),
    );
    await test.units.reload();
    expect(test.units.get(former)).toBeNull();
    expect(test.context.access.can(testActor({ unitId: former, role: 'administrator' }), 'unit.read', former)).toBe(
      false,
    );
    expect(test.units.nameAt(former, testNow - 1)).toBe('Huyện Cũ');
  });

  it('cannot be changed at a time when they are not', async () => {
    const change = under.store.transaction((tx) =>
      test.units.edit(tx, null, (draft) => draft.change(ids.commune, -1, { name: 'x' })),
    );
    await expect(change).rejects.toMatchObject({ code: 'unit_not_valid' });
  });

  it('are read again at the next start, and tell that they changed', async () => {
    const tree = new LiveUnitTree(test.sources);
    await createUnitsService(test.context, { tree });
    expect(tree.pathOf(ids.village)).toEqual([ids.province, ids.sister, ids.village]);
    await test.units.reload();
    expect(test.emitted.at(-1)?.name).toBe('unitsChanged');
  });

  it('are changed by one process after another: none starts from what is no more', async () => {
    const other = await createUnitsService(test.context, { tree: new LiveUnitTree(test.sources) });
    const add = (units: UnitsService, code: string) =>
      under.store.transaction((tx) =>
        units.add(
          tx,
          { code, name: code, level: 'commune', parentId: ids.province, validFrom: 0, validTo: null },
          null,
        ),
      );
    await add(other, '99777');
    // This one has not read it, and still knows that the code is taken.
    await expect(add(test.units, '99777')).rejects.toMatchObject({ code: 'unit_code_taken' });
    await test.units.keepUp();
    expect(test.units.list(testActor({ unitId: ids.province, role: 'viewer' })).map(({ code }) => code)).toContain(
      '99777',
    );
  });
});

describeStores('a province changes its units', (under) => {
  let test: TestContext;
  let ids: Awaited<ReturnType<typeof seedUnits>>;
  let officer: Actor;
  let units: UnitsService;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    ids = await seedUnits(test);
    units = test.units;
    officer = testActor({ unitId: ids.province, role: 'administrator' });
  });
  beforeEach(() => (test.emitted.length = 0));
  afterAll(() => test.discard());
  const lastAudit = () =>
    under.store.read
      .selectFrom('audit_log')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
      .then(({ detail, ...row }) => ({ ...row, detail: JSON.parse(detail) as Record<string, unknown> }));
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );

  it('adds one from a day on', async () => {
    const made = await units.create(officer, {
      code: '99003',
      name: 'Xã Cát',
      level: 'commune',
      parentId: ids.province,
      from: later,
    });
    expect(made).toMatchObject({ state: 'planned', unit: { name: 'Xã Cát' }, path: [{ id: ids.province }] });
    expect(made.history).toMatchObject([{ validFrom: beginOf(later), validTo: null, parentName: 'Tỉnh Thử' }]);
    expect(units.get(made.unit.id)).toBeNull();
    expect(units.list(officer, later).map(({ id }) => id)).toContain(made.unit.id);
    expect(await lastAudit()).toMatchObject({ action: 'unit.added', user_id: officer.userId, unit_id: made.unit.id });
    // What is only planned can be taken back whole.
    expect(await units.cancel(officer, made.unit.id, beginOf(later))).toBeNull();
    expect(await refused(units.detail(officer, made.unit.id))).toBe('unit_unknown');
  });

  it('renames one that keeps its planned move, and takes the move back', async () => {
    await units.change(officer, ids.village, { parentId: ids.sister, from: later });
    const renamed = await units.change(officer, ids.village, { name: 'Thôn Đông Hưng', from: today });
    expect(renamed.history.map(({ name, parentName }) => [name, parentName])).toEqual([
      ['Thôn Đông', 'Xã An'],
      ['Thôn Đông Hưng', 'Xã An'],
      ['Thôn Đông Hưng', 'Xã Bình'],
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'unit.changed',
      detail: { at: beginOf(today), name: 'Thôn Đông Hưng', before: { name: 'Thôn Đông' } },
    });
    const back = await units.cancel(officer, ids.village, beginOf(later));
    expect(back?.history.map(({ name, validTo }) => [name, validTo])).toEqual([
      ['Thôn Đông', beginOf(today)],
      ['Thôn Đông Hưng', null],
    ]);
    // What was said today is taken back, too; what held before is not.
    expect((await units.cancel(officer, ids.village, beginOf(today)))?.history).toHaveLength(1);
    await units.change(officer, ids.village, { name: 'Thôn Đông Hưng', from: today });
    expect(await refused(units.cancel(officer, ids.village, 0))).toBe('unit_change_begun');
    expect(await refused(units.cancel(officer, ids.village, beginOf(later)))).toBe('unit_change_unknown');
  });

  it('corrects the past only with a reason, which is kept', async () => {
    const input = { name: 'Thôn Đông Cũ', from: '2020-01-01' };
    expect(await refused(units.change(officer, ids.village, input))).toBe('unit_reason_needed');
    await units.change(officer, ids.village, { ...input, reason: 'Nhập sai tên' });
    expect(units.nameAt(ids.village, beginOf('2019-12-31'))).toBe('Thôn Đông');
    expect(units.nameAt(ids.village, beginOf('2020-01-01'))).toBe('Thôn Đông Cũ');
    expect(units.get(ids.village)?.name).toBe('Thôn Đông Hưng');
    expect(await lastAudit()).toMatchObject({ action: 'unit.changed', detail: { reason: 'Nhập sai tên' } });
  });

  it('refuses what cannot be, and keeps nothing of it', async () => {
    const before = await under.store.read.selectFrom('unit_versions').selectAll().execute();
    const add = (input: object) =>
      refused(
        units.create(officer, {
          code: '99009',
          name: 'Xã',
          level: 'commune',
          parentId: ids.province,
          from: today,
          ...input,
        } as Parameters<UnitsService['create']>[1]),
      );
    expect(await add({ code: '99001' })).toBe('unit_code_taken');
    expect(await add({ code: '9900' })).toBe('unit_code_invalid');
    expect(await add({ code: undefined })).toBe('unit_code_invalid');
    expect(await add({ level: 'province', code: '98' })).toBe('unit_parent_level');
    expect(await add({ parentId: ids.village })).toBe('unit_parent_level');
    expect(await add({ level: 'village', code: 'V1', parentId: ids.village, from: '1969-01-01', reason: 'x' })).toBe(
      'unit_parent_not_valid',
    );
    const change = (unitId: string, input: object) =>
      refused(units.change(officer, unitId, { from: today, ...input } as Parameters<UnitsService['change']>[2]));
    expect(await change(ids.commune, { parentId: ids.village })).toBe('unit_parent_level');
    expect(await change(ids.village, { parentId: ids.village })).toBe('unit_parent_cycle');
    expect(await change(ids.sister, { code: '99001' })).toBe('unit_code_taken');
    const merge = (unitId: string, intoId: string) => refused(units.merge(officer, unitId, { intoId, from: today }));
    expect(await merge(ids.commune, ids.commune)).toBe('unit_merge_self');
    expect(await merge(ids.commune, ids.village)).toBe('unit_merge_level');
    expect(await under.store.read.selectFrom('unit_versions').selectAll().execute()).toEqual(before);
  });

  it('merges one into another: what hung from it moves, what belonged to it is still found', async () => {
    const editor = testActor({ unitId: ids.commune, role: 'editor' });
    // By mistake, and taken back the same day.
    expect((await units.merge(officer, ids.commune, { intoId: ids.sister, from: today })).state).toBe('former');
    expect(units.tree.pathOf(ids.village)).toEqual([ids.province, ids.sister, ids.village]);
    expect(await units.cancel(officer, ids.commune, beginOf(today))).toMatchObject({
      state: 'current',
      mergedInto: null,
    });
    expect(units.tree.pathOf(ids.village)).toEqual([ids.province, ids.commune, ids.village]);
    const merged = await units.merge(officer, ids.commune, { intoId: ids.sister, from: later });
    expect(merged).toMatchObject({ state: 'current', mergedInto: { id: ids.sister, at: beginOf(later) } });
    expect(await refused(units.merge(officer, ids.commune, { intoId: ids.sister, from: '2026-06-15' }))).toBe(
      'unit_change_planned',
    );
    // Nothing may be put under what will end.
    expect(
      await refused(
        units.create(officer, { code: 'B1', name: 'Mặt trận', level: 'body', parentId: ids.commune, from: today }),
      ),
    ).toBe('unit_parent_not_valid');
    expect(units.tree.pathOf(ids.village)).toEqual([ids.province, ids.commune, ids.village]);

    test.sources.advance(beginOf(later) - test.sources.now());
    await units.keepUp();
    expect(test.emitted.at(-1)).toEqual({
      name: 'unitsChanged',
      payload: { moved: expect.arrayContaining([ids.commune, ids.village]) as string[] },
    });
    expect(units.tree.pathOf(ids.village)).toEqual([ids.province, ids.sister, ids.village]);
    expect(units.tree.pathOf(ids.commune)).toEqual([ids.province, ids.sister, ids.commune]);
    expect(units.get(ids.commune)).toMatchObject({ name: 'Xã An', parentId: ids.sister, mergedInto: ids.sister });
    expect(units.nameOf(ids.commune)).toBe('Xã Bình');
    expect(units.nameAt(ids.commune, beginOf(later) - 1)).toBe('Xã An');
    // The people of the one that ended keep what was theirs, and get nothing of the other.
    const { access } = test.context;
    expect(access.can(editor, 'content.edit', ids.commune)).toBe(true);
    expect(access.can(editor, 'content.edit', ids.sister)).toBe(false);
    expect(access.can(testActor({ unitId: ids.sister, role: 'editor' }), 'content.edit', ids.commune)).toBe(true);
    expect(await units.detail(officer, ids.sister)).toMatchObject({
      absorbed: [{ id: ids.commune, name: 'Xã An', at: beginOf(later) }],
      children: 1,
    });
    expect(await units.detail(officer, ids.commune)).toMatchObject({ state: 'former', children: 0 });
    // Its code is free again for another unit from then on, not before.
    const again = { code: '99001', name: 'Xã An Mới', level: 'commune', parentId: ids.province } as const;
    expect(await refused(units.create(officer, { ...again, from: '2026-06-30', reason: 'x' }))).toBe('unit_code_taken');
    expect((await units.create(officer, { ...again, from: later })).state).toBe('current');
  });

  it('shows the tree of another day to whoever sees it', () => {
    const names = (on: string) => units.list(officer, on).map(({ name }) => name);
    expect(names('2019-01-01').toSorted()).toEqual(['Thôn Đông', 'Tỉnh Thử', 'Xã An', 'Xã Bình']);
    expect(names('2026-06-10')).toContain('Thôn Đông Hưng');
    const villager = testActor({ unitId: ids.village, role: 'viewer' });
    expect(units.list(villager, '2019-01-01').map(({ id }) => id)).toEqual([ids.village]);
  });

  it('lets only the province do so, within the province; only its administrator adds another', async () => {
    const rename = (actor: Actor) => refused(units.change(actor, ids.village, { name: 'X', from: later }));
    expect(await rename(testActor({ unitId: ids.province, role: 'province' }))).toBe('done');
    expect(await rename(testActor({ unitId: ids.province, role: 'approver' }))).toBe('forbidden');
    expect(await rename(testActor({ unitId: ids.sister, role: 'administrator' }))).toBe('forbidden');
    expect(await rename(testActor())).toBe('unit_unknown');
    await under.store.write
      .insertInto('users')
      .values({
        id: officer.userId,
        email: officer.email,
        name: officer.name,
        password_hash: null,
        active: 1,
        created_at: 0,
      })
      .execute();
    await under.store.write
      .insertInto('grants')
      .values({ user_id: officer.userId, unit_id: ids.province, role: 'administrator' })
      .execute();
    const another = { code: '98', name: 'Tỉnh Khác', level: 'province', parentId: null, from: later } as const;
    expect(await refused(units.create(testActor({ unitId: ids.province, role: 'province' }), another))).toBe(
      'forbidden',
    );
    const other = await units.create(officer, another);
    expect(
      await under.store.read.selectFrom('grants').selectAll().where('unit_id', '=', other.unit.id).execute(),
    ).toEqual([{ user_id: officer.userId, unit_id: other.unit.id, role: 'administrator' }]);
    expect(test.emitted.at(-1)).toEqual({ name: 'accountChanged', payload: { userId: officer.userId } });
    expect(await refused(units.change(officer, ids.sister, { parentId: other.unit.id, from: later }))).toBe(
      'forbidden',
    );
    const both = testActor(
      { unitId: ids.province, role: 'administrator' },
      { unitId: other.unit.id, role: 'administrator' },
    );
    expect(await refused(units.change(both, ids.sister, { parentId: other.unit.id, from: later }))).toBe('done');
    expect(
      await refused(
        units.create(testActor({ unitId: ids.sister, role: 'administrator' }), {
          code: '97',
          name: 'Tỉnh',
          level: 'province',
          parentId: null,
          from: later,
        }),
      ),
    ).toBe('forbidden');
  });

  it('takes a province back that was only planned, with the rights that were given on it', async () => {
    const from = '2026-09-01';
    const planned = { code: '96', name: 'Tỉnh Nhầm', level: 'province', parentId: null, from } as const;
    const everywhere = testActor(...units.tree.roots().map((unitId) => ({ unitId, role: 'administrator' as const })));
    const { unit } = await units.create(everywhere, planned);
    const grants = () => under.store.read.selectFrom('grants').selectAll().where('unit_id', '=', unit.id).execute();
    expect(await grants()).toEqual([{ user_id: officer.userId, unit_id: unit.id, role: 'administrator' }]);
    test.emitted.length = 0;
    const owner = testActor({ unitId: unit.id, role: 'administrator' });
    expect(await units.cancel(owner, unit.id, beginOf(from))).toBeNull();
    expect(await grants()).toEqual([]);
    expect(await lastAudit()).toMatchObject({
      action: 'user.withdrawn',
      user_id: owner.userId,
      subject_id: officer.userId,
      unit_id: unit.id,
      detail: { unitId: unit.id, role: 'administrator' },
    });
    expect(test.emitted.at(-1)).toEqual({ name: 'accountChanged', payload: { userId: officer.userId } });
    expect(units.list(everywhere, from).map(({ id }) => id)).not.toContain(unit.id);
  });

  it('asks those who will answer for a unit about what is planned for it then', async () => {
    const add = (code: string, level: 'province' | 'commune', parentId: string | null) =>
      under.store.transaction((tx) =>
        units.add(tx, { code, name: code, level, parentId, validFrom: 0, validTo: null }, null),
      );
    const other = await add('95', 'province', null);
    const [moving, staying] = [
      await add('95001', 'commune', ids.province),
      await add('95002', 'commune', ids.province),
    ];
    await units.reload();
    const role = 'province' as const;
    const [here, there] = [ids.province, other].map((unitId) => ({ unitId, role }));
    const [one, both] = [testActor(here!), testActor(here!, there!)];
    const moves = '2026-12-01';
    await units.change(both, moving, { parentId: other, from: moves });
    const back = { name: 'Lại về', parentId: ids.province, from: '2026-12-02' };
    expect(await refused(units.change(one, moving, back))).toBe('forbidden');
    expect(await refused(units.change(one, staying, { parentId: moving, from: moves }))).toBe('forbidden');
    expect(await refused(units.merge(one, moving, { intoId: staying, from: '2026-12-02' }))).toBe('forbidden');
    expect(await refused(units.merge(one, staying, { intoId: moving, from: '2026-12-02' }))).toBe('forbidden');
    expect(await refused(units.cancel(one, moving, beginOf(moves)))).toBe('forbidden');
    // Until then it is theirs.
    expect(await refused(units.change(one, moving, { name: 'Xã còn đây', from: '2026-11-30' }))).toBe('done');
    expect(await refused(units.change(both, moving, back))).toBe('done');
    expect(await refused(units.cancel(both, moving, beginOf(back.from)))).toBe('done');
    expect(await refused(units.cancel(both, moving, beginOf(moves)))).toBe('done');
  });
});

describeStores('units without a code', (under) => {
  it('gives villages and bodies codes of their own, each another, also to those who ask together', async () => {
    const test = await createTestContext(under.store);
    const ids = await seedUnits(test);
    const officer = testActor({ unitId: ids.province, role: 'province' });

    const body = { name: 'Hội Nông dân', level: 'body', parentId: ids.sister, from: today } as const;
    const made = await Promise.all([1, 2, 3].map(() => test.units.create(officer, body)));
    expect(made.map(({ unit }) => unit.code).sort()).toEqual([
      '99002-hoi-nong-dan',
      '99002-hoi-nong-dan-2',
      '99002-hoi-nong-dan-3',
    ]);
    await test.discard();
  });
});
