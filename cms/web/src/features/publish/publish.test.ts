import { describe, expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { ApiError, type Api } from '../../lib/api.ts';
import { Publishing } from './publish.svelte.ts';

interface Sent {
  path: string;
  boardIds: string[];
}

/** A CMS where every board but «same» has changes. What the person is shown can be changed, and so can when it answers. */
function setting(...shown: string[]) {
  const sent: Sent[] = [];
  const held: (() => void)[] = [];
  const at = { shown: shown as string[] | null, holds: false, fails: false };
  const post = async (path: string, _schema: unknown, { boardIds }: { boardIds: string[] }): Promise<unknown> => {
    const fails = at.fails;
    sent.push({ path: path.replace('/api/programmes/', ''), boardIds });
    if (at.holds) await new Promise<void>((resolve) => held.push(resolve));
    if (fails) throw new ApiError('network_unreachable', 'No answer');
    const row = (boardId: string) => ({
      boardId,
      ...(path.endsWith('preview')
        ? { changes: boardId === 'same' ? null : { key: boardId }, unapproved: boardId === 'market' ? [1, 0] : [1] }
        : { changed: boardId !== 'same' }),
      version: boardId === 'bare' ? null : '1',
    });
    return { unapproved: ['fair', 'vaccines'], boards: boardIds.map(row) };
  };
  const publishing = new Publishing(
    { post } as unknown as Api,
    () => at.shown && at.shown.map((id) => ({ id }) as Board),
  );
  return {
    publishing,
    at,
    published: () => sent.filter(({ path }) => path === 'publish').map(({ boardIds }) => boardIds),
    answer: () => held.shift()?.(),
  };
}

describe('what is sent', () => {
  it('are the boards with changes, less and more what the person has chosen', async () => {
    const { publishing, published } = setting('hall', 'same', 'market', 'bare');
    await publishing.look();
    expect(publishing.chosen).toEqual(['hall', 'market', 'bare']);
    publishing.choose('market', false);
    publishing.choose('same', true);
    expect(await publishing.publish(publishing.chosen)).toEqual({ changed: 1, waiting: 1 });
    expect(published()).toEqual([['hall', 'same', 'bare']]);
    expect(publishing.chosen).toEqual([]);
  });

  it('leaves out the notices that the answer points to', async () => {
    const { publishing } = setting('hall', 'market');
    await publishing.look();
    expect([...publishing.preview.values()].map(({ unapproved }) => unapproved)).toEqual([
      ['vaccines'],
      ['vaccines', 'fair'],
    ]);
  });

  it('is no board that is not shown, however often it is looked, and whatever was chosen before', async () => {
    const { publishing, at, published } = setting('hall', 'market', 'school');
    await publishing.look();
    at.shown = ['hall'];
    expect(publishing.chosen).toEqual(['hall']);
    await publishing.look();
    at.shown = null;
    expect(publishing.chosen).toEqual([]);
    at.shown = ['hall', 'market'];
    expect(publishing.chosen).toEqual(['hall']);
    await publishing.publish(publishing.chosen);
    expect(published()).toEqual([['hall']]);
  });

  it('is what the last look says: the answer to one that was overtaken is dropped, and so is its failure', async () => {
    const { publishing, at, answer } = setting('hall', 'market');
    Object.assign(at, { holds: true });
    const first = publishing.look();
    Object.assign(at, { shown: ['hall'], fails: true });
    const second = publishing.look();
    Object.assign(at, { shown: ['market', 'hall'], fails: false });
    const third = publishing.look();
    answer();
    answer();
    await Promise.all([first, second]);
    expect([publishing.chosen, publishing.looking]).toEqual([[], true]);
    answer();
    await third;
    expect([publishing.chosen, publishing.looking]).toEqual([['market', 'hall'], false]);
  });

  it('stays as it was found until a new look is answered', async () => {
    const { publishing, at, answer } = setting('hall', 'market');
    await publishing.look();
    at.holds = true;
    const again = publishing.look();
    expect([...publishing.preview.keys(), ...publishing.chosen]).toEqual(['hall', 'market', 'hall', 'market']);
    at.shown = ['hall'];
    const last = publishing.look();
    answer();
    answer();
    await Promise.all([again, last]);
    expect([...publishing.preview.keys(), ...publishing.chosen]).toEqual(['hall', 'hall']);
  });

  it('is nothing when the CMS does not answer, and it can be looked again', async () => {
    const { publishing, at } = setting('hall');
    at.fails = true;
    await expect(publishing.look()).rejects.toMatchObject({ code: 'network_unreachable' });
    expect([publishing.chosen, publishing.looking]).toEqual([[], false]);
    at.fails = false;
    await publishing.look();
    expect(publishing.chosen).toEqual(['hall']);
  });
});
