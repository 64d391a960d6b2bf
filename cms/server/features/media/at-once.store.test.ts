/** A file of the library that two people change at the same moment, on both databases. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';

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
});
