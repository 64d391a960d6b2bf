/** A takeover in words. */
import type { z } from 'zod';
import type { deliveryState, TakeoverView } from '../../../../../shared/protocol/api/takeovers.ts';
import { durationWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';

export type DeliveryState = z.infer<typeof deliveryState>;
export type Level = 1 | 2 | 3 | 4 | 5;
export const levels: readonly Level[] = [1, 2, 3, 4, 5];

/** Disaster levels, Quyết định 18/2021/QĐ-TTg Đ.4: number and word, the colour only beside them. */
export const levelColour: Record<Level, string> = {
  1: 'bg-level-1 text-ink',
  2: 'bg-level-2 text-ink',
  3: 'bg-level-3 text-ink',
  4: 'bg-level-4 text-white',
  5: 'bg-level-5 text-white',
};
export function levelWord(level: Level): string {
  const words = { 1: m.level_1, 2: m.level_2, 3: m.level_3, 4: m.level_4, 5: m.level_5 };
  return words[level]();
}

export function stateWord({ state, status }: Pick<TakeoverView, 'state' | 'status'>): string {
  const words = {
    active: m.takeover_active,
    allClear: status === 'exercise' ? m.takeover_exercise_ended : m.takeover_all_clear_given,
    superseded: m.takeover_superseded,
    expired: m.takeover_expired,
  };
  return words[state]();
}

export function deliveryWord(state: DeliveryState): string {
  const words = {
    unpaired: m.delivery_unpaired,
    waiting: m.delivery_waiting,
    sent: m.delivery_sent,
    received: m.delivery_received,
    displayed: m.delivery_displayed,
    dark: m.delivery_dark,
    failed: m.delivery_failed,
    refused: m.delivery_refused,
    ended: m.delivery_ended,
    unknown: m.delivery_unknown,
  };
  return words[state]();
}

/** States that are steps, as the filter of the list names them: some board has taken them at some time. */
export function stepWord(state: DeliveryState): string | null {
  const words: Partial<Record<DeliveryState, () => string>> = {
    sent: m.delivery_step_sent,
    received: m.delivery_step_received,
    displayed: m.delivery_step_displayed,
  };
  return words[state]?.() ?? null;
}

/** How long the first and the last board that displayed it took from its raising to the pixels, ms; null while none has. */
export function timesToPixels(
  takeover: Pick<TakeoverView, 'issuedAt'> & { deliveries: readonly { displayedAt: number | null }[] },
): { first: number; last: number } | null {
  const times = takeover.deliveries.flatMap(({ displayedAt }) =>
    displayedAt === null ? [] : [Math.max(0, displayedAt - takeover.issuedAt)],
  );
  if (times.length === 0) return null;
  return times.reduce((found, time) => ({ first: Math.min(found.first, time), last: Math.max(found.last, time) }), {
    first: Infinity,
    last: 0,
  });
}

/** «0,8 giây», «12 phút 3 giây» */
export const latencyWords = (ms: number): string =>
  ms < 60_000 ? m.delivery_seconds({ n: numberWords(ms / 1000, 1) }) : durationWords(ms);

export const deliveryTone = (state: DeliveryState): 'good' | 'accent' | 'warn' | 'bad' | 'neutral' => {
  const tones = {
    unpaired: 'neutral',
    waiting: 'warn',
    sent: 'neutral',
    received: 'accent',
    displayed: 'good',
    dark: 'warn',
    failed: 'bad',
    refused: 'bad',
    ended: 'neutral',
    unknown: 'warn',
  } as const;
  return tones[state];
};

/** What pressing the button does: which boards get it now, and how many only when they are connected or paired. */
export function raiseWord(
  status: TakeoverView['status'],
  { online, unproved, offline, unpaired }: { online: number; unproved: number; offline: number; unpaired: number },
): string {
  const n = online + unproved;
  const now = status === 'actual' ? m.takeover_raise({ n }) : m.takeover_raise_exercise({ n });
  const later = offline + unpaired;
  return later === 0 ? now : m.takeover_raise_and_later({ now, n: later });
}

/** Which of its boards could not get it when it was raised, and why; empty when all could. */
export function awayAtRaise(takeover: Pick<TakeoverView, 'offlineAtRaise' | 'unpairedAtRaise'>): string {
  const { offlineAtRaise, unpairedAtRaise } = takeover;
  if (offlineAtRaise === 0 && unpairedAtRaise === 0) return '';
  return m.takeover_away_at_raise({ offline: offlineAtRaise, unpaired: unpairedAtRaise });
}

/** How ending it early is said: an exercise is no alert, and its end is no all clear. */
export function endingWords({ status, delivery, cut }: Pick<TakeoverView, 'status' | 'delivery'> & { cut: number }) {
  const n = delivery.displayed;
  const whole = (text: string): string =>
    [
      text,
      ...(delivery.dark > 0 ? [m.takeover_end_dark({ n: delivery.dark })] : []),
      cut > 0 ? m.takeover_end_cut({ n: cut }) : m.takeover_end_back(),
    ].join(' ');
  return status === 'exercise'
    ? {
        action: m.takeover_end_exercise(),
        title: m.takeover_end_exercise_title(),
        text: whole(m.takeover_end_exercise_text({ n })),
        done: m.takeover_end_exercise_done(),
      }
    : {
        action: m.takeover_all_clear(),
        title: m.takeover_all_clear_title(),
        text: whole(m.takeover_all_clear_text({ n })),
        done: m.takeover_all_clear_done(),
      };
}
