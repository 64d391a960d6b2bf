import { roles, type Role } from '../../../../../shared/protocol/api/accounts.ts';
import type { User } from '../../../../../shared/protocol/api/users.ts';
import { m } from '../../paraglide/messages.js';

export function roleName(role: Role): string {
  const names: Record<Role, () => string> = {
    administrator: m.role_administrator,
    province: m.role_province,
    approver: m.role_approver,
    editor: m.role_editor,
    technician: m.role_technician,
    viewer: m.role_viewer,
    auditor: m.role_auditor,
  };
  return names[role]();
}

/** What the role is for, in a sentence. */
export function roleHint(role: Role): string {
  const hints: Record<Role, () => string> = {
    administrator: m.role_administrator_hint,
    province: m.role_province_hint,
    approver: m.role_approver_hint,
    editor: m.role_editor_hint,
    technician: m.role_technician_hint,
    viewer: m.role_viewer_hint,
    auditor: m.role_auditor_hint,
  };
  return hints[role]();
}

export const roleOptions = (among: readonly Role[] = roles): { value: Role; label: string }[] =>
  among.map((role) => ({ value: role, label: roleName(role) }));

export function userStateName(state: User['state']): string {
  const names = { active: m.user_state_active, invited: m.user_state_invited, inactive: m.user_state_inactive };
  return names[state]();
}
export const userStateTone = (state: User['state']): 'good' | 'warn' | 'neutral' =>
  (({ active: 'good', invited: 'warn', inactive: 'neutral' }) as const)[state];
