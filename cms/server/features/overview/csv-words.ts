/** The words of the file, which the page does not make: those that the page has too are the same (csv-words.test.ts). */
import type { Breakdown } from '../../../../shared/protocol/api/overview.ts';

export type Language = 'vi' | 'en';
type Column = 'unit' | 'completed' | 'partial' | 'exercise' | 'uncounted' | 'seconds' | 'from' | 'asOf';

interface Words {
  readonly by: Record<Breakdown, string>;
  readonly columns: Record<Column, string>;
  readonly fallback: string;
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
    columns: {
      unit: 'Đơn vị',
      completed: 'Lượt trọn vẹn',
      partial: 'Lượt không trọn',
      exercise: 'Lượt diễn tập',
      uncounted: 'Không tính',
      seconds: 'Đã hiện (giây)',
      from: 'Từ',
      asOf: 'Số liệu tính đến',
    },
    fallback: 'Trang chờ',
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
    columns: {
      unit: 'Unit',
      completed: 'Full plays',
      partial: 'Partial plays',
      exercise: 'Exercise plays',
      uncounted: 'Not counted',
      seconds: 'Shown (seconds)',
      from: 'From',
      asOf: 'Figures as of',
    },
    fallback: 'Standby slide',
    unknown: 'unknown',
  },
};
