/** A filled-in «Infographic số liệu», for a new notice in the studio and for tests. */
import type { InfographicFields } from './schema.ts';

export const sample: InfographicFields = {
  title: 'Xã Bình An sau 6 tháng đầu năm 2025',
  rows: [
    { value: '98,2', unit: '%', label: 'Hồ sơ giải quyết đúng hạn' },
    { value: '1.250', unit: 'hộ', label: 'Dùng nước sạch tập trung' },
    { value: '12,4', unit: 'tỷ đồng', label: 'Thu ngân sách trên địa bàn' },
    { value: '3', unit: 'km', label: 'Đường thôn mới được bê tông hóa' },
    { value: '0', unit: 'vụ', label: 'Cháy nổ, tai nạn nghiêm trọng' },
  ],
  source: 'Báo cáo kinh tế – xã hội 6 tháng của UBND xã',
};
