import type { LayoutWords } from '../types.ts';
import type { TimetableFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 70;

export const words: LayoutWords<TimetableFields> = {
  vi: {
    name: 'Lịch, bảng trực',
    about: 'Lịch tiếp dân, lịch trực, lịch phát thanh; hôm nay được tô nổi',
    fields: {
      title: 'Tiêu đề trên bảng',
      table: 'Bảng lịch',
      'table.hint': 'Hàng đầu là tên các cột; cột đầu là ngày, thứ hoặc giờ.',
      note: 'Ghi chú',
    },
  },
  en: {
    name: 'Timetable or roster',
    about: 'Office hours, duty rosters, broadcasts; today stands out',
    fields: {
      title: 'Title on the board',
      table: 'Table',
      'table.hint': 'First row: names of the columns; first column: dates, weekdays or times.',
      note: 'Note',
    },
  },
};
