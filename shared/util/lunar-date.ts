/**
 * The Vietnamese lunar calendar, from its rules (Hồ Ngọc Đức, «Calculation of the lunar calendar», and Quyết định 121-CP of 1967: zone
 * UTC+7) and the positions of moon and sun (J. Meeus, Astronomical Algorithms, 2nd ed., chapters 25 and 49):
 * - a month begins on the day of a new moon;
 * - the month with the winter solstice is the eleventh;
 * - thirteen months from one eleventh to the next: the first of them in which the sun enters no new twelfth of its path is a leap
 *   month and bears the number of the one before it.
 *
 * Right for 1900 to 2100. The Chinese calendar has the same rules and another zone (UTC+8), so a few days and months differ.
 * Why this is not a library: docs/decisions/0007-the-lunar-calendar-is-our-own.md
 */

export interface LunarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** The second month with this number in its year («tháng Sáu nhuận»). */
  readonly leap: boolean;
}

/** Offset of the calendar's zone, in days. It is Vietnam's, wherever a board stands. */
const ZONE = 7 / 24;
const SYNODIC_MONTH = 29.530588861;
/** Julian day (UT) of the new moon number 0, in January 2000. */
const FIRST_MOON = 2451550.09766;

const sin = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);

/** The lunar date of a civil date (of the Gregorian calendar, month 1 to 12). */
export function lunarDateOf(year: number, month: number, day: number): LunarDate {
  const today = dayNumber(year, month, day);
  let begin = eleventhMonth(year);
  let lunarYear = year;
  if (today < begin) begin = eleventhMonth(--lunarYear);
  const months = monthsFrom(begin, eleventhMonth(lunarYear + 1));
  const found = months.findLast((each) => each.begin <= today);
  if (found === undefined) throw new RangeError('There is no lunar month for this day');
  return {
    year: found.month >= 11 ? lunarYear : lunarYear + 1,
    month: found.month,
    day: today - found.begin + 1,
    leap: found.leap,
  };
}

const STEMS = ['Giáp', 'Ất', 'Bính', 'Đinh', 'Mậu', 'Kỷ', 'Canh', 'Tân', 'Nhâm', 'Quý'];
const BRANCHES = ['Tý', 'Sửu', 'Dần', 'Mão', 'Thìn', 'Tỵ', 'Ngọ', 'Mùi', 'Thân', 'Dậu', 'Tuất', 'Hợi'];
const sexagenary = (n: number): string => `${STEMS[n % 10]} ${BRANCHES[n % 12]}`;

/** Stem and branch of a lunar year: «Bính Ngọ» for 2026. */
export const yearName = (lunarYear: number): string => sexagenary(lunarYear + 56);

/** Stem and branch of a civil day: «Giáp Tuất». */
export const dayName = (year: number, month: number, day: number): string =>
  sexagenary(dayNumber(year, month, day) + 49);

/** Number of the day that begins at midnight in the calendar's zone: its Julian day number. */
const dayNumber = (year: number, month: number, day: number): number =>
  Math.floor(Date.UTC(year, month - 1, day) / 86_400_000) + 2440588;

interface Month {
  /** Number of its first day. */
  readonly begin: number;
  readonly month: number;
  readonly leap: boolean;
}

/** The months from one eleventh (inclusive) to the next (exclusive), by their first days. */
function monthsFrom(begin: number, end: number): Month[] {
  const first = moonNear(begin);
  const starts = Array.from({ length: 15 }, (_, index) => newMoonDay(first + index)).filter((each) => each < end);
  // The eleventh itself holds the solstice.
  const leapAt =
    starts.length <= 12
      ? -1
      : starts.findIndex((start, index) => index > 0 && sunTwelfth(start) === sunTwelfth(starts[index + 1] ?? end));
  return starts.map((start, index) => {
    const number = 11 + index - (leapAt >= 0 && index >= leapAt ? 1 : 0);
    return { begin: start, month: number > 12 ? number - 12 : number, leap: index === leapAt };
  });
}

/** First day of the lunar month with the winter solstice of a civil year. */
function eleventhMonth(year: number): number {
  const lastDay = dayNumber(year, 12, 31);
  const moon = moonNear(lastDay);
  for (let number = moon + 1; ; number -= 1) {
    const start = newMoonDay(number);
    if (start <= lastDay && sunTwelfth(start) < 9) return start;
  }
}

/** Number of the new moon on this day, or of the last one before it. */
function moonNear(day: number): number {
  let number = Math.round((day - FIRST_MOON) / SYNODIC_MONTH) + 1;
  while (newMoonDay(number) > day) number -= 1;
  return number;
}

/** Number of the day on which a new moon falls. */
const newMoonDay = (number: number): number => Math.floor(newMoon(number) + 0.5 + ZONE);

