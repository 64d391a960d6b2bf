import { describe, expect, it } from 'vitest';
import { renewed, type EventList } from './device-log.ts';

const list = (seqs: readonly number[], next: string | null): EventList => ({
  events: seqs.map((seq) => ({ journalId: 'a journal', seq, at: seq, body: null })),
  next,
});

describe('the log of a player', () => {
  it('begins with what came', () => {
    expect(renewed(list([2, 1], null), null)).toEqual(list([2, 1], null));
    expect(renewed(list([1], null), list([], null))).toEqual(list([1], null));
  });

  it('keeps what was read below, none twice and none left out', () => {
    expect(renewed(list([7, 6, 5], 'after 5'), list([6, 5, 4, 3, 2], 'after 2'))).toEqual(
      list([7, 6, 5, 4, 3, 2], 'after 2'),
    );
  });

  it('begins anew where more came than a page holds', () => {
    expect(renewed(list([9, 8, 7], 'after 7'), list([5, 4, 3], 'after 3'))).toEqual(list([9, 8, 7], 'after 7'));
    expect(renewed(list([9, 8, 7], 'after 7'), list([8, 7], null))).toEqual(list([9, 8, 7], 'after 7'));
  });
});
