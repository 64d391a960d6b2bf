/**
 * Reads an official document by its form (Nghị định 30/2020/NĐ-CP, Phụ lục I): at the head the issuing organ and its number at the left,
 * place and date at the right; then the kind of document and what it is about, in the middle; at the foot who signed, at the right. What
 * does not stand where the form puts it is left empty: people fill it in. Pure.
 */
import { isCalendarDay } from '../../../shared/util/calendar-day.ts';
import type { DocumentFields } from '../../../shared/protocol/api/documents.ts';
import type { DocumentLine } from './document-lines.ts';
import { isOrgan, nameCase, organCase, sentenceCase } from './document-words.ts';

/** The kinds of Điều 7 that notices are made of, as the head names them; some write on the same line what it is about. */
const kinds =
  /^(THÔNG BÁO|THÔNG CÁO|KẾ HOẠCH|QUYẾT ĐỊNH|NGHỊ QUYẾT|CHỈ THỊ|QUY CHẾ|QUY ĐỊNH|HƯỚNG DẪN|CHƯƠNG TRÌNH|PHƯƠNG ÁN|ĐỀ ÁN|DỰ ÁN|BÁO CÁO|TỜ TRÌNH|CÔNG ĐIỆN|GIẤY MỜI|THƯ MỜI|THƯ NGỎ|LỜI KÊU GỌI|BẢN TIN|BÀI TUYÊN TRUYỀN)\s*:?(?:\s+((?:V\/v|Về việc)\s.*))?$/u;
const motto = /CỘNG HÒA XÃ HỘI|CỘNG HOÀ XÃ HỘI|ĐỘC LẬP\s*[-–]\s*TỰ DO|ĐẢNG CỘNG SẢN VIỆT NAM/u;
const rule = /^[-–—_*=.\s]+$/u;
/** «48/TB-UBND», «48/2026/QĐ-UBND», the Party's «05-TB/ĐU». */
const numberOf =
  /^Số\s*:?\s*(\d+[a-z]?(?:\s*\/\s*\d{4})?\s*[-/–]\s*\p{Lu}[\p{Lu}\d./&–-]*(?:\s*[-–/&]\s*\p{Lu}[\p{Lu}\d]*)*)/u;
const dateOf = /ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})/iu;
/** Nothing but place and date: a line of a head without columns, no sentence, and no day of a schedule. */
const dateLine =
  /^(?!Thứ\s|Chủ nhật|Sáng|Trưa|Chiều|Tối)\p{Lu}[^,.;:]{0,40},\s*ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}\.?$/u;
/** Where nothing else says what the head is, a date that is in no column is so many lines from its number at most. */
const dateNear = 2;
const about = /^(V\/v|Về việc)\s*:?\s*/iu;
/** Whoever signs for another: «TM. ỦY BAN NHÂN DÂN», «KT. CHỦ TỊCH». */
const onBehalf = /^(TM|KT|TL|TUQ|Q|T\/M|K\/T)\s*\./u;
/** An office and nothing else; «TRƯỞNG THÔN ĐÔNG» may head a list of telephone numbers. */
const office =
  /^(PHÓ |QUYỀN )?(CHỦ TỊCH|CHÁNH VĂN PHÒNG|GIÁM ĐỐC|TRƯỞNG PHÒNG|TRƯỞNG BAN|BÍ THƯ|HIỆU TRƯỞNG|CHỦ NHIỆM)( XÃ| PHƯỜNG| ĐẶC KHU| TỈNH| THÀNH PHỐ)?$/u;
/** Where the signature was. */
const signed = /^\(?\s*(đã ký|ký tên|ký|đóng dấu)[^)]*\)?$/iu;
/** Above the list of who receives the document, and what its items begin with. */
const receivers = /^Nơi nhận\s*:/iu;
const receiver = /^([-–+*•]|Như |Lưu)/u;
/** A head or a foot has no more lines. */
const headLines = 30;
const footLines = 40;
const titleLines = 6;

