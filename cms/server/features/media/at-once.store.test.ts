/** A file of the library that two people change at the same moment, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';
import { createMediaBin } from './bin.ts';
import { createMediaLibrary, type MediaLibrary } from './library.ts';
import { createMediaReplacing } from './replace.ts';
import * as repo from './repo.ts';

const rounds = Array.from({ length: 20 }, (_, round) => round);

describeStores('media changed by two at once', (under) => {
  let test: TestContent;
  let editor: Actor;
  let other: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
    other = testActor({ unitId: test.ids.commune, role: 'editor' });
  });
  afterAll(() => test.close());

  const file = () => test.file(test.ids.commune, 'image');
  /** The library with something that happens just after somebody looked at a file and before what they do to it. */
  const libraryWith = (meanwhile: (id: string) => Promise<void>): MediaLibrary => {
    const processing = { progress: () => 0, retryAt: () => null };
    const library = createMediaLibrary(test.context, { tree: test.units.tree, processing });
    return {
      ...library,
      async find(actor, id) {
        const row = await library.find(actor, id);
        await meanwhile(id);
        return row;
      },
    };
  };
  /** The ids that a search for these words finds. */
  const found = async (q: string): Promise<string[]> =>
    (await test.media.list(editor, { q, limit: 100 })).media.map(({ id }) => id);

  it('a new name and a tag both stay, and both are found', async () => {
    const made: string[] = [];
    for (const round of rounds) {
      const { id } = await file();
      made.push(id);
      const rename = () => test.media.edit(editor, id, { name: 'Cổng chào.jpg' });
      const tag = () => test.media.edit(other, id, { addTags: ['lễ hội'] });
      await Promise.all(round % 2 === 0 ? [rename(), tag()] : [tag(), rename()]);
    }
    const named = await Promise.all(made.map(async (id) => (await test.media.get(editor, id)).name));
    expect(named).toEqual(made.map(() => 'Cổng chào.jpg'));
    expect((await found('cong chao le hoi')).sort()).toEqual(made.sort());
  });

  it('the tags of both are found', async () => {
    const made: string[] = [];
    for (const round of rounds) {
      const { id } = await file();
      made.push(id);
      const tags = round % 2 === 0 ? ['lũ lụt', 'sạt lở'] : ['sạt lở', 'lũ lụt'];
      await Promise.all(tags.map((tag, i) => test.media.edit(i === 0 ? editor : other, id, { addTags: [tag] })));
    }
    expect((await found('lu lut sat lo')).sort()).toEqual(made.sort());
  });

  describe('a file that becomes ready while it is deleted', () => {
    /** A file under way, and a bin whose reader sees it so, just before it is done. */
    async function underWay() {
      const made = await file();
      const row = (await repo.findMedia(under.store.write, made.id))!;
      const unmade = { state: 'processing', hash: null, poster_hash: null } as const;
      await under.store.write.updateTable('media').set(unmade).where('id', '=', made.id).execute();
      const library = libraryWith((id) =>
        under.store.transaction(async (tx) => void (await repo.markReady(tx, id, row))),
      );
      const { folders } = test.media;
      const bin = createMediaBin(test.context, {
        tree: test.units.tree,
        folders,
        library,
        processing: { stop: () => {} },
      });
      return { ...made, bin };
    }

    it('lies in the bin, and goes with its bytes when its time is over', async () => {
      const { id, hash, bin } = await underWay();
      await bin.remove(editor, id);
      expect((await test.media.list(editor, { bin: 'true' })).media.map((media) => media.id)).toEqual([id]);
      test.sources.advance(binMs);
      expect(await test.media.emptyBin(() => Promise.resolve(new Set()))).toBe(1);
      expect(await test.media.asset(hash)).toBeNull();
    });

    it('stays when a notice shows it', async () => {
      const { id, hash, bin } = await underWay();
      const { id: notice } = await test.text(editor);
      const content = JSON.stringify({ type: 'image', asset: hash, alt: '', fit: 'contain' });
      await under.store.write.updateTable('notices').set({ content }).where('id', '=', notice).execute();
      await expect(bin.remove(editor, id)).rejects.toMatchObject({ code: 'in_use', status: 409 });
      expect(await test.media.get(editor, id)).toMatchObject({ state: 'ready', hash });
    });
  });

  describe('a file that replaces another', () => {
    const showing = (asset: string) =>
      test.notices.create(editor, {
        unitId: test.ids.commune,
        title: 'Cổng làng',
        category: 'local',
        content: { type: 'image', asset, alt: '', fit: 'contain' },
        durationMs: null,
      });
    const shownBy = async (id: string) => (await test.notices.get(editor, id)).content;
    const endsOf = async (...work: Promise<unknown>[]): Promise<string[]> =>
      (await Promise.allSettled(work)).map((end) =>
        end.status === 'fulfilled' ? 'done' : ((end.reason as { code?: string }).code ?? 'error'),
      );

    it('and is deleted meanwhile, replaces nothing', async () => {
      const [old, next] = [await file(), await file()];
      const { id } = await showing(old.hash);
      const library = libraryWith(async (seen) => {
        if (seen === next.id) await test.media.remove(other, next.id);
      });
      const { replace } = createMediaReplacing(test.context, { library });
      await expect(replace(editor, old.id, next.id)).rejects.toMatchObject({ code: 'media_unknown', status: 404 });
      expect(await shownBy(id)).toMatchObject({ asset: old.hash });
      expect(await test.media.get(editor, old.id)).toMatchObject({ deletedAt: null });
    });

    it('or is deleted: the one or the other', async () => {
      for (const round of rounds) {
        const [old, next] = [await file(), await file()];
        const { id } = await showing(old.hash);
        const replace = () => test.media.replace(editor, old.id, next.id);
        const remove = () => test.media.remove(other, next.id);
        const ends = await (round % 2 === 0 ? endsOf(replace(), remove()) : endsOf(remove(), replace()));
        if (round % 2 === 1) ends.reverse();
        expect(['done, in_use', 'media_unknown, done']).toContain(ends.join(', '));
        expect(await shownBy(id)).toMatchObject({ asset: ends[0] === 'done' ? next.hash : old.hash });
      }
    });

    it('keeps the name that it gets meanwhile', async () => {
      const made: string[] = [];
      for (const round of rounds) {
        const [old, { id }] = [await file(), await file()];
        made.push(id);
        const rename = () => test.media.edit(other, id, { name: 'Đình làng.jpg' });
        const replace = () => test.media.replace(editor, old.id, id);
        await Promise.all(round % 2 === 0 ? [rename(), replace()] : [replace(), rename()]);
      }
      expect((await found('dinh lang')).sort()).toEqual(made.sort());
      const named = await Promise.all(made.map(async (id) => (await test.media.get(editor, id)).name));
      expect(named).toEqual(made.map(() => 'Đình làng.jpg'));
    });

    it('by which it is replaced at once: the one or the other, and one of them stays', async () => {
      for (const round of rounds) {
        const [a, b] = [await file(), await file()];
        const notices = [await showing(a.hash), await showing(b.hash)];
        const ends = await endsOf(test.media.replace(editor, a.id, b.id), test.media.replace(other, b.id, a.id));
        expect([round, ends.toSorted()]).toEqual([round, ['done', 'media_unknown']]);
        const stays = ends[0] === 'done' ? b : a;
        for (const { id } of notices) expect(await shownBy(id)).toMatchObject({ asset: stays.hash });
        expect(await test.media.get(editor, stays.id)).toMatchObject({ deletedAt: null });
      }
    });

    it('does so in the same notices as another: each is edited once, and both are done', async () => {
      for (const round of rounds) {
        const [old, copy, one, two] = [await file(), await file(), await file(), await file()];
        const twin = { hash: old.hash, poster_hash: old.hash };
        await under.store.write.updateTable('media').set(twin).where('id', '=', copy.id).execute();
        const notices = [await showing(old.hash), await showing(old.hash)];
        const ends = await endsOf(
          test.media.replace(editor, old.id, one.id),
          test.media.replace(other, copy.id, two.id),
        );
        expect([round, ends]).toEqual([round, ['done', 'done']]);
        const shown = await Promise.all(notices.map(({ id }) => test.notices.get(editor, id)));
        expect(shown.map(({ revision }) => revision)).toEqual([2, 2]);
        expect(new Set(shown.map(({ content }) => JSON.stringify(content))).size).toBe(1);
      }
    });

    it('takes the notices in the order of their ids, so that two never wait for each other', async () => {
      const [old, next] = [await file(), await file()];
      const notices = [await showing(old.hash), await showing(old.hash), await showing(old.hash)];
      // The last to be written lies at the end of PostgreSQL's table.
      const { id, unitId, title, category, content, durationMs } = notices[0]!;
      await test.notices.edit(editor, id, 1, { unitId, title: `${title} mới`, category, content, durationMs });
      await test.media.replace(editor, old.id, next.id);
      const rows = await under.store.read
        .selectFrom('audit_log')
        .select('subject_id')
        .where('action', '=', 'notice.changed')
        .orderBy('id', 'desc')
        .limit(3)
        .execute();
      expect(rows.map((row) => row.subject_id).reverse()).toEqual(notices.map((notice) => notice.id).sort());
    });
  });
});
