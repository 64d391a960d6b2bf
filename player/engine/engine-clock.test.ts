/** A machine's clock that is absurd – before the programme was signed, a year off, jumping – empties no screen. */
import { expect, test } from 'vitest';
import { machineSystem, type System } from './system.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';
import type { Programme } from './testing-cms.ts';
import type { TestStage } from './testing-stage.ts';

const board = useBoard();
const day = 86_400_000;

/** A machine that was started anew, with this clock. */
const booted = (now: () => number, bootId: string): System => ({ ...machineSystem(), now, bootId, jitter: () => 0 });

/** Two notices that are valid from yesterday for a week. */
function valid(): Programme {
  const { parts, ...rest } = programme([1, null], [2, null]);
  const [validFrom, validTo] = [Date.now() - day, Date.now() + 7 * day];
  return {
    ...rest,
    parts: parts.map((part) =>
      part.kind === 'playlist' ? { ...part, items: part.items.map((item) => ({ ...item, validFrom, validTo })) } : part,
    ),
  };
}

const untilAlert = (stage: TestStage, takeoverId: string) =>
  stage.until(() => stage.front?.kind === 'takeover' && stage.front.takeover.takeoverId === takeoverId);

const absurd = [
  ['in 1970', () => 0],
  ['in 2000', () => Date.UTC(2000, 0, 1)],
  ['three days before the programme was signed', () => Date.now() - 3 * day],
  ['a year behind', () => Date.now() - 365 * day],
  ['a year ahead', () => Date.now() + 365 * day],
  ['in 2099', () => Date.UTC(2099, 5, 1)],
] as const;

test.each(absurd)(
  'a player whose machine starts %s shows programme and alert, without a network and with',
  async (_, now) => {
    const b = board();
    const { cms } = b;
    await b.startPaired({ system: booted(Date.now, 'one') });
    await cms.publish(valid());
    await cms.until(() => b.progress('active'));
    const alert = await cms.raise();
    await cms.until(() => b.takeoverStates(alert.takeoverId).includes('displayed'));
    await b.stop();
    await cms.stop();

    await b.start({ system: booted(now, 'two') });
    const stage = await b.openStage();
    await untilAlert(stage, alert.takeoverId);
    await cms.listen();
    await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
    await stage.untilNotice(noticeId(1));
    await stage.untilNotice(noticeId(2));
    expect(stage.shown.filter(({ kind }) => kind === 'fallback')).toEqual([]);
    await cms.until(() => b.takeoverStates(alert.takeoverId).includes('ended'));
    const { at, clock } = cms.records.at(-1)!;
    expect([Math.abs(at - Date.now()) < 60_000, clock]).toEqual([true, 'synced']);
  },
);

test.each([absurd[0], absurd[5]])('a player whose machine is %s is paired, programmed and alerted', async (_, now) => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired({ system: booted(now, 'one') });
  await cms.publish(valid());
  await stage.untilNotice(noticeId(1));
  const alert = await cms.raise();
  await untilAlert(stage, alert.takeoverId);
});

test.each([absurd[0], absurd[4]])(
  'a player that has lost what it knew of the time, %s, goes by what was signed',
  async (_, now) => {
    const b = board();
    await b.startPaired({ system: booted(Date.now, 'one') });
    await b.cms.publish(valid());
    await b.cms.until(() => b.progress('active'));
    await b.stop();
    await b.cms.stop();
    b.onDisk("DELETE FROM meta WHERE key = 'clock'");
    await b.start({ system: booted(now, 'two') });
    const stage = await b.openStage();
    await stage.untilNotice(noticeId(1));
    await stage.untilNotice(noticeId(2));
  },
);

test('a player that has lost what it knew of the time, and has nothing that was signed, goes by its machine', async () => {
  const b = board();
  await b.startPaired({ system: booted(Date.now, 'one') });
  await b.stop();
  await b.cms.stop();
  b.onDisk("DELETE FROM meta WHERE key = 'clock'");
  await b.start({ system: booted(Date.now, 'two') });
  await b.stop();
  const { value } = b.rows("SELECT value FROM meta WHERE key = 'clock'")[0]!;
  const { trusted } = JSON.parse(String(value)) as { trusted: number };
  expect(Math.abs(trusted - Date.now())).toBeLessThan(day);
});

test('a clock that jumps to and fro by days while a board plays disturbs neither its plays nor an alert', async () => {
  const b = board();
  const { cms } = b;
  let looks = 0;
  const jumping = () => Date.now() + [0, 3, -40, 400, -9_000, 20_000][looks++ % 6]! * day;
  const stage = await b.startPaired({ system: booted(jumping, 'one') });
  await cms.publish(valid());
  for (const n of [1, 2, 1]) await stage.untilNotice(noticeId(n));
  const alert = await cms.raise();
  await untilAlert(stage, alert.takeoverId);
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await stage.untilFront('notice');
  await cms.until(() => cms.bodies('playEnded').filter(({ outcome }) => outcome === 'completed').length >= 2);
  const times = cms.records.map(({ at }) => at);
  // Before the first sample there was no better time than the machine's.
  const since = cms.records.findIndex(({ clock }) => clock === 'synced');
  expect(times.slice(since)).toEqual(times.slice(since).toSorted((one, other) => one - other));
});
