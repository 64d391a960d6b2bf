/** «Biểu đồ»: columns, lines or shares, drawn from a table that was typed or pasted. */
import { z } from 'zod';
import { optionalText, requiredText, table } from '../fields.ts';
import type { FieldMeta } from '../types.ts';
import { faultsOf, hasHeader, mostLetters } from './figures.ts';

export const kinds = ['columns', 'lines', 'shares'] as const;

/** First row of names, then one row for each thing shown: its name and up to three figures. */
const limits = { maxRows: 13, maxColumns: 4, maxLength: mostLetters.row };

export const schema = z
  .strictObject({
    title: requiredText(100),
    kind: z.enum(kinds).default('columns'),
    table: table(limits),
    unit: optionalText(20),
    source: optionalText(120),
  })
  .superRefine(({ kind, table: cells }, context) => {
    for (const { row, column = 0, message, ...fault } of faultsOf(cells, kind)) {
      context.addIssue({
        code: 'custom',
        path: row === undefined ? ['table'] : ['table', row, column],
        message,
        params: row === undefined ? fault : { ...fault, row: row + 1, column: column + 1 },
      });
    }
  });
export type ChartFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'title', kind: 'text', maxLength: 100, required: true },
  { key: 'kind', kind: 'choice', options: kinds, required: true },
  { key: 'table', kind: 'table', ...limits, hasHeader, required: true },
  { key: 'unit', kind: 'text', maxLength: 20, required: false },
  { key: 'source', kind: 'text', maxLength: 120, required: false },
];
