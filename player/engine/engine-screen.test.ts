import { expect, it } from 'vitest';
import { alwaysOn, hoursKey, type ScreenHours, type WeekHours } from '../../shared/protocol/screen.ts';
import type { ScreenDriver } from './screen/drivers.ts';
import { programme, useBoard } from './testing-board.ts';

const board = useBoard();

/** A screen that does as it is told and says so. */
function screen(changes: Partial<ScreenDriver> = {}) {
  const it = { isOn: true, light: 100, blind: false, switched: [] as number[] };
  const driver: ScreenDriver = {
    name: 'command',
    dims: true,
    set: ({ on, light }) => {
      it.isOn = on;
      it.light = light ?? it.light;
      it.switched.push(performance.now());
      return Promise.resolve();
    },
    read: () => Promise.resolve(it.blind ? { on: null, light: null } : { on: it.isOn, light: it.light }),
    ...changes,
  };
  return Object.assign(it, { driver });
}

const command = async (changes: object) => {
  const { cms } = board();
  const said = { commandId: crypto.randomUUID(), durationMs: undefined, ...changes };
  return cms.ask('runCommandV1', { command: await cms.signCommand(said) });
};
const states = () =>
  board()
    .cms.told.filter(({ name }) => name === 'stateChangedV1')
    .map(({ request }) => request);
const statuses = () =>
  board()
    .cms.told.filter(({ name }) => name === 'statusReportedV1')
    .map(({ request }) => (request as { status: object }).status);
/** Dark all day but for a minute that is over: whatever time the test runs at. */
function darkNow(): ScreenHours {
  const minute = Math.floor((Date.now() / 60_000 + 420) % 1440);
  return { on: { from: (minute + 720) % 1440, to: (minute + 721) % 1440 }, light: null };
}

it('an alert lights a screen that is off within a second, is displayed from then on, and leaves it off again', async () => {
  const b = board();
  const { cms } = b;
  const s = screen();
  const stage = await b.startPaired({ screen: s.driver });
  await cms.publish(programme([1, null], [2, null]));
  await stage.untilFront('notice');
  expect(await command({ name: 'setScreenHours', hours: darkNow() })).toEqual({ ok: true });
  await cms.until(() => states().at(-1)?.screenRests);
  expect([s.isOn, states().at(-1)?.screenOn]).toEqual([false, false]);
  await cms.until(() => cms.bodies('playEnded').some(({ outcome }) => outcome === 'dark'));

  const raised = performance.now();
  const alert = await cms.raise();
  await expect.poll(() => s.isOn).toBe(true);
  expect(s.switched.at(-1)! - raised).toBeLessThan(1_000);
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'displayed');
  // The state of the board is told on its own.
  await expect.poll(() => states().at(-1)).toMatchObject({ screenOn: true, now: { why: 'takeover' } });
  expect(states().at(-1)).not.toHaveProperty('screenRests');

  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await expect.poll(() => s.isOn).toBe(false);
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'ended');
  await cms.until(() => cms.bodies('screenChanged').length >= 4);
  // It was seen from the moment at which the screen was lit to its end.
  const ofAlert = () => cms.bodies('playEnded').filter(({ takeoverId }) => takeoverId === alert.takeoverId);
  await expect.poll(() => ofAlert().at(-1)?.outcome).toBe('completed');
  expect(cms.bodies('screenChanged').map(({ on }) => on)).toEqual([true, false, true, false]);
});

it('an alert that nothing lights is dark, not displayed', async () => {
  const b = board();
  const { cms } = b;
  const s = screen();
  const stage = await b.startPaired({
    screen: {
      ...s.driver,
      set: () => Promise.reject(new Error('no relay')),
      read: () => Promise.resolve({ on: false, light: null }),
    },
  });
  const alert = await cms.raise();
  await stage.untilFront('takeover');
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'dark');
  expect(b.takeoverStates(alert.takeoverId)).not.toContain('displayed');
});

it('hours and what was said by hand outlive a restart without the CMS', async () => {
  const b = board();
  const s = screen();
  await b.startPaired({ screen: s.driver });
  await command({ name: 'setScreenHours', hours: darkNow() });
  await expect.poll(() => s.isOn).toBe(false);
  await b.stop();
  await b.cms.stop();
  s.isOn = true;
  await b.start({ screen: s.driver });
  await expect.poll(() => s.isOn).toBe(false);
});

