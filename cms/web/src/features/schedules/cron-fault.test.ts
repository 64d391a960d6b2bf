import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { cronFault } from './cron-fault.ts';

overwriteGetLocale(() => 'vi');

describe('what is wrong with a cron expression', () => {
  it.each([
    ['61 * * * *', '«61» chưa đúng. Phút: 0–59.'],
    ['0 24 * * *', '«24» chưa đúng. Giờ: 0–23.'],
    ['0 6 0 * *', '«0» chưa đúng. Ngày: 1–31.'],
    ['0 6 * 13 *', '«13» chưa đúng. Tháng: 1–12.'],
    ['0 6 * * thứ', '«thứ» chưa đúng. Thứ: 0–6, 0 là Chủ nhật.'],
  ])('%s: %s', (cron, sentence) => {
    expect(cronFault(cron)).toBe(sentence);
  });
  it('may be the number of parts, or a day that never comes', () => {
    expect(cronFault('0 6 * *')).toContain('năm phần');
    expect(cronFault('')).toContain('năm phần');
    expect(cronFault('0 6 30 2 *')).toContain('30 tháng 2');
  });
  it('is nothing for one that is read', () => {
    expect(cronFault('*/5 6-8 * * MON')).toBeUndefined();
  });
});
