import type { LayoutWords } from '../types.ts';
import type { ClockFields } from './schema.ts';

/** Where it stands in the menu of the studio: from small to large. */
export const place = 80;

export const words: LayoutWords<ClockFields> = {
  vi: {
    name: 'Đồng hồ – lịch',
    about: 'Giờ, ngày dương, ngày âm và tên đơn vị',
    fields: {
      unitName: 'Tên đơn vị',
      'unitName.hint': 'Để trống thì mỗi bảng hiện tên đơn vị của mình',
      message: 'Lời chào, khẩu hiệu',
    },
  },
  en: {
    name: 'Clock and calendar',
    about: 'Time, solar and lunar date, and the unit’s name',
    fields: {
      unitName: 'Name of the unit',
      'unitName.hint': 'Left empty, each board shows the name of its own unit',
      message: 'Greeting or slogan',
    },
  },
};
