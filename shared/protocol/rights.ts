/**
 * The one table of rights: what a role allows on the unit where it is granted and on every unit below. The CMS enforces
 * it (cms/server/access.ts); its pages only leave out what would be refused.
 */
import type { Role } from './api/accounts.ts';

export type Action =
  | 'unit.read'
  | 'board.read'
  | 'board.edit'
  | 'board.pair'
  | 'board.command'
  | 'content.read'
  | 'content.edit'
  | 'schedule.edit'
  | 'programme.publish'
  | 'proof.read'
  | 'takeover.read'
  | 'takeover.raise'
  | 'obligation.edit';

const everyone: readonly Action[] = ['unit.read', 'board.read', 'content.read', 'proof.read', 'takeover.read'];
const editing: readonly Action[] = [...everyone, 'content.edit', 'schedule.edit'];
const approving: readonly Action[] = [...editing, 'programme.publish'];
const province: readonly Action[] = [
  ...approving,
  'board.edit',
  'board.pair',
  'board.command',
  'takeover.raise',
  'obligation.edit',
];

const rights: Record<Role, ReadonlySet<Action>> = {
  viewer: new Set(everyone),
  technician: new Set([...everyone, 'board.edit', 'board.pair', 'board.command']),
  editor: new Set(editing),
  approver: new Set(approving),
  province: new Set(province),
  administrator: new Set(province),
};

export const roleAllows = (role: Role, action: Action): boolean => rights[role].has(action);
