/** What the page of plays is asked for, as it stands in its address: /plays?board=&kind=&content=&range=&unit=. */
import {
  contentKind,
  overviewRange,
  type ContentKind,
  type OverviewRange,
} from '../../../../../shared/protocol/api/overview.ts';
import { startOfDay } from '../../lib/time.ts';

/** One notice or one takeover. */
export interface Content {
  readonly kind: ContentKind;
  readonly id: string;
}

export interface PlaysAddress {
  /** null: no board was chosen. */
  readonly boardId: string | null;
  /** null: whatever was shown. */
  readonly content: Content | null;
  readonly range: OverviewRange;
  /** Which boards: those of the unit and below; null: all in sight. */
  readonly unitId: string | null;
}

const textOf = (params: URLSearchParams, key: string): string | null => params.get(key) || null;

export function readPlaysAddress(params: URLSearchParams): PlaysAddress {
  const kind = contentKind.safeParse(params.get('kind')).data;
  const id = textOf(params, 'content');
  return {
    boardId: textOf(params, 'board'),
    content: kind === undefined || id === null ? null : { kind, id },
    range: overviewRange.catch('today').parse(params.get('range')),
    unitId: textOf(params, 'unit'),
  };
}

export function playsAddress({
  boardId = null,
  content = null,
  range = 'today',
  unitId = null,
}: Partial<PlaysAddress>): string {
  const params = new URLSearchParams();
  if (boardId !== null) params.set('board', boardId);
  if (content !== null) {
    params.set('kind', content.kind);
    params.set('content', content.id);
  }
  if (range !== 'today') params.set('range', range);
  if (unitId !== null) params.set('unit', unitId);
  return params.size === 0 ? '/plays' : `/plays?${params}`;
}

/** From when to when, ms UTC: today, or it and the six days before. */
export const timesOf = (range: OverviewRange, now: number): { from: number; to: number } => ({
  from: startOfDay(now, range === 'today' ? 0 : -6),
  to: startOfDay(now, 1),
});
