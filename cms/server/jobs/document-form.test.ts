import { describe, expect, it } from 'vitest';
import { readForm } from './document-form.ts';
import { linesOf, type DocumentLine } from './document-lines.ts';
import type { TextPiece } from './document-runs.ts';
import { organCase } from './document-words.ts';

const left = (text: string): DocumentLine => ({ text, place: 'left', first: true });
const right = (text: string): DocumentLine => ({ text, place: 'right', first: true });
const center = (text: string): DocumentLine => ({ text, place: 'center', first: true });
const full = (text: string, first = true): DocumentLine => ({ text, place: 'full', first });

const head = [
  left('ỦY BAN NHÂN DÂN'),
  right('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'),
  left('XÃ BÌNH AN'),
  right('Độc lập - Tự do - Hạnh phúc'),
];

describe('an official document', () => {
  it('names its organ in a head without columns too', () => {
    const fields = readForm([
      full('ỦY BAN NHÂN DÂN XÃ TÂN HÒA'),
      full('Số: 31/GM-UBND'),
      full('GIẤY MỜI'),
      full('Ủy ban nhân dân xã trân trọng kính mời đại diện các hộ gia đình.'),
    ]);
    expect(fields).toMatchObject({ issuingUnit: 'Ủy ban nhân dân xã Tân Hòa', documentNumber: '31/GM-UBND' });
  });

  it('says who and when without columns too, by what its lines say', () => {
    const fields = readForm([
      center('ỦY BAN NHÂN DÂN XÃ YÊN THỌ'),
      full('Số: 58/TB-UBND'),
      center('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'),
      center('Độc lập – Tự do – Hạnh phúc'),
      full('Yên Thọ, ngày 20 tháng 11 năm 2026'),
      center('THÔNG BÁO'),
      center('Về việc tiêm phòng dại'),
      full('Căn cứ Kế hoạch ngày 05 tháng 11 năm 2026, Ủy ban nhân dân xã thông báo:'),
      full('Địa điểm: nhà văn hóa các thôn./.'),
      full('Nơi nhận: – Các thôn; – Lưu: VT.'),
      full('TM. ỦY BAN NHÂN DÂN'),
      full('CHỦ TỊCH'),
      full('(Đã ký)'),
      full('Nguyễn Văn Hùng'),
    ]);
    expect(fields).toMatchObject({
      date: '20/11/2026',
      signer: 'Chủ tịch Nguyễn Văn Hùng',
      body:
        'Căn cứ Kế hoạch ngày 05 tháng 11 năm 2026, Ủy ban nhân dân xã thông báo:\n' +
        'Địa điểm: nhà văn hóa các thôn.',
    });
  });

  it('keeps a day of a schedule and a list of people in its text', () => {
    const letter = readForm([
      full('Số: 58/UBND-KT'),
      full('Yên Thọ, ngày      tháng 11 năm 2026'),
      full('V/v lịch cắt điện'),
      full('Kính gửi: Các hộ dân'),
      full('Điện lực cắt điện như sau:'),
      full('Thứ Hai, ngày 23 tháng 11 năm 2026'),
      full('Ngày 24 tháng 11 năm 2026'),
    ]);
    expect(letter.date).toBe('');
    expect(letter.body).toContain('Kính gửi: Các hộ dân\nĐiện lực cắt điện như sau:\nThứ Hai, ngày 23');
    const list = ['TRƯỞNG THÔN ĐÔNG', 'Trần Thị Mai', 'TRƯỞNG BAN', 'Lê Văn Tám', 'Điện thoại 0905 654 321'];
    const duty = readForm([center('THÔNG BÁO'), ...list.map((text) => full(text))]);
    expect(duty).toMatchObject({ signer: '', body: list.join('\n') });
    expect(readForm([center('THÔNG BÁO'), full('TRƯỞNG THÔN ĐÔNG'), full('Trần Thị Mai')]).signer).toBe('');
  });

  it('keeps where papers are to be handed in, and a heading of its text that is a date', () => {
    const notice = readForm([
      ...head,
      left('Số: 48/TB-UBND'),
      center('THÔNG BÁO'),
      full('Nơi nhận hồ sơ: Trung tâm Phục vụ hành chính công xã.'),
      full('Hạn cuối: 30/11/2026.'),
      left('Nơi nhận:'),
      right('CHỦ TỊCH'),
      left('- Lưu: VT.'),
      right('Nguyễn Văn Hùng'),
    ]);
    expect(notice).toMatchObject({
      signer: 'Chủ tịch Nguyễn Văn Hùng',
      body: 'Nơi nhận hồ sơ: Trung tâm Phục vụ hành chính công xã.\nHạn cuối: 30/11/2026.',
    });
    const letter = readForm([
      full('Số: 58/UBND-KT'),
      full('Kính gửi: Các hộ dân'),
      full('Lịch cắt điện:'),
      full('Ngày thứ nhất:'),
      center('Ngày 24 tháng 11 năm 2026'),
    ]);
    expect(letter).toMatchObject({ date: '' });
    expect(letter.body).toContain('Kính gửi: Các hộ dân\nLịch cắt điện:');
  });

  it('takes no sentence with a date for its date, and no name under capitals for who signed', () => {
    const fields = readForm([
      full('Số: 58/TB-UBND'),
      full('Họp ngày 20 tháng 11 năm 2026 tại trụ sở'),
      center('THÔNG BÁO'),
      full('DANH SÁCH TRÚNG TUYỂN'),
      full('Nguyễn Văn Hùng'),
    ]);
    expect(fields).toMatchObject({ date: '', signer: '', body: 'DANH SÁCH TRÚNG TUYỂN\nNguyễn Văn Hùng' });
  });

  it('says by its form who, what, when', () => {
    const fields = readForm([
      ...head,
      left('Số: 48/TB-UBND'),
      right('Bình An, ngày 05 tháng 6 năm 2026'),
      center('THÔNG BÁO'),
      center('Về việc tiêm phòng dại cho chó, mèo'),
      center('đợt 2 năm 2026'),
      full('Căn cứ Kế hoạch số 12/KH-UBND ngày 20 tháng 5 năm 2026 của Ủy ban'),
      full('nhân dân xã, Ủy ban nhân dân xã thông báo:', false),
      full('1. Thời gian: từ 7 giờ 30 ngày 10/6/2026.'),
      left('Nơi nhận:'),
      right('KT. CHỦ TỊCH'),
      left('- Lưu: VT.'),
      right('PHÓ CHỦ TỊCH'),
      right('Nguyễn Thị Hường'),
    ]);
    expect(fields).toEqual({
      title: 'Tiêm phòng dại cho chó, mèo đợt 2 năm 2026',
      documentNumber: '48/TB-UBND',
      date: '05/06/2026',
      issuingUnit: 'Ủy ban nhân dân xã Bình An',
      signer: 'Phó Chủ tịch Nguyễn Thị Hường',
      body:
        'Căn cứ Kế hoạch số 12/KH-UBND ngày 20 tháng 5 năm 2026 của Ủy ban nhân dân xã, Ủy ban nhân dân xã thông báo:\n' +
        '1. Thời gian: từ 7 giờ 30 ngày 10/6/2026.',
    });
  });

  it('may be a decision, whose head names who decides', () => {
    const fields = readForm([
      ...head,
      left('Số: 15/2026/QĐ-UBND'),
      right('Bình An, ngày 1 tháng 12 năm 2026'),
      center('QUYẾT ĐỊNH'),
      center('Ban hành Quy chế hoạt động của bảng tin điện tử'),
      center('CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ BÌNH AN'),
      full('Căn cứ Luật Tổ chức chính quyền địa phương;'),
    ]);
    expect(fields).toMatchObject({
      title: 'Ban hành Quy chế hoạt động của bảng tin điện tử',
      documentNumber: '15/2026/QĐ-UBND',
      date: '01/12/2026',
      signer: '',
    });
    expect(fields.body).toBe('CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ BÌNH AN\nCăn cứ Luật Tổ chức chính quyền địa phương;');
  });

  it("may be the Party's", () => {
    const fields = readForm([
      left('ĐẢNG BỘ TỈNH VĨNH LONG'),
      right('ĐẢNG CỘNG SẢN VIỆT NAM'),
      left('ĐẢNG ỦY XÃ BÌNH AN'),
      left('Số 05-TB/ĐU'),
      right('Bình An, ngày 03 tháng 02 năm 2026'),
      center('THÔNG BÁO'),
      center('KẾT LUẬN HỘI NGHỊ THÁNG 01'),
    ]);
    expect(fields).toMatchObject({
      title: 'Kết luận hội nghị tháng 01',
      documentNumber: '05-TB/ĐU',
      date: '03/02/2026',
      issuingUnit: 'Đảng ủy xã Bình An',
    });
  });

  describe('says what it is about', () => {
    const body = [full('Ủy ban nhân dân xã thông báo để nhân dân trên địa bàn được biết và thực hiện.')];
    const titleOf = (...lines: DocumentLine[]): string => readForm([...head, ...lines, ...body]).title;
    const bold = (line: DocumentLine): DocumentLine => ({ ...line, font: 'bold' });

    it('in a line as wide as the text', () => {
      expect(titleOf(center('THÔNG BÁO'), full('Về việc tạm ngừng cấp nước sinh hoạt toàn xã'))).toBe(
        'Tạm ngừng cấp nước sinh hoạt toàn xã',
      );
      expect(titleOf(center('THÔNG BÁO'), full('V/v tạm ngừng cấp nước sinh hoạt toàn xã'))).toBe(
        'Tạm ngừng cấp nước sinh hoạt toàn xã',
      );
    });
    it('in several bold lines, each as wide as the text', () => {
      const lines = [bold(center('THÔNG BÁO')), bold(full('Về việc tạm ngừng cấp nước')), bold(full('tại thôn Đông'))];
      expect(titleOf(...lines)).toBe('Tạm ngừng cấp nước tại thôn Đông');
      expect(titleOf(bold(center('THÔNG BÁO')), bold(full('Tuyển sinh vào lớp 1')))).toBe('Tuyển sinh vào lớp 1');
    });
    it('beside its kind', () => {
      expect(titleOf(center('THÔNG BÁO Về việc họp thôn'))).toBe('Họp thôn');
    });
    it('up to whom it is for', () => {
      expect(titleOf(center('THÔNG BÁO'), center('Về việc họp thôn'), center('Kính gửi: Nhân dân thôn Đông'))).toBe(
        'Họp thôn',
      );
    });
    it('of one type of letters, not in its body', () => {
      const lines = [...head, center('THÔNG BÁO'), ...body].map(bold);
      expect(readForm(lines)).toMatchObject({ title: 'Thông báo', body: body[0]!.text });
    });
  });

  it('leaves empty what is not written yet, and what no calendar has', () => {
    const fields = readForm([
      ...head,
      left('Số:      /TB-UBND'),
      right('Bình An, ngày 31 tháng 02 năm 2026'),
      center('THÔNG BÁO'),
      full('Nội dung.'),
    ]);
    expect(fields).toMatchObject({ documentNumber: '', date: '', title: 'Thông báo', signer: '', body: 'Nội dung.' });
  });

  it('joins what a line broke at a hyphen, and nothing else that ends with one', () => {
    const lines = [
      full('Căn cứ Kế hoạch số 112/KH-'),
      full('UBND ngày 05/11/2026 giai đoạn 2026-', false),
      full('2030 –', false),
      full('Ủy ban nhân dân xã', false),
    ];
    const body = 'Căn cứ Kế hoạch số 112/KH-UBND ngày 05/11/2026 giai đoạn 2026-2030 – Ủy ban nhân dân xã';
    expect(readForm(lines).body).toBe(body);
  });

  it('of no such form gives its text and nothing else', () => {
    expect(readForm([full('Lịch trực tuần tới.'), full('Thứ Hai: Nguyễn Văn An')])).toEqual({
      title: '',
      documentNumber: '',
      date: '',
      issuingUnit: '',
      signer: '',
      body: 'Lịch trực tuần tới.\nThứ Hai: Nguyễn Văn An',
    });
  });
});

