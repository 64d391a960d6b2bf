/** A notice while it is written. */
import type { z } from 'zod';
import { isLayoutName, layouts, slotMs, type FieldMeta, type LayoutName } from '../../../../../layouts/schemas.ts';
import { noPicture } from '../../../../../layouts/fields.ts';
import {
  maxTitleLength,
  type Media,
  type Notice,
  type NoticeInput,
  type NoticeLook,
} from '../../../../../shared/protocol/api/content.ts';
import { webLink } from '../../../../../shared/protocol/link-code.ts';
import { assetsOf, type NoticeContent } from '../../../../../shared/protocol/programme.ts';
import { scanningTimeMs } from '../../../../../shared/protocol/reading-time.ts';
import { layoutName } from './layout-words.ts';

/** `layout:<name>`, `image` or `video`. */
export type ContentType = `layout:${LayoutName}` | 'image' | 'video';

export type FieldValues = Extract<NoticeContent, { type: 'layout' }>['fields'];

/** What an `image` field of a layout holds. */
export type PictureValue = { asset: string; alt: string };

export const contentTypeOf = (look: NoticeLook): ContentType =>
  look.type === 'layout' ? `layout:${look.layout as LayoutName}` : look.type;

export function emptyContent(type: ContentType): NoticeContent {
  if (type === 'image') return { type, asset: '', alt: '', fit: 'contain' };
  if (type === 'video') return { type, asset: '', alt: '', fit: 'contain', muted: true };
  const layout = type.slice('layout:'.length) as LayoutName;
  return {
    type: 'layout',
    layout,
    fields: Object.fromEntries(layouts[layout].fields.map((field) => [field.key, emptyValue(field)])),
  };
}

function emptyValue(field: FieldMeta): FieldValues[string] {
  switch (field.kind) {
    case 'number':
    case 'image':
      return null;
    case 'choice':
      return field.options[0] ?? '';
    case 'table':
    case 'pages':
      return [];
    case 'rows':
      return Array.from({ length: Math.max(1, field.minRows) }, () => emptyRow(field));
    default:
      return '';
  }
}

export const emptyRow = (field: Extract<FieldMeta, { kind: 'rows' }>): Record<string, string> =>
  Object.fromEntries(field.columns.map((column) => [column.key, '']));

export function inputOf(
  notice: Pick<Notice, 'unitId' | 'title' | 'category' | 'content' | 'durationMs' | 'entertainment'>,
): NoticeInput {
  const { unitId, title, category, content, durationMs, entertainment } = notice;
  // A field that was added to the layout later is there, and empty.
  if (content.type === 'layout' && isLayoutName(content.layout)) {
    const empty = emptyContent(`layout:${content.layout}`);
    if (empty.type === 'layout') {
      return {
        unitId,
        title,
        category,
        durationMs,
        entertainment,
        content: { ...content, fields: { ...empty.fields, ...content.fields } },
      };
    }
  }
  return { unitId, title, category, content, durationMs, entertainment };
}

export interface Completed {
  content: NoticeContent;
  /** Fields that the layout's sample stands in for. */
  sampled: readonly string[];
  /** Those of them in which something is written that cannot be shown yet: the sample's figures would be taken for theirs. */
  begun: readonly string[];
  /** What is wrong with tables that somebody has begun. */
  wrong: readonly z.core.$ZodIssue[];
}

/** Where somebody is typing in a layout's fields: a row of a table. */
export type TypedRow = readonly [field: string, row: number];

/** Without what the rest of the row may mend that somebody is in the middle of: what is said of that row, or of the whole of its table. */
export const withoutRow = (wrong: Completed['wrong'], typed: TypedRow | null): Completed['wrong'] =>
  typed === null
    ? wrong
    : wrong.filter((issue) => issue.path.slice(0, 2).some((part, at) => part !== typed[at]) || isForGood(issue));

/** Words do not become a number, however one goes on; only in the first row they may become the name of a column. */
const isForGood = ({ path, ...issue }: z.core.$ZodIssue): boolean =>
  issue.code === 'custom' &&
  issue.params?.['reason'] === 'not_a_number' &&
  path[1] !== 0 &&
  /\p{L}/u.test(String(issue.params['text']));

/** From the second row and column on: until then it may be anything. */
const isTable = (cells: unknown): boolean => Array.isArray(cells) && cells.length > 1 && cells[0].length > 1;

/** Nothing is written in it, nor in its rows and cells. */
const isBlank = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.trim() === ''
    : typeof value !== 'object' || value === null
      ? value === undefined || value === null
      : Object.values(value).every(isBlank);

/**
 * What the preview shows of fields that are not finished: the layout's sample stands in for what is missing or wrong, the beginning for
 * what is too long, the finished rows for all. What need not be there and is wrong is left out: the sample's date would be taken for
 * theirs.
 */