const isUpper = (text: string): boolean => /\p{Lu}/u.test(text) && text === text.toUpperCase();
const isName = (text: string): boolean =>
  /^((ThS|TS|BS|PGS|GS)\s*\.\s*)*\p{Lu}\p{L}*(\s\p{Lu}\p{L}*){1,5}$/u.test(text);

export function readForm(all: readonly DocumentLine[]): DocumentFields {
  const lines = all.filter(({ text }) => text !== '' && !rule.test(text));
  const kindAt = lines.slice(0, headLines).findIndex(({ text, place }) => place !== 'right' && kinds.test(text));
  const head = lines.slice(0, kindAt < 0 ? headLines : kindAt);
  const numberAt = head.findIndex(({ text }) => numberOf.test(text));
  // Without a kind nothing says where the head ends.
  const inHead = (at: number): boolean => kindAt >= 0 || (numberAt >= 0 && Math.abs(at - numberAt) <= dateNear);
  const dateAt = head.findIndex(({ text, place }, at) =>
    place === 'left' || place === 'right' ? dateOf.test(text) : dateLine.test(text) && inHead(at),
  );
  const isOfficial = kindAt >= 0 || numberAt >= 0;
  const subject = kindAt >= 0 ? titleAfter(lines, kindAt) : aboutIn(head, numberAt);
  const foot = isOfficial ? signatureIn(lines, subject.end) : null;
  const bodyFrom = isOfficial ? Math.max(subject.end, kindAt >= 0 ? 0 : Math.max(numberAt, dateAt) + 1) : 0;
  return {
    title: subject.text,
    documentNumber: (numberOf.exec(head[numberAt]?.text ?? '')?.[1] ?? '').replace(/\s+/gu, '').replace(/–/gu, '-'),
    date: dateIn(head[dateAt]?.text ?? ''),
    issuingUnit: issuerIn(head, numberAt),
    signer: foot?.signer ?? '',
    body: paragraphsOf(lines.slice(bodyFrom, foot?.from ?? lines.length)),
  };
}

function issuerIn(head: readonly DocumentLine[], numberAt: number): string {
  const above = head.slice(0, Math.max(0, numberAt)).filter(({ text }) => isUpper(text) && !motto.test(text));
  const left = above.filter(({ place }) => place === 'left');
  // A head without columns: its organs are known by their names.
  const named = left.length > 0 ? left : above.filter(({ text, place }) => place !== 'right' && isOrgan(text));
  return organCase(named.map(({ text }) => text));
}

function dateIn(text: string): string {
  const [, day, month, year] = (dateOf.exec(text) ?? []).map(Number);
  if (day === undefined || month === undefined || year === undefined || !isCalendarDay(year, month, day)) return '';
  return `${String(day).padStart(2, '0')}/${String(month).padStart(2, '0')}/${year}`;
}

interface Subject {
  readonly text: string;
  /** Index of the line after it. */
  readonly end: number;
}

/** What stands in the middle under the kind of document. A decision's head then names who decides, in capitals. */
function titleAfter(lines: readonly DocumentLine[], kindAt: number): Subject {
  const [, kind, beside] = kinds.exec(lines[kindAt]!.text)!;
  const found = beside === undefined ? [] : [beside];
  const bold = boldFont(lines, kindAt);
  let end = kindAt + 1;
  for (; end < lines.length && found.length < titleLines; end++) {
    const { text, place, font } = lines[end]!;
    // One that is as wide as the page does not show that it is centred: the line after it does, its letters, or how it begins.
    const wide = lines[end + 1]?.place === 'center' || (bold !== null && font === bold);
    const belongs = place === 'center' || (place === 'full' && wide) || (found.length === 0 && about.test(text));
    const next = found.length > 0 && isUpper(text) && !isUpper(found[0]!);
    if (!belongs || next || /^Kính gửi/iu.test(text)) break;
    found.push(text);
  }
  const text = joined(found).replace(about, '');
  const title = isUpper(text) ? sentenceCase(text) : text;
  return { text: title === '' ? sentenceCase(kind!) : title[0]!.toUpperCase() + title.slice(1), end };
}

