/** Units from a file, on both databases. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importQuery, type ImportReport } from '../../../../shared/protocol/api/unit-import.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { beginOf } from './days.ts';
import { createUnitsImport, type UnitsImport } from './import.ts';
import { inWindows1258 } from './testing-csv.ts';

const national = fileURLToPath(new URL('../../../../../shared/data/vn-admin-units.csv', import.meta.url));
/** testNow is 1 June 2026. */
const from = '2026-06-01';
const head = 'province_code,province_name,code,name';
const file = (...rows: string[]) => new TextEncoder().encode([head, ...rows].join('\r\n'));

describeStores('units from a file', (under) => {
  let test: TestContext;
  let ids: Awaited<ReturnType<typeof seedUnits>>;
  let officer: Actor;
  let imports: UnitsImport;
  beforeAll(async () => {
    test = await createTestContext(under.store);
    ids = await seedUnits(test);
    officer = testActor({ unitId: ids.province, role: 'province' });
    imports = createUnitsImport(test.sources, test.units);
  });
  afterAll(() => test.discard());

  const run = (bytes: Uint8Array, query: object = {}, actor = officer): Promise<ImportReport> =>
    imports.run(actor, bytes, importQuery.parse({ from, ...query }));
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
  const stored = async () => ({
    versions: await under.store.read.selectFrom('unit_versions').selectAll().orderBy('id').execute(),
    audit: (await under.store.read.selectFrom('audit_log').select('id').execute()).length,
  });
  const nameOf = (code: string) => test.units.list(officer).find((unit) => unit.code === code)?.name;

  it('are shown first and nothing is changed, then taken as they were shown', async () => {
    const csv = file(
      '99,Tỉnh Thử,99001,Xã An Mới',
      '99,Tỉnh Thử,99002,Xã Bình',
      '99,Tỉnh Thử,99003,Xã Cát',
      '99,Tỉnh Thử,99003,Xã Cát Hai',
      '98,Tỉnh Khác,98001,Xã Xa',
    );
    const before = await stored();
    const preview = await run(csv);
    expect(preview).toMatchObject({
      applied: false,
      encoding: 'utf-8',
      delimiter: ',',
      rows: 5,
      added: 1,
      changed: 1,
      // The province is one of them.
      unchanged: 2,
      skipped: 1,
      provinces: [
        { code: '99', state: 'known', taken: true, rows: 3 },
        { code: '98', state: 'foreign', taken: false, rows: 1 },
      ],
      changes: [{ line: 2, code: '99001', before: 'Xã An', after: 'Xã An Mới' }],
      absent: [],
      rejected: [{ line: 5, code: 'row_repeated', params: { code: '99003', first: 4 } }],
    });
    expect(await stored()).toEqual(before);
    expect(await refused(run(csv, { apply: 'true', expect: '0'.repeat(64) }))).toBe('units_changed');
    expect(await stored()).toEqual(before);
    const done = await run(csv, { apply: 'true', expect: preview.digest });
    expect(done).toEqual({ ...preview, applied: true });
    expect([nameOf('99001'), nameOf('99003')]).toEqual(['Xã An Mới', 'Xã Cát']);
    expect(test.units.nameAt(ids.commune, beginOf(from) - 1)).toBe('Xã An');
    const log = await under.store.read
      .selectFrom('audit_log')
      .select(['action', 'unit_id', 'user_id'])
      .orderBy('id', 'desc')
      .limit(3)
      .execute();
    expect(log[0]).toEqual({ action: 'unit.imported', unit_id: ids.province, user_id: officer.userId });
    expect(log.map(({ action }) => action).toSorted()).toEqual(['unit.added', 'unit.changed', 'unit.imported']);
    // The preview has been used up: the tree is another now.
    expect(await refused(run(csv, { apply: 'true', expect: preview.digest }))).toBe('units_changed');
    expect(await run(csv)).toMatchObject({ added: 0, changed: 0, unchanged: 4 });
  });

  it('in Windows-1258 with semicolons are the same units', async () => {
    const text =
      `${head};note\r\n`.replaceAll(',', ';') + '99;Tỉnh Thử;99003;Xã Cát;Ộ\r\n99;Tỉnh Thử;99004;Xã Dưỡng Ngữ;\r\n';
    const report = await run(inWindows1258(text), { apply: 'true' });
    expect(report).toMatchObject({ encoding: 'windows-1258', delimiter: ';', added: 1, unchanged: 2, rejected: [] });
    expect(nameOf('99004')).toBe('Xã Dưỡng Ngữ');
    expect(report.absent.map(({ code }) => code)).toEqual(['99001', '99002']);
  });

  it('with a code that another has at that time are rejected, and the rest is taken', async () => {
    await test.units.create(officer, {
      code: '99005',
      name: 'Xã Sắp Lập',
      level: 'commune',
      parentId: ids.province,
      from: '2026-12-01',
    });
    const report = await run(file('99,Tỉnh Thử,99005,Xã Em', '99,Tỉnh Thử,99006,Xã Phú'), { apply: 'true' });
    expect(report).toMatchObject({
      added: 1,
      rejected: [{ line: 2, code: 'unit_code_taken', params: { code: '99005', name: 'Xã Sắp Lập' } }],
    });
    expect([nameOf('99005'), nameOf('99006')]).toEqual([undefined, 'Xã Phú']);
  });

  it('stay under a district of their province, and move when their province is another', async () => {
    const admin = testActor({ unitId: ids.province, role: 'administrator' });
    await under.store.write
      .insertInto('users')
      .values({ id: admin.userId, email: 'a@b.vn', name: 'A', password_hash: null, active: 1, created_at: 0 })
      .execute();
    await under.store.write
      .insertInto('grants')
      .values({ user_id: admin.userId, unit_id: ids.province, role: 'administrator' })
      .execute();
    const { unit } = await test.units.create(admin, {
      code: '999',
      name: 'Huyện',
      level: 'district',
      parentId: ids.province,
      from,
    });
    await test.units.change(admin, ids.sister, { parentId: unit.id, from });
    expect(await run(file('99,Tỉnh Thử,99002,Xã Bình'))).toMatchObject({ unchanged: 2, changed: 0 });
    const away = file('98,Tỉnh Khác,99002,Xã Bình');
    // To somebody of one province there is no other.
    expect(await run(away)).toMatchObject({ skipped: 1, provinces: [{ code: '98', state: 'foreign' }] });
    expect(await refused(run(away, { provinces: '98' }))).toBe('forbidden');
    const report = await run(away, { apply: 'true' }, admin);
    expect(report).toMatchObject({
      added: 1,
      changed: 1,
      provinces: [{ code: '98', state: 'new', taken: true }],
      changes: [{ code: '99002', before: 'Xã Bình (Tỉnh Thử)', after: 'Xã Bình (Tỉnh Khác)' }],
    });
    const other = test.units.tree.pathOf(ids.sister)[0]!;
    expect(other).not.toBe(ids.province);
    expect(test.emitted).toContainEqual({ name: 'unitsChanged', payload: { moved: [ids.sister] } });
    // Back again takes the right at both.
    const back = file('99,Tỉnh Thử,99002,Xã Bình');
    expect(await run(back)).toMatchObject({ changed: 0, rejected: [{ code: 'row_out_of_scope' }] });
    const both = testActor({ unitId: ids.province, role: 'province' }, { unitId: other, role: 'province' });
    expect(await run(back, {}, both)).toMatchObject({ changed: 1, rejected: [] });
  });

  it('are taken from the chosen provinces alone, from a day before today only with a reason, by whoever may', async () => {
    const csv = file('99,Tỉnh Thử,99007,Xã Quý', '97,Tỉnh Ba,97001,Xã Ba');
    const admin = testActor(...test.units.tree.roots().map((unitId) => ({ unitId, role: 'administrator' as const })));
    const taken = async (bytes: Uint8Array) => (await run(bytes, {}, admin)).provinces.map((one) => one.taken);
    expect(await taken(csv)).toEqual([true, false]);
    expect(await taken(file('97,Tỉnh Ba,97001,Xã Ba', '96,Tỉnh Bốn,96001,Xã Bốn'))).toEqual([false, false]);
    expect(await taken(file('97,Tỉnh Ba,97001,Xã Ba'))).toEqual([true]);
    expect(await run(csv, { provinces: '97' }, admin)).toMatchObject({ added: 2, skipped: 1 });
    expect(await refused(run(csv, { from: '2020-01-01' }))).toBe('unit_reason_needed');
    expect(await run(csv, { from: '2020-01-01', reason: 'Lập lại' })).toMatchObject({ added: 1 });
    expect(await refused(run(csv, {}, testActor({ unitId: ids.province, role: 'approver' })))).toBe('forbidden');
    expect(await refused(run(csv, {}, testActor({ unitId: ids.commune, role: 'administrator' })))).toBe('forbidden');
  });

  it.skipIf(!existsSync(national))(
    'of all 34 provinces and 3,321 communes (skipped where ../shared/data is not)',
    { timeout: 60_000 },
    async () => {
      const admin = testActor(...test.units.tree.roots().map((unitId) => ({ unitId, role: 'administrator' as const })));
      const before = test.units.tree.roots().length;
      const proposed = await run(readFileSync(national), {}, admin);
      expect(proposed).toMatchObject({ rows: 3321, added: 0, skipped: 3321 });
      const provinces = proposed.provinces.map(({ code }) => code).join(',');
      const report = await run(readFileSync(national), { apply: 'true', provinces }, admin);
      expect(report).toMatchObject({ rows: 3321, added: 34 + 3321, changed: 0, unchanged: 0, rejected: [], padded: 0 });
      expect(report.provinces.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(3321);
      expect(test.units.tree.roots()).toHaveLength(before + 34);
      const again = await run(
        readFileSync(national),
        {},
        testActor(...test.units.tree.roots().map((unitId) => ({ unitId, role: 'administrator' as const }))),
      );
      expect(again).toMatchObject({ added: 0, unchanged: 34 + 3321, rejected: [] });
    },
  );
});
