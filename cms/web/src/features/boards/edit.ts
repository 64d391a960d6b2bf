/** An edit of a board's record: what it changes, and how it meets somebody else's that was saved meanwhile. */
import { board as boardSchema, type Board, type BoardInput } from '../../../../../shared/protocol/api/boards.ts';
import { AppError } from '../../../../../shared/util/errors.ts';
import type { Api } from '../../lib/api.ts';

export type BoardField = keyof BoardInput;

/** Apart from the picture's size and place, which are of no use without each other, every field stands for itself. */
const together: readonly BoardField[] = ['width', 'height', 'output'];

export function inputOf(board: Board): BoardInput {
  const { id: _id, unitName: _unit, presence: _presence, progress: _progress, revision: _revision, ...fields } = board;
  return fields;
}

/** The fields in which two records differ. */
export const changedFields = (from: BoardInput, to: BoardInput): BoardField[] =>
  (Object.keys(from) as BoardField[]).filter((field) => JSON.stringify(from[field]) !== JSON.stringify(to[field]));

/** Those fields of the record, for a PATCH. */
export const pick = (input: BoardInput, fields: readonly BoardField[]): Partial<BoardInput> =>
  Object.fromEntries(fields.map((field) => [field, input[field]]));

/** The fields in which an edit stands against any other. */
export function ownFields(base: BoardInput, mine: BoardInput): BoardField[] {
  const fields = changedFields(base, mine);
  return fields.some((field) => together.includes(field)) ? [...new Set([...fields, ...together])] : fields;
}

/** What I changed, upon what they saved meanwhile; where both changed the same, mine. */
export const rebase = (base: BoardInput, mine: BoardInput, theirs: BoardInput): BoardInput => ({
  ...theirs,
  ...pick(mine, ownFields(base, mine)),
});

/**
 * Sends an edit that began from `base`.
 * @returns the board, and whether it is what somebody else made of it meanwhile and nothing was saved
 * @throws ApiError
 */
export async function sendEdit(
  api: Pick<Api, 'get' | 'patch'>,
  base: Board,
  changes: Partial<BoardInput>,
): Promise<{ board: Board; refused: boolean }> {
  const path = `/api/boards/${base.id}`;
  try {
    return { board: await api.patch(path, boardSchema, { ...changes, revision: base.revision }), refused: false };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'revision_conflict') throw error;
    return { board: await api.get(path, boardSchema), refused: true };
  }
}
