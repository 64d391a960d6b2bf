/** The audit log as the page shows it; what is asked for stands in the page's address. */
import { searchParams } from 'sv-router';
import { untrack } from 'svelte';
import { auditGroup, auditPage, type AuditGroup, type AuditRow } from '../../../../../shared/protocol/api/audit.ts';
import { useApp, type App } from '../../lib/app.svelte.ts';
import { usePages, type Page, type Pages } from '../../lib/pages.svelte.ts';
import { folded } from './fold.ts';

export interface AuditFilter {
  readonly q: string;
  readonly who: string;
  readonly group: AuditGroup | '';
  /** One action, such as `notice.takenDown`. */
  readonly action: string;
  readonly unitId: string;
  readonly subjectId: string;
  /** [from, to), ms UTC. */
  readonly from: number | null;
  readonly to: number | null;
}
type Key = keyof AuditFilter;

/** To the letter: `get` would make a number of «0123». */
const text = (key: Key): string => searchParams.toURLSearchParams().get(key) ?? '';
const time = (key: Key): number | null => (/^\d+$/.test(text(key)) ? Number(text(key)) : null);

export function filterOfAddress(): AuditFilter {
  const group = auditGroup.safeParse(text('group'));
  return {
    q: text('q'),
    who: text('who'),
    group: group.success ? group.data : '',
    action: /^[a-zA-Z]{1,40}\.[a-zA-Z]{1,40}$/.test(text('action')) ? text('action') : '',
    unitId: text('unitId'),
    subjectId: text('subjectId'),
    from: time('from'),
    to: time('to'),
  };
}

export function setFilter(key: Key, value: string | number | null): void {
  untrack(() => {
    if (text(key) === String(value ?? '')) return;
    if (value === null || value === '') searchParams.delete(key, undefined, { replace: true });
    else searchParams.set(key, value, { replace: true });
  });
}

export function clearFilter(): void {
  for (const key of ['q', 'who', 'group', 'action', 'unitId', 'subjectId', 'from', 'to'] as const) setFilter(key, null);
}

/** No time lies in it: there is nothing to ask for. */
export const isReversed = ({ from, to }: AuditFilter): boolean => from !== null && to !== null && to <= from;

export const isFiltered = (filter: AuditFilter): boolean =>
  Object.values(filter).some((value) => value !== '' && value !== null);

function addressOf(filter: AuditFilter, cursor: string | null, limit: number): string {
  const params = new URLSearchParams({ limit: String(limit) });
  for (const [key, value] of Object.entries({ ...filter, cursor }))
    if (value !== null && value !== '') params.set(key, String(value));
  return `/api/audit?${params}`;
}

export interface AuditEntries extends Page<AuditRow> {
  readonly items: readonly AuditRow[];
  /** When it was asked for, ms UTC. */
  readonly at: number;
}

const LONG_PAGE = 1000;
/** A page has so many lines, as long as there are entries; for one act it goes on asking so often. */
const leastLines = 20;
const mostAgain = 4;

export function useAudit(filter: () => AuditFilter): Pages<AuditEntries> {
  const app = useApp();
  return usePages(async (cursor, signal) => {
    const at = Date.now();
    if (isReversed(filter())) return { items: [], next: null, at };
    const asked = filter();
    let { entries, next } = await app.api.get(addressOf(asked, cursor, 100), auditPage, signal);
    // One act may fill a page, and stands in one line.
    for (let i = 0; i < mostAgain && next !== null && folded(entries).length < leastLines; i++) {
      const following = await app.api.get(addressOf(asked, next, LONG_PAGE), auditPage, signal);
      entries = [...entries, ...following.entries];
      next = following.next;
    }
    return { items: entries, next, at };
  });
}

/** All that fit, the newest first, page by page. @param signal ends it between pages */
export async function* allEntries(app: App, filter: AuditFilter, signal: AbortSignal): AsyncGenerator<AuditRow[]> {
  let cursor: string | null = null;
  do {
    const page: { entries: AuditRow[]; next: string | null } = await app.api.get(
      addressOf(filter, cursor, LONG_PAGE),
      auditPage,
      signal,
    );
    yield page.entries;
    cursor = page.next;
  } while (cursor !== null);
}
