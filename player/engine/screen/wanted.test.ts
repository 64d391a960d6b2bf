import { expect, test } from 'vitest';
import { alwaysOn, type ScreenHours } from '../../../shared/protocol/screen.ts';
import { Zone } from '../../../shared/schedule/zone.ts';
import { takeoverOf } from '../../../test/lib/programmes.ts';
import { wantedScreen, type ScreenOrders } from './wanted.ts';

const home = new Zone('Asia/Ho_Chi_Minh');
const at = (time: string): number => Date.parse(`2026-03-02T${time}:00+07:00`);
const hours: ScreenHours = { on: { from: 300, to: 1320 }, light: { from: 1080, to: 360, night: 30, day: 90 } };
const none: ScreenOrders = { hours: alwaysOn, power: null, light: null };
const alert = takeoverOf(1, { startsAt: at('23:00'), expiresAt: at('23:30') });

test.each<[string, Partial<ScreenOrders>, string, ReturnType<typeof wantedScreen>]>([
  ['nothing said', {}, '12:00', { on: true, light: null, why: null, until: Infinity }],
  ['by day', { hours }, '12:00', { on: true, light: 90, why: 'hours', until: at('18:00') }],
  ['in the evening', { hours }, '21:00', { on: true, light: 30, why: 'hours', until: at('22:00') }],
  ['at night', { hours }, '22:00', { on: false, light: 30, why: 'hours', until: at('05:00') + 86_400_000 }],
  [
    'off by hand until its hours change it',
    { hours, power: { on: false, until: at('22:00') } },
    '12:00',
    { on: false, light: 90, why: 'hand', until: at('18:00') },
  ],
  [
    'an order whose time is over',
    { hours, power: { on: true, until: at('22:00') } },
    '22:00',
    { on: false, light: 30, why: 'hours', until: at('05:00') + 86_400_000 },
  ],
  [
    'off by hand for good',
    { power: { on: false, until: null } },
    '12:00',
    { on: false, light: null, why: 'hand', until: Infinity },
  ],
  [
    'brighter by hand',
    { hours, light: { percent: 70, until: at('18:00') } },
    '12:00',
    { on: true, light: 70, why: 'hours', until: at('18:00') },
  ],
])('%s', (_, said, time, wanted) => {
  expect(wantedScreen({ ...none, ...said }, [], home, at(time))).toEqual(wanted);
});

test('an alert lights what is off by its hours or by hand, as bright as it can, until its end', () => {
  const said = { ...none, hours, power: { on: false, until: null } };
  const during = (time: string, alerts = [alert]) => wantedScreen(said, alerts, home, at(time));
  expect(during('22:59')).toMatchObject({ on: false, why: 'hand', until: at('23:00') });
  expect(during('23:00')).toEqual({ on: true, light: 100, why: 'alert', until: at('23:30') });
  expect(during('23:30')).toMatchObject({ on: false, light: 30, why: 'hand' });
  // Its all clear: it stands no more.
  expect(during('23:10', [])).toMatchObject({ on: false, why: 'hand' });
});

test('an alert leaves a brightness alone that nobody set', () => {
  expect(wantedScreen(none, [alert], home, at('23:00')).light).toBeNull();
});
