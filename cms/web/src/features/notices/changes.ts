/** What differs between two versions of a notice, field by field, in words. */
import { isLayoutName, layouts, type FieldMeta, type LayoutName } from '../../../../../layouts/schemas.ts';
import type { NoticeVersion } from '../../../../../shared/protocol/api/approval.ts';
import type { NoticeContent } from '../../../../../shared/protocol/programme.ts';
import { differences, type Change, type Line } from '../../lib/changes.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { fieldWord, lookName } from './layout-words.ts';

type LayoutContent = Extract<NoticeContent, { type: 'layout' }>;

export type Compared = Pick<
  NoticeVersion,
  'title' | 'category' | 'unitId' | 'durationMs' | 'content' | 'entertainment'
>;

/** What units and categories are called. */
export interface Names {
  readonly unit: (id: string) => string;
  readonly category: (key: string) => string;
}

export const changesOf = (before: Compared, after: Compared, names: Names): Change[] =>
  differences(linesOf(before, names), linesOf(after, names));

function linesOf(notice: Compared, names: Names): Line[] {
  const { content } = notice;
  return [
    [m.notice_title(), notice.title],
    [m.notice_type(), lookName(content)],
    ...contentLines(content),
    [m.notice_category(), names.category(notice.category)],
    [m.unit_field(), names.unit(notice.unitId)],
    [m.notice_duration(), notice.durationMs === null ? m.notice_duration_auto() : durationWords(notice.durationMs)],
    [m.notice_entertainment(), notice.entertainment ? m.audit_yes() : m.audit_no()],
  ];
}

/** What a notice says of itself in a word or a line: number, date, who signed, subject; '' where it leaves one out. */
export function particularsOf(content: NoticeContent): Line[] {
  if (content.type !== 'layout') return [[m.notice_alt(), content.alt]];
  return fieldsOf(content, ({ kind }) => kind !== 'pages' && !isLong(kind));
}

/** What it says at length: text, figures, tables; without what is left out. */
export const longTextsOf = (content: NoticeContent): Line[] =>
  content.type === 'layout'
    ? fieldsOf(content, ({ kind }) => isLong(kind)).filter(([, words]) => words.trim() !== '')
    : [];

const isLong = (kind: FieldMeta['kind']): boolean => kind === 'longText' || kind === 'rows' || kind === 'table';

/** A picture's file is seen, not read: of it the words that stand for it. */
function fieldsOf({ layout, fields }: LayoutContent, wanted: (field: FieldMeta) => boolean): Line[] {
  if (!isLayoutName(layout)) return [];
  return layouts[layout].fields.filter(wanted).map((field): Line => {
    const value = fields[field.key];
    const words = field.kind === 'image' ? pictureOf(value)?.alt : valueWords(layout, field, value);
    return [fieldWord(layout, field.key), words ?? ''];
  });
}

const fileWords = (hash: string): string => m.change_file_words({ id: hash.slice(0, 8) });

function contentLines(content: NoticeContent): Line[] {
  return [...lookLines(content), [m.notice_link(), content.link ?? '']];
}

function lookLines(content: NoticeContent): Line[] {
  if (content.type !== 'layout')
    return [
      [m.change_file(), fileWords(content.asset)],
      [m.notice_alt(), content.alt],
      [m.notice_fit(), content.fit === 'contain' ? m.notice_fit_contain() : m.notice_fit_cover()],
      ...(content.type === 'video' ? [[m.notice_muted(), content.muted ? m.audit_yes() : m.audit_no()] as const] : []),
    ];
  const { layout, fields, enlarge } = content;
  if (!isLayoutName(layout)) return [[m.notice_content(), JSON.stringify(fields)]];
  return [
    ...layouts[layout].fields.map((field): Line => [
      fieldWord(layout, field.key),
      valueWords(layout, field, fields[field.key]),
    ]),
    [m.change_enlarge(), enlarge === undefined ? '' : `× ${enlarge}`],
  ];
}

interface PictureValue {
  readonly asset: string;
  readonly alt: string;
}
const pictureOf = (value: unknown): PictureValue | null => (value ?? null) as PictureValue | null;
const pictureWords = ({ asset, alt }: PictureValue): string =>
  [fileWords(asset), alt].filter((part) => part !== '').join(', ');

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function valueWords(layout: LayoutName, field: FieldMeta, value: unknown): string {
  if (value === null || value === undefined) return '';
  switch (field.kind) {
    case 'choice':
      return fieldWord(layout, field.key, text(value));
    case 'image':
      return pictureWords(pictureOf(value)!);
    case 'pages':
      return (value as PictureValue[]).map(pictureWords).join('\n');
    case 'rows':
      return (value as Record<string, unknown>[])
        .map((row) => field.columns.map(({ key }) => text(row[key])).join(' · '))
        .join('\n');
    case 'table':
      return (value as unknown[][]).map((row) => row.map(text).join(' · ')).join('\n');
    default:
      return text(value);
  }
}
