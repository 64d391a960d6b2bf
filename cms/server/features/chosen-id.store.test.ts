import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeStores } from '../store/testing.ts';
import { createTestContent, type TestContent } from '../testing-content.ts';

interface Kind {
  create(id?: string): Promise<{ id: string }>;
  remove?(id: string): Promise<unknown>;
}

describeStores('what is made under an id that the page has chosen', (under) => {
  let test: TestContent;
  beforeAll(async () => {
    test = await createTestContent(under.store);
  });
  afterAll(() => test.close());

  const window = { cron: '0 6 * * *', durationMs: 3_600_000, validFrom: null, validTo: null };
  const targets = () => ({ unitIds: [test.ids.commune], boardIds: [] });
  const kinds: Record<string, () => Promise<Kind>> = {
    async notice() {
      const { id: _id, ...like } = await test.text(test.admin, 'Họp thôn', test.ids.commune);
      const { unitId, title, category, content, durationMs } = like;
      const input = { unitId, title, category, content, durationMs };
      return {
        create: (id?: string) => test.notices.create(test.admin, { ...input, ...(id && { id }) }),
        remove: (id: string) => test.notices.remove(test.admin, id),
      };
    },
    playlist: () =>
      Promise.resolve({
        create: (id?: string) =>
          test.playlists.create(test.admin, { unitId: test.ids.commune, name: 'Sáng', items: [], ...(id && { id }) }),
        remove: (id: string) => test.playlists.remove(test.admin, id),
      }),
    async schedule() {
      const { id: playlistId } = await test.playlist(test.admin, [], test.ids.commune);
      const input = { unitId: test.ids.commune, playlistId, name: 'Sáng', priority: 50, ...window, targets: targets() };
      return {
        create: (id?: string) => test.schedules.create(test.admin, { ...input, ...(id && { id }) }),
        remove: (id: string) => test.schedules.remove(test.admin, id),
      };
    },
    async obligation() {
      const { id: noticeId } = await test.text(test.admin, 'Cháy rừng', test.ids.province);
      const input = { unitId: test.ids.province, noticeId, perHour: 1, ...window, targets: targets() };
      return { create: (id?: string) => test.obligations.create(test.admin, { ...input, ...(id && { id }) }) };
    },
  };

  it.each(Object.entries(kinds))('%s: once, whatever is asked again; another one beside it', async (_name, kind) => {
    const { create, remove } = await kind();
    const id = test.sources.newId();
    expect((await create(id)).id).toBe(id);
    const again = { code: 'already_created', status: 409 };
    await expect(create(id)).rejects.toMatchObject(again);
    expect((await create()).id).not.toBe(id);
    // In the recycle bin it has its id too.
    await remove?.(id);
    await expect(create(id)).rejects.toMatchObject(again);
  });
});
