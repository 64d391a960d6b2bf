/** Lists of notices, playlists and schedule entries: search, pages, what a row says; on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NoticeList, PlaylistInput, PlaylistRow, ScheduleInput } from '../../../../shared/protocol/api/content.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { wordGroups } from '../../listing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { findByWords } from './found-repo.ts';
import { searchPage } from './search.ts';
import { addWords, findUnworded } from './words-repo.ts';
import { wordsOf } from './words.ts';

describeStores('content lists', (under) => {
  let test: TestContent;
  let editor: Actor;
  let sister: Actor;
  let admin: Actor;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    test = await createTestContent(under.store);
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    sister = testActor({ unitId: test.ids.sister, role: 'editor' });
    admin = test.admin;
    const titles: [string, string][] = [
      ['Lịch tiêm chủng tháng 11', test.ids.commune],
      ['Đại hội Đảng bộ', test.ids.commune],
      ['Lịch cắt nước', test.ids.sister],
      ['Lịch cắt điện', test.ids.province],
    ];
    for (const [title, unitId] of titles) {
      test.sources.advance(1000);
      ids[title] = (await test.text(admin, title, unitId)).id;
    }
  });
  afterAll(() => test.close());

  const saying = (title: string) => ({
    type: 'layout' as const,
    layout: 'notice',
    fields: { title, body: 'Kính mời bà con.' },
  });
  const titles = ({ notices }: NoticeList): string[] => notices.map((notice) => notice.title);

  describe('of notices', () => {
    it('are searched without diacritics, in titles and in the names of units', async () => {
      const found = async (q: string, actor = admin) => titles(await test.notices.list(actor, { q }));
      expect((await found('lich TIÊM'))[0]).toBe('Lịch tiêm chủng tháng 11');
      expect(await found('lich TIÊM chung')).toEqual(['Lịch tiêm chủng tháng 11']);
      expect(await found('dai hoi dang')).toEqual(['Đại hội Đảng bộ']);
      expect(await found('lich')).toEqual(['Lịch cắt điện', 'Lịch cắt nước', 'Lịch tiêm chủng tháng 11']);
      const sisterName = test.units.get(test.ids.sister)!.name;
      expect(await found(`lich ${sisterName}`)).toEqual(['Lịch cắt nước']);
      expect(await found('%')).toHaveLength(4);
      expect(await found('100%')).toEqual([]);
      // Another commune's are not found by whoever may not see them.
      expect(await found('lich', sister)).toEqual(['Lịch cắt điện', 'Lịch cắt nước']);
    });

    it('are found by their document number and by words of their text, after those whose titles have the words', async () => {
      const write = (title: string, fields: Record<string, string>) => {
        test.sources.advance(1000);
        return test.notices.create(editor, {
          unitId: test.ids.commune,
          title,
          category: 'local',
          content: { type: 'layout', layout: 'notice', fields: { title, ...fields } },
          durationMs: null,
        });
      };
      const made = [
        await write('Tiêm phòng trâu bò', { body: 'Tiêm tại nhà.' }),
        await write('Chăn nuôi vụ đông', {
          body: 'Bà con chú ý giữ ấm khi trời rét.\nTiêm phòng đủ mũi cho đàn trâu, bò, lợn theo lịch của xã.',
          documentNumber: 'Số 127/TB-UBND',
        }),
      ];
      const found = async (q: string, actor = editor) =>
        (await test.notices.list(actor, { q })).notices.map(({ title, found }) => [title, found?.in, found?.text]);
      for (const q of ['127/TB', '127', `127 ${test.units.get(test.ids.commune)!.name}`])
        expect(await found(q)).toEqual([['Chăn nuôi vụ đông', 'documentNumber', 'Số 127/TB-UBND']]);
      expect(await found('trau BO lơn')).toEqual([
        ['Chăn nuôi vụ đông', 'text', '… đủ mũi cho đàn trâu, bò, lợn theo lịch của xã. · Số 127/TB-UBND'],
      ]);
      // The newer one is not first.
      expect((await found('tiêm phòng')).map(([title]) => title)).toEqual(['Tiêm phòng trâu bò', 'Chăn nuôi vụ đông']);
      expect((await found('dong')).map(([title, where]) => [title, where])).toEqual([['Chăn nuôi vụ đông', undefined]]);
      expect(await found('127', sister)).toEqual([]);
      // Page by page, over where what is found by its title ends.
      const first = await test.notices.list(editor, { q: 'tiêm phòng', limit: 1 });
      expect([titles(first), first.total]).toEqual([['Tiêm phòng trâu bò'], 2]);
      const rest = await test.notices.list(editor, { q: 'tiêm phòng', limit: 1, cursor: first.next! });
      expect([titles(rest), rest.next]).toEqual([['Chăn nuôi vụ đông'], null]);
      const three = await test.notices.list(admin, { q: 'lich', limit: 3 });
      const last = await test.notices.list(admin, { q: 'lich', limit: 3, cursor: three.next! });
      expect([three.notices.at(-1)!.found, titles(last)]).toEqual([undefined, ['Chăn nuôi vụ đông']]);
      for (const { id } of made) await test.notices.remove(editor, id);
    });

    it('go page by page from titles to texts, of what one writes and of what was approved above, in one order', async () => {
      const made = [];
      for (const [title, body, unitId] of [
        ['Khuya tháng Bảy', 'Lễ ở đình.', test.ids.commune],
        ['Hội đình', 'Vào khuya.', test.ids.province],
        ['Lễ khuya', 'Ở chùa.', test.ids.province],
        ['Chợ đêm', 'Mở cả ngày khuya.', test.ids.commune],
        ['Xe buýt', 'Nghỉ ngày khuya.', test.ids.province],
        ['Đêm khuya', 'Múa lân.', test.ids.commune],
      ] as const) {
        test.sources.advance(1000);
        const content = { type: 'layout' as const, layout: 'notice', fields: { title, body } };
        const notice = { unitId, title, category: 'local', content, durationMs: null };
        made.push((await test.approved(await test.notices.create(admin, notice))).id);
      }
      const inOrder = ['Đêm khuya', 'Lễ khuya', 'Khuya tháng Bảy', 'Xe buýt', 'Chợ đêm', 'Hội đình'];
      for (const limit of [1, 2, 3, 5, 6, 7]) {
        const seen: string[] = [];
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await test.notices.list(editor, { q: 'khuya', limit, ...(cursor && { cursor }) });
          expect(page.total).toBe(6);
          seen.push(...titles(page));
          cursor = page.next;
        }
        expect(seen).toEqual(inOrder);
      }
      for (const id of made) await test.notices.remove(admin, id);
    });

    it('follow a title that is edited', async () => {
      const made = await test.text(editor, 'Họp thôn');
      await test.notices.edit(editor, made.id, 1, {
        unitId: made.unitId,
        title: 'Hội nghị',
        category: 'law',
        content: saying('Hội nghị'),
        durationMs: null,
      });
      expect((await test.notices.list(editor, { q: 'hop' })).total).toBe(0);
      expect(titles(await test.notices.list(editor, { q: 'nghi' }))).toEqual(['Hội nghị']);
      expect(titles(await test.notices.list(editor, { category: 'law' }))).toEqual(['Hội nghị']);
      await test.notices.remove(editor, made.id);
      expect((await test.notices.list(editor, { q: 'nghi' })).total).toBe(0);
    });

    it('are searched, by whoever is told the approved version, by what that one says', async () => {
      const made = await test.text(admin, 'Ngày chạy Olympic', test.ids.province);
      await test.notices.edit(admin, made.id, made.revision, {
        unitId: made.unitId,
        title: 'Giải bóng đá mở rộng',
        category: 'economy',
        content: saying('Giải bóng đá mở rộng'),
        durationMs: 90_000,
      });
      const found = async (actor: Actor, query: Parameters<typeof test.notices.list>[1]) =>
        titles(await test.notices.list(actor, query));
      expect(await found(editor, { q: 'olympic' })).toEqual(['Ngày chạy Olympic']);
      expect(await found(editor, { q: 'bong da' })).toEqual([]);
      expect(await found(editor, { q: 'olympic', category: made.category })).toEqual(['Ngày chạy Olympic']);
      expect(await found(editor, { category: 'economy' })).toEqual([]);
      expect(await found(admin, { q: 'bong da', category: 'economy' })).toEqual(['Giải bóng đá mở rộng']);
      expect(await found(admin, { q: 'olympic' })).toEqual([]);
      // What a playlist comes to is what boards show, whoever asks.
      const { id } = await test.playlist(admin, [made.id], test.ids.province, 'Thể thao');
      const totals = async (actor: Actor) => [
        (await test.playlists.get(actor, id)).totalMs,
        (await test.playlists.list(actor, { q: 'the thao' })).playlists[0]!.totalMs,
      ];
      for (const actor of [admin, editor])
        expect(await totals(actor)).toEqual([made.effectiveDurationMs, made.effectiveDurationMs]);
      await test.playlists.remove(admin, id);
      await test.notices.remove(admin, made.id);
    });

    it('say what a notice is, with its picture and its length, without its content', async () => {
      const video = await test.file(test.ids.commune, 'video', 7000);
      const content = {
        type: 'video' as const,
        asset: video.hash,
        alt: 'Mùa vàng',
        fit: 'contain' as const,
        muted: true,
      };
      const made = await test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Phim',
        category: 'other',
        content,
        durationMs: null,
      });
      const { content: _content, ...facts } = made;
      const [row] = (await test.notices.list(editor, { q: 'phim' })).notices;
      expect(row).toEqual({ ...facts, rests: false, look: { type: 'video', asset: video.hash }, poster: video.hash });
      expect(row!.effectiveDurationMs).toBe(7000);
      const [text] = (await test.notices.list(editor, { q: 'tiem' })).notices;
      expect(text).toMatchObject({ look: { type: 'layout', layout: 'notice' }, poster: null });
      await test.notices.remove(editor, made.id);

      // A text with a picture is known by it.
      const { hash } = await test.file(test.ids.commune, 'image');
      const fields = { caption: 'Ra quân', picture: { asset: hash, alt: '' } };
      const shownBy = await test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Ra quân',
        category: 'other',
        content: { type: 'layout', layout: 'picture', fields },
        durationMs: null,
      });
      const [pictured] = (await test.notices.list(editor, { q: 'ra quan' })).notices;
      expect(pictured).toMatchObject({ look: { type: 'layout', layout: 'picture' }, poster: hash });
      await test.notices.remove(editor, shownBy.id);
    });

    it('can be of some ids and of a unit with what is below it', async () => {
      const some = [ids['Lịch cắt nước']!, ids['Đại hội Đảng bộ']!, test.sources.newId()];
      expect(titles(await test.notices.list(admin, { ids: some }))).toEqual(['Lịch cắt nước', 'Đại hội Đảng bộ']);
      expect(titles(await test.notices.list(editor, { ids: some }))).toEqual(['Đại hội Đảng bộ']);
      expect(titles(await test.notices.list(admin, { unitId: test.ids.sister }))).toEqual(['Lịch cắt nước']);
      expect((await test.notices.list(admin, { unitId: test.ids.province })).total).toBe(4);
      expect((await test.notices.list(editor, { unitId: test.ids.sister })).total).toBe(0);
    });

    it('go page by page through all, also where edits share an instant, and while others are edited', async () => {
      const many = await Promise.all(Array.from({ length: 9 }, (_, i) => test.text(editor, `Tin trang ${i}`)));
      const seen: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await test.notices.list(admin, { q: 'tin trang', limit: 4, ...(cursor && { cursor }) });
        expect(page.total).toBe(9);
        seen.push(...page.notices.map((notice) => notice.id));
        cursor = page.next ?? undefined;
        if (++pages === 1) {
          // One that was shown is edited: the pages after it lose and repeat nothing.
          test.sources.advance(1000);
          const first = many.find((notice) => notice.id === seen[0])!;
          await test.notices.edit(editor, first.id, 1, {
            unitId: first.unitId,
            title: first.title,
            category: 'local',
            content: first.content,
            durationMs: 5000,
          });
        }
      } while (cursor !== undefined);
      expect(pages).toBe(3);
      expect(seen).toHaveLength(9);
      expect(new Set(seen)).toEqual(new Set(many.map((notice) => notice.id)));
      await expect(test.notices.list(admin, { cursor: 'x' })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'cursor',
      });
      for (const { id } of many) await test.notices.remove(editor, id);
    });

    it('are searched where no takeover waits for it', async () => {
      const asked: string[] = [];
      const read = under.store.read.withPlugin({
        transformQuery({ node }) {
          asked.push(JSON.stringify(node));
          return node;
        },
        transformResult: ({ result }) => Promise.resolve(result),
      });
      const all = { category: null, ids: null, state: null, takenDown: null, notBy: null, approvedOnly: [] };
      const filter = { ...all, statements: wordGroups([test.ids.commune], 'lich', () => '') };
      const { page, total } = await searchPage({ ...under.store, read }, filter, {
        ...{ q: 'lich', cursor: undefined, limit: 1 },
      });
      expect([page.length, total]).toEqual([1, 1]);
      expect(asked).toHaveLength(1);
      expect(asked[0]).not.toContain('like');
    });

    /** As a release before left them: all of them, or these. */
    async function forget(ids?: readonly string[]): Promise<void> {
      for (const table of ['notice_words', 'approved_words'] as const) {
        const query = under.store.write.deleteFrom(table);
        await (ids ? query.where('rowid', 'in', await numbersOf(ids)) : query).execute();
      }
      const query = under.store.write.updateTable('notices').set({ no: null });
      await (ids ? query.where('id', 'in', ids) : query).execute();
    }
    async function numbersOf(ids: readonly string[]): Promise<number[]> {
      const rows = await under.store.write.selectFrom('notices').select('no').where('id', 'in', ids).execute();
      return rows.flatMap(({ no }) => no ?? []);
    }

    it('find those of a release before, once they have their words', async () => {
      const text = { q: 'hằng tuần' };
      expect((await test.notices.list(admin, text)).total).toBe(4);
      await forget();
      // Until then by their titles.
      expect((await test.notices.list(admin, { q: 'lich cat' })).total).toBe(2);
      expect((await test.notices.list(admin, text)).total).toBe(0);
      await test.notices.foldOldRows();
      expect((await test.notices.list(admin, { q: 'lich cat' })).total).toBe(2);
      expect((await test.notices.list(admin, text)).total).toBe(4);
    });

    it('do not keep the CMS from starting, where one cannot be read any more', async () => {
      const { id } = await test.text(editor, 'Tin hỏng');
      for (const content of ['{}', 'no JSON {']) {
        await forget([id]);
        await under.store.write.updateTable('notices').set({ content }).where('id', '=', id).execute();
        await test.notices.foldOldRows();
        const all = { category: null, ids: null, state: null, takenDown: null, notBy: null, approvedOnly: [] };
        const found = async (q: string) => {
          const filter = { ...all, statements: wordGroups([test.ids.commune], q, () => '') };
          return (await findByWords(under.store, filter, { after: null, limit: 9 })).places.map((place) => place.id);
        };
        expect([await found('hong'), await found('hong moi')]).toEqual([[id], []]);
        expect(await numbersOf([id])).toHaveLength(1);
      }
      await under.store.write.deleteFrom('notices').where('id', '=', id).execute();
    });

    it('find a part of a word of any length, and nothing of what is in two words', async () => {
      const long = 'x'.repeat(10) + 'y'.repeat(40);
      const { id, revision } = await test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Đường Nguyễn Trãi',
        category: 'local',
        content: {
          type: 'layout',
          layout: 'notice',
          fields: { title: 'Đường', body: `Ở ấp Năm, đt 0912345678. ${long}`, documentNumber: 'TB-UBND 48' },
        },
        durationMs: null,
      });
      const finds = async (q: string) => (await test.notices.list(editor, { q })).notices.some((row) => row.id === id);
      for (const q of [
        'o',
        'AP',
        'ap nam',
        '2345',
        '48',
        '48/tb',
        'ub-nd',
        'ruong'.slice(1),
        'guyễn',
        long,
        long.slice(5),
        'trai 8 a',
      ])
        expect([q, await finds(q)]).toEqual([q, true]);
      for (const q of ['apnam', 'nguyentrai', '48tb', 'yx', 'trai 9x', 'a b c'])
        expect([q, await finds(q)]).toEqual([q, false]);
      const number = await numbersOf([id]);
      await test.notices.remove(editor, id, revision);
      expect(await finds('guyễn')).toBe(false);
      await test.notices.restore(editor, id);
      expect(await finds('guyễn')).toBe(true);
      expect(await numbersOf([id])).toEqual(number);
      await under.store.write.deleteFrom('notices').where('id', '=', id).execute();
      const left = under.store.read.selectFrom('notice_words').select('rowid').where('rowid', 'in', number);
      expect(await left.execute()).toEqual([]);
    });

    describe('of a release before', () => {
      const unworded = () => findUnworded(under.store.read, { after: '', limit: 1000 });
      const word = (rows: Awaited<ReturnType<typeof unworded>>) => {
        const worded = rows.map(({ noticeId, revision, approvedVersion, title }) => {
          const words = wordsOf({ title, content: null }, '');
          return { noticeId, revision, approvedVersion, written: words, approved: approvedVersion ? words : null };
        });
        let runs = 0;
        return under.store
          .transaction((tx) => {
            runs++;
            return addWords(under.store, tx, worded);
          })
          .then(() => runs);
      };

      it('keep what is saved while their words are being made, and may be removed meanwhile', async () => {
        const [edited, approved, removed, left] = await Promise.all(
          ['sửa', 'duyệt', 'xoá', 'để'].map((word) => test.text(editor, `Tin xưa ${word}`)),
        );
        await forget();
        const before = await unworded();
        await test.notices.edit(editor, edited!.id, edited!.revision, {
          unitId: test.ids.commune,
          title: 'Tin hôm nay',
          category: 'local',
          content: saying('Tin hôm nay'),
          durationMs: null,
        });
        await under.store.write
          .updateTable('notices')
          .set({ approved_version: null })
          .where('id', '=', approved!.id)
          .execute();
        await under.store.write.deleteFrom('notices').where('id', '=', removed!.id).execute();
        await word(before);
        const found = async (q: string) => titles(await test.notices.list(admin, { q })).sort();
        expect((await unworded()).map(({ noticeId }) => noticeId)).toEqual([edited!.id, approved!.id].sort());
        expect(await found('hom nay')).toEqual(['Tin hôm nay']);
        expect(await found('tin xua')).toEqual(['Tin xưa duyệt', 'Tin xưa để']);
        await test.notices.foldOldRows();
        expect(await unworded()).toEqual([]);
        expect(await found('hom nay kinh moi')).toEqual(['Tin hôm nay']);
        expect(await found('tin xua')).toEqual(['Tin xưa duyệt', 'Tin xưa để']);
        for (const { id } of [edited!, approved!, left!])
          await under.store.write.deleteFrom('notices').where('id', '=', id).execute();
      });

      it('are given words by two processes that do not stop each other', async () => {
        const made = await Promise.all(Array.from({ length: 50 }, (_, i) => test.text(editor, `Tin đôi ${i}`)));
        for (let round = 0; round < 3; round++) {
          await forget();
          const rows = await unworded();
          expect(await Promise.all([word(rows), word(rows.toReversed())])).toEqual([1, 1]);
          expect(await unworded()).toEqual([]);
        }
        for (const { id } of made) await under.store.write.deleteFrom('notices').where('id', '=', id).execute();
      });

      it('are left for the next start where this one ends', async () => {
        const made = await Promise.all(Array.from({ length: 60 }, (_, i) => test.text(editor, `Tin dở ${i}`)));
        await forget();
        const all = (await unworded()).length;
        await test.notices.foldOldRows(AbortSignal.abort());
        expect(await unworded()).toHaveLength(all);
        let asked = 0;
        const midway = { get aborted() { return ++asked > 3; } }; // prettier-ignore
        await test.notices.foldOldRows(midway as AbortSignal);
        const left = (await unworded()).length;
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThan(all);
        await test.notices.foldOldRows();
        expect(await unworded()).toEqual([]);
        for (const { id } of made) await under.store.write.deleteFrom('notices').where('id', '=', id).execute();
      });
    });

    it('find versions of a release before, once they are in the index', async () => {
      const made = await test.text(admin, 'Lễ giao quân', test.ids.province);
      await forget();
      expect((await test.notices.list(editor, { q: 'giao quan' })).total).toBe(0);
      await test.notices.foldOldRows();
      expect(titles(await test.notices.list(editor, { q: 'giao quan' }))).toEqual(['Lễ giao quân']);
      await test.notices.remove(admin, made.id);
    });
  });

  it('of playlists say how much they hold and when it is played, without the items', async () => {
    const noticeId = ids['Lịch tiêm chủng tháng 11']!;
    const { effectiveDurationMs } = await test.notices.get(admin, noticeId);
    const item = { noticeId, durationMs: null, validFrom: null, validTo: null };
    const items: PlaylistInput['items'] = [
      { ...item, itemId: test.sources.newId() },
      { ...item, itemId: test.sources.newId(), durationMs: 4000, validTo: 10 },
      { ...item, itemId: test.sources.newId(), durationMs: 4000, validTo: 10 },
    ];
    const { items: _items, ...made } = await test.playlists.create(editor, {
      unitId: test.ids.commune,
      name: 'Buổi tối',
      items,
    });
    const page = await test.playlists.list(editor, { q: 'buoi TOI' });
    expect(page).toEqual({
      playlists: [
        {
          ...made,
          validities: [
            { validFrom: null, validTo: 10 },
            { validFrom: null, validTo: null },
          ],
        },
      ],
      next: null,
      total: 1,
    });
    expect(page.playlists[0]!.totalMs).toBe(effectiveDurationMs + 8000);
    for (const name of ['Một', 'Hai', 'Ba']) await test.playlist(editor, [], test.ids.commune, name);
    const first = await test.playlists.list(editor, { limit: 2 });
    const rest = await test.playlists.list(editor, { limit: 2, cursor: first.next! });
    expect(new Set([...first.playlists, ...rest.playlists].map(({ name }) => name))).toEqual(
      new Set(['Một', 'Hai', 'Ba', 'Buổi tối']),
    );
    expect(rest.next).toBeNull();
    expect((await test.playlists.list(sister, { q: 'buoi toi' })).total).toBe(0);

    const holding = async (id: string) =>
      (await test.playlists.list(editor, { noticeId: id })).playlists.map(({ name }) => name);
    expect(await holding(noticeId)).toEqual(['Buổi tối']);
    expect(await holding(ids['Lịch cắt nước']!)).toEqual([]);
  });

  it('of playlists leave out of what they come to what is taken down, was never approved, or rests while the unit mourns', async () => {
    const write = (entertainment: boolean) =>
      test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Hát chèo',
        category: 'other',
        content: saying('Hát chèo'),
        durationMs: 9000,
        entertainment,
      });
    const [plain, wrong, song, draft] = [await write(false), await write(false), await write(true), await write(true)];
    for (const { id, revision } of [plain, wrong, song])
      await test.approvals.submit(admin, id, { revision, approve: true });
    const { id } = await test.playlist(
      editor,
      [plain.id, wrong.id, song.id, song.id, draft.id],
      test.ids.commune,
      'Tối thứ Bảy',
    );
    const row = async () => {
      type Counts = Pick<PlaylistRow, 'itemCount' | 'totalMs' | 'takenDown' | 'unapproved' | 'resting'>;
      const countsOf = ({ itemCount, totalMs, takenDown, unapproved, resting }: Counts): Counts => ({
        ...{ itemCount, totalMs, takenDown, unapproved, resting },
      });
      const { playlists } = await test.playlists.list(editor, { q: 'toi thu bay' });
      const counts = countsOf(playlists.find((one) => one.id === id)!);
      expect(countsOf(await test.playlists.get(editor, id))).toEqual(counts);
      return counts;
    };
    expect(await row()).toEqual({ itemCount: 4, totalMs: 36_000, takenDown: 0, unapproved: 1, resting: 0 });
    await test.takedowns.takeDown(admin, wrong.id, 'Sai giờ');
    expect(await row()).toEqual({ itemCount: 3, totalMs: 27_000, takenDown: 1, unapproved: 1, resting: 0 });
    const now = test.sources.now();
    const order = (unitId: string, startsAt: number) =>
      test.mournings.order(admin, {
        unitId,
        reason: 'Quốc tang',
        reference: '',
        startsAt,
        endsAt: startsAt + 86_400_000,
      });
    await order(test.ids.sister, now);
    await order(test.ids.province, now + 7_200_000);
    expect((await row()).resting).toBe(0);
    test.sources.advance(7_200_001);
    expect(await row()).toEqual({ itemCount: 1, totalMs: 9000, takenDown: 1, unapproved: 1, resting: 2 });
  });

  it('of schedule entries are found by what they play, and name it', async () => {
    const playlist = await test.playlist(editor, [], test.ids.commune, 'Chợ phiên');
    const other = await test.playlist(admin, [], test.ids.province, 'Toàn tỉnh');
    const entry = (name: string, playlistId: string): ScheduleInput => ({
      unitId: test.ids.commune,
      playlistId,
      name,
      priority: 50,
      cron: '0 7 * * *',
      durationMs: 3_600_000,
      validFrom: null,
      validTo: null,
      targets: { unitIds: [test.ids.commune], boardIds: [] },
    });
    const made = await test.schedules.create(editor, entry('Sáng thứ Bảy', playlist.id));
    await test.schedules.create(editor, entry('Cả ngày', other.id));
    const page = await test.schedules.list(editor, { q: 'cho phien' });
    expect(page).toEqual({
      entries: [{ ...made, playlistName: 'Chợ phiên', playlistUnitId: test.ids.commune, boards: 0 }],
      next: null,
      total: 1,
    });
    expect((await test.schedules.list(editor, { q: 'sang phien' })).total).toBe(1);
    expect((await test.schedules.list(editor, { q: 'sang tinh' })).total).toBe(0);
    expect((await test.schedules.list(editor, { playlistId: other.id })).entries.map(({ name }) => name)).toEqual([
      'Cả ngày',
    ]);
    expect((await test.schedules.list(sister, {})).total).toBe(0);
  });
});