it('hours of the days of the week outlive a restart, and are told', async () => {
  const b = board();
  const s = screen();
  await b.startPaired({ screen: s.driver });
  const now = new Date(b.cms.now() + 7 * 3_600_000);
  // Off today, and lit on all other days.
  const lit = { from: 0, to: 1440 };
  const week = Array.from({ length: 7 }, (_, i) => (i === (now.getUTCDay() + 6) % 7 ? null : lit)) as WeekHours;
  await command({ name: 'setScreenHours', hours: { on: { week }, light: null } });
  await expect.poll(() => s.isOn).toBe(false);
  await b.stop();
  s.isOn = true;
  await b.start({ screen: s.driver });
  await expect.poll(() => s.isOn).toBe(false);
  await b.openStage();
  await b.cms.until(() =>
    statuses().some((status) => 'hours' in status && status.hours === hoursKey({ on: { week }, light: null })),
  );
});

it('what is said by hand stands until its time, and is told', async () => {
  const b = board();
  const s = screen();
  await b.startPaired({ screen: s.driver });
  const until = b.cms.now() + 1_500;
  await command({ name: 'setScreen', on: false, until });
  await command({ name: 'setBrightness', percent: 40, until: null });
  await expect.poll(() => [s.isOn, s.light]).toEqual([false, 40]);
  await expect.poll(() => s.isOn, { timeout: 5_000 }).toBe(true);
  await b.stop();
  await b.start({ screen: s.driver });
  await b.openStage();
  const full = () => statuses().filter((status) => 'app' in status);
  await b.cms.until(() => full().length === 2);
  expect(full()[1]).toMatchObject({ driver: 'command', dim: { percent: 40, until: null } });
  expect((full()[1] as { hand?: unknown }).hand ?? null).toBeNull();
});

it('hours that are given end what was said by hand without an end, and the CMS hears at once why it is so', async () => {
  const b = board();
  const s = screen();
  await b.startPaired({ screen: s.driver });
  await command({ name: 'setScreen', on: true, until: null });
  await command({ name: 'setScreenHours', hours: darkNow() });
  await expect.poll(() => s.isOn).toBe(false);
  await b.cms.until(() => statuses().some((status) => 'why' in status && status.why === 'hours'));
});

it('a screen that was switched off and cannot be read proves nothing, and is told as unknown', async () => {
  const b = board();
  const s = screen();
  s.blind = true;
  const stage = await b.startPaired({ screen: s.driver });
  await b.cms.publish(programme([1, null], [2, null]));
  await stage.untilFront('notice');
  await command({ name: 'setScreen', on: false, until: null });
  await b.cms.until(() => b.cms.bodies('playEnded').some(({ outcome }) => outcome === 'dark'));
  expect(new Set(states().map(({ screenOn }) => screenOn))).toEqual(new Set([null]));
});

it('what this player cannot do is refused', async () => {
  const b = board();
  await b.startPaired();
  const refused = (code: string) => ({ ok: false, error: { code } });
  expect(await command({ name: 'setScreen', on: false, until: null })).toMatchObject(refused('screen_unsupported'));
  expect(await command({ name: 'setScreenHours', hours: alwaysOn })).toMatchObject(refused('screen_unsupported'));
  await b.stop();
  await b.start({ screen: screen({ dims: false }).driver });
  await b.openStage();
  await b.cms.until(() => b.cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  const light = { from: 1080, to: 360, night: 30, day: 90 };
  for (const asked of [
    { name: 'setBrightness', percent: 50, until: null },
    { name: 'setScreenHours', hours: { on: null, light } },
  ])
    expect(await command(asked)).toMatchObject(refused('screen_not_dimmable'));
});

it('a screen that cannot be switched is a fault, and playing goes on', async () => {
  const b = board();
  const s = screen({ set: () => Promise.reject(new Error('no such program')) });
  const stage = await b.startPaired({ screen: s.driver });
  await b.cms.publish(programme([1, null], [2, null]));
  await stage.untilFront('notice');
  expect(await b.fault('screen_failed')).toMatch(/no such program/);
  await expect
    .poll(() => statuses().findLast((status) => 'fails' in status))
    .toMatchObject({ fails: expect.any(Number) as number });
  expect(b.cms.bodies('playEnded').every(({ outcome }) => outcome !== 'dark')).toBe(true);
});