export function completed(input: NoticeContent): Completed {
  const content = { ...input, link: webLink.safeParse(input.link).data };
  if (content.type !== 'layout' || !isLayoutName(content.layout)) return { content, sampled: [], begun: [], wrong: [] };
  const { schema, sample, fields: metas } = layouts[content.layout];
  const fields: Record<string, unknown> = { ...content.fields };
  const issues = schema.safeParse(fields).error?.issues ?? [];
  for (const { key, kind } of metas) {
    const rows = fields[key];
    if (kind !== 'rows' || !Array.isArray(rows)) continue;
    const finished = rows.filter((_, row) => !issues.some(({ path }) => path[0] === key && path[1] === row));
    fields[key] = finished.length > 0 ? finished : rows.filter((row) => !isBlank(row));
  }
  const isBegunTable = (key: unknown): boolean =>
    metas.some((meta) => meta.key === key && meta.kind === 'table') && isTable(fields[String(key)]);
  const wrong = issues.filter(({ path }) => isBegunTable(path[0]));
  const sampled = new Set<string>();
  // Twice: a value is replaced by the sample's, and what the sample leaves empty is left out.
  const optional = new Set<string>(metas.filter((meta) => 'required' in meta && !meta.required).map(({ key }) => key));
  const sampleOf = (key: string): unknown => (optional.has(key) ? undefined : (sample as Record<string, unknown>)[key]);
  for (const replacement of [sampleOf, () => undefined]) {
    const parsed = schema.safeParse(fields);
    if (parsed.success) break;
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? '');
      const own = cutOf(issue, fields[key]);
      const value = own ?? replacement(key);
      if (own === undefined && value !== undefined) sampled.add(key);
      if (value === undefined) delete fields[key];
      else fields[key] = value;
    }
  }
  // What goes together in the sample may not go with a choice that was made: a chart of shares has one column of numbers.
  const fits = schema.safeParse(fields).success;
  for (const { key, kind } of metas) if (!fits && kind === 'choice') delete fields[key];
  const shown = (fits ? fields : { ...sample, ...fields }) as FieldValues;
  return {
    content: { ...content, fields: shown },
    sampled: [...sampled],
    begun: [...sampled].filter((key) => !isBlank(content.fields[key])),
    wrong,
  };
}

/** The beginning of a text that is too long. */
const cutOf = (issue: z.core.$ZodIssue, value: unknown): string | undefined =>
  issue.code === 'too_big' && issue.path.length === 1 && typeof value === 'string'
    ? value.trim().slice(0, Number(issue.maximum))
    : undefined;

/** Whether the picture or video that it is about is yet to be chosen: there is nothing to preview. */
export const lacksPicture = (content: NoticeContent): boolean =>
  content.type === 'layout' ? assetsOf(content).includes(noPicture.asset) : content.asset === '';

const fieldsOf = (look: NoticeLook): readonly FieldMeta[] =>
  look.type === 'layout' && isLayoutName(look.layout) ? layouts[look.layout].fields : [];

/** The field that holds pages of a document; undefined where none does. */
export const pagesFieldOf = (look: NoticeLook): string | undefined =>
  fieldsOf(look).find(({ kind }) => kind === 'pages')?.key;
export const showsPages = (look: NoticeLook): boolean => pagesFieldOf(look) !== undefined;

/** Pages are shown one part after another. */
export const inParts = 'parts';
/** The field with that choice. */
export const viewFieldOf = (look: NoticeLook): string | undefined =>
  fieldsOf(look).find((field) => field.kind === 'choice' && field.options.includes(inParts))?.key;

/** Whether it is about a picture, whose letters nobody can measure. */
export const showsPicture = (look: NoticeLook): boolean =>
  look.type === 'image' || fieldsOf(look).some(({ kind, required }) => kind === 'image' && required);

/** What a notice is called in lists until somebody gives it a name: the beginning of what it says, else the name of its layout. */
export function headlineOf(content: NoticeContent): string {
  if (content.type !== 'layout') return '';
  const line = fieldsOf(content).find(({ kind, required }) => kind === 'text' && required);
  const text = line && content.fields[line.key];
  return typeof text === 'string' ? text.slice(0, maxTitleLength) : layoutName(content.layout);
}

/** Still pictures have no length of their own. */
export const imageMs = 10_000;

/** How long the notice will be shown, as the CMS computes it. */
export function effectiveMs(input: Pick<NoticeInput, 'content' | 'durationMs'>, media: readonly Media[]): number {
  if (input.durationMs !== null && input.durationMs >= 1000) return input.durationMs;
  const { content } = input;
  const leastMs = content.link === undefined ? 0 : scanningTimeMs;
  if (content.type === 'layout') return Math.max(leastMs, slotMs(content.layout, content.fields));
  if (content.type === 'image') return Math.max(leastMs, imageMs);
  return media.find((item) => item.hash === content.asset)?.durationMs ?? imageMs;
}
