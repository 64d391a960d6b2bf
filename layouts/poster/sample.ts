/** A filled-in «Áp phích», for a new notice in the studio and for tests. */
import type { PosterFields } from './schema.ts';

export const sample: PosterFields = {
  kicker: 'Ngày hội Đại đoàn kết toàn dân tộc',
  title: 'Chung một mái nhà thôn Đông',
  lead: 'Văn nghệ, kéo co, bữa cơm đoàn kết. Mời toàn thể bà con tới dự!',
  when: '7 giờ 30, thứ Bảy ngày 15/11',
  where: 'Nhà văn hóa thôn Đông',
  organizer: 'Ban Công tác Mặt trận thôn Đông',
  picture: null,
  tone: 'red',
};
