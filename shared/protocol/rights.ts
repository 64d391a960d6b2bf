/**
 * The one table of rights: what a role allows on the unit where it is granted and on every unit below. The CMS enforces
 * it (cms/server/access.ts); its pages only leave out what would be refused.
 */
import type { Role } from './api/accounts.ts';

export type Action =
  | 'unit.read'
  /** The tree itself; counts where the role was granted on a province. */
  | 'unit.edit'
  | 'board.read'
  | 'board.edit'
  | 'board.pair'
  | 'board.command'
  /** To cut the source of a board's content and to restore it, and to see what the board was told to do. */
  | 'board.cut'
  /** To see pictures that boards took of what they showed. */
  | 'screenshot.read'
  | 'content.read'
  | 'content.edit'
  /** To decide on what was submitted, and to take a notice off all boards. */
  | 'content.approve'
  | 'schedule.edit'
  | 'programme.publish'
  | 'proof.read'
  | 'takeover.read'
  | 'takeover.raise'
  /** To have boards of a unit and below show nothing that entertains for a while. */
  | 'mourning.order'
  /** To send a notice that units below must show. */
  | 'obligation.edit'
  /** To answer for the receiving unit: accept, and order among others. Never for whoever sent it. */
  | 'obligation.accept'
  /** Accounts: who they are, what they may do, their sessions and links. Nobody hands on a right that they do not hold there. */
  | 'user.manage'
  | 'audit.read'
  /** To change what notices are filed under; counts where the role was granted on every province. */
  | 'category.edit'
  /** What concerns the installation as a whole. Also what sets an administrator above a province officer. */
  | 'installation.manage';

const everyone: readonly Action[] = ['unit.read', 'board.read', 'content.read', 'proof.read', 'takeover.read'];
const editing: readonly Action[] = [...everyone, 'content.edit', 'schedule.edit', 'obligation.accept'];
const approving: readonly Action[] = [
  ...editing,
  'content.approve',
  'programme.publish',
  'board.cut',
  'obligation.edit',
];
const province: readonly Action[] = [
  ...approving,
  'board.edit',
  'board.pair',
  'board.command',
  'screenshot.read',
  'takeover.raise',
  'mourning.order',
  'unit.edit',
  'user.manage',
  'audit.read',
  'category.edit',
];

const rights: Record<Role, ReadonlySet<Action>> = {
  viewer: new Set(everyone),
  auditor: new Set([...everyone, 'audit.read']),
  technician: new Set([...everyone, 'board.edit', 'board.pair', 'board.command', 'board.cut', 'screenshot.read']),
  editor: new Set(editing),
  approver: new Set(approving),
  province: new Set(province),
  administrator: new Set([...province, 'installation.manage']),
};

export const roleAllows = (role: Role, action: Action): boolean => rights[role].has(action);

/** Whether who has the role has to show a second factor, where the installation asks for one. */
export const roleNeedsSecondFactor = (role: Role): boolean =>
  roleAllows(role, 'takeover.raise') || roleAllows(role, 'user.manage');

/** All that a role allows. */
export const actionsOf = (role: Role): readonly Action[] => [...rights[role]];
