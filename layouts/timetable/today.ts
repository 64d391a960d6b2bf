/** Which rows of a timetable are today's, by what stands in their first cell. */

export interface Today {
  /** dd/MM/yyyy */
  readonly date: string;
  /** «Thứ Hai» … «Chủ Nhật» */
  readonly weekday: string;
}

const DAYS: Readonly<Record<string, number>> = {
  hai: 1,
  ba: 2,
  tư: 3,
  năm: 4,
  sáu: 5,
  bảy: 6,
  '2': 1,
  '3': 2,
  '4': 3,
  '5': 4,
  '6': 5,
  '7': 6,
};
/** «Thứ Hai», «thứ 2», «T2», «Chủ nhật», «CN», «hằng ngày»; sundays are 0. */
const DAY = /(?<![\p{L}\p{N}])(?:thứ\s*(hai|ba|tư|năm|sáu|bảy|[2-7])|t([2-7])|(chủ\s*nhật|cn))(?![\p{L}\p{N}])/giu;
const EVERY_DAY = /(?<!\p{L})(?:hằng|hàng|mỗi) ngày(?!\p{L})/iu;
const DATE = /(?<![\d/])(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?(?![\d/])/gu;
/** What joins the ends of a span: «Thứ Hai – Thứ Sáu», «từ 3/11 đến 9/11». */
const SPAN = /^\s*(?:[-–—]|đến|tới)\s*(?:hết\s*|ngày\s*)?$/iu;

/** True when the cell names today's date or weekday, alone, in a list or within a span; a date counts for more than a weekday. */
export function isToday(cell: string, { date, weekday }: Today): boolean {
  const text = cell.normalize('NFC');
  const [day, month, year] = date.split('/').map(Number) as [number, number, number];
  const dates = [...text.matchAll(DATE)].map((match) => ({ match, at: ordinal(match, year) }));
  if (dates.length > 0) return within(text, dates, ordinalOf(day, month, year), 0);
  if (EVERY_DAY.test(text)) return true;
  const days = [...text.matchAll(DAY)].map((match) => ({ match, at: dayOf(match) }));
  const [now] = [...weekday.matchAll(DAY)].map(dayOf);
  return now !== undefined && within(text, days, now, 7);
}

interface Named {
  readonly match: RegExpMatchArray;
  readonly at: number;
}

/** @param cycle how many there are before they begin anew, 0 for dates, which do not */
function within(text: string, named: readonly Named[], now: number, cycle: number): boolean {
  return named.some(({ match, at }, index) => {
    if (at === now) return true;
    const next = named[index + 1];
    if (next === undefined) return false;
    const between = text.slice((match.index ?? 0) + match[0].length, next.match.index);
    if (!SPAN.test(between)) return false;
    if (cycle === 0) return at <= now && now <= next.at;
    return (now - at + cycle) % cycle <= (next.at - at + cycle) % cycle;
  });
}

const dayOf = ([, name, digit]: RegExpMatchArray): number => DAYS[(name ?? digit ?? '').toLowerCase()] ?? 0;
/** Grows with the date. */
const ordinalOf = (day: number, month: number, year: number): number => (year * 12 + month) * 31 + day;
const ordinal = ([, day, month, year]: RegExpMatchArray, thisYear: number): number =>
  ordinalOf(Number(day), Number(month), year === undefined ? thisYear : Number(year));
