/** A filled-in «Lịch, bảng trực», for a new notice in the studio and for tests. */
import type { TimetableFields } from './schema.ts';

export const sample: TimetableFields = {
  title: 'Lịch tiếp công dân của xã Bình An',
  table: [
    ['Ngày', 'Người tiếp', 'Giờ'],
    ['Thứ Hai', 'Chủ tịch Nguyễn Thị Hường', '7:30 – 11:30'],
    ['Thứ Ba', 'Phó Chủ tịch Trần Văn Nam', '13:30 – 17:00'],
    ['Thứ Tư', 'Phòng Kinh tế', '7:30 – 11:30'],
    ['Thứ Năm', 'Phòng Văn hóa – Xã hội', '13:30 – 17:00'],
    ['Thứ Sáu', 'Chủ tịch Nguyễn Thị Hường', '7:30 – 11:30'],
    ['Thứ Bảy', 'Cán bộ trực', '7:30 – 9:30'],
  ],
  note: 'Tại phòng tiếp công dân, tầng 1. Việc gấp xin gọi 0226 3855 123.',
};
