import type { LayoutWords } from '../types.ts';
import type { UrgentFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 20;

export const words: LayoutWords<UrgentFields> = {
  vi: {
    name: 'Tin khẩn',
    about: 'Một câu thật lớn, đọc xong trong 3 giây',
    fields: {
      kind: 'Loại tin',
      'kind.urgent': 'Thông báo khẩn',
      'kind.warning': 'Cảnh báo',
      'kind.search': 'Tìm người',
      headline: 'Câu chính',
      'headline.hint': 'Nhiều nhất 12 tiếng: việc gì, ở đâu, đến khi nào',
      details: 'Cần làm gì',
      contact: 'Liên hệ',
      issuingUnit: 'Cơ quan ban hành',
    },
  },
  en: {
    name: 'Urgent notice',
    about: 'One huge sentence, read within 3 seconds',
    fields: {
      kind: 'Kind',
      'kind.urgent': 'Urgent notice',
      'kind.warning': 'Warning',
      'kind.search': 'Missing person',
      headline: 'Main sentence',
      'headline.hint': 'At most 12 syllables: what, where, until when',
      details: 'What to do',
      contact: 'Contact',
      issuingUnit: 'Issued by',
    },
  },
};
