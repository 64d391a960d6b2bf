import { expect, it } from 'vitest';
import type { Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { m } from '../../paraglide/messages.js';
import { shownWord, takedownTally, unshownWhy } from './words.ts';

const now = (pending: boolean, boards: number, hidden = 0): Takedowns => ({
  takedowns: [
    {
      id: 'takedown',
      at: 0,
      by: { id: 'lan', name: 'Lan' },
      reason: 'Sai ngày',
      pending,
      restoredAt: null,
      restoredBy: null,
    },
  ],
  boards: Array.from({ length: boards }, (_, i) => ({ boardId: `board ${i}`, version: null })),
  hidden,
  mayShow: true,
});

it('calls a take-down done only when all boards that have the notice are known', () => {
  expect(takedownTally(now(true, 10), 10)).toBe(m.takedown_so_far({ n: 10 }));
  expect(takedownTally(now(true, 0), 0)).toBe(m.takedown_so_far({ n: 0 }));
  expect(takedownTally(now(false, 0), 0)).toBe(m.takedown_no_board());
  expect(takedownTally(now(false, 60), 10)).toBe(m.takedown_tally({ n: 10, total: 60 }));
  expect(takedownTally(now(false, 60, 2), 60)).toContain(m.takedown_hidden({ n: 2 }));
});

it('says of a notice whether boards show it, and which version', () => {
  const shown = { state: 'approved', takenDown: false, approvedVersion: 1, rests: false } as const;
  expect(shownWord(shown, true)).toBeNull();
  const waiting = { ...shown, state: 'submitted', approvedVersion: null } as const;
  expect(unshownWhy(waiting, false)).toBe('unapproved');
  expect(shownWord(waiting, false)?.words).toBe(m.notice_not_shown({ state: m.notice_state_submitted() }));
  // What boards have stays while a newer text waits.
  const newer = { ...waiting, approvedVersion: 1 };
  expect(unshownWhy(newer, false)).toBeNull();
  expect(shownWord(newer, false)?.words).toBe(m.notice_shown_as_approved({ state: m.notice_state_submitted() }));
  expect([unshownWhy({ ...shown, rests: true }, false), unshownWhy({ ...shown, rests: true }, true)]).toEqual([
    null,
    'resting',
  ]);
  expect(unshownWhy({ ...waiting, takenDown: true }, false)).toBe('takenDown');
});
