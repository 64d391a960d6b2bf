import type { Role } from '../../../../../shared/protocol/api/accounts.ts';
import { m } from '../../paraglide/messages.js';

export function roleName(role: Role): string {
  const names: Record<Role, () => string> = {
    administrator: m.role_administrator,
    province: m.role_province,
    approver: m.role_approver,
    editor: m.role_editor,
    technician: m.role_technician,
    viewer: m.role_viewer,
  };
  return names[role]();
}
