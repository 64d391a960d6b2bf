/** All boards in one condition as a file, in the words of the page. */
import {
  conditionPage,
  type BoardCondition,
  type ConditionBoard,
} from '../../../../../shared/protocol/api/overview.ts';
import { csvLine } from '../../../../../shared/util/csv.ts';
import type { Api } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { conditionWord, reasonWord } from '../boards/condition.ts';

/** The most that one answer holds. */
const pageRows = 1000;

/** @throws ApiError */
export async function boardsIn(
  api: Pick<Api, 'get'>,
  { condition, unitId }: { condition: BoardCondition; unitId: string | null },
): Promise<ConditionBoard[]> {
  const found: ConditionBoard[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const params = new URLSearchParams({ condition, limit: String(pageRows) });
    if (unitId !== null) params.set('unitId', unitId);
    if (cursor !== '') params.set('cursor', cursor);
    const page: { boards: ConditionBoard[]; next: string | null } = await api.get(
      `/api/overview/boards?${params}`,
      conditionPage,
    );
    found.push(...page.boards);
    cursor = page.next;
  }
  return found;
}

export function conditionLines(boards: readonly ConditionBoard[], separator: ',' | ';'): string[] {
  const head = [
    m.plays_board(),
    m.unit_field(),
    m.board_place(),
    m.overview_csv_condition(),
    m.overview_csv_reason(),
    m.overview_csv_since(),
  ];
  const lines = boards.map(({ name, unitName, place, condition, reason, since }) => [
    name,
    unitName,
    place,
    conditionWord(condition),
    reasonWord(condition, reason),
    since === null ? '' : formatDateTime(since),
  ]);
  return [head, ...lines].map((cells) => csvLine(cells, separator));
}
