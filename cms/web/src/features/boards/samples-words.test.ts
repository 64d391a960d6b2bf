import { beforeAll, expect, test } from 'vitest';
import { fetchSentences } from '../../lib/errors.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { everyWords, sampleCost, sampleSentence, sampleTitle, tooMany } from './samples-words.ts';

beforeAll(async () => {
  overwriteGetLocale(() => 'vi');
  await fetchSentences();
});

test('how often is said in lengths that people use', () => {
  expect([0, 5, 60, 1440].map(everyWords)).toEqual(['không chụp', '5 phút một lần', '1 giờ một lần', '1 ngày một lần']);
});

test('a month of pictures is worked out of the hours in which the screen is on, and set against the budget', () => {
  const always = { on: null };
  const cost = (every: number, monthlyMb: number | null, used: number | null = null, left = 1, on = always.on) =>
    sampleCost(every, { on }, { monthlyMb }, 23_000, used, left)!;
  expect(sampleCost(0, always, { monthlyMb: 50 }, 23_000, null, 1)).toBeNull();
  // 96 a day of 30 kB.
  expect(cost(15, null)).toEqual({
    bytes: 86_400_000,
    text: 'Ước tính 86 MB mỗi tháng: khoảng 2.880 ảnh, mỗi ảnh 30 kB.',
    warning: null,
  });
  expect(sampleCost(15, { on: { from: 300, to: 1020 } }, { monthlyMb: null }, 23_000, null, 1)!.bytes).toBe(43_200_000);
  expect(sampleCost(15, { on: { from: 1020, to: 300 } }, { monthlyMb: null }, 23_000, null, 1)!.bytes).toBe(43_200_000);
  // It is never less than one a day: the screen may be on at that time.
  expect(sampleCost(1440, { on: { from: 300, to: 301 } }, { monthlyMb: null }, 23_000, null, 1)!.bytes).toBe(900_000);
  expect(cost(15, 1000).text).toMatch(/Bằng 9% ngân sách 1 GB/);
  expect(cost(15, 1000).warning).toBeNull();
  expect(cost(15, 300).warning).toMatch(/phần lớn ngân sách/);
  expect(cost(15, 1000, 920).warning).toMatch(/vượt ngân sách 1 GB/);
  // Little of the month is left.
  expect(cost(15, 1000, 920, 0.5).warning).toBeNull();
  expect(cost(15, 50).warning).toMatch(/vượt ngân sách/);
});

test('more pictures than the CMS takes are said with both numbers', () => {
  expect(tooMany(5, { ordered: 11_988, possible: 11_999.9 })).toMatch(/12\.000 ảnh mỗi giờ.+chừng 11\.999 ảnh/);
  expect(tooMany(5, { ordered: 11_988, possible: 12_000 })).toBeNull();
  expect(tooMany(0, { ordered: 11_988, possible: 10 })).toBeNull();
  expect(tooMany(5, { ordered: 11_988, possible: null })).toBeNull();
});

test('a picture says what was on and why, and one that is missing why it is', () => {
  const playing = { noticeId: null, title: 'Lịch tiêm chủng', why: 'loop', exercise: false } as const;
  expect(sampleTitle({ missing: null, playing })).toBe('Lịch tiêm chủng');
  expect(sampleSentence({ missing: null, playing })).toMatch(/^Đang phát: Lịch tiêm chủng \(.+\)$/);
  expect(sampleSentence({ missing: null, playing: { ...playing, why: 'takeover', exercise: true } })).toMatch(
    /diễn tập/i,
  );
  expect(sampleSentence({ missing: null, playing: null })).toBe('Nội dung đang phát: không rõ');
  expect(sampleTitle({ missing: 'screen_off', playing: null })).toBe('Màn hình tắt');
  expect(sampleTitle({ missing: 'covered', playing: null })).toBe('Trang kỹ thuật đang mở');
  expect(sampleSentence({ missing: 'covered', playing: null })).toMatch(/che nội dung/);
  expect(sampleSentence({ missing: 'no_stage', playing: null })).toMatch(/Tình trạng máy phát/);
  expect(sampleTitle({ missing: 'capture_failed', playing: null })).toBe('Không chụp được');
  expect(sampleSentence({ missing: 'capture_failed', playing: null })).not.toBe('');
});
