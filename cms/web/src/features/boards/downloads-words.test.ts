import { expect, test } from 'vitest';
import { noDownloadLimits } from '../../../../../shared/protocol/downloads.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { canHurry, limitRows, usedWords } from './downloads-words.ts';

overwriteGetLocale(() => 'vi');
const values = (limits: Parameters<typeof limitRows>[0]) => limitRows(limits).map(([, value]) => value);

test('what was ordered stands in the units that people buy', () => {
  expect(values({ hours: [1320, 300], maxKbps: 2500, monthlyMb: 3000 })).toEqual(['3 GB', '22:00–05:00', '2,5 Mbit/s']);
  expect(values(noDownloadLimits)).toEqual(['Không giới hạn', 'Bất cứ lúc nào', 'Không giới hạn']);
});

test('«Tải ngay» is offered where it changes something: what waits, or comes no faster than was ordered', () => {
  const budget = { ...noDownloadLimits, monthlyMb: 3000 };
  const rate = { ...noDownloadLimits, maxKbps: 2500 };
  expect(canHurry({ state: 'fetching', errorCode: 'media_waits_budget' }, budget)).toBe(true);
  expect(canHurry({ state: 'fetching', errorCode: null }, rate)).toBe(true);
  expect(canHurry({ state: 'fetching', errorCode: null }, budget)).toBe(false);
  expect(canHurry({ state: 'active', errorCode: null }, rate)).toBe(false);
  expect(canHurry(null, rate)).toBe(false);
});

test('what is used is set against the budget, and near its end it warns', () => {
  const of = (mb: number | null, monthlyMb: number | null, tx: number | null = 1) =>
    usedWords({ mb, tx }, { ...noDownloadLimits, monthlyMb });
  expect(of(null, 100).text).toBe('không rõ');
  expect(of(1200, null)).toEqual({ text: '1,2 GB', warning: null });
  expect(of(799, 1000)).toEqual({ text: '799 MB (79%)', warning: null });
  expect(of(800, 1000).warning?.title).toBe('Sắp hết ngân sách dữ liệu của tháng');
  expect(of(1000, 1000).warning?.title).toBe('Đã hết ngân sách dữ liệu của tháng');
  expect(of(5, null, null).text).toBe('5 MB, chỉ tính phần của máy phát');
});
