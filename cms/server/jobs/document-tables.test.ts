import { describe, expect, it } from 'vitest';
import { linesOf } from './document-lines.ts';
import type { TextPiece } from './document-runs.ts';

/** Letters of 13 points, each of them 6 wide. */
const piece = (text: string, x: number, y: number): TextPiece => ({
  text,
  x,
  y,
  width: text.length * 6,
  size: 13,
  font: 'f1',
});
/** Cells on one height, each at its place. */
const height = (y: number, cells: Readonly<Record<number, string>>): TextPiece[] =>
  Object.entries(cells).map(([x, text]) => piece(text, Number(x), y));
const textsOf = (...pages: TextPiece[][][]): string[] =>
  linesOf(pages.map((page) => page.flat())).map(({ text }) => text);
const rowsOf = (...heights: TextPiece[][]): string[] =>
  linesOf([heights.flat()])
    .filter(({ row }) => row)
    .map(({ text }) => text);

describe('a table', () => {
  it('has each row on a line, between the paragraphs around it', () => {
    expect(
      textsOf([
        [piece('Lịch tiêm phòng tại các thôn trên địa bàn xã như sau, xin xem và đến đúng giờ:', 85, 700)],
        height(670, { 90: 'Thôn', 200: 'Ngày', 290: 'Giờ', 360: 'Địa điểm' }),
        height(650, { 90: 'Thôn Đông', 200: '24/11/2026', 290: '7h30', 360: 'Nhà văn hóa' }),
        height(630, { 90: 'Thôn Đoài', 200: '25/11/2026', 360: 'Chợ xã' }),
        [piece('Đề nghị các hộ đến đúng giờ.', 113, 600)],
      ]),
    ).toEqual([
      'Lịch tiêm phòng tại các thôn trên địa bàn xã như sau, xin xem và đến đúng giờ:',
      'Thôn – Ngày – Giờ – Địa điểm',
      'Thôn Đông – 24/11/2026 – 7h30 – Nhà văn hóa',
      'Thôn Đoài – 25/11/2026 – … – Chợ xã',
      'Đề nghị các hộ đến đúng giờ.',
    ]);
  });

  it('is known by its header where the cells stand no farther apart than words', () => {
    const lines = [
      [piece('Đề nghị các hộ đến đúng ngày, nộp 5.000 đồng một con:', 85, 700)],
      height(670, { 109: 'Thôn', 187: 'Ngày', 240: 'Số chó, mèo' }),
      // As the reader gives them: the words of two cells, or of all, in one piece.
      height(652, { 85: 'Thôn Đông', 169: '25/11/2026 214' }),
      height(634, { 85: 'Thôn Đoài', 169: '26/11/2026 187' }),
      [piece('Thôn Thượng 27/11/2026 156', 91, 616)],
    ];
    const after = [piece('Mọi thắc mắc xin liên hệ số điện thoại của xã để được hướng dẫn.', 85, 580)];
    expect(textsOf([...lines, after]).slice(1)).toEqual([
      'Thôn – Ngày – Số chó, mèo',
      'Thôn Đông – 25/11/2026 – 214',
      'Thôn Đoài – 26/11/2026 – 187',
      'Thôn Thượng – 27/11/2026 – 156',
      after[0]!.text,
    ]);
    // One line below three words that stand apart is no table yet.
    expect(rowsOf(...lines.slice(1, 3))).toEqual([]);
  });

  it.each([
    ['above', [650, 635, 620], 650],
    ['in the middle', [657.5, 642.5], 650],
    ['in the middle of three lines', [665, 650, 635], 650],
  ])('keeps a cell of several lines in its row, the others %s', (_, cellAt, y) => {
    const words = ['Nhà văn hóa', 'thôn Đoài', 'cạnh chợ'].slice(0, cellAt.length);
    const cell = words.map((text, at) => [piece(text, 360, cellAt[at]!)]);
    expect(
      rowsOf(
        height(690, { 90: 'Thôn', 200: 'Ngày', 360: 'Địa điểm' }),
        height(y, { 90: 'Thôn Đoài', 200: '24/11/2026' }),
        ...cell,
        height(600, { 90: 'Thôn Đông', 200: '25/11/2026', 360: 'Sân xã' }),
      ),
    ).toEqual([
      'Thôn – Ngày – Địa điểm',
      `Thôn Đoài – 24/11/2026 – ${words.join(' ')}`,
      'Thôn Đông – 25/11/2026 – Sân xã',
    ]);
  });

  it('has its header once, also when each page repeats it', () => {
    const header = height(700, { 90: 'Thôn', 200: 'Ngày', 290: 'Giờ' });
    const row = (day: string): TextPiece[] => height(680, { 90: 'Thôn Đông', 200: day, 290: '7h30' });
    const title = [piece('Lịch tiêm phòng', 90, 760)];
    expect(textsOf([title, header, row('24/11')], [header, row('25/11')], [header, row('26/11')])).toEqual([
      'Lịch tiêm phòng',
      'Thôn – Ngày – Giờ',
      'Thôn Đông – 24/11 – 7h30',
      'Thôn Đông – 25/11 – 7h30',
      'Thôn Đông – 26/11 – 7h30',
    ]);
  });

  it('may have columns close to each other', () => {
    expect(
      rowsOf(
        height(690, { 90: 'Thôn', 200: 'Giờ', 240: 'Địa điểm' }),
        height(665, { 90: 'Thôn Đông', 200: '13h30', 240: 'Nhà văn hóa' }),
      ),
    ).toEqual(['Thôn – Giờ – Địa điểm', 'Thôn Đông – 13h30 – Nhà văn hóa']);
  });
});

