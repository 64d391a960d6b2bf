import { describe, expect, test } from 'vitest';
import { KeptDraft } from './kept-drafts.ts';

function storage(most = Infinity): Storage {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > most) throw new DOMException('full', 'QuotaExceededError');
      held.set(key, value);
    },
    removeItem: (key: string) => void held.delete(key),
  } as unknown as Storage;
}
const like = { title: '', category: 'local' };
const of = { userId: 'u1', kind: 'notice', id: 'new' };

describe('what is being written', () => {
  test('is there after a crash, with its time and revision, until it is dropped', () => {
    const place = storage();
    new KeptDraft(place, of, like).keep({ title: 'Họp thôn', category: 'law' }, 4, 1000);
    const again = new KeptDraft(place, of, like);
    expect(again.read()).toEqual({ at: 1000, revision: 4, value: { title: 'Họp thôn', category: 'law' } });
    again.claim();
    again.drop();
    expect(again.read()).toBeNull();
  });

  test('is dropped by nobody who has not kept or taken it', () => {
    const place = storage();
    const [first, second] = [new KeptDraft(place, of, like), new KeptDraft(place, of, like)];
    first.keep({ title: 'Họp thôn', category: 'law' }, null, 1000);
    second.drop();
    expect(first.read()).not.toBeNull();
    second.keep({ title: 'Họp xóm', category: 'law' }, null, 2000);
    first.drop();
    expect(second.read()).toMatchObject({ value: { title: 'Họp xóm' } });
    second.drop();
    expect(second.read()).toBeNull();
  });

  test('says whose it was, where one of two versions was put aside', () => {
    const place = storage();
    const kept = new KeptDraft(place, of, like);
    kept.keep({ title: 'Họp thôn', category: 'law' }, null, 1000, 'Lan');
    expect(kept.read()).toMatchObject({ asideOf: 'Lan' });
    kept.keep({ title: 'Họp thôn', category: 'law' }, null, 1000, null);
    expect(kept.read()).toMatchObject({ asideOf: null });
  });

  test('is nobody else’s, and of nothing else', () => {
    const place = storage();
    new KeptDraft(place, of, like).keep({ title: 'Họp thôn', category: 'law' }, null, 1000);
    for (const other of [{ userId: 'u2' }, { kind: 'playlist' }, { id: 'n1' }])
      expect(new KeptDraft(place, { ...of, ...other }, like).read()).toBeNull();
  });

  test.each([
    ['{'],
    ['{"at":1}'],
    ['{"at":1,"revision":null,"value":{"title":""}}'],
    ['{"at":1,"revision":null,"value":[]}'],
  ])('of another form is passed over: %s', (text) => {
    const place = storage();
    place.setItem('bang-tin-draft:u1:notice:new', text);
    expect(new KeptDraft(place, of, like).read()).toBeNull();
  });

  test('is not kept where there is no room, and nothing breaks', () => {
    const draft = new KeptDraft(storage(10), of, like);
    draft.keep({ title: 'Họp thôn', category: 'law' }, null, 1000);
    expect(draft.read()).toBeNull();
  });
});
