/**
 * When, how fast and how much a board downloads: somebody pays for each byte of its SIM card. Media wait for their hours and for a month
 * that has something left; nothing else ever does. What waits and what does not: docs/protocol.md, «Downloads».
 */
import { z } from 'zod';

/** Of the local day, 0 to 1439. */
const minuteOfDay = z.int().min(0).max(1439);

export const downloadLimits = z.strictObject({
  /** From, to: minutes of the local day of the board's zone; the second before the first: over midnight. null: at any time. */
  hours: z
    .tuple([minuteOfDay, minuteOfDay])
    .refine(([from, to]) => from !== to)
    .nullable(),
  /** Of media, thousands of bits a second; null: as fast as they come. */
  maxKbps: z.int().min(64).max(1_000_000).nullable(),
  /** Of all traffic in both directions, millions of bytes in a month of the board's zone; null: not limited. */
  monthlyMb: z.int().min(50).max(10_000_000).nullable(),
});
export type DownloadLimits = z.infer<typeof downloadLimits>;
export type DownloadHours = NonNullable<DownloadLimits['hours']>;

export const noDownloadLimits: DownloadLimits = { hours: null, maxKbps: null, monthlyMb: null };

/** Of the budget of a month: whoever pays is warned, ratio. */
export const budgetWarnsAt = 0.8;

/** Why media wait. */
export const mediaWaits = ['media_waits_hours', 'media_waits_budget'] as const;
export type MediaWait = (typeof mediaWaits)[number];
export const isMediaWait = (code: string | null): code is MediaWait =>
  (mediaWaits as readonly (string | null)[]).includes(code);

/** As a board's status tells them, by which it pays for each byte: from, to, kbps, MB to the base 36, «10o.8c..2bc»; null: no limit. */
export function limitsKey({ hours, maxKbps, monthlyMb }: DownloadLimits): string | null {
  const numbers = [hours?.[0], hours?.[1], maxKbps, monthlyMb].map((number) => number?.toString(36) ?? '');
  return numbers.every((number) => number === '') ? null : numbers.join('.');
}

/** @param key as a board's status tells it @returns the budget for a month, MB; null: none, or a later player's way to say it */
export function budgetOfKey(key: string | null): number | null {
  const mb = Number.parseInt(key?.split('.')[3] ?? '', 36);
  return Number.isNaN(mb) ? null : mb;
}
