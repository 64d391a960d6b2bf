/** What one reader is told at once: counts of all, and the largest by name. However much there is, it is one message. */
import type { Incident } from '../../../../shared/protocol/api/incidents.ts';
import type { Reminder } from '../../../../shared/protocol/incident.ts';

export interface DueReminder extends Reminder {
  readonly unitName: string;
}

export interface Digest {
  /** Those with the most boards first, `mostIncidents` at most. */
  readonly opened: readonly Incident[];
  readonly ended: readonly Incident[];
  /** The first to end first, `mostReminders` at most. */
  readonly reminders: readonly DueReminder[];
  /** Of all. */
  readonly totals: {
    readonly opened: { readonly incidents: number; readonly boards: number };
    readonly ended: { readonly incidents: number; readonly boards: number };
    readonly reminders: number;
  };
}

const mostIncidents = 30;
const mostReminders = 100;

/** @param opened also those that have ended meanwhile: these are told of once, as ended. @returns null: there is nothing to tell */
export function digestOf(
  opened: readonly Incident[],
  ended: readonly Incident[],
  reminders: readonly DueReminder[],
): Digest | null {
  const isOver = new Set(ended.map(({ id }) => id));
  const fresh = opened.filter(({ id }) => !isOver.has(id));
  if (fresh.length + ended.length + reminders.length === 0) return null;
  const largest = (all: readonly Incident[]) =>
    all.toSorted((a, b) => b.boardCount - a.boardCount).slice(0, mostIncidents);
  const total = (all: readonly Incident[]) => ({
    incidents: all.length,
    boards: all.reduce((sum, { boardCount }) => sum + boardCount, 0),
  });
  return {
    opened: largest(fresh),
    ended: largest(ended),
    reminders: reminders.toSorted((a, b) => a.until - b.until).slice(0, mostReminders),
    totals: { opened: total(fresh), ended: total(ended), reminders: reminders.length },
  };
}