describe('the name of an organ', () => {
  it.each([
    [['ỦY BAN NHÂN DÂN', 'PHƯỜNG TÂN HÒA'], 'Ủy ban nhân dân phường Tân Hòa'],
    [['UBND TỈNH VĨNH LONG', 'SỞ VĂN HÓA, THỂ THAO', 'VÀ DU LỊCH'], 'Sở Văn hóa, Thể thao và Du lịch'],
    [['UBND XÃ BÌNH AN', 'BAN CHỈ HUY', 'PHÒNG THỦ DÂN SỰ'], 'Ban Chỉ huy phòng thủ dân sự'],
    [['UBND THÀNH PHỐ CẦN THƠ'], 'UBND thành phố Cần Thơ'],
    [[], ''],
  ])('%j', (lines, name) => expect(organCase(lines)).toBe(name));
});

describe('lines of a page', () => {
  const piece = (text: string, x: number, y: number, width: number): TextPiece => ({
    text,
    x,
    y,
    width,
    size: 13,
    font: 'f1',
  });

  it('have the font of most of their letters', () => {
    const lines = linesOf([
      [piece('Về việc tiêm phòng', 100, 700, 150), { ...piece('dại', 255, 700, 30), font: 'f2' }],
    ]);
    expect(lines.map(({ font }) => font)).toEqual(['f1']);
  });
  it('are put together of pieces, in columns, composed', () => {
    const lines = linesOf([
      [
        piece('S', 100, 700, 7),
        piece('o\u0302\u0301', 107, 700, 7),
        piece(': 48/TB-UBND', 114, 700, 80),
        piece('Bình An, ngày 05', 330, 700, 150),
        piece('Văn bản dài đến hết dòng', 85, 600, 455),
        piece('và dòng sau', 85, 582, 70),
      ],
      [piece('2', 310, 800, 6), piece('Đoạn trang sau', 113, 760, 300)],
    ]);
    expect(lines).toEqual([
      { text: 'Số: 48/TB-UBND', place: 'left', first: true, font: 'f1' },
      { text: 'Bình An, ngày 05', place: 'right', first: true, font: 'f1' },
      { text: 'Văn bản dài đến hết dòng', place: 'full', first: true, font: 'f1' },
      { text: 'và dòng sau', place: 'left', first: false, font: 'f1' },
      { text: 'Đoạn trang sau', place: 'full', first: true, font: 'f1' },
    ]);
  });
  it('go on where a line is short because the next word had no room', () => {
    const lines = linesOf([
      [
        piece('Thời gian tiêm phòng dại cho đàn chó, mèo trên địa bàn xã năm nay', 85, 700, 455),
        piece('từ 7 giờ 00 ngày 24/11/2026 đến hết ngày', 85, 682, 390),
        piece('30/11/2026. Các hộ đưa chó, mèo đến nhà văn hóa.', 85, 664, 400),
        piece('Kinh phí do ngân sách xã', 85, 646, 200),
        piece('Đề nghị các thôn thông báo', 85, 628, 220),
      ],
    ]);
    expect(lines.map(({ first }) => first)).toEqual([true, false, false, true, true]);
  });
});
