/** How a takeover reads: its state is derived from time and from what superseded it, never stored. */
import { decodeJwt } from 'jose';
import type { takeoverDetail, TakeoverView } from '../../../../shared/protocol/api/takeovers.ts';
import { takeover as takeoverSchema, type Takeover } from '../../../../shared/protocol/takeover.ts';
import type { z } from 'zod';
import type { DeliveryCount, DeliveryState, TakeoverRow } from './repo.ts';

type Ended = { readonly state: Exclude<TakeoverView['state'], 'active'>; readonly at: number };

/** How and when it ended; null while it stands. A successor that came after the expiry changes nothing. */
export function endOf(row: TakeoverRow, successor: TakeoverRow | null, now: number): Ended | null {
  if (successor && successor.issued_at < row.expires_at) {
    return { state: successor.type === 'cancel' ? 'allClear' : 'superseded', at: successor.issued_at };
  }
  return now >= row.expires_at ? { state: 'expired', at: row.expires_at } : null;
}

/** The document of a row, as signed. The CMS trusts what it stored itself. */
export function contentOf(row: Pick<TakeoverRow, 'jws'>): Takeover {
  return takeoverSchema.parse(decodeJwt(row.jws));
}

/** A board that never answered before the end: nobody knows what it showed. */
const known = (state: DeliveryState, ended: boolean): DeliveryState =>
  ended && (state === 'sent' || state === 'waiting') ? 'unknown' : state;

export function viewOf(
  row: TakeoverRow,
  facts: {
    successor: TakeoverRow | null;
    counts: readonly DeliveryCount[];
    raisedByName: string;
    now: number;
  },
): TakeoverView {
  const ended = endOf(row, facts.successor, facts.now);
  const delivery: Record<DeliveryState, number> = {
    unpaired: 0,
    waiting: 0,
    sent: 0,
    received: 0,
    displayed: 0,
    dark: 0,
    failed: 0,
    refused: 0,
    ended: 0,
    unknown: 0,
  };
  const steps = { sent: 0, received: 0, displayed: 0 };
  for (const { state, count, received, displayed } of facts.counts) {
    delivery[known(state, ended !== null)] += count;
    if (state !== 'waiting' && state !== 'unpaired') steps.sent += count;
    // One that was refused arrived, but the board did not take it.
    if (state !== 'refused') steps.received += received;
    steps.displayed += displayed;
  }
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    content: contentOf(row).content,
    issuedAt: row.issued_at,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    raisedByName: facts.raisedByName,
    state: ended?.state ?? 'active',
    endedAt: ended?.at ?? null,
    targets: row.target_count,
    offlineAtRaise: row.offline_count,
    unpairedAtRaise: row.unpaired_count,
    delivery,
    steps,
  };
}

/** How many boards are in a state, or have taken the step of that name. */
export function boardsIn(view: TakeoverView, state: DeliveryState): number {
  return state === 'sent' || state === 'received' || state === 'displayed' ? view.steps[state] : view.delivery[state];
}

export function deliveryView(
  row: {
    board_id: string;
    board_name: string;
    state: DeliveryState;
    error_code: string | null;
    received_at: number | null;
    displayed_at: number | null;
    ended_at: number | null;
  },
  unitName: string,
  ended: boolean,
): z.infer<typeof takeoverDetail>['deliveries'][number] {
  return {
    boardId: row.board_id,
    boardName: row.board_name,
    unitName,
    state: known(row.state, ended),
    errorCode: row.error_code,
    receivedAt: row.received_at,
    displayedAt: row.displayed_at,
    endedAt: row.ended_at,
  };
}
