/** A filled-in «Thông báo», for a new notice in the studio and for tests. */
import type { NoticeFields } from './schema.ts';

export const sample: NoticeFields = {
  title: 'Lịch tiêm vắc xin sởi – rubella cho trẻ từ 1 đến 5 tuổi',
  body: [
    'Trạm Y tế xã tổ chức tiêm vắc xin sởi – rubella miễn phí cho trẻ từ 1 đến 5 tuổi chưa tiêm đủ mũi.',
    '- Thời gian: 7 giờ 30 đến 11 giờ, thứ Bảy ngày 22/11/2025.',
    '- Địa điểm: Nhà văn hóa thôn Đông và Trạm Y tế xã.',
    'Gia đình mang theo sổ tiêm chủng của trẻ. Cần hỏi thêm, gặp cán bộ Trạm Y tế trong giờ hành chính.',
  ].join('\n'),
  documentNumber: '48/TB-UBND',
  date: '18/11/2025',
  issuingUnit: 'Ủy ban nhân dân xã Bình An',
  signer: 'Chủ tịch Nguyễn Thị Hường',
};
