import { beforeAll, expect, test } from 'vitest';
import type { WeekHours } from '../../../../../shared/protocol/screen.ts';
import { unknownStatus, type BoardStatus } from '../../../../../shared/protocol/status.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { commandName } from './command-words.ts';
import { hoursWords, screenTone, screenWords } from './screen-words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const day = { from: 300, to: 1320 };
const said = (changes: Partial<BoardStatus>): BoardStatus => ({ ...unknownStatus, driver: 'command', ...changes });

test('what is known of a screen is never more than was read', () => {
  expect(screenWords(unknownStatus, null)).toMatch(/không rõ/);
  expect(screenWords(said({}), true)).toBe('Đang bật');
  expect(screenWords(said({ off: true, why: 'hours' }), false)).toBe('Đang tắt · theo giờ');
  expect(screenWords(said({ off: true, why: 'hours' }), null)).toBe('Không rõ; đã ra lệnh tắt · theo giờ');
  expect(screenWords(said({}), false)).toBe('Đang tắt, lẽ ra phải bật');
  expect(screenWords(said({ why: 'hand', hand: { on: true, until: null } }), true)).toBe(
    'Đang bật · bằng tay, đến khi có lệnh khác',
  );
  const tones = [true, false, null].map((isOn) => screenTone(said({}), isOn));
  expect([...tones, screenTone(unknownStatus, null)]).toEqual(['neutral', 'bad', 'warn', 'neutral']);
});

test('hours are said as the clock says them', () => {
  const light = { from: 1080, to: 360, night: 40, day: 100 };
  expect(hoursWords({ on: day, light: null })).toBe('05:00–22:00');
  expect(hoursWords({ on: null, light })).toBe('cả ngày đêm; ban đêm (18:00–06:00) sáng 40%, ban ngày 100%');
  const week: WeekHours = [day, day, day, day, { from: 300, to: 60 }, { from: 0, to: 1440 }, null];
  expect(hoursWords({ on: { week }, light: null })).toBe(
    'Thứ Hai–Thứ Năm 05:00–22:00, Thứ Sáu 05:00–01:00, Thứ Bảy sáng cả ngày, Chủ nhật tắt cả ngày',
  );
  const name = (payload: object, command = 'setScreenHours') =>
    commandName({ name: command, payload: payload as Record<string, unknown> });
  expect(name({ hours: { on: day, light: null } })).toBe('Giờ bật màn hình: 05:00–22:00');
  expect(name({ on: false, until: null }, 'setScreen')).toBe('Tắt màn hình');
});
