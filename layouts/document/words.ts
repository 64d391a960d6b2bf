import type { LayoutWords } from '../types.ts';
import type { DocumentFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 90;

export const words: LayoutWords<DocumentFields> = {
  vi: {
    name: 'Trang tài liệu',
    about: 'Từng trang của tệp PDF, kèm số, ngày và trích yếu',
    fields: {
      title: 'Trích yếu',
      pages: 'Trang được chiếu',
      view: 'Cách chiếu',
      'view.whole': 'Cả trang',
      'view.parts': 'Phóng to từng phần',
      documentNumber: 'Số, ký hiệu',
      date: 'Ngày ban hành',
      issuingUnit: 'Cơ quan ban hành',
      signer: 'Người ký',
    },
  },
  en: {
    name: 'Pages of a document',
    about: 'Each page of a PDF, with its number, date and subject',
    fields: {
      title: 'Subject',
      pages: 'Pages to show',
      view: 'How to show a page',
      'view.whole': 'Whole page',
      'view.parts': 'Enlarged, in parts',
      documentNumber: 'Number',
      date: 'Date',
      issuingUnit: 'Issuing unit',
      signer: 'Signer',
    },
  },
};
