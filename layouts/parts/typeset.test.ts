import { expect, test } from 'vitest';
import { paragraphsOf, tidy } from './typeset.ts';

/** Makes no-break spaces visible. */
const seen = (text: string) => tidy(text).replaceAll('\u00a0', '~').replaceAll('\u2060', '');

test('a number stays with its word', () => {
  expect(seen('Từ 7 giờ 30 thứ Bảy ngày 22/11/2025, mỗi đơn vị 02 người')).toBe(
    'Từ 7~giờ~30 thứ~Bảy ngày~22/11/2025, mỗi đơn vị 02~người',
  );
  expect(seen('98 % số hộ; 5 món quà')).toBe('98~% số hộ; 5 món quà');
});

test('a kind of place stays with its name, and only then', () => {
  expect(seen('họp thôn tại thôn Đông, xã Bình An')).toBe('họp thôn tại thôn~Đông, xã~Bình An');
});

test('«Y tế», a day without its date and a dash between words do not end a line', () => {
  expect(seen('Trạm Y tế, Chủ nhật 16/11')).toBe('Trạm Y~tế, Chủ nhật~16/11');
  expect(seen('vắc xin sởi – rubella; Phòng Văn hóa – Xã hội')).toBe('vắc xin sởi~–~rubella; Phòng Văn hóa~–~Xã hội');
});

test('a telephone number is not broken', () => {
  expect(seen('Anh Hòa 0905 111 222, trực 024 3825 1234')).toBe('Anh Hòa 0905~111~222, trực 024~3825~1234');
  expect(seen('gọi số +84 905 111 222 hoặc (0254) 385 1234')).toBe('gọi số +84~905~111~222 hoặc (0254)~385~1234');
  expect(seen('hệ số 0 12 345')).toBe('hệ số~0 12 345');
});

test('what would be longer than a line of a small board may break', () => {
  expect(seen('họp lúc 19 giờ 30 ngày 24/11/2026 tại')).toBe('họp lúc 19~giờ~30 ngày~24/11/2026 tại');
  expect(seen('từ 20 giờ 30 ngày 5 tháng 3 năm 2025 đến')).toBe('từ 20~giờ~30 ngày~5 tháng~3 năm~2025 đến');
});

test('decomposed text comes out composed, also where a rule applies', () => {
  expect(tidy('thứ Bảy ngày 1/2'.normalize('NFD'))).toBe(tidy('thứ Bảy ngày 1/2'));
  expect(tidy('Ể Ộ Ữ Ẵ'.normalize('NFD'))).toBe('Ể Ộ Ữ Ẵ');
});

test('lines are paragraphs, and lines with a dash are list items', () => {
  expect(paragraphsOf('Một\n- hai\n\n + ba\n-bốn')).toEqual([
    { text: 'Một', bullet: false },
    { text: 'hai', bullet: true },
    { text: 'ba', bullet: true },
    { text: '-bốn', bullet: false },
  ]);
});
