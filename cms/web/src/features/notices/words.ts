/** A notice's attributes in words. */
import type { NoticeVersion } from '../../../../../shared/protocol/api/approval.ts';
import type { NoticeRow, NoticeState } from '../../../../../shared/protocol/api/content.ts';
import type { Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { m } from '../../paraglide/messages.js';

export const stateName = (state: NoticeState): string =>
  ({
    draft: m.notice_state_draft,
    submitted: m.notice_state_submitted,
    returned: m.notice_state_returned,
    approved: m.notice_state_approved,
  })[state]();

export const stateTone = (state: NoticeState): 'neutral' | 'accent' | 'warn' | 'good' =>
  (({ draft: 'neutral', submitted: 'accent', returned: 'warn', approved: 'good' }) as const)[state];

type Shown = Pick<NoticeRow, 'takenDown' | 'approvedVersion' | 'rests'>;

/** Why boards do not show it, whatever plays it; null: they do. @param mourning whether they go by one now */
export function unshownWhy(
  { takenDown, approvedVersion, rests }: Shown,
  mourning: boolean,
): 'takenDown' | 'unapproved' | 'resting' | null {
  if (takenDown) return 'takenDown';
  if (approvedVersion === null) return 'unapproved';
  return mourning && rests ? 'resting' : null;
}

/** What boards make of it, where that is not simply what it says now: «Chờ duyệt – chưa phát được»; null: nothing to say. */
export function shownWord(
  notice: Shown & Pick<NoticeRow, 'state'>,
  mourning: boolean,
): { words: string; tone: 'neutral' | 'warn' | 'bad' } | null {
  switch (unshownWhy(notice, mourning)) {
    case 'takenDown':
      return { words: m.notice_state_taken_down(), tone: 'bad' };
    case 'unapproved':
      return { words: m.notice_not_shown({ state: stateName(notice.state) }), tone: 'warn' };
    case 'resting':
      return { words: m.notice_rests(), tone: 'warn' };
    case null:
      return notice.state === 'approved'
        ? null
        : { words: m.notice_shown_as_approved({ state: stateName(notice.state) }), tone: 'neutral' };
  }
}

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

/** Who decided on a version, and in whose place. */
export function deciderName({ decidedBy, inPlaceOf }: Pick<NoticeVersion, 'decidedBy' | 'inPlaceOf'>): string {
  if (decidedBy === null) return '';
  const who = personName(decidedBy);
  return inPlaceOf === null ? who : m.approval_in_place({ who, name: personName(inPlaceOf) });
}
