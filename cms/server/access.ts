/**
 * Who may do what: a role, granted on a unit, allows actions there and on every unit below. The one table of rights;
 * routes and sockets ask `Access`, nobody compares roles.
 */
import type { Role } from './store/schema.ts';
import { AppError } from '../../shared/util/errors.ts';

/** The signed-in person behind a request or socket. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly sessionHash: string;
  readonly csrfToken: string;
  readonly grants: readonly { readonly unitId: string; readonly unitName: string; readonly role: Role }[];
}

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

/** What the units feature answers, so that rights need no second tree. */
export interface UnitTree {
  /** From the root to the unit itself, as true now; empty when there is no such unit. */
  pathOf(unitId: string): readonly string[];
  /** The unit and all below it. */
  subtreeOf(unitId: string): readonly string[];
}

export class Access {
  readonly #tree: UnitTree;
  constructor(tree: UnitTree) {
    this.#tree = tree;
  }

  can(actor: Actor, action: Action, unitId: string): boolean {
    const path = this.#tree.pathOf(unitId);
    return actor.grants.some((grant) => roleAllows(grant.role, action) && path.includes(grant.unitId));
  }

  /** @throws AppError `forbidden` 403; a unit out of sight reads the same as one that does not exist. */
  assert(actor: Actor, action: Action, unitId: string): void {
    if (!this.can(actor, action, unitId))
      throw new AppError('forbidden', `You may not do this here (${action})`, { status: 403 });
  }

  /** Every unit on which the actor may do it. */
  unitsFor(actor: Actor, action: Action): string[] {
    const roots = actor.grants.filter((grant) => roleAllows(grant.role, action)).map((grant) => grant.unitId);
    return [...new Set(roots.flatMap((root) => this.#tree.subtreeOf(root)))];
  }
}
