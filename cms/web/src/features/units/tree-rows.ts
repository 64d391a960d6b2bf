/** The lines of the tree that are to be seen: what is open, or what fits a search with all that it hangs from. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { fold, matches } from '../../lib/text.ts';
import type { UnitNode } from './units.svelte.ts';

export interface TreeRow {
  readonly unit: Unit;
  readonly depth: number;
  /** null: nothing hangs from it. */
  readonly open: boolean | null;
  /** Its place among its siblings, from 1. */
  readonly place: number;
  readonly siblings: number;
}

/** Without a search: what is open. */
export function openRows(nodes: readonly UnitNode[], open: ReadonlySet<string>): TreeRow[] {
  return nodes.flatMap((node, i) => {
    const isOpen = node.children.length === 0 ? null : open.has(node.unit.id);
    const row = { unit: node.unit, depth: node.depth, open: isOpen, place: i + 1, siblings: nodes.length };
    return isOpen === true ? [row, ...openRows(node.children, open)] : [row];
  });
}

/**
 * What fits a search: names that hold it as it is typed, without diacritics, and codes that begin with it; where there is none, names
 * that hold its words anywhere. «phu an» is Phú An then, and not every Phường An.
 */
export function fitting(units: readonly Unit[], query: string): (unit: Unit) => boolean {
  const phrase = fold(query).trim().replaceAll(/\s+/g, ' ');
  const holds = (unit: Unit): boolean => fold(unit.name).includes(phrase) || unit.code.toLowerCase().startsWith(phrase);
  return units.some(holds) ? holds : (unit) => matches(query, unit.name);
}

/**
 * Orders what fits a search: names with the very words that were typed, then those with the words without diacritics, then those
 * whose words begin so, then those that hold it elsewhere. «phú» is Phú An before Phường An. As they were, where it tells nothing.
 */
export function bestFirst(units: readonly Unit[], query: string): Unit[] {
  const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
  const typed = plain(query.normalize('NFC').toLowerCase());
  const folded = plain(fold(query));
  if (folded === '') return [...units];
  const rank = (unit: Unit): number => {
    const exact = ` ${unit.name.normalize('NFC').toLowerCase()} `;
    const name = ` ${fold(unit.name)} `;
    return [
      exact.includes(` ${typed} `),
      name.includes(` ${folded} `),
      exact.includes(` ${typed}`),
      name.includes(` ${folded}`),
    ]
      .concat(true)
      .indexOf(true);
  };
  return units
    .map((unit) => ({ unit, rank: rank(unit) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ unit }) => unit);
}

/** What `fitting` finds, with all that it hangs from. @returns at most `limit` that fit, and how many do */
export function foundRows(
  nodes: readonly UnitNode[],
  fits: (unit: Unit) => boolean,
  limit: number,
): { rows: TreeRow[]; found: number } {
  let found = 0;
  const walk = (some: readonly UnitNode[]): TreeRow[] => {
    const kept = some.flatMap((node) => {
      const fit = fits(node.unit);
      if (fit) found++;
      const shown = fit && found <= limit;
      const below = walk(node.children);
      return shown || below.length > 0 ? [{ node, below }] : [];
    });
    return kept.flatMap(({ node, below }, i) => [
      {
        unit: node.unit,
        depth: node.depth,
        open: below.length > 0 ? true : null,
        place: i + 1,
        siblings: kept.length,
      },
      ...below,
    ]);
  };
  return { rows: walk(nodes), found };
}
