/** The history of a unit in sentences. */
import type { UnitDetail } from '../../../../../shared/protocol/api/units.ts';
import { m } from '../../paraglide/messages.js';
import { levelName } from './units.svelte.ts';

export interface HistoryItem {
  /** ms UTC */
  readonly at: number;
  readonly lines: readonly string[];
  /** A change of the unit itself, not of another one that ended in it. */
  readonly own: boolean;
}

type Version = UnitDetail['history'][number];

/** The newest first. */
export function historyOf({ history, mergedInto, absorbed }: UnitDetail): HistoryItem[] {
  const items = new Map<number, string[]>();
  const note = (at: number, ...lines: string[]): void => void items.set(at, [...(items.get(at) ?? []), ...lines]);
  for (const [i, version] of history.entries()) note(version.validFrom, ...linesOf(version, history[i - 1]));
  for (const { name, at } of absorbed) note(at, m.unit_history_absorbed({ name }));
  if (mergedInto) note(mergedInto.at, m.unit_history_merged({ name: mergedInto.name }));
  else {
    const end = history.at(-1)?.validTo ?? null;
    if (end !== null) note(end, m.unit_history_ended());
  }
  const own = new Set([...history.flatMap(({ validFrom, validTo }) => [validFrom, validTo])]);
  return [...items].map(([at, lines]) => ({ at, lines, own: own.has(at) })).sort((a, b) => b.at - a.at);
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
