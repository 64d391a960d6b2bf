import type { LayoutWords } from '../types.ts';
import type { InfographicFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 30;

export const words: LayoutWords<InfographicFields> = {
  vi: {
    name: 'Infographic số liệu',
    about: 'Từ 1 đến 6 con số, đọc được từ bên kia đường',
    fields: {
      title: 'Tiêu đề trên bảng',
      rows: 'Các số liệu',
      'rows.hint': 'Con số dài nhất 12 ký tự; số lớn hơn xin viết gọn cùng đơn vị tính: «1,25» và «tỷ đồng».',
      'rows.value': 'Con số',
      'rows.unit': 'Đơn vị tính',
      'rows.label': 'Ý nghĩa',
      source: 'Nguồn số liệu',
    },
  },
  en: {
    name: 'Infographic',
    about: 'One to six figures, readable from across the street',
    fields: {
      title: 'Headline on the board',
      rows: 'Figures',
      'rows.hint':
        'A figure has at most 12 characters; write a larger one short, with its unit: “1.25” and “billion đồng”.',
      'rows.value': 'Figure',
      'rows.unit': 'Unit',
      'rows.label': 'Meaning',
      source: 'Source',
    },
  },
};
