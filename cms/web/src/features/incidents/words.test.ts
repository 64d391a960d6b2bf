import { beforeAll, expect, it } from 'vitest';
import type { Incident } from '../../../../../shared/protocol/api/incidents.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { evidenceWords, kindWords, whatWords } from './words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const evidence: Incident['evidence'] = {
  there: 1,
  gone: 1,
  spanMs: 0,
  nobody: false,
  absence: null,
  back: { started: 0, ranOn: 0, playerStarted: 0 },
  machineUpMs: null,
  data: null,
  screen: null,
};
const factsOf = (about: Incident['about'], over: Partial<Incident['evidence']>, boardCount = 1): string[] =>
  evidenceWords({ about, boardCount, evidence: { ...evidence, ...over } } as Incident, 0);

it('says how much of a month’s data is gone, and when it is counted anew', () => {
  const until = Date.parse('2026-12-01T00:00+07:00');
  const data = { usedMb: 1600, limitMb: 2000, month: '2026-11', until };
  const used = 'Lúc báo, bảng đã dùng 1.600 trong 2.000 MB của tháng 11/2026; đếm lại từ 01/12/2026 00:00.';
  expect(factsOf('data_low', { data })).toEqual([used]);
  expect(factsOf('data_spent', { data })).toEqual([used, expect.stringContaining('Ảnh và video mới, cùng tin chữ')]);
  // Figures of one board say nothing of others.
  expect(factsOf('data_low', { data }, 3)).toEqual([]);
  expect([whatWords({ about: 'data_low', boardCount: 3 }), kindWords('data')]).toEqual([
    '3 bảng sắp hết dữ liệu tháng',
    'Theo số máy phát tự đếm',
  ]);
});

it('says what a disk that fails means for the plays', () => {
  expect(factsOf('disk_failed', {}, 3)).toEqual([expect.stringContaining('lượt phát có thể không được ghi lại')]);
});

it('says of a screen what is known: what was read or failed, why it should be on, and its hours', () => {
  const hours = { on: { from: 300, to: 1320 }, light: null };
  const screen = { driver: 'ddcutil', why: 'hours', hours, said: 'DDC communication failed' } as const;
  expect(factsOf('screen_failed', { screen })).toEqual([
    'Máy phát không điều khiển được màn hình (ddcutil), nên không rõ màn hình đang sáng hay tắt.',
    'Máy phát báo: DDC communication failed',
    'Lẽ ra phải sáng: theo giờ.',
    'Giờ đã đặt: 05:00–22:00.',
  ]);
  expect(factsOf('dark', { screen: { driver: null, why: null, hours: null, said: null } })).toEqual([
    'Máy phát đọc được là màn hình đang tắt (chưa rõ bằng cách nào).',
    'Lẽ ra phải sáng: không ai đặt giờ tắt.',
  ]);
});
