/** The overview as the page shows it, kept up to date while it is looked at. What is asked for stands in the page's address. */
import { searchParams } from 'sv-router';
import { untrack } from 'svelte';
import {
  boardCondition,
  overview,
  overviewRange,
  type BoardCondition,
  type Overview,
  type OverviewRange,
} from '../../../../../shared/protocol/api/overview.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** News comes in by the second; a page that is read need not change oftener than this, ms. */
const reloadEveryMs = 5000;

export interface OverviewAddress {
  readonly unitId: string | null;
  readonly range: OverviewRange;
  readonly condition: BoardCondition | null;
}

/** To the letter: `get` would make numbers of some. */
const text = (key: string): string => searchParams.toURLSearchParams().get(key) ?? '';

export function overviewAddress(): OverviewAddress {
  const unitId = text('unit');
  return {
    unitId: unitId === '' ? null : unitId,
    range: overviewRange.catch('today').parse(text('range')),
    condition: boardCondition.safeParse(text('condition')).data ?? null,
  };
}

/** The page's own address with another unit, range or condition. */
export function addressWith(now: OverviewAddress, change: Partial<OverviewAddress>): string {
  const { unitId, range, condition } = { ...now, ...change };
  const params = new URLSearchParams();
  if (unitId !== null) params.set('unit', unitId);
  if (range !== 'today') params.set('range', range);
  if (condition !== null) params.set('condition', condition);
  return params.size === 0 ? '/' : `/?${params}`;
}

/** What the CMS is asked. */
export function queryOf({ unitId, range }: Pick<OverviewAddress, 'unitId' | 'range'>): URLSearchParams {
  const params = new URLSearchParams({ range });
  if (unitId !== null) params.set('unitId', unitId);
  return params;
}

export function useOverview(address: () => OverviewAddress): Resource<Overview> {
  const app = useApp();
  const resource = useResource((signal) => app.api.get(`/api/overview?${queryOf(address())}`, overview, signal));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      untrack(() => void resource.reload());
    }, reloadEveryMs);
  };
  $effect(() => {
    const ends = [
      app.live.on('boardChangedV1', soon),
      app.live.on('programmeProgressedV1', soon),
      app.live.on('playsRecordedV1', soon),
      app.live.onReturn(() => void resource.reload()),
    ];
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  });
  return resource;
}
