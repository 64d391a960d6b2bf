import { describe, expect, test } from 'vitest';
import { takeoverOf, testId } from '../../test/lib/programmes.ts';
import { selects, standing } from './takeover.ts';

const range = { startsAt: 0, expiresAt: 1 };
const board = { boardId: testId(9, 1), unitPath: [testId(8, 1), testId(8, 2)], groups: ['trường học'] };
const nobody = { all: false, unitIds: [], groups: [], boardIds: [] };

describe('standing', () => {
  test('leaves out what was superseded and what was cancelled, whatever the order of arrival', () => {
    const alert = takeoverOf(1, range);
    const update = takeoverOf(2, { ...range, type: 'update', supersedes: alert.takeoverId });
    const cancel = takeoverOf(3, { ...range, type: 'cancel', supersedes: update.takeoverId });
    const another = takeoverOf(4, range);
    expect(standing([another, update, alert])).toEqual([update, another]);
    expect(standing([cancel, another, update, alert])).toEqual([another]);
    expect(standing([cancel, alert])).toEqual([alert]);
  });

  test('a restored CMS continues in a higher epoch', () => {
    const old = takeoverOf(9, range);
    const restored = takeoverOf(1, { ...range, sequence: { epoch: 2, counter: 1 } });
    expect(standing([restored, old]).at(-1)).toBe(restored);
  });
});

test.each([
  ['all', { ...nobody, all: true }, true],
  ['its id', { ...nobody, boardIds: [testId(9, 1)] }, true],
  ['its own unit', { ...nobody, unitIds: [testId(8, 2)] }, true],
  ['a unit above', { ...nobody, unitIds: [testId(8, 1)] }, true],
  ['a group', { ...nobody, groups: ['trường học'] }, true],
  ['others', { ...nobody, boardIds: [testId(9, 2)], unitIds: [testId(8, 3)], groups: ['chợ'] }, false],
  ['nobody', nobody, false],
])('a takeover for %s', (_, selectors, meant) => {
  expect(selects(selectors, board)).toBe(meant);
});
