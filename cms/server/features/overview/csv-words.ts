/** The words of the file, which the page does not make: those that the page has too are the same (csv-words.test.ts). */
import type { Breakdown } from '../../../../shared/protocol/api/overview.ts';

export type Language = 'vi' | 'en';
type Column = 'unit' | 'completed' | 'partial' | 'exercise' | 'uncounted' | 'seconds' | 'from' | 'asOf';

interface Words {
  /** What the breakdown is called, as the page calls it. */
  readonly by: Record<Breakdown, string>;
  /** What stands in its first column. */
  readonly first: Record<Breakdown, string>;
  readonly columns: Record<Column, string>;
  readonly unknown: string;
}

export const csvWords: Record<Language, Words> = {
  vi: {
    by: {
      unit: 'Theo đơn vị',
      board: 'Theo bảng tin',
      content: 'Theo tin và cảnh báo',
      category: 'Tin theo nhóm',
      origin: 'Tin theo đơn vị phụ trách',
    },
    first: {
      unit: 'Đơn vị',
      board: 'Bảng tin',
      content: 'Tin hoặc cảnh báo',
      category: 'Nhóm tin',
      origin: 'Đơn vị phụ trách',
    },
    columns: {
      unit: 'Đơn vị',
      completed: 'Lượt trọn vẹn',
      partial: 'Lượt không trọn',
      exercise: 'Lượt diễn tập',
      uncounted: 'Không tính',
      seconds: 'Đã hiện (giây, tổng chính xác)',
      from: 'Từ',
      asOf: 'Số liệu tính đến',
    },
    unknown: 'không rõ',
  },
  en: {
    by: {
      unit: 'By unit',
      board: 'By board',
      content: 'By notice and alert',
      category: 'Notices by category',
      origin: 'Notices by unit in charge',
    },
    first: {
      unit: 'Unit',
      board: 'Board',
      content: 'Notice or alert',
      category: 'Category',
      origin: 'Unit in charge',
    },
    columns: {
      unit: 'Unit',
      completed: 'Full plays',
      partial: 'Partial plays',
      exercise: 'Exercise plays',
      uncounted: 'Not counted',
      seconds: 'Shown (seconds, exact sum)',
      from: 'From',
      asOf: 'Figures as of',
    },
    unknown: 'unknown',
  },
};
