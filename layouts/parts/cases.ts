/** What the tests of layouts write into their fields: stacked marks in every line, and pictures that are drawn for the test. */
import type { PictureField } from '../fields.ts';

/** What a layout is tried with, by what is special about it: its sample, the longest that its schema takes, and what is odd. */
export type LayoutCases = Readonly<Record<'sample' | 'longest', Fields> & Record<string, Fields>>;
type Fields = Readonly<Record<string, unknown>>;

export const marks = 'Ể Ộ Ữ Ẳ Ẵ ngoằn ngoèo – ẾỆỄ ƯỚC MUỐN ĐẦY ỤC, Ặng ợ g';

/** So many characters with marks. */
export const marked = (length: number): string => `${marks} `.repeat(20).slice(0, length).trim();

/** Paragraphs, some of them items of a list. */
export const longText = Array.from(
  { length: 12 },
  (_, i) =>
    `${i % 3 === 1 ? '- ' : ''}Đoạn ${i + 1}: ${marks}; cán bộ phụ trách và cán bộ làm công tác thông tin cơ sở ở xã, phường (mỗi đơn vị tối thiểu 02 người).`,
).join('\n');

/** A picture of that many px; the tests draw it. */
export const drawn = (width: number, height: number): PictureField => ({ asset: `drawn:${width}x${height}`, alt: '' });
