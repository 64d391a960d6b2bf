import type { LayoutWords } from '../types.ts';
import type { NoticeFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 10;

export const words: LayoutWords<NoticeFields> = {
  vi: {
    name: 'Thông báo',
    about: 'Văn bản có số, ngày, cơ quan và người ký; bài dài tự sang trang',
    fields: {
      title: 'Tiêu đề trên bảng',
      body: 'Nội dung',
      documentNumber: 'Số, ký hiệu',
      date: 'Ngày ban hành',
      issuingUnit: 'Cơ quan ban hành',
      signer: 'Người ký',
    },
  },
  en: {
    name: 'Notice',
    about: 'A document with number, date, issuer and signer; long texts turn pages',
    fields: {
      title: 'Headline on the board',
      body: 'Text',
      documentNumber: 'Document number',
      date: 'Date of issue',
      issuingUnit: 'Issuing body',
      signer: 'Signer',
    },
  },
};
