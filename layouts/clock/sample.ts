/** A filled-in «Đồng hồ – lịch», for a new notice in the studio and for tests. */
import type { ClockFields } from './schema.ts';

export const sample: ClockFields = {
  unitName: 'Ủy ban nhân dân xã Bình An',
  message: 'Chung tay giữ gìn đường làng, ngõ xóm sạch đẹp',
};
