/** An incident as somebody may know it: its boards in sight, without what only those who look after a board know of it. */
import { mostNamed } from '../../../../shared/protocol/api/incidents.ts';
import { incidentKindOf } from '../../../../shared/protocol/incident.ts';
import { withoutSim } from '../boards/absence.ts';
import type { boardsOf, IncidentRow } from './repo.ts';

export type IncidentBoard = Awaited<ReturnType<typeof boardsOf>>[number];

/** What somebody may know of the boards of a unit. */
export interface Sight {
  sees(unitId: string): boolean;
  looksAfter(unitId: string): boolean;
}

/** Boards of one incident: how many, how many of them are well again, and the first `mostNamed`. */
export interface SeenBoards {
  readonly count: number;
  readonly well: number;
  readonly named: readonly IncidentBoard[];
}

/** @returns null when none of them is in sight */
export function boardsInSight(sight: Sight, all: readonly IncidentBoard[]): SeenBoards | null {
  const boards = all.filter(({ unit_id }) => sight.sees(unit_id));
  if (boards.length === 0) return null;
  const well = boards.filter(({ ended_at }) => ended_at !== null).length;
  return { count: boards.length, well, named: boards.slice(0, mostNamed) };
}

export function knownBy(sight: Sight, row: IncidentRow): IncidentRow {
  if (sight.looksAfter(row.unit_id)) return row;
  const { absence, machineUpMs, screen } = row.evidence;
  // What was looked into is of the board that came first: whoever sees only others of its unit knows nothing of it.
  const seesFirst = sight.sees(row.unit_id);
  const evidence = {
    ...row.evidence,
    absence: absence && seesFirst ? withoutSim(absence) : null,
    machineUpMs: seesFirst ? machineUpMs : null,
    data: null,
    screen: seesFirst ? screen : null,
  };
  // As it was told apart then: what was too short to say is so no more.
  return { ...row, evidence, kind: incidentKindOf(row.about, evidence, row.looked_at ?? row.opened_at) };
}
