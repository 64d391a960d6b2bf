/** The history of a unit in sentences. */
import type { UnitDetail } from '../../../../../shared/protocol/api/units.ts';
import { m } from '../../paraglide/messages.js';
import { levelName } from './units.svelte.ts';

export interface HistoryItem {
  /** ms UTC */
  readonly at: number;
  readonly lines: readonly string[];
  /** Changes of the unit itself, not of another one that ended in it: they are taken back together. */
  readonly own: readonly string[];
  /** Another unit ended in it, which is that one's to take back. */
  readonly absorbs: boolean;
}

type Version = UnitDetail['history'][number];

/** The newest first. */
export function historyOf({ history, mergedInto, absorbed }: UnitDetail): HistoryItem[] {
  const items = new Map<number, { lines: string[]; own: string[] }>();
  function note(at: number, lines: readonly string[], own: readonly string[] = lines): void {
    const item = items.get(at) ?? { lines: [], own: [] };
    items.set(at, { lines: [...item.lines, ...lines], own: [...item.own, ...own] });
  }
  for (const [i, version] of history.entries()) {
    const lines = linesOf(version, history[i - 1]);
    // That it is there, and where, is one.
    note(version.validFrom, lines, i === 0 ? lines.slice(0, 1) : lines);
  }
  for (const { name, at } of absorbed) note(at, [m.unit_history_absorbed({ name })], []);
  if (mergedInto) note(mergedInto.at, [m.unit_history_merged({ name: mergedInto.name })]);
  else {
    const end = history.at(-1)?.validTo ?? null;
    if (end !== null) note(end, [m.unit_history_ended()]);
  }
  const absorbs = new Set(absorbed.map(({ at }) => at));
  return [...items].map(([at, item]) => ({ at, ...item, absorbs: absorbs.has(at) })).sort((a, b) => b.at - a.at);
}

function linesOf(now: Version, before: Version | undefined): string[] {
  if (!before) {
    const begun = m.unit_history_begun({ name: now.name, level: levelName(now.level), code: now.code });
    return now.parentName === null ? [begun] : [begun, m.unit_history_under({ name: now.parentName })];
  }
  const changes: [string, string, (text: { from: string; to: string }) => string][] = [
    [before.name, now.name, m.unit_history_renamed],
    [before.code, now.code, m.unit_history_code],
    [levelName(before.level), levelName(now.level), m.unit_history_level],
    [before.parentName ?? '', now.parentName ?? '', m.unit_history_moved],
  ];
  return changes.flatMap(([from, to, sentence]) => (from === to ? [] : [sentence({ from, to })]));
}
