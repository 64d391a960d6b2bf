import { describe, expect, it } from 'vitest';
import {
  formatClock,
  formatDate,
  formatDateTime,
  missingDay,
  parseDateTime,
  splitDuration,
  startOfDay,
} from './time.ts';

const at = (iso: string): number => Date.parse(iso);

describe('times on the page', () => {
  it('are written dd/MM/yyyy, 24 h, in Vietnam', () => {
    expect(formatDateTime(at('2026-03-04T17:05:09Z'))).toBe('05/03/2026 00:05');
    expect(formatDate(at('2026-03-04T16:59:59Z'))).toBe('04/03/2026');
    expect(formatClock(at('2026-03-04T17:05:09Z'))).toBe('00:05:09');
    expect(formatDateTime(at('2026-03-04T17:05:09Z'), 'Europe/Paris')).toBe('04/03/2026 18:05');
  });

  it('start days at Vietnamese midnight', () => {
    expect(startOfDay(at('2026-03-04T18:00:00Z'))).toBe(at('2026-03-04T17:00:00Z'));
    expect(startOfDay(at('2026-03-01T03:00:00Z'), -6)).toBe(at('2026-02-22T17:00:00Z'));
  });

  it('that no calendar has are told from what is no date', () => {
    expect(missingDay('31/02/2026')).toBe('31/02/2026');
    expect(missingDay(' 29.2.2026 07:30')).toBe('29.2.2026');
    for (const text of ['29/02/2028', 'mai', '31/02', '']) expect(missingDay(text)).toBeNull();
  });

  it('are read as people type them', () => {
    expect(parseDateTime('5/3/2026 7:30')).toBe(at('2026-03-05T00:30:00Z'));
    expect(parseDateTime(' 05.03.2026 7h30 ')).toBe(at('2026-03-05T00:30:00Z'));
    expect(parseDateTime('05-03-2026 7h')).toBe(at('2026-03-05T00:00:00Z'));
    expect(parseDateTime('05/03/2026')).toBe(at('2026-03-04T17:00:00Z'));
    expect(parseDateTime('28/02/2026', { endOfDay: true })).toBe(at('2026-02-28T17:00:00Z'));
    expect(parseDateTime('28/02/2026 24:00', { endOfDay: true })).toBe(at('2026-02-28T17:00:00Z'));
    expect(parseDateTime('28/02/2026 24:00')).toBeNull();
    expect(parseDateTime('29/03/2026 3:30', { zone: 'Europe/Paris' })).toBe(at('2026-03-29T01:30:00Z'));
  });

  it.each([
    '29/02/2026',
    '31/04/2026 08:00',
    '01/13/2026',
    '01/01/2026 24:00',
    '01/01/2026 08:60',
    '2026-01-01',
    'mai',
    '',
  ])('refuse «%s»', (text) => {
    expect(parseDateTime(text)).toBeNull();
  });

  it('survive a round trip', () => {
    const time = at('2028-02-29T16:59:00Z');
    expect(parseDateTime(formatDateTime(time))).toBe(time);
  });

  it('split a length', () => {
    expect(splitDuration(90_061_000)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 });
  });
});
