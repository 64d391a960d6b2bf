import type { LayoutWords } from '../types.ts';
import type { PictureFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 50;

export const words: LayoutWords<PictureFields> = {
  vi: {
    name: 'Ảnh có lời',
    about: 'Một bức ảnh lớn và lời chú thích',
    fields: {
      picture: 'Ảnh',
      caption: 'Lời chú thích',
      credit: 'Nguồn ảnh',
      fit: 'Cách đặt ảnh',
      'fit.whole': 'Thấy cả ảnh',
      'fit.fill': 'Lấp đầy khung',
    },
  },
  en: {
    name: 'Picture with caption',
    about: 'One large picture and what it shows',
    fields: {
      picture: 'Picture',
      caption: 'Caption',
      credit: 'Credit',
      fit: 'How the picture is placed',
      'fit.whole': 'Whole picture',
      'fit.fill': 'Fill the frame',
    },
  },
};
