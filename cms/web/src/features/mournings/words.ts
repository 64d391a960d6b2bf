/** Mourning in words. */
import type { Mourning, MourningBoardState, MourningDetail } from '../../../../../shared/protocol/api/mournings.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { formatDateTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';

/** As it is at this moment: it begins and ends without anybody saying so. */
export function stateAt({ liftedAt, startsAt, endsAt }: Mourning, now: number): Mourning['state'] {
  if (liftedAt !== null) return 'lifted';
  if (endsAt <= now) return 'over';
  return startsAt > now ? 'planned' : 'current';
}

/** When it ends, or ended before its time. */
export const endOf = ({ liftedAt, endsAt }: Mourning): number => Math.min(endsAt, liftedAt ?? endsAt);

export const isStanding = (mourning: Mourning, now: number): boolean =>
  ['planned', 'current'].includes(stateAt(mourning, now));

export function stateWord(mourning: Mourning, now: number): string {
  const calledOff = mourning.liftedAt !== null && mourning.liftedAt < mourning.startsAt;
  const words = {
    planned: m.mourning_state_planned,
    current: m.mourning_state_current,
    over: m.mourning_state_over,
    lifted: calledOff ? m.mourning_state_called_off : m.mourning_state_lifted,
  };
  return words[stateAt(mourning, now)]();
}

/** Whether boards of a unit go by one now. `mournings` and `units` are those in sight: one of a unit that is not there is of a unit above. */
export function mournsAt(
  unitId: string,
  mournings: readonly Mourning[],
  units: readonly Pick<Unit, 'id' | 'parentId'>[],
  now: number,
): boolean {
  const parents = new Map(units.map((unit) => [unit.id, unit.parentId]));
  const path = new Set<string>();
  for (let id: string | null = unitId; id !== null && !path.has(id); id = parents.get(id) ?? null) path.add(id);
  return mournings.some((one) => stateAt(one, now) === 'current' && (path.has(one.unitId) || !parents.has(one.unitId)));
}

/** What every page says of those that are on: a line for each of two, one for more, so that a page below them is in sight. */
export function bannerLines(mournings: readonly Mourning[], now: number): { href: string; words: string }[] {
  const current = mournings.filter((one) => stateAt(one, now) === 'current');
  if (current.length > 2) {
    const to = formatDateTime(Math.min(...current.map(({ endsAt }) => endsAt)));
    return [{ href: '/mournings', words: m.mourning_banner_many({ n: current.length, to }) }];
  }
  return current.map(({ id, unitName: unit, reason, endsAt }) => ({
    href: `/mournings/${id}`,
    words: m.mourning_banner({ unit, reason, to: formatDateTime(endsAt) }),
  }));
}

type Row = MourningDetail['boards'][number];

/**
 * @param lifted what it was told last is that mourning has ended
 * @param sending boards are being told right now: what has not gone yet is no failure
 */
export function boardWord({ state, online }: Row, lifted: boolean, sending: boolean): string {
  const words: Record<MourningBoardState, () => string> = {
    refused: m.mourning_board_refused,
    waiting: sending ? m.mourning_sending : m.mourning_board_pending,
    sent: online ? m.mourning_board_sent : m.mourning_board_sent_offline,
    unpaired: m.mourning_board_unpaired,
    active: lifted ? m.mourning_board_lifted : m.mourning_board_active,
  };
  return words[state]();
}

export function boardTone({ state, online }: Row, sending: boolean): 'good' | 'warn' | 'bad' | 'neutral' | 'accent' {
  if (state === 'sent') return online ? 'accent' : 'warn';
  if (state === 'waiting' && sending) return 'accent';
  const tones = { refused: 'bad', waiting: 'warn', unpaired: 'neutral', active: 'good' } as const;
  return tones[state];
}

/** Sending takes seconds: what takes longer has met with a fault, and is tried again. */
const sendingMs = 2 * 60_000;
/** Boards are being told, and no fault has come between. */
export const isSending = (mourning: Mourning, now: number): boolean =>
  mourning.sendingSince !== null && !isStuck(mourning, now);
export const isStuck = ({ sendingSince }: Mourning, now: number): boolean =>
  sendingSince !== null && now - sendingSince > sendingMs;
