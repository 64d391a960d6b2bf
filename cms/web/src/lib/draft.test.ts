import { describe, expect, test } from 'vitest';
import { Draft } from './draft.svelte.ts';

describe('what is being edited', () => {
  test('is what was saved, as the CMS answers', () => {
    const draft = new Draft({ title: 'Họp thôn ' });
    draft.settle({ title: 'Họp thôn ' }, { title: 'Họp thôn' });
    expect(draft.plain).toEqual({ title: 'Họp thôn' });
    expect(draft.dirty).toBe(false);
  });

  test('keeps what is written while it is being saved, unsaved', () => {
    const draft = new Draft({ title: 'Họp' });
    const sent = draft.plain;
    draft.value.title = 'Họp thôn';
    draft.settle(sent, { title: 'Họp' });
    expect(draft.plain).toEqual({ title: 'Họp thôn' });
    expect(draft.dirty).toBe(true);
    draft.abandon();
    expect(draft.dirty).toBe(false);
  });
});
