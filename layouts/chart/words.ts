import type { LayoutWords } from '../types.ts';
import type { ChartFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 40;

export const words: LayoutWords<ChartFields> = {
  vi: {
    name: 'Biểu đồ',
    about: 'Cột, đường hoặc tỷ lệ, vẽ từ bảng dán vào',
    fields: {
      title: 'Tiêu đề trên bảng',
      kind: 'Kiểu biểu đồ',
      'kind.columns': 'Cột',
      'kind.lines': 'Đường',
      'kind.shares': 'Tỷ lệ phần trăm',
      table: 'Bảng số liệu',
      'table.hint': 'Cột đầu là tên, các cột sau là số (1.234,5). Hàng đầu có thể là tên cột.',
      unit: 'Đơn vị tính',
      source: 'Nguồn số liệu',
    },
  },
  en: {
    name: 'Chart',
    about: 'Columns, lines or shares, drawn from a pasted table',
    fields: {
      title: 'Title on the board',
      kind: 'Kind of chart',
      'kind.columns': 'Columns',
      'kind.lines': 'Lines',
      'kind.shares': 'Shares in per cent',
      table: 'Table of figures',
      'table.hint':
        'First column: names; the others: numbers (1.234,5). The first row may hold the names of the columns.',
      unit: 'Unit',
      source: 'Source',
    },
  },
};
