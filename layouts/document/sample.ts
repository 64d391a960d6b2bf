/** A filled-in «Trang tài liệu», for tests; its pages come from a document. */
import { noPicture } from '../fields.ts';
import type { DocumentFields } from './schema.ts';

export const sample: DocumentFields = {
  title: 'Tạm ngừng cung cấp nước sạch để súc rửa đường ống trên địa bàn xã',
  pages: [noPicture],
  view: 'whole',
  documentNumber: '48/TB-UBND',
  date: '05/06/2026',
  issuingUnit: 'Ủy ban nhân dân xã Bình An',
  signer: 'Phó Chủ tịch Nguyễn Thị Hường',
};
