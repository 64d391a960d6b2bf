/** HTTP: units from a file. */
import { z } from 'zod';
import { sha256Hex } from '../common.ts';
import { since } from './units.ts';

/**
 * POST /api/units/import?from=day, body text/csv: columns province_code, province_name, code, name; UTF-8, UTF-16 or Windows-1258;
 * comma, semicolon or tab. → importReport. Adds what is missing, renames and moves what differs, ends nothing. Without `apply` nothing
 * is changed; with it all rows that are not rejected are taken, in one transaction. Codes `csv_empty`, `csv_is_workbook`,
 * `csv_unreadable`, `csv_encoding_unknown`, `csv_too_long`, `csv_columns_missing`, `unit_reason_needed`, `units_changed` 409.
 */
export const importQuery = z.strictObject({
  ...since,
  apply: z.enum(['true', 'false']).default('false'),
  /**
   * Codes of the provinces whose rows are taken, such as `01,92`. Left out: of those that the person may change the ones that there are,
   * and a new one only if the file is of no other.
   */
  provinces: z
    .string()
    .regex(/^(\d{2}(,\d{2})*)?$/)
    .optional(),
  /** `digest` of the preview that is to be applied. */
  expect: sha256Hex.optional(),
});
export type ImportQuery = z.infer<typeof importQuery>;

const count = z.int().min(0);
export const importReport = z.strictObject({
  applied: z.boolean(),
  /** Names file, day, choice and the state of the tree. */
  digest: sha256Hex,
  encoding: z.enum(['utf-8', 'utf-16', 'windows-1258']),
  delimiter: z.enum([',', ';', '\t']),
  rows: count,
  /** Rows whose leading zeros a spreadsheet had taken; they were put back. */
  padded: count,
  /** Units. */
  added: count,
  changed: count,
  unchanged: count,
  /** Rows of provinces that were not taken. */
  skipped: count,
  provinces: z.array(
    z.strictObject({
      code: z.string(),
      name: z.string(),
      /** foreign: the person may not change it. */
      state: z.enum(['known', 'new', 'foreign']),
      taken: z.boolean(),
      rows: count,
    }),
  ),
  changes: z.array(z.strictObject({ line: z.int(), code: z.string(), before: z.string(), after: z.string() })),
  /** Communes of the provinces taken that the file does not name: they stay as they are. */
  absent: z.array(z.strictObject({ code: z.string(), name: z.string() })),
  rejected: z.array(
    z.strictObject({
      line: z.int(),
      /**
       * Codes `row_columns`, `row_code_missing`, `row_code_invalid`, `row_name_missing`, `row_name_unreadable`, `row_repeated`, `row_province_differs`,
       * `row_out_of_scope`, or what refuses a single change.
       */
      code: z.string(),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      /** The row as it stands in the file. */
      text: z.string(),
    }),
  ),
});
export type ImportReport = z.infer<typeof importReport>;
export type RejectedRow = ImportReport['rejected'][number];
