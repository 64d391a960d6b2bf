import { marked, marks, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    title: marked(100),
    note: marked(160),
    table: Array.from({ length: 32 }, (_, i) => [
      marked(80),
      i % 5 === 0 ? 'Ể'.repeat(80) : marked(40),
      marked(80),
      '',
      marked(20),
    ]),
  },
  month: {
    title: marks,
    table: [
      ['Ngày', 'Người trực', 'Điện thoại'],
      ...Array.from({ length: 31 }, (_, i) => [
        `${i + 1}/11`,
        i % 2 === 1 ? 'Ông Ẳng Ệ' : marks,
        `0912 345 ${100 + i}`,
      ]),
    ],
  },
  'five columns': {
    title: 'Lịch phát thanh',
    table: [
      ['Giờ', 'Thứ Hai', 'Thứ Tư', 'Thứ Sáu', 'Chủ nhật'],
      ['5:00', 'Thời sự', 'Nông nghiệp', 'Thời sự', 'Ca nhạc'],
      ['16:30', 'Tin xã', 'Sức khỏe', 'Pháp luật', 'Tin xã'],
    ],
  },
};
