import { describe, expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { ApiError, type Api } from '../../lib/api.ts';
import { PlaylistChoice } from './playlist-choice.svelte.ts';

/** A CMS that answers each save only when it is told to, and the page that shows the board. */
function setting() {
  let held = { id: 'b', revision: 1, defaultPlaylistId: null } as Board;
  let shown = held;
  const sent: (string | null)[] = [];
  const waiting: (() => void)[] = [];
  let fault: Error | null = null;
  const api = {
    get: () => Promise.resolve(held),
    patch: async (_path: string, _schema: unknown, body: Partial<Board>) => {
      sent.push(body.defaultPlaylistId ?? null);
      await new Promise<void>((go) => waiting.push(go));
      if (fault) throw fault;
      if (body.revision !== held.revision) throw new ApiError('revision_conflict', 'older', { status: 409 });
      held = { ...held, ...body, revision: held.revision + 1 };
      return held;
    },
  } as unknown as Pick<Api, 'get' | 'patch'>;
  const choice = new PlaylistChoice({ api, board: () => shown, onsaved: (board) => (shown = board) });
  return {
    choice,
    sent,
    held: () => held,
    shown: () => shown,
    /** Somebody else saves. */
    others: (fields: Partial<Board>) => (held = { ...held, ...fields, revision: held.revision + 1 }),
    fail: (error: Error | null) => (fault = error),
    async answerUntil(done: Promise<void>): Promise<void> {
      let over = false;
      void done.then(() => (over = true));
      while (!over) {
        waiting.shift()?.();
        await Promise.resolve();
      }
    },
  };
}

describe('choosing a board’s default playlist', () => {
  it('saves the last of several choices in quick succession, without a conflict with oneself', async () => {
    const { choice, sent, held, shown, answerUntil } = setting();
    const done = choice.choose('one');
    void choice.choose('two');
    void choice.choose('three');
    expect(choice.chosen).toBe('three');
    expect(choice.saved).toBe(false);
    await answerUntil(done);
    // What was passed on the way while the first was sent is never sent.
    expect(sent).toEqual(['one', 'three']);
    expect(held().defaultPlaylistId).toBe('three');
    expect(shown()).toBe(held());
    expect([choice.chosen, choice.saved, choice.error]).toEqual(['three', true, null]);
  });

  it('goes through although others change something else, and takes the choice of none', async () => {
    const { choice, others, held, answerUntil } = setting();
    await answerUntil(choice.choose('one'));
    others({ name: 'Của họ' });
    await answerUntil(choice.choose(''));
    expect(held()).toMatchObject({ name: 'Của họ', defaultPlaylistId: null });
    expect(choice.saved).toBe(true);
  });

  it('says when others have chosen another meanwhile, shows theirs, and sends nothing more', async () => {
    const { choice, others, sent, answerUntil } = setting();
    others({ defaultPlaylistId: 'theirs' });
    const done = choice.choose('one');
    void choice.choose('two');
    await answerUntil(done);
    expect(sent).toEqual(['one']);
    expect([choice.chosen, choice.saved, choice.error]).toEqual(['theirs', false, 'conflict']);
  });

  it('shows again what the board has when saving fails, and why; the next choice is saved', async () => {
    const { choice, fail, answerUntil } = setting();
    const fault = new ApiError('forbidden', 'no', { status: 403 });
    fail(fault);
    await answerUntil(choice.choose('one'));
    expect([choice.chosen, choice.saved, choice.error]).toEqual(['', false, { thrown: fault }]);
    fail(null);
    await answerUntil(choice.choose('one'));
    expect([choice.chosen, choice.saved, choice.error]).toEqual(['one', true, null]);
  });
});
