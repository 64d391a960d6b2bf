/** A filled-in «Ảnh có lời», for a new notice in the studio and for tests; its picture is yet to be chosen. */
import { noPicture } from '../fields.ts';
import type { PictureFields } from './schema.ts';

export const sample: PictureFields = {
  picture: noPicture,
  caption: 'Đoàn viên thanh niên thôn Đông trồng hoa dọc đường Trần Phú, sáng Chủ nhật 16/11',
  credit: 'Nguyễn Văn Bình',
  fit: 'whole',
};
