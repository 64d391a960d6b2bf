/**
 * Who receives an obligation: the commune under whose unit a board hangs, since its two people answer for the boards of its villages
 * too; a board that hangs under no commune is answered for by its own unit. A commune without any board receives as well, and one that
 * was merged is answered for by the one that took its place.
 */
import type { ObligationInput } from './api/obligations.ts';
import type { Unit } from './api/units.ts';

type Obligation = Readonly<Pick<ObligationInput, 'unitId' | 'targets'>>;

/** The units as they are at one moment. */
interface Units {
  readonly tree: {
    /** From the root to the unit itself. */
    pathOf(unitId: string): readonly string[];
    /** The unit itself and all below it. */
    subtreeOf(unitId: string): readonly string[];
  };
  get(unitId: string): Pick<Unit, 'level' | 'mergedInto'> | null | undefined;
}

/** A board, as far as it matters where it is. */
export interface PlacedBoard {
  readonly id: string;
  readonly unitId: string;
}

/** Answers of one moment: made anew for each question, because the tree changes. */
export class Receivers {
  readonly #tree: Units['tree'];
  readonly #isCommune: (unitId: string) => boolean;
  readonly #paths = new Map<string, readonly string[]>();
  readonly #known = new Map<string, string>();

  constructor(units: Units) {
    this.#tree = units.tree;
    this.#isCommune = (unitId) => {
      const unit = units.get(unitId);
      return unit?.level === 'commune' && unit.mergedInto === null;
    };
  }

  /** The unit that answers for what hangs under this one. */
  of(unitId: string): string {
    let found = this.#known.get(unitId);
    if (found === undefined)
      this.#known.set(unitId, (found = this.#pathOf(unitId).findLast(this.#isCommune) ?? unitId));
    return found;
  }

  /** The boards that an obligation means: only while they are below who obliges. */
  meant<B extends PlacedBoard>(
    { unitId, targets }: Obligation,
    boards: readonly B[],
  ): B[] {
    const [chosenUnits, chosenBoards] = [new Set(targets.unitIds), new Set(targets.boardIds)];
    const known = new Map<string, 'all' | 'chosen' | 'none'>();
    const boardsOf = (of: string): 'all' | 'chosen' | 'none' => {
      const path = this.#pathOf(of);
      if (!path.includes(unitId)) return 'none';
      return path.some((id) => chosenUnits.has(id)) ? 'all' : 'chosen';
    };
    return boards.filter((board) => {
      let which = known.get(board.unitId);
      if (which === undefined) known.set(board.unitId, (which = boardsOf(board.unitId)));
      return which === 'all' || (which === 'chosen' && chosenBoards.has(board.id));
    });
  }

  /** The receiving units, each with its boards that are meant. */
  all<B extends PlacedBoard>(
    obligation: Obligation,
    boards: readonly B[],
  ): Map<string, B[]> {
    const found = new Map<string, B[]>();
    for (const target of obligation.targets.unitIds) {
      if (!this.#pathOf(target).includes(obligation.unitId)) continue;
      for (const unitId of this.#tree.subtreeOf(target)) {
        const receiver = this.of(unitId);
        if (this.#isCommune(receiver) && !found.has(receiver)) found.set(receiver, []);
      }
    }
    for (const board of this.meant(obligation, boards)) {
      const receiver = this.of(board.unitId);
      const own = found.get(receiver);
      if (own) own.push(board);
      else found.set(receiver, [board]);
    }
    return found;
  }

  #pathOf(unitId: string): readonly string[] {
    let path = this.#paths.get(unitId);
    if (!path) this.#paths.set(unitId, (path = this.#tree.pathOf(unitId)));
    return path;
  }
}
