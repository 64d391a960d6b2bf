/** A lunar date as Vietnamese says it. */
import { dayName, lunarDateOf, yearName } from '../../shared/util/lunar-date.ts';

export interface LunarWords {
  /** «mùng 1», «15», «30» */
  readonly day: string;
  /** «tháng Giêng», «tháng Sáu nhuận» */
  readonly month: string;
  /** «năm Bính Ngọ» */
  readonly year: string;
  /** «ngày Kỷ Hợi» */
  readonly dayName: string;
  /** «13/10», «1/6N» where there is no room for words */
  readonly short: string;
  /** The first and the fifteenth, when people burn incense. */
  readonly special: boolean;
}

const MONTHS = ['Giêng', 'Hai', 'Ba', 'Tư', 'Năm', 'Sáu', 'Bảy', 'Tám', 'Chín', 'Mười', 'Mười Một', 'Chạp'];

/** @param date civil date, dd/MM/yyyy */
export function lunarWords(date: string): LunarWords {
  const [day = 1, month = 1, year = 2000] = date.split('/').map(Number);
  const lunar = lunarDateOf(year, month, day);
  return {
    day: lunar.day <= 10 ? `mùng ${lunar.day}` : lunar.day === 15 ? 'rằm' : String(lunar.day),
    month: `tháng ${MONTHS[lunar.month - 1]}${lunar.leap ? ' nhuận' : ''}`,
    year: `năm ${yearName(lunar.year)}`,
    dayName: `ngày ${dayName(year, month, day)}`,
    short: `${lunar.day}/${lunar.month}${lunar.leap ? 'N' : ''}`,
    special: lunar.day === 1 || lunar.day === 15,
  };
}
