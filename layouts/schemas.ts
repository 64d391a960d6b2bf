/**
 * Every layout by name: field schema, what a form needs, a sample. Runs in Node: no component is imported here, so
 * the CMS server checks fields with it (docs/decisions/0001-server-reads-layout-schemas.md).
 */
import type { z } from 'zod';
import { countUpTo, mostWordsRead, readingTimeMs } from '../shared/protocol/reading-time.ts';
import { list } from './list.ts';
import type { FieldMeta } from './types.ts';

export type { ColumnMeta, FieldMeta } from './types.ts';

export interface LayoutDefinition {
  /** Parses a notice's `fields`: trims, normalises to NFC, fills absent optional fields. */
  readonly schema: z.ZodType<Record<string, unknown>>;
  readonly fields: readonly FieldMeta[];
  readonly sample: Readonly<Record<string, unknown>>;
  /** How long it stays on a board when nobody says otherwise, ms; missing where that is the time to read it. */
  readonly slotMs?: (fields: never) => number;
}

export const layouts = list satisfies Record<string, LayoutDefinition>;
export type LayoutName = keyof typeof layouts;
export const layoutNames = Object.keys(layouts) as LayoutName[];

export const isLayoutName = (name: string): name is LayoutName => Object.hasOwn(layouts, name);

/** Words (in Vietnamese: syllables) of all texts in a layout's fields, `most` of them at most: what the length of its slot is computed from. */
export function countWords(fields: unknown, most = Infinity): number {
  if (typeof fields === 'string') return countUpTo(most, fields);
  if (typeof fields !== 'object' || fields === null) return 0;
  return Object.values(fields).reduce<number>((sum, value) => sum + countWords(value, most - sum), 0);
}

/** How long a layout with such fields stays on a board when nobody says otherwise, ms. */
export function slotMs(layout: string, fields: Readonly<Record<string, unknown>>): number {
  const own: LayoutDefinition | undefined = isLayoutName(layout) ? layouts[layout] : undefined;
  const parsed = own?.slotMs && own.schema.safeParse(fields);
  return parsed?.success ? own!.slotMs!(parsed.data as never) : readingTimeMs(countWords(fields, mostWordsRead));
}
