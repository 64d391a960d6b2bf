/** Wall clock: 24 h, dd/MM/yyyy, the weekday in words. */

export interface ClockFace {
  readonly time: string;
  readonly seconds: string;
  readonly date: string;
  readonly weekday: string;
}

const WEEKDAYS = {
  vi: ['Chủ Nhật', 'Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
} as const;
const DAY_INDEX = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * @param now ms UTC
 * @param zone IANA name; one that this browser does not know reads as Asia/Ho_Chi_Minh
 */
export function clockFace(now: number, zone: string, locale: 'vi' | 'en'): ClockFace {
  const parts = new Map(
    formatter(zone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    time: `${part('hour')}:${part('minute')}`,
    seconds: part('second'),
    date: `${part('day')}/${part('month')}/${part('year')}`,
    weekday: WEEKDAYS[locale][DAY_INDEX.indexOf(part('weekday'))] ?? '',
  };
}

function formatter(zone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  };
  try {
    return new Intl.DateTimeFormat('en-GB', options);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'Asia/Ho_Chi_Minh' });
  }
}
