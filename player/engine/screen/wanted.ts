/** What the screen should be at an instant: a function of its hours, of what was said by hand, and of alerts. */
import type { CommandOf } from '../../../shared/protocol/commands.ts';
import type { ScreenHours, ScreenWhy } from '../../../shared/protocol/screen.ts';
import type { Takeover } from '../../../shared/protocol/takeover.ts';
import { nextScreenChange, screenDue } from '../../../shared/schedule/screen-hours.ts';
import type { Zone } from '../../../shared/schedule/zone.ts';

export interface ScreenOrders {
  readonly hours: ScreenHours;
  /** Said by hand, each until its time; null: nothing, or until another order. */
  readonly power: Pick<CommandOf<'setScreen'>, 'on' | 'until'> | null;
  readonly light: Pick<CommandOf<'setBrightness'>, 'percent' | 'until'> | null;
}

export interface Wanted {
  readonly on: boolean;
  /** Percent; null: nobody said any. */
  readonly light: number | null;
  /** null: nobody said anything. */
  readonly why: ScreenWhy | null;
  /** So long at least, ms UTC; Infinity: until something is said. */
  readonly until: number;
}

export const standsAt = (order: { readonly until: number | null }, now: number): boolean =>
  order.until === null || now < order.until;

/**
 * An alert lights the screen whatever else was said, and makes it as bright as it can be where anybody says how bright it is: what
 * nobody sets could not be set back.
 */
export function wantedScreen(
  { hours, power, light }: ScreenOrders,
  alerts: readonly Takeover[],
  zone: Zone,
  now: number,
): Wanted {
  const due = screenDue(hours, zone, now);
  const byHand = power && standsAt(power, now) ? power : null;
  const dimmed = light && standsAt(light, now) ? light : null;
  const brightness = dimmed?.percent ?? due.light;
  const alert = alerts.some(({ startsAt, expiresAt }) => startsAt <= now && now < expiresAt);
  const changes = [
    ...alerts.flatMap(({ startsAt, expiresAt }) => [startsAt, expiresAt]),
    power?.until,
    light?.until,
    nextScreenChange(hours, 'on', zone, now),
    nextScreenChange(hours, 'light', zone, now),
  ];
  const until = Math.min(Infinity, ...changes.flatMap((at) => (at != null && at > now ? at : [])));
  if (alert) return { on: true, light: brightness === null ? null : 100, why: 'alert', until };
  if (byHand) return { on: byHand.on, light: brightness, why: 'hand', until };
  return { on: due.on, light: brightness, why: hours.on === null ? null : 'hours', until };
}
