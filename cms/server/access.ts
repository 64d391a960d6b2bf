/**
 * Who may do what: a role, granted on a unit, allows actions there and on every unit below. The one table of rights is
 * shared/protocol/rights.ts; routes and sockets ask `Access`, nobody compares roles.
 */
import type { SecondFactorStanding } from '../../shared/protocol/api/second-factor.ts';
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
  /** Only `none` and `passed` open more than what leads there. */
  readonly secondFactor: SecondFactorStanding;
  readonly grants: readonly ActorGrant[];
}

export interface ActorGrant {
  readonly unitId: string;
  readonly unitName: string;
  readonly role: Role;
  /** In whose place they have it for a while; left out: it is their own. */
  readonly lent?: { readonly by: string; readonly name: string; readonly until: number };
}

/** Whose rights are asked: a person's who is signed in, or of whom only the grants are known. */
export interface Holder {
  readonly grants: readonly { readonly unitId: string; readonly role: Role }[];
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

/**
 * By which units what stands on a unit is reached. A unit that has ended without another in its place hangs nowhere, but its boards
 * still stand: they are the root's to look after. Of several roots nobody can tell which.
 */
export function reachOf(tree: UnitTree, unitId: string): readonly string[] {
  const path = tree.pathOf(unitId);
  if (path.length > 0) return path;
  const roots = tree.roots();
  return roots.length === 1 ? roots : [];
}

export class Access {
  readonly #tree: UnitTree;
  constructor(tree: UnitTree) {
    this.#tree = tree;
  }

  can(actor: Holder, action: Action, unitId: string): boolean {
    return canBy(this.#tree.pathOf(unitId), actor, action);
  }

  /** As `can`, for what stands on the unit already: see `reachOf`. Nothing new comes to a unit that has ended. */
  canReach(actor: Holder, action: Action, unitId: string): boolean {
    return canBy(reachOf(this.#tree, unitId), actor, action);
  }

  /** @throws AppError `forbidden` 403; a unit out of sight reads the same as one that does not exist. */
  assert(actor: Actor, action: Action, unitId: string): void {
    if (!this.can(actor, action, unitId)) throw forbidden(action);
  }

  /** As `assert`, for what stands on the unit already: see `reachOf`. @throws AppError `forbidden` 403 */
  assertReach(actor: Actor, action: Action, unitId: string): void {
    if (!this.canReach(actor, action, unitId)) throw forbidden(action);
  }

  /** Whether the actor may do all that the role allows, at this unit: only then may they hand the role on. */
  holds(actor: Holder, role: Role, unitId: string): boolean {
    return actionsOf(role).every((action) => this.can(actor, action, unitId));
  }

  /** Whether the actor may do it at every unit there is. */
  canEverywhere(actor: Holder, action: Action): boolean {
    const roots = this.#tree.roots();
    return roots.length > 0 && roots.every((root) => this.can(actor, action, root));
  }

  /** In whose place the actor may do it, where no right of their own allows it; their user id. */
  inPlaceOf(actor: Actor, action: Action, unitId: string): string | null {
    const path = this.#tree.pathOf(unitId);
    const rights = actor.grants.filter((grant) => canBy(path, { grants: [grant] }, action));
    return rights.every(({ lent }) => lent) ? (rights[0]?.lent?.by ?? null) : null;
  }

  /** For the audit log: in whose place it is done; nothing, where it is the actor's own right. */
  saidInPlace(actor: Actor, action: Action, unitId: string): { readonly inPlaceOf?: string } {
    const inPlaceOf = this.inPlaceOf(actor, action, unitId);
    return inPlaceOf === null ? {} : { inPlaceOf };
  }

  /** Every unit on which the actor may do it. */
  unitsFor(actor: Actor, action: Action): string[] {
    const roots = actor.grants.filter((grant) => roleAllows(grant.role, action)).map((grant) => grant.unitId);
    return [...new Set(roots.flatMap((root) => this.#tree.subtreeOf(root)))];
  }
}

const canBy = (path: readonly string[], actor: Holder, action: Action): boolean =>
  actor.grants.some((grant) => roleAllows(grant.role, action) && path.includes(grant.unitId));

const forbidden = (action: Action): AppError =>
  new AppError('forbidden', `You may not do this here (${action})`, { status: 403 });
