import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  category as categorySchema,
  nameIn,
  namesTaken,
  type Categories,
  type Category,
} from '../../../../shared/protocol/api/categories.ts';
import { noticeCategories } from '../../../../shared/protocol/programme.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor, withAccount } from '../../testing.ts';
import { createTestContent } from '../../testing-content.ts';
import type { CategoriesService } from './service.ts';

const harvest: Category = {
  key: '0199d6a0-0000-7000-8000-00000000000a',
  vi: 'Mùa vụ, nông nghiệp',
  en: 'Farming',
  inUse: true,
};
const named = (list: readonly Category[], key: string, fields: Partial<Category>): Category[] =>
  list.map((one) => (one.key === key ? { ...one, ...fields } : one));

describeStores('categories', (under) => {
  let test: Awaited<ReturnType<typeof createTestContent>>;
  let categories: CategoriesService;
  let province: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    ({ categories } = test);
    province = await withAccount(under.store, testActor({ unitId: test.ids.province, role: 'province' }));
  });
  afterAll(() => test.discard());

  /** What the province makes of the list. */
  async function change(edit: (list: readonly Category[]) => readonly Category[]): Promise<Categories> {
    const { revision, categories: list } = await categories.read();
    return categories.write(province, { revision, categories: [...edit(list)] });
  }
  const input = (category: string) => ({
    unitId: test.ids.commune,
    title: 'Lịch xuống giống',
    category,
    content: { type: 'layout' as const, layout: 'notice', fields: { title: 'Lịch', body: 'Ngày mai' } },
    durationMs: null,
  });
  const lastDetail = async (): Promise<unknown> => {
    const { detail } = await under.store.read
      .selectFrom('audit_log')
      .select('detail')
      .where('action', '=', 'categories.changed')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    return JSON.parse(detail);
  };

  it('are the nine that boards know on the first day, all in use', async () => {
    const { revision, categories: list } = await categories.read();
    expect(revision).toBe(0);
    expect(list.map(({ key }) => key)).toEqual([...noticeCategories]);
    expect(list.every(({ inUse, vi, en }) => inUse && vi !== '' && en !== '')).toBe(true);
  });

  it('are changed by who may everywhere', async () => {
    const list = await categories.read();
    for (const role of ['approver', 'editor', 'technician', 'viewer'] as const)
      await expect(categories.write(testActor({ unitId: test.ids.province, role }), list)).rejects.toMatchObject({
        code: 'forbidden',
        status: 403,
      });
    const commune = testActor({ unitId: test.ids.commune, role: 'administrator' });
    await expect(categories.write(commune, list)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(categories.uses(commune)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are added, renamed, put in order, taken out of use and put back, each with its entry; nothing is written for nothing', async () => {
    const told: number[] = [];
    const stop = test.context.events.on('categoriesChanged', ({ revision }) => told.push(revision));
    const before = await categories.read();
    expect(await categories.write(province, before)).toEqual(before);
    const added = await change((list) => [harvest, ...list]);
    expect(added.revision).toBe(before.revision + 1);
    expect(await categories.read()).toEqual(added);
    expect(await lastDetail()).toEqual({ added: ['Mùa vụ, nông nghiệp / Farming'] });
    await change((list) => named(list, 'other', { vi: 'Tin khác' }));
    expect(await lastDetail()).toEqual({ renamed: ['Nội dung khác / Other → Tin khác / Other'] });
    const moved = await change(([first, second, ...rest]) => [second!, first!, ...rest]);
    expect(moved.categories.slice(0, 2).map(({ key }) => key)).toEqual(['law', harvest.key]);
    expect(await lastDetail()).toEqual({ order: moved.categories.map(({ vi }) => vi) });
    await change((list) => named(list, 'examples', { inUse: false }));
    expect(await lastDetail()).toEqual({ takenOutOfUse: ['Gương người tốt, việc tốt'] });
    const last = await change((list) => named(list, 'examples', { inUse: true }));
    expect(await lastDetail()).toEqual({ putBack: ['Gương người tốt, việc tốt'] });
    expect(await categories.read()).toEqual(last);
    expect(told).toEqual([1, 2, 3, 4, 5].map((n) => before.revision + n));
    stop();
  });

  it('of two who began from one list the second is told', async () => {
    const began = await categories.read();
    const rename = (vi: string): Promise<Categories> =>
      categories.write(province, { ...began, categories: named(began.categories, 'law', { vi }) });
    const [first, second] = await Promise.allSettled([rename('Pháp luật'), rename('Luật')]);
    const late = [first, second].filter(({ status }) => status === 'rejected');
    expect(late).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'revision_conflict', status: 409 }) as Error },
    ]);
    expect((await categories.read()).revision).toBe(began.revision + 1);
  });

  it('none is left out, one stays in use, and no two in use share a name, whatever its case or encoding', async () => {
    const { categories: list } = await categories.read();
    const at = list.findIndex(({ key }) => key === 'security');
    const refused: [string, (all: readonly Category[]) => Category[], object][] = [
      ['category_missing', (all) => all.slice(1), { field: 'categories' }],
      ['categories_none_in_use', (all) => all.map((one) => ({ ...one, inUse: false })), {}],
      [
        'category_name_taken',
        (all) => named(all, 'security', { vi: 'MÙA VỤ, nông nghiệp'.normalize('NFD') }),
        {
          field: `categories.${Math.min(
            at,
            list.findIndex(({ key }) => key === harvest.key),
          )}.vi`,
        },
      ],
      ['category_name_taken', (all) => named(all, 'security', { en: 'farming' }), {}],
    ];
    for (const [code, edit, more] of refused) await expect(change(edit)).rejects.toMatchObject({ code, ...more });
    expect((await categories.read()).categories).toEqual(list);
    // What is out of use keeps its name beside another, and is not put back beside it.
    await change((all) => named(all, harvest.key, { inUse: false }));
    await change((all) => named(all, 'security', { en: 'farming' }));
    await expect(change((all) => named(all, harvest.key, { inUse: true }))).rejects.toMatchObject({
      code: 'category_name_taken',
    });
    await change((all) => named(all, 'security', { en: 'Security and order' }));
    await change((all) => named(all, harvest.key, { inUse: true }));
  });

  it('out of use it stays on its notices, and no other comes to it until it is put back', async () => {
    const { notices, admin } = test;
    await expect(notices.create(admin, input('agriculture'))).rejects.toMatchObject({
      code: 'category_unknown',
      field: 'category',
    });
    const filed = await notices.create(admin, input(harvest.key));
    const elsewhere = await notices.create(admin, input('local'));
    await change((all) => named(all, harvest.key, { inUse: false }));
    const late = { code: 'category_out_of_use', field: 'category', params: { name: harvest.vi } };
    await expect(notices.create(admin, input(harvest.key))).rejects.toMatchObject(late);
    await expect(notices.edit(admin, elsewhere.id, 1, input(harvest.key))).rejects.toMatchObject(late);
    const edited = await notices.edit(admin, filed.id, 1, { ...input(harvest.key), title: 'Lịch mới' });
    expect([edited.category, edited.title]).toEqual([harvest.key, 'Lịch mới']);
    const { notices: found } = await notices.list(admin, { category: harvest.key });
    expect(found.map(({ id }) => id)).toEqual([filed.id]);
    expect(await categories.uses(province)).toContainEqual({ key: harvest.key, notices: 1 });
    await change((all) => named(all, harvest.key, { inUse: true }));
    await notices.edit(admin, elsewhere.id, 1, input(harvest.key));
    expect(await categories.uses(province)).toContainEqual({ key: harvest.key, notices: 2 });
  });

  it('need no English name, and are called by the Vietnamese one then', async () => {
    const bare = categorySchema.parse({
      key: '0199d6a0-0000-7000-8000-00000000000c',
      vi: 'Tin làng nghề',
      inUse: true,
    });
    expect([bare.en, nameIn('en', bare), nameIn('vi', bare)]).toEqual(['', 'Tin làng nghề', 'Tin làng nghề']);
    expect((await change((list) => [...list, bare])).categories).toContainEqual(bare);
    expect((await categories.read()).categories).toContainEqual(bare);
    // Two without are no two of one name; what it is called by is taken.
    const other = { ...bare, key: '0199d6a0-0000-7000-8000-00000000000b', vi: 'Tin khuyến nông' };
    expect(namesTaken([bare, other], other)).toEqual([]);
    expect(namesTaken([bare, { ...other, en: 'tin LÀNG nghề' }], bare)).toEqual(['en']);
  });

  it('are a hundred in use at most: one is taken out of use, none need be renamed', async () => {
    const many = (all: readonly Category[]) => [
      ...all,
      ...Array.from({ length: 101 - all.filter(({ inUse }) => inUse).length }, (_, i) => ({
        key: test.sources.newId(),
        vi: `Nhóm ${i}`,
        en: `Category ${i}`,
        inUse: true,
      })),
    ];
    const refused = { code: 'categories_too_many', field: 'categories', params: { max: 100 } };
    await expect(change(many)).rejects.toMatchObject(refused);
    const { categories: all } = await change((list) =>
      many(list).map((one, i, { length }) => (i === length - 1 ? { ...one, inUse: false } : one)),
    );
    expect(all.filter(({ inUse }) => inUse)).toHaveLength(100);
    await expect(change((list) => named(list, all.at(-1)!.key, { inUse: true }))).rejects.toMatchObject(refused);
  });
});
