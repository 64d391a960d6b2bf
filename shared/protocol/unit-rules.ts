/** What the tree of units may look like: codes, and which level hangs from which. */
import type { UnitLevel } from './api/units.ts';

/** What codes of units that no register numbers are made of, and the longest, characters. */
export const ownCodeCharacters = '0-9A-Za-z./-';
export const longestOwnCode = 20;
const ownCode = new RegExp(`^[${ownCodeCharacters}]{1,${longestOwnCode}}$`);

/** Quyết định 19/2025/QĐ-TTg: two digits for a province, five for a commune; districts had three. */
const codes: Record<UnitLevel, RegExp> = {
  province: /^\d{2}$/,
  district: /^\d{3}$/,
  commune: /^\d{5}$/,
  village: ownCode,
  body: ownCode,
};

/** Whether a register numbers units of this level: only that number will do. */
export const isRegistered = (level: UnitLevel): boolean => level !== 'village' && level !== 'body';

export const isUnitCode = (level: UnitLevel, code: string): boolean => codes[level].test(code);

const ranks: Record<Exclude<UnitLevel, 'body'>, number> = { province: 0, district: 1, commune: 2, village: 3 };

/** Bodies (Mặt trận, a school) hang from anything, and only bodies hang from them; villages may hold smaller villages. */
export function mayHang(level: UnitLevel, parent: UnitLevel | null): boolean {
  if (parent === null) return level === 'province';
  if (level === 'body') return true;
  if (parent === 'body') return false;
  return ranks[level] > ranks[parent] || (level === 'village' && parent === 'village');
}

/** A unit ends in one of its own level or above: a district in its province, never a commune in a village. */
export function mayMergeInto(level: UnitLevel, into: UnitLevel): boolean {
  if (level === 'body') return true;
  return into !== 'body' && ranks[into] <= ranks[level];
}
