/** A filled-in «Biểu đồ», for a new notice in the studio and for tests. */
import type { ChartFields } from './schema.ts';

export const sample: ChartFields = {
  title: 'Số hộ dùng nước sạch theo thôn',
  kind: 'columns',
  unit: 'hộ',
  table: [
    ['Thôn', 'Năm 2024', 'Năm 2025'],
    ['Đông', '214', '262'],
    ['Đoài', '180', '241'],
    ['Thượng', '156', '198'],
    ['Hạ', '97', '165'],
    ['Bãi', '61', '118'],
  ],
  source: 'Trạm cấp nước xã Bình An',
};
