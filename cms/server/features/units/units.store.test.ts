import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, testNow, type TestContext } from '../../testing.ts';
import { createUnitsService } from './service.ts';
import { LiveUnitTree } from './tree.ts';

const DAY = 86_400_000;

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
      test.units.change(tx, ids.village, change, { name: 'Thôn Tây', parentId: ids.sister }),
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
    expect(test.units.nameAt(ids.village, -1)).toBeNull();
  });

  it('that have ended give nobody a right', async () => {
    const former = await under.store.transaction((tx) =>
      test.units.add(tx, {
        code: '999',
        name: 'Huyện Cũ',
        level: 'district',
        parentId: ids.province,
        validFrom: 0,
        validTo: testNow,
      }),
    );
    await test.units.reload();
    expect(test.units.get(former)).toBeNull();
    expect(test.context.access.can(testActor({ unitId: former, role: 'administrator' }), 'unit.read', former)).toBe(
      false,
    );
    expect(test.units.nameAt(former, testNow - 1)).toBe('Huyện Cũ');
  });

  it('cannot be changed at a time when they are not', async () => {
    const change = under.store.transaction((tx) => test.units.change(tx, ids.commune, 0, { name: 'x' }));
    await expect(change).rejects.toMatchObject({ code: 'unit_unknown' });
  });

  it('are read again at the next start, and tell that they changed', async () => {
    const tree = new LiveUnitTree(test.sources);
    await createUnitsService(test.context, { tree });
    expect(tree.pathOf(ids.village)).toEqual([ids.province, ids.sister, ids.village]);
    await test.units.reload();
    expect(test.emitted.at(-1)?.name).toBe('unitsChanged');
  });
});

it('a tree whose rows go round in a circle ends', () => {
  const tree = new LiveUnitTree({ now: () => 1, newId: () => '', randomBytes: () => new Uint8Array() });
  const version = (unitId: string, parentId: string) => ({
    id: unitId,
    unitId,
    code: '',
    name: '',
    level: 'body' as const,
    parentId,
    validFrom: 0,
    validTo: null,
  });
  tree.load([version('a', 'b'), version('b', 'a')]);
  expect(tree.pathOf('a').toSorted()).toEqual(['a', 'b']);
  expect(tree.subtreeOf('a').toSorted()).toEqual(['a', 'b']);
});
