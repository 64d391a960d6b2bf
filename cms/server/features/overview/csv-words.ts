/** The words of the file, which the page does not make: those that the page has too are the same (csv-words.test.ts). */
import type { Breakdown } from '../../../../shared/protocol/api/overview.ts';
import type { noticeCategories } from '../../../../shared/protocol/programme.ts';

export type Language = 'vi' | 'en';
type Column = 'unit' | 'completed' | 'partial' | 'exercise' | 'uncounted' | 'seconds' | 'from' | 'asOf';

interface Words {
  readonly by: Record<Breakdown, string>;
  readonly columns: Record<Column, string>;
  readonly fallback: string;
  readonly unknown: string;
  readonly categories: Record<(typeof noticeCategories)[number], string>;
}

export const csvWords: Record<Language, Words> = {
  vi: {
    by: {
      unit: 'Theo đơn vị',
      board: 'Theo bảng tin',
      content: 'Theo tin và cảnh báo',
      category: 'Tin theo chuyên mục',
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
    categories: {
      law: 'Chủ trương, pháp luật',
      local: 'Quy định, sự kiện địa phương',
      welfare: 'Chương trình, dự án, an sinh',
      economy: 'Kinh tế, văn hóa, xã hội, khoa học',
      security: 'An ninh, trật tự',
      disaster: 'Thiên tai, cứu nạn, cháy nổ, dịch bệnh',
      examples: 'Gương người tốt, việc tốt',
      violations: 'Phòng, chống vi phạm',
      other: 'Nội dung khác',
    },
  },
  en: {
    by: { unit: 'By unit', board: 'By board', content: 'By notice and alert', category: 'Notices by category' },
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
    categories: {
      law: 'Party line and law',
      local: 'Local regulations and events',
      welfare: 'Programmes and welfare',
      economy: 'Economy, culture, society, science',
      security: 'Security and order',
      disaster: 'Disaster, rescue, fire, epidemic',
      examples: 'Good examples',
      violations: 'Combating violations',
      other: 'Other',
    },
  },
};
