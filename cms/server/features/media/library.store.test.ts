/** The library's own work, on both databases, with files that exist in name only. */
import { decodeJwt } from 'jose';
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

    it('can leave out the pictures of documents’ pages, or list them alone', async () => {
      await file('hội làng.jpg');
      const page = await file('giấy mời hội làng – 1');
      const documentId = test.sources.newId();
      await under.store.transaction(async (tx) => {
        await tx
          .insertInto('documents')
          .values({
            id: documentId,
            unit_id: test.ids.commune,
            name: 'giấy mời.pdf',
            hash: page.hash,
            size: 1,
            kind: 'pdf',
            state: 'ready',
            notes: '[]',
            error_code: null,
            page_count: 1,
            from_page: null,
            to_page: null,
            fields: null,
            created_at: 0,
            created_by: 'test',
          })
          .execute();
        await tx
          .insertInto('document_pages')
          .values({ document_id: documentId, number: 1, media_id: page.id, letters: null, filled: null })
          .execute();
      });
      const q = 'hoi lang';
      expect((await names(editor, { q })).toSorted()).toEqual(['giấy mời hội làng – 1', 'hội làng.jpg']);
      expect(await names(editor, { q, pages: 'without' })).toEqual(['hội làng.jpg']);
      expect(await names(editor, { q, pages: 'only' })).toEqual(['giấy mời hội làng – 1']);
      expect((await test.media.list(editor, { q, pages: 'without' })).total).toBe(1);
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

  describe('what shows a file', () => {
    it('is told with names, and what lies out of sight as a figure', async () => {
      const made = await file('bão.png', test.ids.province);
      const notice = (unitId: string, title: string) =>
        test.notices.create(province, {
          unitId,
          title,
          category: 'local',
          content: { type: 'image', asset: made.hash, alt: '', fit: 'contain' },
          durationMs: null,
        });
      const own = await notice(test.ids.commune, 'Tin xã');
      const other = await notice(test.ids.sister, 'Tin xã bạn');
      const list = await test.playlist(province, [own.id, other.id], test.ids.commune, 'Sáng');
      await test.approved(other);
      const obligation = await test.obligations.create(province, {
        unitId: test.ids.province,
        noticeId: other.id,
        perHour: 1,
        cron: '0 6 * * *',
        durationMs: 3_600_000,
        validFrom: null,
        validTo: null,
        targets: { unitIds: [test.ids.commune], boardIds: [] },
      });
      expect(await test.media.uses(province, made.id)).toEqual({
        notices: [
          { id: own.id, name: 'Tin xã', unitId: test.ids.commune },
          { id: other.id, name: 'Tin xã bạn', unitId: test.ids.sister },
        ],
        playlists: [{ id: list.id, name: 'Sáng', unitId: test.ids.commune }],
        obligations: [{ id: obligation.id, name: 'Tin xã bạn', unitId: test.ids.province }],
        hidden: 0,
        copies: 0,
      });
      // The sister commune sees its own notice, and that two others use the province's picture.
      expect(await test.media.uses(sister, made.id)).toMatchObject({
        notices: [{ id: other.id }],
        playlists: [],
        obligations: [{ id: obligation.id }],
        hidden: 2,
      });
      await expect(test.media.remove(province, made.id)).rejects.toMatchObject({
        code: 'in_use',
        params: { where: 'Tin xã, Tin xã bạn', count: 2 },
      });
    });
  });

  describe('the recycle bin', () => {
    const bin = (actor: Actor) => names(actor, { bin: 'true' });
    const days = (n: number) => n * 86_400_000;
    const none = () => Promise.resolve(new Set<string>());
    const onDisk = async (hash: string): Promise<boolean> => (await test.media.asset(hash)) !== null;

    it('holds what was deleted, the last first, and gives it back with its tags', async () => {
      const [first, second] = [await file('xóa trước.png'), await file('xóa sau.png')];
      await test.media.edit(editor, first.id, { addTags: ['giữ lại'] });
      await test.media.remove(editor, first.id);
      test.sources.advance(1000);
      await test.media.remove(editor, second.id);
      expect(await names(editor, { q: 'xoa' })).toEqual([]);
      expect(await bin(editor)).toEqual(['xóa sau.png', 'xóa trước.png']);
      expect(await bin(sister)).toEqual([]);
      await expect(test.media.get(editor, first.id)).rejects.toMatchObject({ code: 'media_unknown' });
      expect(await test.media.usableAsset(editor, first.hash)).toBeNull();
      await expect(test.media.restore(sister, first.id)).rejects.toMatchObject({ code: 'media_unknown' });
      expect(await test.media.restore(editor, first.id)).toMatchObject({ tags: ['giữ lại'], deletedAt: null });
      // Twice is no fault.
      await test.media.restore(editor, first.id);
      expect(await names(editor, { q: 'xoa' })).toEqual(['xóa trước.png']);
      expect(await bin(editor)).toEqual(['xóa sau.png']);
      await test.media.restore(province, second.id);
    });

    it('is emptied of what lay there for thirty days, and then gives nothing back', async () => {
      const made = await file('ba mươi ngày.png');
      await test.media.remove(editor, made.id);
      test.sources.advance(days(30) - 1);
      await test.media.emptyBin(none);
      expect(await onDisk(made.hash)).toBe(true);
      test.sources.advance(1);
      expect(await test.media.emptyBin(none)).toBe(1);
      expect(await onDisk(made.hash)).toBe(false);
      expect(await bin(editor)).toEqual([]);
      await expect(test.media.restore(editor, made.id)).rejects.toMatchObject({ code: 'media_unknown' });
      // The row stays, as a name for records.
      const row = await under.store.read
        .selectFrom('media')
        .select(['name', 'hash'])
        .where('id', '=', made.id)
        .executeTakeFirst();
      expect(row).toEqual({ name: 'ba mươi ngày.png', hash: made.hash });
    });

    it('keeps what a board plays, until it plays something else', async () => {
      const made = await file('đang phát.png');
      const notice = await test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Đang phát',
        category: 'local',
        content: { type: 'image', asset: made.hash, alt: '', fit: 'contain' },
        durationMs: null,
      });
      await test.approved(notice);
      const list = await test.playlist(province, [notice.id]);
      const board = await test.board(province, { defaultPlaylistId: list.id });
      await test.pair([board.id]);
      const [published] = await test.programmes.publish(province, [board.id]);
      const active = (version: { epoch: number; counter: number }) =>
        test.programmes.recordProgress(board.id, { version, state: 'active', missing: 0, errorCode: null });
      await active(published!.version!);
      await test.playlists.edit(province, list.id, 1, { unitId: test.ids.commune, name: 'x', items: [] });
      await test.notices.remove(editor, notice.id);
      await test.media.remove(editor, made.id);
      test.sources.advance(days(31));
      const empty = () => test.media.emptyBin(() => test.programmes.assetsInUse());
      expect(await empty()).toBe(0);
      expect(await onDisk(made.hash)).toBe(true);
      // The next version does without it; the board has not said that it plays that one.
      const [next] = await test.programmes.publish(province, [board.id]);
      expect(next!.changed).toBe(true);
      expect(await empty()).toBe(0);
      await active(next!.version!);
      expect(await empty()).toBe(1);
      expect(await onDisk(made.hash)).toBe(false);
    });

    it('keeps what was published for a board that waits for its player', async () => {
      const made = await file('chờ máy phát.png');
      const notice = await test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Chờ',
        category: 'local',
        content: { type: 'image', asset: made.hash, alt: '', fit: 'contain' },
        durationMs: null,
      });
      await test.approved(notice);
      const list = await test.playlist(province, [notice.id]);
      const board = await test.board(province, { defaultPlaylistId: list.id });
      await test.programmes.publish(province, [board.id]);
      expect((await test.programmes.assetsInUse()).has(made.hash)).toBe(true);
    });

    it('keeps the content that another file has', async () => {
      const [made, copy] = [await file('một.png'), await file('hai.png')];
      await under.store.write.updateTable('media').set({ hash: made.hash }).where('id', '=', copy.id).execute();
      await test.media.remove(editor, made.id);
      test.sources.advance(days(31));
      expect(await test.media.emptyBin(none)).toBe(1);
      expect(await onDisk(made.hash)).toBe(true);
      expect(await test.media.usableAsset(editor, made.hash)).not.toBeNull();
    });

    it('keeps what a notice shows again, one that was deleted and is back', async () => {
      const made = await file('trở lại.png');
      await test.media.remove(editor, made.id);
      test.sources.advance(days(31));
      const { id } = await test.text(editor, 'Trở lại');
      const content = JSON.stringify({ type: 'image', asset: made.hash, alt: '', fit: 'contain' });
      await under.store.write.updateTable('notices').set({ content }).where('id', '=', id).execute();
      expect(await test.media.emptyBin(none)).toBe(0);
      expect(await onDisk(made.hash)).toBe(true);
    });

    it('does not hold what never became ready: a file that failed goes at once', async () => {
      const made = await file('hỏng.png');
      await under.store.write.updateTable('media').set({ state: 'failed' }).where('id', '=', made.id).execute();
      await test.media.remove(editor, made.id);
      expect(await bin(editor)).not.toContain('hỏng.png');
    });
  });

  describe('replacing', () => {
    const notice = (asset: string, unitId: string, title: string, type: 'image' | 'video' = 'image') =>
      test.notices.create(province, {
        unitId,
        title,
        category: 'local',
        content:
          type === 'image'
            ? { type, asset, alt: 'Cổng làng', fit: 'cover' }
            : { type, asset, alt: '', fit: 'contain', muted: true },
        durationMs: null,
      });
    const shownBy = async (id: string) => (await test.notices.get(province, id)).content;

    it('puts the new file into every notice, keeps the tags, and lays the old one into the recycle bin', async () => {
      const [old, next] = [await file('cổng xưa.png'), await file('mới.png')];
      await test.media.edit(editor, old.id, { addTags: ['cổng làng'] });
      await test.media.edit(editor, next.id, { addTags: ['2026'] });
      const [one, two] = [await notice(old.hash, test.ids.commune, 'A'), await notice(old.hash, test.ids.commune, 'B')];
      const done = await test.media.replace(editor, old.id, next.id);
      expect(done).toMatchObject({
        media: { id: next.id, name: 'mới.png', tags: ['2026', 'cổng làng'] },
        notices: [{ id: one.id, name: 'A' }, { id: two.id }],
        kept: 0,
        binned: true,
      });
      expect(await shownBy(one.id)).toEqual({ type: 'image', asset: next.hash, alt: 'Cổng làng', fit: 'cover' });
      // Whoever has it open is told so when saving.
      expect((await test.notices.get(editor, two.id)).revision).toBe(two.revision + 1);
      expect(await names(editor, { q: 'cong xua' })).toEqual([]);
      expect(await names(editor, { q: 'cong lang' })).toEqual(['mới.png']);
      expect(await names(editor, { bin: 'true', q: 'cong xua' })).toEqual(['cổng xưa.png']);
      // And back again.
      await test.media.restore(editor, old.id);
      await test.media.replace(editor, next.id, old.id);
      expect(await shownBy(one.id)).toMatchObject({ asset: old.hash });
    });

    it('changes what boards play when it was approved and published, not before', async () => {
      const [old, next] = [await file('trước.png'), await file('sau.png')];
      const { id } = await test.approved(await notice(old.hash, test.ids.commune, 'Trước sau'));
      const list = await test.playlist(province, [id]);
      const board = await test.board(province, { defaultPlaylistId: list.id });
      await test.pair([board.id]);
      await test.programmes.publish(province, [board.id]);
      const plays = async () => {
        const { manifest } = (await test.programmes.newestManifest(board.id))!;
        const { assets } = decodeJwt(manifest) as { assets: { hash: string }[] };
        return assets.map(({ hash }) => hash).filter((hash) => hash === old.hash || hash === next.hash);
      };
      await test.media.replace(editor, old.id, next.id);
      expect((await test.programmes.preview(province, [board.id])).boards[0]).toMatchObject({ changes: null });
      await test.approved(await test.notices.get(province, id));
      expect(await plays()).toEqual([old.hash]);
      expect((await test.programmes.preview(province, [board.id])).boards[0]).toMatchObject({
        changes: { notices: { changed: 1 } },
      });
      await test.programmes.publish(province, [board.id]);
      expect(await plays()).toEqual([next.hash]);
    });

    it('changes no notice of a unit where the person may not edit, and keeps the old file for it', async () => {
      const [old, next] = [await file('chung.png'), await file('thay.png')];
      const [own, above] = [
        await notice(old.hash, test.ids.commune, 'Của xã'),
        await notice(old.hash, test.ids.province, 'Của tỉnh'),
      ];
      expect(await test.media.replace(editor, old.id, next.id)).toMatchObject({
        notices: [{ id: own.id }],
        kept: 1,
        binned: false,
      });
      expect(await shownBy(above.id)).toMatchObject({ asset: old.hash });
      expect(await test.media.get(editor, old.id)).toMatchObject({ deletedAt: null });
    });

    it('does so in notices that lie in the recycle bin: none brings the old file back', async () => {
      const [old, next] = [await file('nhầm.png'), await file('đúng.png')];
      const approved = await test.approved(await notice(old.hash, test.ids.commune, 'Đã xoá'));
      await test.notices.remove(editor, approved.id);
      expect(await test.media.replace(editor, old.id, next.id)).toMatchObject({
        notices: [{ id: approved.id }],
        kept: 0,
        binned: true,
      });
      const back = await test.notices.restore(editor, approved.id);
      expect(back).toMatchObject({ content: { asset: next.hash }, state: 'draft', approvedVersion: 1 });
      // Of another unit's it is said that it goes on with the old file.
      await test.media.restore(editor, old.id);
      const above = await notice(old.hash, test.ids.province, 'Của tỉnh, đã xoá');
      await test.notices.remove(province, above.id);
      expect(await test.media.replace(editor, old.id, next.id)).toMatchObject({ notices: [], kept: 1, binned: false });
      expect((await test.notices.restore(province, above.id)).content).toMatchObject({ asset: old.hash });
    });

    it('is refused with a reason, and then changes nothing', async () => {
      const [old, next] = [await file('giữ.png'), await file('khác.png')];
      const film = await file('phim.mp4', test.ids.commune, 'video');
      const { id } = await notice(old.hash, test.ids.commune, 'Giữ');
      const replace = (by: string, actor = editor, of = old.id) => test.media.replace(actor, of, by);
      await expect(replace(film.id)).rejects.toMatchObject({ code: 'asset_of_other_kind', status: 409, field: 'by' });
      await expect(replace(old.id)).rejects.toMatchObject({ code: 'media_same' });
      await expect(replace(test.sources.newId())).rejects.toMatchObject({ code: 'media_unknown' });
      await expect(replace(next.id, sister)).rejects.toMatchObject({ code: 'media_unknown' });
      const above = await file('tỉnh.png', test.ids.province);
      await expect(replace(next.id, editor, above.id)).rejects.toMatchObject({ code: 'forbidden' });
      await under.store.write.updateTable('media').set({ hash: null }).where('id', '=', next.id).execute();
      await expect(replace(next.id)).rejects.toMatchObject({ code: 'media_unfinished' });
      expect(await shownBy(id)).toMatchObject({ asset: old.hash });
      expect(await test.media.get(editor, old.id)).toMatchObject({ deletedAt: null });
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
