/**
 * Every layout by name: field schema, what a form needs, a sample. Runs in Node: no component is imported here, so
 * the CMS server checks fields with it (docs/decisions/0001-server-reads-layout-schemas.md).
 */
import type { z } from 'zod';
import { countWords as countTextWords, readingTimeMs } from '../shared/protocol/reading-time.ts';
import * as infographic from './infographic/schema.ts';
import { sample as infographicSample } from './infographic/sample.ts';
import * as urgent from './urgent/schema.ts';
import { sample as urgentSample } from './urgent/sample.ts';
import * as chart from './chart/schema.ts';
import { sample as chartSample } from './chart/sample.ts';
import * as picture from './picture/schema.ts';
import { sample as pictureSample } from './picture/sample.ts';
import * as poster from './poster/schema.ts';
import { sample as posterSample } from './poster/sample.ts';
import * as timetable from './timetable/schema.ts';
import { sample as timetableSample } from './timetable/sample.ts';
import * as clock from './clock/schema.ts';
import { sample as clockSample } from './clock/sample.ts';
import * as document from './document/schema.ts';
import { sample as documentSample } from './document/sample.ts';
import * as notice from './notice/schema.ts';
import { sample as noticeSample } from './notice/sample.ts';
import type { LayoutName } from './names.ts';
import type { FieldMeta } from './types.ts';

export { isLayoutName, layoutNames, type LayoutName } from './names.ts';
export type { ColumnMeta, FieldMeta } from './types.ts';

export interface LayoutDefinition {
  /** Parses a notice's `fields`: trims, normalises to NFC, fills absent optional fields. */
  readonly schema: z.ZodType<Record<string, unknown>>;
  readonly fields: readonly FieldMeta[];
  readonly sample: Readonly<Record<string, unknown>>;
}

export const layouts = {
  notice: { schema: notice.schema, fields: notice.fields, sample: { ...noticeSample } },
  infographic: { schema: infographic.schema, fields: infographic.fields, sample: { ...infographicSample } },
  urgent: { schema: urgent.schema, fields: urgent.fields, sample: { ...urgentSample } },
  chart: { schema: chart.schema, fields: chart.fields, sample: { ...chartSample } },
  picture: { schema: picture.schema, fields: picture.fields, sample: { ...pictureSample } },
  poster: { schema: poster.schema, fields: poster.fields, sample: { ...posterSample } },
  timetable: { schema: timetable.schema, fields: timetable.fields, sample: { ...timetableSample } },
  document: { schema: document.schema, fields: document.fields, sample: { ...documentSample } },
  clock: { schema: clock.schema, fields: clock.fields, sample: { ...clockSample } },
} as const satisfies Record<LayoutName, LayoutDefinition>;

/** Words (in Vietnamese: syllables) of all texts in a layout's fields: what the length of its slot is computed from. */
export function countWords(fields: unknown): number {
  if (typeof fields === 'string') return countTextWords(fields);
  if (typeof fields !== 'object' || fields === null) return 0;
  return Object.values(fields).reduce<number>((sum, value) => sum + countWords(value), 0);
}

/** How long a layout with such fields stays on a board when nobody says otherwise, ms. */
export function slotMs(layout: string, fields: Readonly<Record<string, unknown>>): number {
  const pages = layout === 'document' ? document.schema.safeParse(fields) : null;
  return pages?.success ? document.slotMs(pages.data) : readingTimeMs(countWords(fields));
}
