import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import { m } from '../../paraglide/messages.js';
import { emptyDraft, type TakeoverDraft } from './draft.ts';
import TakeoverPreview from './TakeoverPreview.svelte';

const said = (draft: TakeoverDraft): boolean =>
  render(TakeoverPreview, { props: { draft, units: [], boards: [] } }).body.includes(m.preview_sample_hint());

test('invented words in the picture are called so, until every one of them has been written', () => {
  const draft = emptyDraft('Ban Chỉ huy Phòng thủ dân sự tỉnh');
  expect(said(draft)).toBe(true);
  draft.content.event = 'Lũ quét';
  expect(said(draft)).toBe(true);
  draft.content.headline = ' ';
  expect(said(draft)).toBe(true);
  draft.content.headline = 'Nguy cơ lũ quét trên suối Nậm Mức';
  expect(said(draft)).toBe(false);
  draft.content.senderName = '';
  expect(said(draft)).toBe(true);
});
