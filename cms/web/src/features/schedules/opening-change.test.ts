import { describe, expect, it } from 'vitest';
import { openWindows } from '../../../../../shared/schedule/windows.ts';
import { homeZone } from '../../lib/time.ts';
import {
  changedDays,
  moveAlways,
  moveOnce,
  onceAt,
  onlyPlaceOf,
  placeOf,
  ruleDay,
  skipDay,
  type When,
} from './opening-change.ts';
import { onceOf } from './once.ts';

const hour = 3_600_000;
const rule = (fields: Partial<When> = {}): When => ({
  cron: '0 6 * * 2,4',
  durationMs: hour,
  validFrom: null,
  validTo: null,
  exceptions: [],
  ...fields,
});
/** 3 March 2026 is a Tuesday. */
const [tuesday, wednesday, thursday] = ['2026-03-03', '2026-03-04', '2026-03-05'];
const eight = (date: string) => ({ date, minute: 8 * 60, durationMs: 2 * hour });
/** What opens from Monday to Sunday. */
const week = (when: When): string[] =>
  openWindows(when, homeZone, Date.parse('2026-03-02T00:00+07:00'), Date.parse('2026-03-09T00:00+07:00')).map(
    (open) => {
      const { date, minute, durationMs } = placeOf(open, homeZone);
      return `${date.slice(8)} ${minute / 60}+${durationMs / hour}`;
    },
  );
const after = (when: When, change: object | null): string[] => week({ ...when, ...change });

it('names the days that a change is about', () => {
  const early = { date: '2026-11-23', instead: { minute: 300, durationMs: 60_000 } };
  const none = { date: '2026-11-24', instead: null };
  expect(changedDays([], [none, early])).toEqual(['2026-11-23', '2026-11-24']);
  expect(changedDays([early, none], [{ ...early, instead: null }, none])).toEqual(['2026-11-23']);
  expect(changedDays([none], [none])).toEqual([]);
});

describe('one opening', () => {
  it('is left out of its day, and comes back', () => {
    const skipped = rule(skipDay(rule(), tuesday));
    expect(week(skipped)).toEqual(['05 6+1']);
    expect(after(skipped, ruleDay(skipped, tuesday))).toEqual(['03 6+1', '05 6+1']);
  });
  it('moves to another hour or day, once', () => {
    expect(after(rule(), moveOnce(rule(), homeZone, tuesday, eight(tuesday)))).toEqual(['03 8+2', '05 6+1']);
    const moved = rule(moveOnce(rule(), homeZone, tuesday, eight(wednesday))!);
    expect(week(moved)).toEqual(['04 8+2', '05 6+1']);
    expect(after(moved, moveOnce(moved, homeZone, wednesday, eight(tuesday)))).toEqual(['03 8+2', '05 6+1']);
  });
  it('stays where the day has others, or the other day has one', () => {
    expect(moveOnce(rule(), homeZone, tuesday, eight(thursday))).toBeNull();
    expect(moveOnce(rule({ cron: '0 6,18 * * *' }), homeZone, tuesday, eight(tuesday))).toBeNull();
  });
});

describe('what the schedule is not valid for', () => {
  const until = (validTo: string) => rule({ validTo: Date.parse(validTo) });
  it('takes no opening: it would be cut off, or never open', () => {
    const when = until('2026-03-03T09:00+07:00');
    expect(moveOnce(when, homeZone, tuesday, eight(tuesday))).toBeNull();
    expect(moveAlways(when, homeZone, tuesday, 360, eight(tuesday))).toBeNull();
    expect(moveOnce(when, homeZone, tuesday, { ...eight(tuesday), durationMs: hour })).not.toBeNull();
  });
});

describe('a schedule of one day alone', () => {
  it.each([
    { ...eight(tuesday), opens: ['03 8+2'], until: '2026-03-04T00:00+07:00' },
    { ...eight(tuesday), durationMs: 16 * hour, opens: ['03 8+16'], until: '2026-03-04T00:00+07:00' },
    { ...eight(tuesday), durationMs: 17 * hour, opens: ['03 8+17'], until: '2026-03-05T00:00+07:00' },
  ])('opens there whole, and never again: $opens', ({ opens, until, ...place }) => {
    const when = rule(onceAt(homeZone, place));
    expect(week(when)).toEqual(opens);
    expect(when.validTo).toBe(Date.parse(until));
    expect(onceOf(when)).toBe(tuesday);
    expect(onlyPlaceOf(when, homeZone)).toEqual(place);
    expect(onlyPlaceOf({ ...when, validTo: when.validTo! - hour }, homeZone)).toBeNull();
  });
  it('is told from one that comes every year, or not at all', () => {
    const { validFrom, validTo } = onceAt(homeZone, eight(tuesday));
    const yearMs = 365 * 24 * hour;
    expect(onceOf({ cron: '0 8 3 3 *', validFrom, validTo: validTo! + yearMs })).toBeNull();
    expect(onceOf({ cron: '0 8 3 3 *', validFrom: validTo, validTo: validTo! + yearMs })).toBe('2027-03-03');
    expect(onceOf({ cron: '0 8 4 3 *', validFrom, validTo })).toBeNull();
    expect(onceOf({ cron: '0 8 3 3 *', validFrom, validTo: null })).toBeNull();
    expect(onceOf({ cron: '0 8 * * *', validFrom, validTo })).toBeNull();
  });
});

describe('every opening', () => {
  const always = (fields: Partial<When>, to = eight(wednesday)) =>
    moveAlways(rule(fields), homeZone, tuesday, 6 * 60, to)?.cron ?? null;
  it.each([
    ['0 6 * * 2,4', '0 8 * * 3,4'],
    ['0 6 * * 1-5', '0 8 * * 1,3,4,5'],
    ['0 6 3 * *', '0 8 4 * *'],
    ['0 6 3 3 *', '0 8 4 3 *'],
    ['0 6 * * *', null],
    ['0 */6 * * *', null],
  ])('of %s goes to another day: %s', (cron, moved) => {
    expect(always({ cron })).toBe(moved);
  });
  it('goes to another hour', () => {
    expect(always({ cron: '0 6 * * *' }, eight(tuesday))).toBe('0 8 * * *');
    expect(always({ cron: '0 6 * * 1-5' }, eight(tuesday))).toBe('0 8 * * 1-5');
  });
  it('of any expression becomes longer', () => {
    const when = rule({ cron: '0 6,18 * * *' });
    expect(
      moveAlways(when, homeZone, tuesday, 360, { date: tuesday, minute: 360, durationMs: 3 * hour }),
    ).toMatchObject({
      cron: when.cron,
      durationMs: 3 * hour,
    });
  });
  it('does not follow an exception', () => {
    const when = rule({ exceptions: [{ date: tuesday, instead: { minute: 420, durationMs: hour } }] });
    expect(moveAlways(when, homeZone, tuesday, 420, eight(tuesday))).toBeNull();
  });
});
