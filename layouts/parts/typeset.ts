/** Vietnamese typesetting: what belongs together stays on one line, and every text is composed (NFC). */

export interface Paragraph {
  readonly text: string;
  /** A list item: its mark is drawn by the layout. */
  readonly bullet: boolean;
}

const NO_BREAK = '\u00a0';
/** After a dash a line may end even before a no-break space (UAX 14, LB12a). */
const WORD_JOINER = '\u2060';
/** Characters held together at most: a longer run would not fit into a line of a small board. */
const LONGEST_RUN = 16;
const AFTER_NUMBER =
  'giờ|phút|giây|ngày|tháng|năm|người|hộ|km|km²|km2|cm|mm|m|m²|m2|m³|m3|ha|kg|tấn|tạ|lít|tỷ|triệu|nghìn|đồng|tuổi|mũi|suất|vụ|%|‰|°C|°';
const BEFORE_NUMBER = 'ngày|tháng|năm|quý|số|điều|khoản|điểm|thứ|cấp|giờ|lần|thôn|khu|tổ';
const numberThenWord = new RegExp(`(\\d) (?=(?:${AFTER_NUMBER})(?![\\p{L}\\p{N}]))`, 'giu');
const wordThenNumber = new RegExp(`(?<![\\p{L}\\p{N}])(${BEFORE_NUMBER}) (?=\\d)`, 'giu');
const weekday = /(?<![\p{L}\p{N}])(thứ) (?=(?:hai|ba|tư|năm|sáu|bảy)(?![\p{L}\p{N}]))/giu;

/** «Y tế», «y sĩ». */
const medical = /(?<![\p{L}\p{N}])(y) (?=\p{Ll})/giu;
/** «sởi – rubella», «7:30 – 11:30». */
const joined = /(?<=[\p{L}\p{N}]) ([–—]) (?=[\p{L}\p{N}])/gu;
const dayThenDate = /(?<![\p{L}\p{N}])(hai|ba|tư|năm|sáu|bảy|nhật) (?=\d{1,2}\/\d)/giu;

/** Where a run that is too long breaks first: «19 giờ 30», «ngày 24/11/2026». */
const beforeDate = /\u00a0(?=(?:ngày|tháng|năm|thứ)\u00a0\d)/giu;

/** «0905 111 222», «024 3825 1234», «+84 905 111 222»: at most `LONGEST_RUN` characters, and never of a date or an amount. */
const phone = /(?<![\d.,/])(?:\+84[ .]?|\(?0)\d{1,3}\)?(?:[ .]\d{2,4}){2,3}(?![\d/])/gu;
const digitsOf = (text: string): number => text.replaceAll(/\D/gu, '').length;

const beforeName =
  /(?<![\p{L}\p{N}])(thôn|xóm|bản|ấp|buôn|làng|xã|phường|huyện|quận|tỉnh|đường|phố|sông|suối|cầu|ông|bà) (?=\p{Lu})/gu;

/**
 * One line of text: composed, and with no break between a number and its word
 * («ngày 22/11», «30 người», «thứ Bảy», «Chủ nhật 16/11»), within a telephone number, between a kind of place and its name («thôn Đông»), in «Y tế»
 * and around a dash that joins two («sởi – rubella», «7:30 – 11:30»).
 */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(numberThenWord, `$1${NO_BREAK}`)
    .replace(wordThenNumber, `$1${NO_BREAK}`)
    .replace(beforeName, `$1${NO_BREAK}`)
    .replace(weekday, `$1${NO_BREAK}`)
    .replace(medical, `$1${NO_BREAK}`)
    .replace(dayThenDate, `$1${NO_BREAK}`)
    .replace(joined, `${NO_BREAK}$1${WORD_JOINER}${NO_BREAK}`)
    .replace(/ (?=[–—:;!?…»](?:\s|$))/gu, NO_BREAK)
    .split(' ')
    .flatMap((run) => (run.length > LONGEST_RUN ? run.replace(beforeDate, ' ').split(' ') : run))
    .map((run) => (run.length > LONGEST_RUN ? run.replaceAll(NO_BREAK, ' ') : run))
    .join(' ')
    .replace(phone, (number) => (digitsOf(number) >= 9 ? number.replaceAll(' ', NO_BREAK) : number));
}

/** A text of one line as a paragraph. */
export const line = (text: string): Paragraph => ({ text, bullet: false });

/** The paragraphs of a long text, one per line. */
export function paragraphsOf(text: string): Paragraph[] {
  return text
    .split('\n')
    .map((line) => {
      const item = /^\s*[-–•+*]\s+(.*)$/u.exec(line);
      return item === null ? { text: tidy(line), bullet: false } : { text: tidy(item[1] ?? ''), bullet: true };
    })
    .filter((paragraph) => paragraph.text !== '');
}
