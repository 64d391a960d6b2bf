/** A notice's attributes in words. */
import type { Found, NoticeState } from '../../../../../shared/protocol/api/content.ts';
import type { Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { m } from '../../paraglide/messages.js';

/** Where the words sought are, when they are not in the title. */
export const foundWords = (found: Found): string =>
  found.in === 'documentNumber'
    ? m.notice_found_number({ number: found.text })
    : m.notice_found_text({ text: found.text });

export const stateName = (state: NoticeState): string =>
  ({
    draft: m.notice_state_draft,
    submitted: m.notice_state_submitted,
    returned: m.notice_state_returned,
    approved: m.notice_state_approved,
  })[state]();

export const stateTone = (state: NoticeState): 'neutral' | 'accent' | 'warn' | 'good' =>
  (({ draft: 'neutral', submitted: 'accent', returned: 'warn', approved: 'good' }) as const)[state];

/** Somebody, by name; accounts of a release before may have none. */
export const personName = (person: { readonly name: string | null }): string =>
  person.name ?? m.version_unknown_person();

/**
 * How far the newest take-down is. While it goes on nobody can tell of how many boards: more of them are still being found.
 * @param done boards that have stopped showing the notice
 */
export function takedownTally({ takedowns, boards, hidden }: Takedowns, done: number): string {
  if (takedowns[0]?.pending) return m.takedown_so_far({ n: done });
  if (boards.length + hidden === 0) return m.takedown_no_board();
  const tally = m.takedown_tally({ n: done, total: boards.length });
  return hidden === 0 ? tally : `${tally}, ${m.takedown_hidden({ n: hidden })}`;
}
