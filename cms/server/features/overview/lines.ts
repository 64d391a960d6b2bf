/** Sums of plays as lines with names. */
import type { PlayLine, PlaySums } from '../../../../shared/protocol/api/overview.ts';
import type { ProofService } from '../proof/service.ts';
import type { UnitsService } from '../units/service.ts';

type Sums = ProofService['sums'];
type RowOf<K extends 'byUnit' | 'byBoard'> = Awaited<ReturnType<Sums[K]>>[number];
type Contents = Awaited<ReturnType<Sums['byContent']>>;
export type SumRow = RowOf<'byUnit' | 'byBoard'> | Contents['contents' | 'categories' | 'origins'][number];
type Names = Pick<UnitsService, 'nameOf'>;

export const noPlays: PlaySums = { completed: 0, partial: 0, exercise: 0, uncounted: 0, paintedMs: 0 };

export const sumsOf = (row: Omit<PlaySums, 'paintedMs'> & { painted_ms: number }): PlaySums => ({
  completed: row.completed,
  partial: row.partial,
  exercise: row.exercise,
  uncounted: row.uncounted,
  paintedMs: row.painted_ms,
});

export const plus = (a: PlaySums = noPlays, b: PlaySums): PlaySums => ({
  completed: a.completed + b.completed,
  partial: a.partial + b.partial,
  exercise: a.exercise + b.exercise,
  uncounted: a.uncounted + b.uncounted,
  paintedMs: a.paintedMs + b.paintedMs,
});

const plain = { name: null, unitName: null, kind: null, isExercise: false, isDeleted: false };

export function lineOf(row: SumRow, units: Names): PlayLine {
  const line = { ...plain, ...sumsOf(row) };
  if ('board_id' in row) {
    const { board_id: id, name, unit_id } = row;
    return { ...line, id, name, unitName: units.nameOf(unit_id), isDeleted: row.deleted_at !== null };
  }
  if ('content_id' in row) {
    const { content_id: id, title: name, kind } = row;
    return { ...line, id, name, kind, isExercise: row.takeover_status === 'exercise' };
  }
  if ('category' in row) return { ...line, id: row.category };
  return { ...line, id: row.unit_id, name: units.nameOf(row.unit_id) };
}

/** The most shown first. */
export const breakdownOf = (rows: readonly SumRow[], units: Names): PlayLine[] =>
  rows.map((row) => lineOf(row, units)).toSorted((a, b) => b.completed + b.partial - a.completed - a.partial);
