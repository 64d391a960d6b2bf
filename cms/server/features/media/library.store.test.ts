/** The library's own work, on both databases, with files that exist in name only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';

describeStores('the media library', (under) => {
  let test: TestContent;
  let editor: Actor;
  let sister: Actor;
  let province: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    sister = testActor({ unitId: test.ids.sister, role: 'editor' });
    province = testActor({ unitId: test.ids.province, role: 'province' });
  });
  afterAll(() => test.close());

  async function file(name: string, unitId = test.ids.commune, kind: 'image' | 'video' = 'image') {
    const made = await test.file(unitId, kind);
    await test.media.edit(province, made.id, { name });
    return made;
  }
  const names = async (actor: Actor, query: Parameters<TestContent['media']['list']>[1] = {}): Promise<string[]> =>
    (await test.media.list(actor, query)).media.map((media) => media.name);

  describe('finding', () => {
    it('needs no diacritics, no order and no whole words', async () => {
      await file('Thông báo lịch tiêm chủng.jpg');
      await file('Đường làng Ước Lễ.mp4', test.ids.commune, 'video');
      for (const q of ['thong bao', 'BÁO thông', 'thong_bao', 'tiem  chu', 'báo'.normalize('NFD')])
        expect([q, await names(editor, { q })]).toEqual([q, ['Thông báo lịch tiêm chủng.jpg']]);
      expect(await names(editor, { q: 'duong uoc' })).toEqual(['Đường làng Ước Lễ.mp4']);
      expect(await names(editor, { q: 'thong bao uoc' })).toEqual([]);
      expect(await names(editor, { q: 'mp4', kind: 'image' })).toEqual([]);
    });

    it('takes what a person types for words, never for a pattern', async () => {
      await file('giam 100% phi.png');
      await file('giam 1000 phi.png');
      expect(await names(editor, { q: "100%_\\'" })).toHaveLength(2);
      expect(await names(editor, { q: '%' })).toEqual(await names(editor));
    });

    it('finds by tag, and by a word of a tag', async () => {
      const made = await file('anh-01.png');
      const edited = await test.media.edit(editor, made.id, { addTags: ['Tết Bính Ngọ', 'lễ hội'] });
      expect(edited.tags).toEqual(['lễ hội', 'Tết Bính Ngọ']);
      expect(await names(editor, { tag: 'tet binh-ngo' })).toEqual(['anh-01.png']);
      expect(await names(editor, { tag: 'tet' })).toEqual([]);
      expect(await names(editor, { q: 'tet' })).toEqual(['anh-01.png']);
      await test.media.edit(editor, made.id, { removeTags: ['TET BINH NGO'] });
      expect(await names(editor, { q: 'tet' })).toEqual([]);
      expect(await test.media.tags(editor)).toEqual([{ tag: 'lễ hội', count: 1 }]);
      expect(await test.media.tags(sister)).toEqual([]);
    });

    it('stays in the unit that is asked for, and those below', async () => {
      await file('cua-thon.png', test.ids.village);
      await file('cua-xa-ban.png', test.ids.sister);
      expect(await names(province, { q: 'cua', unitId: test.ids.commune })).toEqual(['cua-thon.png']);
      expect(await names(editor, { q: 'cua', unitId: test.ids.sister })).toEqual([]);
    });

    it('finds whoever holds a content', async () => {
      const made = await file('noi-dung.png');
      expect(await names(editor, { hash: made.hash })).toEqual(['noi-dung.png']);
      expect(await names(sister, { hash: made.hash })).toEqual([]);
    });
  });

  describe('pages', () => {
    beforeAll(async () => {
      // Three at one time: an order that ids alone decide.
      for (const name of ['trang e', 'trang b', 'trang d', 'trang a', 'trang c']) {
        if (name !== 'trang a') test.sources.advance(name === 'trang d' ? 1000 : 0);
        await file(name);
      }
    });

    it.each(['newest', 'name'] as const)('hold every file once, sorted by %s', async (sort) => {
      const whole = await names(editor, { q: 'trang', sort });
      expect(whole).toHaveLength(5);
      if (sort === 'name') expect(whole).toEqual(['trang a', 'trang b', 'trang c', 'trang d', 'trang e']);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await test.media.list(editor, { q: 'trang', sort, limit: 2, ...(cursor ? { cursor } : {}) });
        expect(page.total).toBe(5);
        found.push(...page.media.map((media) => media.name));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && found.length < 9);
      expect(found).toEqual(whole);
    });

    it('refuses a cursor that is none', async () => {
      const byName = (await test.media.list(editor, { q: 'trang', sort: 'name', limit: 1 })).next!;
      for (const cursor of ['x', Buffer.from('{}').toString('base64url'), byName])
        await expect(test.media.list(editor, { cursor })).rejects.toMatchObject({
          code: 'invalid_input',
          field: 'cursor',
        });
    });
  });

  describe('naming', () => {
    it('keeps a record of the name before, and refuses what is no name', async () => {
      const made = await file('cũ.png');
      const edited = await test.media.edit(editor, made.id, { name: '  Mới  toanh\u0301 ' });
      expect(edited.name).toBe('Mới toanh\u0301'.normalize('NFC'));
      await expect(test.media.edit(editor, made.id, { name: '\u200b' })).rejects.toMatchObject({ code: 'name_empty' });
      const rows = await under.store.read
        .selectFrom('audit_log')
        .select('detail')
        .where('subject_id', '=', made.id)
        .orderBy('id')
        .execute();
      expect(JSON.parse(rows.at(-1)!.detail)).toMatchObject({ before: { name: 'cũ.png', tags: [] } });
    });

    it('takes the tags of two people, twenty at most, none empty', async () => {
      const made = await file('nhan.png');
      await Promise.all([
        test.media.edit(editor, made.id, { addTags: ['một'] }),
        test.media.edit(province, made.id, { addTags: ['hai'] }),
      ]);
      expect((await test.media.get(editor, made.id)).tags).toEqual(['hai', 'một']);
      const many = Array.from({ length: 19 }, (_, i) => `nhãn ${i}`);
      await expect(test.media.edit(editor, made.id, { addTags: many })).rejects.toMatchObject({
        code: 'tags_too_many',
        params: { max: 20 },
      });
      await expect(test.media.edit(editor, made.id, { addTags: ['…'] })).rejects.toMatchObject({ code: 'tag_empty' });
      expect((await test.media.get(editor, made.id)).tags).toEqual(['hai', 'một']);
    });

    it('is for whoever may edit there', async () => {
      const above = await file('tỉnh.png', test.ids.province);
      await expect(test.media.edit(editor, above.id, { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
      const own = await file('xã.png');
      await expect(test.media.edit(sister, own.id, { name: 'x' })).rejects.toMatchObject({ code: 'media_unknown' });
    });
  });

  it('finds what a release before has left, after a start', async () => {
    const made = await file('Ảnh đời cũ.png');
    await under.store.write.updateTable('media').set({ folded: '' }).where('id', '=', made.id).execute();
    expect(await names(editor, { q: 'anh doi cu' })).toEqual([]);
    await test.media.start(() => Promise.resolve(null));
    expect(await names(editor, { q: 'anh doi cu' })).toEqual(['Ảnh đời cũ.png']);
  });
});
