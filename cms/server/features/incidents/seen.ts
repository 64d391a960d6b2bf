/** An incident as somebody may know it: its boards in sight, without what only those who look after a board know of it. */
import { incidentKindOf } from '../../../../shared/protocol/incident.ts';
import { withoutSim } from '../boards/absence.ts';
import type { boardsOf, IncidentRow } from './repo.ts';

export type IncidentBoard = Awaited<ReturnType<typeof boardsOf>>[number];

/** What somebody may know of the boards of a unit. */
export interface Sight {
  sees(unitId: string): boolean;
  looksAfter(unitId: string): boolean;
}

/** @returns null when none of its boards is in sight */
export function seenBy(
  sight: Sight,
  row: IncidentRow,
  all: readonly IncidentBoard[],
): { row: IncidentRow; boards: readonly IncidentBoard[] } | null {
  const boards = all.filter(({ unit_id }) => sight.sees(unit_id));
  if (boards.length === 0) return null;
  const { absence } = row.evidence;
  if (absence === null || sight.looksAfter(row.unit_id)) return { row, boards };
  const evidence = { ...row.evidence, absence: withoutSim(absence) };
  // As it was told apart then: what was too short to say is so no more.
  return {
    row: { ...row, evidence, kind: incidentKindOf(row.about, evidence, row.looked_at ?? row.opened_at) },
    boards,
  };
}
