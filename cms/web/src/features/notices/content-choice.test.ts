import { expect, test } from 'vitest';
import type { NoticeInput } from '../../../../../shared/protocol/api/content.ts';
import type { NoticeContent } from '../../../../../shared/protocol/programme.ts';
import { Draft } from '../../lib/draft.svelte.ts';
import { ContentChoice } from './content-choice.svelte.ts';

const facts = { title: 'Họp thôn', documentNumber: '', date: '', issuingUnit: '', signer: '' };
const page = (n: number) => ({ asset: String(n).repeat(64), alt: `Trang ${n}` });
const pages = (...shown: number[]): NoticeContent => ({
  type: 'layout',
  layout: 'document',
  fields: { ...facts, pages: shown.map(page), view: 'whole' },
});
const text = (body: string): NoticeContent => ({ type: 'layout', layout: 'notice', fields: { ...facts, body } });
const offered = [pages(1, 2), text('Bảy giờ tối')];

function choiceOf(saved: NoticeContent | null) {
  const draft = new Draft<NoticeInput>({
    unitId: 'unit',
    title: '',
    category: 'local',
    durationMs: null,
    content: saved ?? offered[0]!,
  });
  return { draft, choice: new ContentChoice(draft, { clear: () => {} }, { offered, saved }) };
}

test('from the text of a document there is a way back to the pages that were shown, also once it is saved', () => {
  const { draft, choice } = choiceOf(pages(2));
  expect([choice.pages, choice.text, choice.unchecked]).toEqual([null, 'layout:notice', false]);
  choice.choose('layout:notice');
  expect([choice.pages, choice.unchecked]).toEqual(['layout:document', true]);
  choice.settle();
  expect(choice.unchecked).toBe(false);
  choice.choose(choice.pages!);
  expect(draft.plain.content).toMatchObject(pages(2));
  expect(choice.unchecked).toBe(false);
});

test('text that was kept in the browser is as unchecked as it was, and leads back to the saved pages', () => {
  const { draft, choice } = choiceOf(pages(2));
  draft.value.content = text('Bảy giờ tối');
  choice.begin(pages(2));
  expect(choice.unchecked).toBe(true);
  choice.choose(choice.pages!);
  expect(draft.plain.content).toMatchObject(pages(2));
});

test('what somebody else has saved meanwhile is not written over by what was shown before', () => {
  const { draft, choice } = choiceOf(pages(2));
  choice.choose('layout:notice');
  draft.reset({ ...draft.plain, content: pages(1) });
  choice.begin(pages(1));
  choice.choose('layout:notice');
  choice.choose(choice.pages!);
  expect(draft.plain.content).toMatchObject(pages(1));
});

test('a kind that is chosen for a new notice is nothing written; of a saved one, and over what is written, it is', () => {
  const blank = choiceOf(null);
  blank.choice.choose('layout:notice');
  expect([blank.draft.dirty, blank.draft.plain.content.type]).toEqual([false, 'layout']);
  blank.draft.value.title = 'Họp thôn';
  blank.choice.choose('image');
  expect(blank.draft.dirty).toBe(true);
  const saved = choiceOf(pages(2));
  saved.choice.choose('layout:notice');
  expect(saved.draft.dirty).toBe(true);
});
