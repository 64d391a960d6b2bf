/**
 * Who may do what: a role, granted on a unit, allows actions there and on every unit below. The one table of rights is
 * shared/protocol/rights.ts; routes and sockets ask `Access`, nobody compares roles.
 */
import { actionsOf, roleAllows, type Action } from '../../shared/protocol/rights.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { Role } from './store/schema.ts';

/** The signed-in person behind a request or socket. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly sessionHash: string;
  readonly csrfToken: string;
  readonly grants: readonly { readonly unitId: string; readonly unitName: string; readonly role: Role }[];
}

export { roleAllows, type Action };

/** What the units feature answers, so that rights need no second tree. */
export interface UnitTree {
  /** From the root to the unit itself, as true now; empty when there is no such unit. */
  pathOf(unitId: string): readonly string[];
  /** The unit and all below it. */
  subtreeOf(unitId: string): readonly string[];
  /** The units that hang from no other, as true now. */
  roots(): readonly string[];
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

  /** Whether the actor may do all that the role allows, at this unit: only then may they hand the role on. */
  holds(actor: Actor, role: Role, unitId: string): boolean {
    return actionsOf(role).every((action) => this.can(actor, action, unitId));
  }

  /** Whether the actor may do it at every unit there is. */
  canEverywhere(actor: Actor, action: Action): boolean {
    const roots = this.#tree.roots();
    return roots.length > 0 && roots.every((root) => this.can(actor, action, root));
  }

  /** Every unit on which the actor may do it. */
  unitsFor(actor: Actor, action: Action): string[] {
    const roots = actor.grants.filter((grant) => roleAllows(grant.role, action)).map((grant) => grant.unitId);
    return [...new Set(roots.flatMap((root) => this.#tree.subtreeOf(root)))];
  }
}
