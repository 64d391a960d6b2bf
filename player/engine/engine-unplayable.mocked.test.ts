/** A programme that can be read and of which no timeline can be made: a bug of ours, which must cost no takeover. */
import { expect, test, vi } from 'vitest';
import type { Programme } from '../../shared/protocol/programme.ts';
import type * as Original from '../../shared/schedule/timeline.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';

/** Notices of programmes that throw, and when: at once, for an instant a day ahead, or only when `broken` says so. */
const throws = vi.hoisted(() => ({ building: '', tomorrow: '', broken: new Set<string>() }));
vi.mock('../../shared/schedule/timeline.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Original>();
  const createTimeline = (of: Programme): Original.Timeline => {
    const timeline = original.createTimeline(of);
    if (of.notices.has(throws.building)) throw new RangeError('no such span');
    return {
      ...timeline,
      slotAt(takeovers, instant) {
        const ahead = instant > Date.now() + 3_600_000;
        if ((of.notices.has(throws.tomorrow) && ahead) || [...throws.broken].some((id) => of.notices.has(id)))
          throw new RangeError('no such day');
        return timeline.slotAt(takeovers, instant);
      },
    };
  };
  return { ...original, createTimeline };
});
throws.building = noticeId(7);
throws.tomorrow = noticeId(8);

const board = useBoard();

test.each([7, 8])('a programme that cannot be played (%i) is refused, the last good one plays on', async (bad) => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const { version } = await cms.publish(programme([bad, null]));
  await b.fault('programme_unplayable 1.2: no such');
  await cms.until(() => b.progress('refused'));
  expect(b.progress('refused')).toMatchObject({ version, errorCode: 'programme_unplayable' });
  await cms.raise();
  await stage.untilFront('takeover');
  expect(cms.bodies('programmeSwitched')).toHaveLength(1);
  await cms.publish(programme([2, null]));
  await cms.until(() => cms.bodies('programmeSwitched').length === 2);
});

test('at the start the programme before it plays instead, or the fallback; takeovers come', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.publish(programme([2, null]));
  await stage.untilNotice(noticeId(2));
  await cms.until(() => cms.bodies('programmeSwitched').length === 2);
  await b.stop();

  throws.broken.add(noticeId(2));
  await b.start();
  const second = await b.openStage();
  await second.untilNotice(noticeId(1));
  await b.fault('programme_unplayable 1.2: no such day');
  await b.stop();

  throws.broken.add(noticeId(1));
  await b.start();
  const third = await b.openStage();
  await third.untilFront('fallback');
  await b.fault('programme_unplayable 1.1: no such day');
  await cms.raise();
  await third.untilFront('takeover');
});
