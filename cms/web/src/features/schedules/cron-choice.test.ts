import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../../../shared/schedule/windows.ts';
import {
  choiceOf,
  cronOf,
  endWord,
  minuteWord,
  parseTime,
  weekOrder,
  type CronChoice,
  type CronMode,
} from './cron-choice.ts';

const choices = fc.record({
  mode: fc.constantFrom<CronMode>('daily', 'weekdays', 'weekly', 'monthly', 'yearly', 'hourly'),
  hour: fc.nat({ max: 23 }),
  minute: fc.nat({ max: 59 }),
  days: fc.uniqueArray(fc.constantFrom(...weekOrder), { minLength: 1 }),
  // Every month has them.
  dayOfMonth: fc.integer({ min: 1, max: 28 }),
  month: fc.integer({ min: 1, max: 12 }),
  custom: fc.constant(''),
});

describe('everyday choices', () => {
  it('make expressions that the timeline reads, and are found again in them', () => {
    fc.assert(
      fc.property(choices, (choice: CronChoice) => {
        const cron = cronOf(choice);
        expect(() => parseCron(cron)).not.toThrow();
        const found = choiceOf(cron);
        expect(found.mode).toBe(choice.mode);
        expect(found.minute).toBe(choice.minute);
        if (choice.mode !== 'hourly') expect(found.hour).toBe(choice.hour);
        if (choice.mode === 'weekly') expect(found.days.toSorted()).toEqual(choice.days.toSorted());
        if (choice.mode === 'monthly' || choice.mode === 'yearly') expect(found.dayOfMonth).toBe(choice.dayOfMonth);
        if (choice.mode === 'yearly') expect(found.month).toBe(choice.month);
        expect(cronOf(found)).toBe(cron);
      }),
    );
  });

  it.each([
    '*/5 * * * *',
    '0 6,17 * * *',
    '0 6 1,15 * *',
    '0 6 1 * 1',
    '0 6 1 3 1',
    '0 6 30 2 *',
    '0 6 * 3 *',
    '0 * 1 3 *',
    '61 6 * * *',
    '0 25 * * *',
    '0 6 32 * *',
    'rác',
    '',
  ])('leave «%s» as it was written', (cron) => {
    const found = choiceOf(cron);
    expect(found.mode).toBe('custom');
    expect(cronOf(found)).toBe(cron);
  });
});

describe('a time of day', () => {
  it.each([
    ['06:30', 6, 30],
    ['6h30', 6, 30],
    ['17g', 17, 0],
    ['17h', 17, 0],
    ['17h30', 17, 30],
    ['17:30', 17, 30],
    ['1730', 17, 30],
    ['730', 7, 30],
    ['7', 7, 0],
    ['23.59', 23, 59],
  ])('«%s» is read', (text, hour, minute) => {
    expect(parseTime(text)).toBe(hour * 60 + minute);
  });
  it.each(['24:00', '2400', '1760', '17300', '6:60', '6:3', 'sáng', ''])('«%s» is none', (text) => {
    expect(parseTime(text)).toBeNull();
  });
  it.each(['24:00', '2400', '24h', '24'])('«%s» is midnight where hours end, and no beginning', (text) => {
    expect(parseTime(text, true)).toBe(0);
    expect(parseTime(text)).toBeNull();
  });
  it('of an end at midnight is written as the end of its day', () => {
    expect([endWord(0), endWord(30), minuteWord(0)]).toEqual(['24:00', '00:30', '00:00']);
    expect(parseTime('24:30', true)).toBeNull();
  });
});
