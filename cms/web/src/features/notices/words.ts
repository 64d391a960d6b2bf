/** A notice's attributes in words. */
import { wordsOf } from '../../../../../layouts/words.ts';
import type { Found, NoticeLook, NoticeState } from '../../../../../shared/protocol/api/content.ts';
import type { Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';

/** What a layout and its fields are called; of one that is not there, nothing. */
const layoutWords = (layout: string) => wordsOf(layout, getLocale());

export const layoutName = (layout: string): string => layoutWords(layout)?.name ?? layout;

export const layoutAbout = (layout: string): string => layoutWords(layout)?.about ?? '';

/** The label of a field, with `part` of a column of its rows or of one of its options. */
export const fieldWord = (layout: string, field: string, part?: string): string =>
  layoutWords(layout)?.fields[part === undefined ? field : `${field}.${part}`] ?? part ?? field;

/** What to know when a field is filled in, if anything. */
export const fieldHint = (layout: string, field: string): string | undefined =>
  layoutWords(layout)?.fields[`${field}.hint`];

/** «Thông báo», «Infographic số liệu», «Hình ảnh», «Video». */
export function lookName(look: NoticeLook): string {
  if (look.type === 'layout') return layoutName(look.layout);
  return look.type === 'image' ? m.notice_type_image() : m.notice_type_video();
}

/** Where the words sought are, when they are not in the title. */
export const foundWords = (found: Found): string =>
  found.in === 'documentNumber'
    ? m.notice_found_number({ number: found.text })
    : m.notice_found_text({ text: found.text });

export const stateName = (state: NoticeState): string =>
  ({
    draft: m.notice_state_draft,
    submitted: m.notice_state_submitted,
    returned: m.notice_state_returned,
    approved: m.notice_state_approved,
  })[state]();

export const stateTone = (state: NoticeState): 'neutral' | 'accent' | 'warn' | 'good' =>
  (({ draft: 'neutral', submitted: 'accent', returned: 'warn', approved: 'good' }) as const)[state];

/** Somebody, by name; accounts of a release before may have none. */
export const personName = (person: { readonly name: string | null }): string =>
  person.name ?? m.version_unknown_person();

/**
 * How far the newest take-down is. While it goes on nobody can tell of how many boards: more of them are still being found.
 * @param done boards that have stopped showing the notice
 */
export function takedownTally({ takedowns, boards, hidden }: Takedowns, done: number): string {
  if (takedowns[0]?.pending) return m.takedown_so_far({ n: done });
  if (boards.length + hidden === 0) return m.takedown_no_board();
  const tally = m.takedown_tally({ n: done, total: boards.length });
  return hidden === 0 ? tally : `${tally}, ${m.takedown_hidden({ n: hidden })}`;
}