describe('justified words of a cell', () => {
  it('are no cells of their own', () => {
    expect(
      rowsOf(
        height(690, { 90: 'TT', 120: 'Thôn', 250: 'Ghi chú' }),
        height(665, { 90: '1', 120: 'Thôn Đông', 250: 'Đã', 272: 'nhận', 308: 'một' }),
        height(650, { 250: 'phần', 284: 'ở', 305: 'chợ' }),
        height(625, { 90: '2', 120: 'Thôn Đoài', 250: 'Không' }),
      ),
    ).toEqual(['TT – Thôn – Ghi chú', '1 – Thôn Đông – Đã nhận một phần ở chợ', '2 – Thôn Đoài – Không']);
  });
});

describe('no table', () => {
  it('is the head of a document, or its foot', () => {
    expect(
      rowsOf(
        height(780, { 100: 'ỦY BAN NHÂN DÂN', 300: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM' }),
        height(762, { 115: 'XÃ BÌNH AN', 345: 'Độc lập - Tự do - Hạnh phúc' }),
        height(740, { 105: 'Số: 48/TB-UBND', 320: 'Bình An, ngày 05 tháng 6 năm 2026' }),
        height(300, { 85: 'Nơi nhận:', 350: 'KT. CHỦ TỊCH' }),
        height(282, { 85: '- Như trên;', 345: 'PHÓ CHỦ TỊCH' }),
        height(264, { 85: '- Lưu: VT.', 340: '(Đã ký)' }),
      ),
    ).toEqual([]);
  });

  it('is text whose words are far from each other', () => {
    expect(
      rowsOf(
        height(700, { 85: 'Đề', 115: 'nghị', 160: 'các', 200: 'hộ', 235: 'gia', 275: 'đình' }),
        height(682, { 85: 'đến', 124: 'đúng', 170: 'giờ', 212: 'tại', 250: 'thôn', 290: 'Đông' }),
      ),
    ).toEqual([]);
  });

  it('is one line with gaps', () => {
    expect(
      rowsOf(height(700, { 85: 'Sáng', 200: '7h30', 320: 'Nhà văn hóa' }), [
        piece('và buổi chiều cùng ngày tại chợ', 85, 682),
      ]),
    ).toEqual([]);
  });
});
