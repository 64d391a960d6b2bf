import { beforeAll, expect, test } from 'vitest';
import { faults, type FaultAction, type FaultRow } from '../../../../../shared/faults/table.ts';
import { fetchSentences } from '../../lib/errors.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { readLog } from './log-lines.ts';

beforeAll(async () => {
  overwriteGetLocale(() => 'vi');
  await fetchSentences();
});

const line = (fields: object): string => JSON.stringify({ level: 30, time: 1000, part: 'engine', msg: 'm', ...fields });
const words = (fields: object): string => readLog(line(fields))[0]!.words;

test('events that are known are told in words, the newest first', () => {
  const log = [
    line({ time: 1, event: { type: 'programmeSwitched', version: { epoch: 1, counter: 7 } } }),
    line({ time: 2, event: { type: 'commandTaken', name: 'setSource', payload: { cut: true } } }),
    line({
      time: 2.5,
      event: { type: 'commandTaken', name: 'setVersion', payload: { back: false, version: '1.4.2' } },
    }),
    line({ time: 3, event: { type: 'linkLost' }, reason: 'ping timeout' }),
    '',
  ].join('\n');
  expect(readLog(log).map(({ at, words }) => [at, words])).toEqual([
    [3, 'Mất kết nối với CMS; bảng vẫn phát chương trình đã lưu'],
    [2.5, 'Nhận lệnh: Chạy phiên bản 1.4.2 của máy phát'],
    [2, 'Nhận lệnh: Cắt nguồn nội dung'],
    [1, 'Chuyển sang chương trình 7'],
  ]);
});

test('a fault says what the player does about it', () => {
  const [entry] = readLog(
    line({ level: 40, msg: 'fault', code: 'window_ended', detail: 'exit 1 → newWindow in 500 ms' }),
  );
  expect(entry).toMatchObject({ level: 'warning', action: 'mở lại cửa sổ' });
  expect(entry!.words).toMatch(/^Trình duyệt trên máy phát/);
  expect(readLog(line({ msg: 'fault', code: 'asset_damaged', detail: 'x' }))[0]!.action).toBe(
    'để riêng bản hỏng, tải lại',
  );
});

test('every action of every fault has words', () => {
  const rows: readonly FaultRow[] = Object.values(faults);
  const all = new Set<FaultAction>(rows.flatMap(({ always, steps }) => [...always, ...steps.map((s) => s.action)]));
  for (const action of all)
    expect(readLog(line({ msg: 'fault', code: 'x', detail: `d → ${action}` }))[0]!.action).not.toBe(action);
});

test('what is not known stays as it was written', () => {
  expect(words({ event: { type: 'ofALaterRelease' }, msg: 'something new', code: 'odd' })).toBe('something new (odd)');
  expect(readLog('Error: no JSON')[0]).toMatchObject({ at: null, words: 'Error: no JSON' });
  expect(readLog(line({ level: 60 }))[0]!.level).toBe('error');
});
