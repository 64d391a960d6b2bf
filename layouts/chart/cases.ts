import { marked, marks, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    title: marked(100),
    unit: 'Ể'.repeat(20),
    source: marked(120),
    table: [
      ['Thôn', marked(30), 'Ộ'.repeat(30), marked(28)],
      ...Array.from({ length: 12 }, (_, i) => [
        i % 2 === 1 ? marked(60) : 'Ể'.repeat(60),
        '-123.456.789',
        '1.234.567,25',
        '0',
      ]),
    ],
  },
  'longest names of a line': {
    title: marked(100),
    kind: 'lines',
    table: Array.from({ length: 13 }, (_, i) => [i % 2 === 1 ? marked(30) : 'Ể'.repeat(30), `${i}`]),
  },
  lines: {
    title: marks,
    kind: 'lines',
    unit: 'lượt',
    table: [
      ['', '2024', '2025'],
      ...Array.from({ length: 12 }, (_, i) => [`Tháng ${i + 1}`, `${90 + ((i * 37) % 80)}`, i === 5 ? '' : `${i}`]),
    ],
  },
  'one line': {
    title: 'Ể',
    kind: 'lines',
    table: ['71,5', '78', '84,2', '91', '96,8'].map((value, i) => [`${2021 + i}`, value]),
  },
  shares: {
    title: 'Chi ngân sách xã năm 2025',
    kind: 'shares',
    unit: 'triệu đồng',
    table: [
      ['Xây dựng cơ bản', '6.450'],
      ['Giáo dục', '2.100'],
      ['Văn hóa, thông tin', '480'],
      ['Khác', '12'],
    ],
  },
  'twelve rows': {
    title: marks,
    table: Array.from({ length: 12 }, (_, i) => [marked(8 + i), `${50 + ((i * 37) % 200)}`]),
  },
};
