/** A filled-in «Tin khẩn», for a new notice in the studio and for tests. */
import type { UrgentFields } from './schema.ts';

export const sample: UrgentFields = {
  kind: 'urgent',
  headline: 'Mất nước toàn thôn Đông đến 17 giờ',
  details: [
    'Đường ống chính trên đường Trần Phú bị vỡ, đang sửa.',
    '- Xe bồn cấp nước tại Nhà văn hóa thôn từ 14 giờ.',
    '- Tiết kiệm nước, ưu tiên trạm y tế và trường học.',
  ].join('\n'),
  contact: 'Gọi 1900 1234 khi cần nước gấp',
  issuingUnit: 'Ủy ban nhân dân xã Bình An',
};
