/** Capitals of an official head in the letters in which a board shows them. Pure. */

/** What an organ's name begins with; a line that begins so is an organ of its own, and the one above it its superior. */
const organ =
  /^(UBND|ỦY BAN|UỶ BAN|HĐND|HỘI|ĐẢNG ỦY|ĐẢNG UỶ|TỈNH ỦY|THÀNH ỦY|MẶT TRẬN|BAN|SỞ|PHÒNG|TRUNG TÂM|TRẠM|TRƯỜNG|CÔNG AN|QUÂN SỰ|CHI CỤC|CỤC|VĂN PHÒNG|ĐOÀN|LIÊN ĐOÀN|BỘ|CHI NHÁNH|CÔNG TY|ĐIỆN LỰC|BẢO HIỂM)(?!\S)/u;
/** The same words inside a name. */
const continuation = /^(PHÒNG\s+(CHỐNG|CHÁY|THỦ)|HỘI NHẬP)/u;
/** What follows one of these is a place: every word of it has a capital. */
const level = /^(tỉnh|phường|xã|huyện|quận|thôn|ấp|bản|thành phố|thị xã|thị trấn|đặc khu)$/u;
/** A field of work follows these: its first word has a capital. */
const bodyOf = /^(sở|bộ|phòng|hội|ban)$/u;

/** Whether a line in capitals names an organ, or begins its name. */
export const isOrgan = (line: string): boolean => organ.test(line) && !continuation.test(line);

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const lower = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\bubnd\b/gu, 'UBND')
    .replace(/\bhđnd\b/gu, 'HĐND');

/** «VỀ VIỆC HỌP DÂN» → «Về việc họp dân». */
export const sentenceCase = (text: string): string => capital(lower(text));

/** «PHÓ CHỦ TỊCH» → «Phó Chủ tịch». */
export function nameCase(text: string): string {
  const words = lower(text);
  return words.startsWith('phó ') ? `Phó ${capital(words.slice(4))}` : capital(words);
}

/** The lowest organ that some lines name, in small letters: «ỦY BAN NHÂN DÂN», «XÃ BÌNH AN» → «Ủy ban nhân dân xã Bình An». */
export function organCase(lines: readonly string[]): string {
  const from = lines.findLastIndex(isOrgan);
  const words = lower(lines.slice(Math.max(0, from)).join(' ')).split(/\s+/u);
  let place = false;
  return words
    .map((word, at) => {
      const [before, pair] = [words[at - 1] ?? '', `${words[at - 2] ?? ''} ${words[at - 1] ?? ''}`];
      const named = place || level.test(before) || level.test(pair);
      // «thành phố», «thị xã»: the second word is of the level yet.
      place = named && !level.test(`${before} ${word}`) && !level.test(word);
      const field =
        (at === 1 && bodyOf.test(before)) || (words[0] === 'sở' && (before.endsWith(',') || before === 'và'));
      return at === 0 || place || field ? capital(word) : word;
    })
    .join(' ');
}
