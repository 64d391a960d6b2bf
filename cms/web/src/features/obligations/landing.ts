/** Where whoever opens obligations without naming a unit begins. */
import type { Role } from '../../../../../shared/protocol/api/accounts.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { roleAllows } from '../../../../../shared/protocol/rights.ts';
import { editableOf } from '../units/units.svelte.ts';

/**
 * Who answers for a province sends, everybody else receives.
 * @param units null: not known yet
 * @returns the unit whose inbox it is, or `sent`; null: the units have to be known first
 */
export function inboxOf(
  grants: readonly { unitId: string; role: Role }[],
  units: readonly Unit[] | null,
): string | null {
  // The role is held on communes too, where it changes no tree.
  if (grants.some(({ role }) => roleAllows(role, 'unit.edit'))) {
    if (units === null) return null;
    if (editableOf(units, grants).length > 0) return 'sent';
  }
  return grants[0]?.unitId ?? '';
}
