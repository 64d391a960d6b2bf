import { expect, it } from 'vitest';
import type { Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { m } from '../../paraglide/messages.js';
import { takedownTally } from './words.ts';

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
