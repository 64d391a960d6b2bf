/** What a board plays at a moment, what follows, and why, worked out from its programme as the board does. */
import type { BoardProgramme } from '../../../../../shared/protocol/api/plans.ts';
import type { EntryPart, Programme } from '../../../../../shared/protocol/programme.ts';
import { indexParts } from '../../../../../shared/protocol/read-programme.ts';
import { createCoverage, type Stretch } from '../../../../../shared/schedule/coverage.ts';
import { createTimeline } from '../../../../../shared/schedule/timeline.ts';
import type { Slot } from '../../../../../shared/schedule/types.ts';
import { openWindows } from '../../../../../shared/schedule/windows.ts';
import { dateOf, localDayOn } from '../../../../../shared/schedule/zone.ts';

export interface Moment {
  readonly slot: Slot;
  readonly next: Slot;
  /** Who has the board, and whom it hides. */
  readonly stretch: Stretch;
}

export function programmeOf(boardId: string, sent: NonNullable<BoardProgramme['programme']>): Programme {
  return {
    boardId,
    version: sent.version ?? { epoch: 1, counter: 0 },
    zone: sent.zone,
    defaultPlaylistId: sent.defaultPlaylistId,
    suspensions: sent.suspensions,
    ...indexParts(sent.parts.map(({ hash, part }) => [hash, part])),
  };
}

/** Entries that would be open at a moment if their day did not go by an exception; that day, ms UTC, and whether they open at another time of it. */
export function exceptedAt(
  { entries, zone }: Programme,
  at: number,
): { entryId: string; day: number; elsewhen: boolean }[] {
  const today = dateOf(zone, at);
  return entries.flatMap(({ exceptions = [], ...rule }) => {
    // What opens on one day may last into another.
    const first = dateOf(zone, at - rule.durationMs);
    const day = exceptions.find(({ date }) => first <= date && date <= today && opensOn(rule, zone, date, at));
    return day
      ? [{ entryId: rule.entryId, day: localDayOn(zone, day.date).start, elsewhen: day.instead !== null }]
      : [];
  });
}

/** Whether an opening of that day holds the moment. */
function opensOn(rule: Omit<EntryPart, 'exceptions'>, zone: string, date: string, at: number): boolean {
  const day = localDayOn(zone, date);
  return openWindows(rule, zone, day.start, day.end).some(
    ({ start, end }) => start >= day.start && start <= at && at < end,
  );
}

/** Answers for one programme; it remembers the days that it was asked about. */
export function momentsOf(programme: Programme): (at: number) => Moment {
  const timeline = createTimeline(programme);
  const coverage = createCoverage(programme);
  return (at) => {
    const slot = timeline.slotAt([], at);
    return { slot, next: timeline.slotAt([], slot.end), stretch: coverage(at, at + 1)[0]! };
  };
}
