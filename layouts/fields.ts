/** Zod pieces that layout schemas are built from. Text is stored trimmed, in NFC and without invisible characters, however it was typed. */
import { z } from 'zod';
import { sha256Hex } from '../shared/protocol/common.ts';
import { isCalendarDay } from '../shared/util/calendar-day.ts';
import { cleanLine, cleanParagraphs } from '../shared/util/text.ts';
import { squareOff } from './parts/table.ts';

/** One line of text that must not be empty. */
export const requiredText = (maxLength: number) => z.string().overwrite(cleanLine).min(1).max(maxLength);

/** One line of text that may be empty; absent reads as empty. */
export const optionalText = (maxLength: number) => z.string().overwrite(cleanLine).max(maxLength).default('');

/** Paragraphs, one per line, that must not be empty. */
export const requiredParagraphs = (maxLength: number) => z.string().overwrite(cleanParagraphs).min(1).max(maxLength);

/** Paragraphs, one per line; absent reads as empty. */
export const optionalParagraphs = (maxLength: number) =>
  z.string().overwrite(cleanParagraphs).max(maxLength).default('');

/** A picture: a media file by its SHA-256, and what it shows in words. */
export const picture = () => z.strictObject({ asset: sha256Hex, alt: optionalText(200) });
export type PictureField = z.infer<ReturnType<typeof picture>>;

/** Stands in samples for a picture that is yet to be chosen; there is no such file. */
export const noPicture: PictureField = { asset: '0'.repeat(64), alt: '' };

const isWrittenDate = (text: string): boolean => {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text) ?? [];
  return Number(year) >= 1900 && isCalendarDay(Number(year), Number(month), Number(day));
};

/** A calendar date written dd/MM/yyyy, or empty. */
export const optionalDate = () =>
  z
    .string()
    .trim()
    .max(10)
    .refine((text) => text === '' || isWrittenDate(text), { error: 'A date is written dd/MM/yyyy' })
    .default('');

export interface TableLimits {
  readonly maxRows: number;
  readonly maxColumns: number;
  /** Of one cell. */
  readonly maxLength: number;
}

/** Rows of cells, all of one width, without empty rows or columns at the end; at least one cell is filled. */
export const table = ({ maxRows, maxColumns, maxLength }: TableLimits) =>
  z
    .array(z.array(z.string().overwrite(cleanLine).max(maxLength)))
    .overwrite(squareOff)
    .min(1)
    .max(maxRows)
    .refine((rows) => (rows[0]?.length ?? 0) <= maxColumns, {
      error: `At most ${maxColumns} columns`,
      params: { reason: 'too_many_columns', max: maxColumns },
    });
