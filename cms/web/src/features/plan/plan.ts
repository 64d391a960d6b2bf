/** What a board plays at a moment, what follows, and why, worked out from its programme as the board does. */
import type { BoardProgramme } from '../../../../../shared/protocol/api/plans.ts';
import type { Programme } from '../../../../../shared/protocol/programme.ts';
import { indexParts } from '../../../../../shared/protocol/read-programme.ts';
import { coverage, type Stretch } from '../../../../../shared/schedule/coverage.ts';
import { createTimeline } from '../../../../../shared/schedule/timeline.ts';
import type { Slot } from '../../../../../shared/schedule/types.ts';

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

/** Answers for one programme; it remembers the days that it was asked about. */
export function momentsOf(programme: Programme): (at: number) => Moment {
  const timeline = createTimeline(programme);
  return (at) => {
    const slot = timeline.slotAt([], at);
    return { slot, next: timeline.slotAt([], slot.end), stretch: coverage(programme, at, at + 1)[0]! };
  };
}