/** The font of the kind of document, where most of the text below has another one. */
function boldFont(lines: readonly DocumentLine[], kindAt: number): string | null {
  const { font } = lines[kindAt]!;
  if (font === undefined) return null;
  const below = lines.slice(kindAt + 1);
  const length = (some: readonly DocumentLine[]): number => some.reduce((sum, { text }) => sum + text.length, 0);
  return length(below.filter((line) => line.font === font)) < length(below) / 2 ? font : null;
}

/** A letter has no kind: what it is about stands under its number. */
function aboutIn(head: readonly DocumentLine[], numberAt: number): Subject {
  const from = head.findIndex(({ text }, at) => at > numberAt && about.test(text));
  if (numberAt < 0 || from < 0) return { text: '', end: 0 };
  const found: string[] = [];
  let end = from;
  for (; end < head.length; end++) {
    const { text, place } = head[end]!;
    if (place === 'right') continue;
    if (place !== 'left' || found.length === titleLines || /^Kính gửi/iu.test(text)) break;
    found.push(text);
  }
  const text = joined(found).replace(about, '');
  return { text: text.slice(0, 1).toUpperCase() + text.slice(1), end };
}

/**
 * The last name at the right with capitals above it: «KT. CHỦ TỊCH», «PHÓ CHỦ TỊCH», «Nguyễn Thị Hường». A foot without columns is known
 * by what the capitals say, and has nothing after it but who receives the document.
 */
function signatureIn(lines: readonly DocumentLine[], after: number): { signer: string; from: number } | null {
  for (let at = lines.length - 1; at >= Math.max(after, lines.length - footLines); at--) {
    const { text, place } = lines[at]!;
    if (place === 'left' || !isName(text) || isUpper(text)) continue;
    let from = at;
    let isFoot = place === 'right';
    if (!isFoot && !isReceivers(lines.slice(at + 1))) continue;
    let rank = '';
    for (let above = at - 1; above >= Math.max(after, at - 12); above--) {
      const line = lines[above]!;
      if (signed.test(line.text)) isFoot = true;
      if (line.place === 'left' || signed.test(line.text)) continue;
      if (line.place !== place || !isUpper(line.text)) break;
      isFoot ||= onBehalf.test(line.text) || office.test(line.text);
      if (rank === '' && !onBehalf.test(line.text)) rank = line.text;
      from = above;
    }
    if (from === at || !isFoot) continue;
    // «Nơi nhận hồ sơ: …» is a sentence of its text.
    const recipients = lines.findLastIndex((line, index) => index >= after && receivers.test(line.text));
    const start = recipients >= 0 && isReceivers(lines.slice(recipients, from)) ? Math.min(from, recipients) : from;
    return { signer: [nameCase(rank), text].filter((part) => part !== '').join(' '), from: start };
  }
  return null;
}

/** Whether these are the receivers' heading and their list, and nothing else. */
const isReceivers = (lines: readonly DocumentLine[]): boolean =>
  lines.every(({ text, place }, at) => (at === 0 ? receivers.test(text) : place === 'left' || receiver.test(text)));
function paragraphsOf(lines: readonly DocumentLine[]): string {
  const paragraphs: string[] = [];
  for (const { text, first, place } of lines) {
    const last = paragraphs.at(-1);
    if (last === undefined || first || place === 'center') paragraphs.push(text);
    else paragraphs[paragraphs.length - 1] = joined([last, text]);
  }
  // An official letter ends with «./.».
  return paragraphs.join('\n').replace(/\.?\/\.$/u, '.');
}

/** Lines that follow each other. What has a digit and ends with a hyphen or a slash goes on: «112/KH-», «UBND». */
const joined = (lines: readonly string[]): string =>
  lines.reduce((text, line) => (text === '' ? line : `${text}${/\d\S*[-–/]$/u.test(text) ? '' : ' '}${line}`), '');
