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
/**
 * «Thứ 2, 4, 6», «thứ hai đến sáu»: days after the first without their «thứ», up to the end or a sign that closes the list; in
 * «Thứ 2, 7 giờ» the 7 is an hour.
 */
const MORE_DAYS =
  /(?<![\p{L}\p{N}])((?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|[2-7])|t[2-7]))((?:\s*(?:[,;&\-–—]|và|đến|tới)\s*(?:hai|ba|tư|năm|sáu|bảy|[2-7]))+)(?=\s*(?:$|[,;()]|(?:hằng|hàng|mỗi|trong)(?!\p{L})))/giu;
const BARE_DAY = /(?<![\p{L}\p{N}])(hai|ba|tư|năm|sáu|bảy|[2-7])(?![\p{L}\p{N}])/giu;

/** «21/11», «21.11», «21/11/2026», «21-11-2026». */
const DATE =
  /(?<!\d|\d[/.,:])(\d{1,2})(?:([/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?|-(\d{1,2})-(\d{4}))(?!\d|[/.,:]\d|\s*(?:h|giờ)(?!\p{L}))/giu;
/** «21-25/11»: the first day has the month of the last. */
const ONE_MONTH =
  /(?<!\d|\d[/.,:-])(\d{1,2})(\s*(?:[-–—]|đến|tới)\s*(?:hết\s*)?(?:ngày\s*)?)(\d{1,2})([/.])(\d{1,2})(?:\4(\d{4}|\d{2}))?(?!\d|[/.,:]\d)/giu;
/** What joins the ends of a span: «Thứ Hai – Thứ Sáu», «từ 3/11 đến 9/11». */
const SPAN = /^\s*(?:[-–—]|đến|tới)\s*(?:hết\s*)?(?:ngày\s*)?$/iu;

/** «Tuần thứ hai của tháng», «lần thứ ba»: the second of something is no Monday; «hằng tuần, thứ hai» is. */
const ORDINAL =
  /(?<![\p{L}\p{N}])(?<!(?:hằng|hàng|mỗi)\s+)(?:tuần|tháng|quý|năm|đợt|kỳ|kì|lần|vòng|phiên|khóa|khoá|ca|tổ|nhóm|đội|lớp|bài|tầng|người)\s+thứ\s*(?:\p{L}+|\d+)(?:\s*(?:và|hoặc)\s*(?:thứ\s*)?(?:hai|ba|tư|năm|sáu|bảy|[2-7])(?![\p{L}\p{N}]))*/giu;
/** «Tổ 1/2» is no date. What happens at a time may have one: of «đợt», «ca» and the like only a single digit is the number. */
const NUMBERED =
  /(?<![\p{L}\p{N}])(?:(?:tổ|nhóm|đội|lớp|khu|phòng|số|ngõ|thôn|xóm|ấp|tầng|bàn|cửa)\s*\d+(?:[/.]\d+)?|(?:đợt|kỳ|kì|lần|vòng|phiên|ca)\s*[1-9](?:[/.]\d{1,2})?)(?!\d|[/.\-–—]\d)/giu;

/** True when the cell names today's date or weekday, alone, in a list or within a span; a date counts for more than a weekday. */
export function isToday(cell: string, { date, weekday }: Today): boolean {
  const text = spelledOut(cell.normalize('NFC'));
  const [day, month, year] = date.split('/').map(Number) as [number, number, number];
  const dates = [...text.matchAll(DATE)].map(dateOf).filter((each) => each !== null);
  if (dates.length > 0) {
    const today = inYear(day, month);
    return someOrSpan(text, dates, (first, last) => isWithin(today, year, first, last));
  }
  if (EVERY_DAY.test(text)) return true;
  const days = [...text.matchAll(DAY)].map((match) => ({ match, at: dayOf(match) }));
  const [now] = [...weekday.matchAll(DAY)].map(dayOf);
  return (
    now !== undefined &&
    someOrSpan(text, days, ({ at: first }, { at: last }) => (now - first + 7) % 7 <= (last - first + 7) % 7)
  );
}

/** The same without ordinals, and with what the writer left to be understood. */
function spelledOut(text: string): string {
  return text
    .replace(ORDINAL, '')
    .replace(NUMBERED, '')
    .replace(
      ONE_MONTH,
      (_, first: string, between: string, last: string, sign: string, month: string, year?: string) => {
        // «28-3/12» begins in the month before.
        const turned = Number(first) > Number(last);
        const begins = turned ? ((Number(month) + 10) % 12) + 1 : Number(month);
        const from = year === undefined || (turned && begins === 12) ? '' : sign + year;
        return `${first}${sign}${begins}${from}${between}${last}${sign}${month}${year === undefined ? '' : sign + year}`;
      },
    )
    .replace(MORE_DAYS, (_, first: string, more: string) => {
      const named = more.replace(BARE_DAY, 'thứ $1');
      // One dash makes a span; «2-4-6» is a list.
      return first + ((more.match(/[-–—]/gu)?.length ?? 0) > 1 ? named.replace(/[-–—]/gu, ',') : named);
    });
}

interface Named {
  readonly match: RegExpMatchArray;
  readonly at: number;
}

/** True when one of them holds by itself, or with the next one as the end of a span. */
function someOrSpan<Each extends Named>(
  text: string,
  named: readonly Each[],
  holds: (first: Each, last: Each) => boolean,
): boolean {
  return named.some((first, index) => {
    if (holds(first, first)) return true;
    const last = named[index + 1];
    if (last === undefined) return false;
    const between = text.slice((first.match.index ?? 0) + first.match[0].length, last.match.index);
    return SPAN.test(between) && holds(first, last);
  });
}

const dayOf = ([, name, digit]: RegExpMatchArray): number => DAYS[(name ?? digit ?? '').toLowerCase()] ?? 0;

interface NamedDate extends Named {
  readonly year: number | null;
}

/** Grows through the year. */
const inYear = (day: number, month: number): number => month * 31 + day;
const YEAR = inYear(31, 12) + 1;

/** null for what is no day of a year, such as «7.30». */
function dateOf(match: RegExpMatchArray): NamedDate | null {
  const [, day, , month, year, dashedMonth, dashedYear] = match;
  const [d, m, y] = [Number(day), Number(month ?? dashedMonth), year ?? dashedYear];
  if (d < 1 || d > 31 || m < 1 || m > 12) return null;
  return { match, at: inYear(d, m), year: y === undefined ? null : Number(y) + (y.length === 2 ? 2000 : 0) };
}

/** A span that ends earlier in the year than it begins goes on into the next one; one year that is written tells the other. */
function isWithin(today: number, year: number, first: NamedDate, last: NamedDate): boolean {
  const over = last.at < first.at ? 1 : 0;
  if (first.year === null && last.year === null) {
    return over === 1 ? today >= first.at || today <= last.at : first.at <= today && today <= last.at;
  }
  const begins = first.year ?? last.year! - over;
  const ends = last.year ?? begins + over;
  const now = year * YEAR + today;
  return begins * YEAR + first.at <= now && now <= ends * YEAR + last.at;
}
