/** What layouts and their fields are called: the words of all of them, in a file of their own, since few pages need them. */
import { wordsOf } from '../../../../../layouts/words.ts';
import type { NoticeLook } from '../../../../../shared/protocol/api/content.ts';
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