/** In which twelfth (0 to 11, from the spring equinox) the sun is when the day begins. */
const sunTwelfth = (day: number): number => Math.floor(sunLongitude(day - 0.5 - ZONE) / 30);

/** Dynamical time is ahead of universal time by so many days (Espenak and Meeus' polynomial for our decades). */
function clockDrift(julianDay: number): number {
  const t = (julianDay - 2451545) / 365.25;
  return (62.92 + 0.32217 * t + 0.005589 * t * t) / 86_400;
}

/** Terms of the moment of new moon: size in days, multiples of M, M', F, and power of E. Meeus, table 49.A. */
const MOON_TERMS: readonly (readonly [number, number, number, number, number])[] = [
  [-0.4072, 0, 1, 0, 0],
  [0.17241, 1, 0, 0, 1],
  [0.01608, 0, 2, 0, 0],
  [0.01039, 0, 0, 2, 0],
  [0.00739, -1, 1, 0, 1],
  [-0.00514, 1, 1, 0, 1],
  [0.00208, 2, 0, 0, 2],
  [-0.00111, 0, 1, -2, 0],
  [-0.00057, 0, 1, 2, 0],
  [0.00056, 1, 2, 0, 1],
  [-0.00042, 0, 3, 0, 0],
  [0.00042, 1, 0, 2, 1],
  [0.00038, 1, 0, -2, 1],
  [-0.00024, -1, 2, 0, 1],
  [-0.00007, 2, 1, 0, 0],
  [0.00004, 0, 2, -2, 0],
  [0.00004, 3, 0, 0, 0],
  [0.00003, 1, 1, -2, 0],
  [0.00003, 0, 2, 2, 0],
  [-0.00003, 1, 1, 2, 0],
  [0.00003, -1, 1, 2, 0],
  [-0.00002, -1, 1, -2, 0],
  [-0.00002, 1, 3, 0, 0],
  [0.00002, 0, 4, 0, 0],
];

/** The planets' part: size in days, angle at number 0, and its growth per moon, degrees. Meeus, chapter 49. */
const PLANET_TERMS: readonly (readonly [number, number, number])[] = [
  [0.000325, 299.77, 0.107408],
  [0.000165, 251.88, 0.016321],
  [0.000164, 251.83, 26.651886],
  [0.000126, 349.42, 36.412478],
  [0.00011, 84.66, 18.206239],
  [0.000062, 141.74, 53.303771],
  [0.00006, 207.14, 2.453732],
  [0.000056, 154.84, 7.30686],
  [0.000047, 34.52, 27.261239],
  [0.000042, 207.19, 0.121824],
  [0.00004, 291.34, 1.844379],
  [0.000037, 161.72, 24.198154],
  [0.000035, 239.56, 25.513099],
  [0.000023, 331.55, 3.592518],
];

/** Julian day (UT) of a new moon by its number. */
function newMoon(k: number): number {
  const t = k / 1236.85;
  const e = 1 - 0.002516 * t - 0.0000074 * t * t;
  const sun = 2.5534 + 29.1053567 * k - 0.0000014 * t * t;
  const moon = 201.5643 + 385.81693528 * k + 0.0107582 * t * t + 0.00001238 * t ** 3;
  const latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t * t - 0.00000227 * t ** 3;
  const node = 124.7746 - 1.56375588 * k + 0.0020672 * t * t;
  let moment = FIRST_MOON + SYNODIC_MONTH * k + 0.00015437 * t * t - 0.00000015 * t ** 3 - 0.00017 * sin(node);
  for (const [size, m, m1, f, power] of MOON_TERMS)
    moment += size * e ** power * sin(m * sun + m1 * moon + f * latitude);
  for (const [size, angle, growth] of PLANET_TERMS) moment += size * sin(angle + growth * k);
  return moment - clockDrift(moment);
}

/** Apparent longitude of the sun, degrees from 0 to 360, at a Julian day (UT). Meeus, chapter 25, to 0.01°. */
function sunLongitude(julianDay: number): number {
  const t = (julianDay + clockDrift(julianDay) - 2451545) / 36_525;
  const anomaly = 357.52911 + 35_999.05029 * t - 0.0001537 * t * t;
  const centre =
    (1.914602 - 0.004817 * t) * sin(anomaly) +
    (0.019993 - 0.000101 * t) * sin(2 * anomaly) +
    0.000289 * sin(3 * anomaly);
  const longitude =
    280.46646 + 36_000.76983 * t + 0.0003032 * t * t + centre - 0.00569 - 0.00478 * sin(125.04 - 1934.136 * t);
  return ((longitude % 360) + 360) % 360;
}
