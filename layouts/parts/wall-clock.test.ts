import { expect, test } from 'vitest';
import { clockFace } from './wall-clock.ts';

test('time, date and weekday are those of the zone', () => {
  const now = Date.UTC(2025, 10, 22, 17, 4, 9);
  expect(clockFace(now, 'Asia/Ho_Chi_Minh', 'vi')).toEqual({
    time: '00:04',
    seconds: '09',
    date: '23/11/2025',
    weekday: 'Chủ Nhật',
  });
  expect(clockFace(now, 'Europe/Paris', 'en')).toEqual({
    time: '18:04',
    seconds: '09',
    date: '22/11/2025',
    weekday: 'Saturday',
  });
});

test('a zone that the browser does not know does not empty the screen', () => {
  expect(clockFace(0, 'Mars/Olympus', 'vi').time).toBe('08:00');
});
