import type { LayoutWords } from '../types.ts';
import type { PosterFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 60;

export const words: LayoutWords<PosterFields> = {
  vi: {
    name: 'Áp phích',
    about: 'Sự kiện, cuộc vận động: tên lớn, thời gian, địa điểm',
    fields: {
      kicker: 'Dòng trên tiêu đề',
      title: 'Tiêu đề trên bảng',
      lead: 'Lời mời',
      when: 'Thời gian',
      where: 'Địa điểm',
      organizer: 'Đơn vị tổ chức',
      picture: 'Ảnh',
      tone: 'Màu nền',
      'tone.red': 'Đỏ',
      'tone.green': 'Xanh lá',
      'tone.blue': 'Xanh dương',
    },
  },
  en: {
    name: 'Poster',
    about: 'Events and campaigns: a large title, when and where',
    fields: {
      kicker: 'Line above the title',
      title: 'Title on the board',
      lead: 'Invitation',
      when: 'When',
      where: 'Where',
      organizer: 'Organiser',
      picture: 'Picture',
      tone: 'Background',
      'tone.red': 'Red',
      'tone.green': 'Green',
      'tone.blue': 'Blue',
    },
  },
};
