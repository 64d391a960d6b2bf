import type { Unit, UnitChange, UnitDetail, UnitInput, UnitMerge } from '../../../../shared/protocol/api/units.ts';
import { roleAllows, type Action } from '../../../../shared/protocol/rights.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor, UnitTree } from '../../access.ts';
import type { AuditEntry, Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { beginning, beginOf, startOfDay } from './days.ts';
import { detailOf } from './detail.ts';
import { TreeDraft, type NewUnit } from './draft.ts';
import {
  countBelongings,
  deleteGrantsOn,
  insertAdministrators,
  readHistories,
  readRevision,
  takeRevision,
  writeChanges,
} from './repo.ts';
import { UnitError } from './rules.ts';
import type { LiveUnitTree, Standing } from './tree.ts';
import { endOf } from './versions.ts';

export type { NewUnit, TreeDraft } from './draft.ts';

/** Who did it, for the audit log; null: the CMS itself. */
export type By = Pick<Actor, 'userId'> | null;

export interface UnitsService {
  /** The tree as true now. */
  readonly tree: UnitTree;
  /** The units on which the actor may read, as true now or at the beginning of a day. */
  list(actor: Actor, on?: string): Unit[];
  /** As true now, or null. */
  get(unitId: string): Unit | null;
  /** What it is called now, '' when it is not; of a merged unit the name of the one that took its place. */
  nameOf(unitId: string): string;
  /** What it was called at a time (ms UTC): what happened is told under that name. As now where nothing was recorded. */
  nameAt(unitId: string, at: number): string;
  /** @throws UnitError `unit_unknown` 404 when there is none or it is out of sight */
  detail(actor: Actor, unitId: string): Promise<UnitDetail>;

  /** @throws UnitError, AppError `forbidden` */
  create(actor: Actor, input: UnitInput): Promise<UnitDetail>;
  change(actor: Actor, unitId: string, input: UnitChange): Promise<UnitDetail>;
  merge(actor: Actor, unitId: string, input: UnitMerge): Promise<UnitDetail>;
  /** Takes back what is planned to change at a time (ms UTC), or what changed today. @returns null when the unit itself was only planned */
  cancel(actor: Actor, unitId: string, at: number): Promise<UnitDetail | null>;

  /** Whether the actor may change the tree that the unit stands in; null: add another province. */
  mayEdit(actor: Actor, unitId: string | null): boolean;
  /** Whether there is a province that the actor may change. */
  mayEditAny(actor: Actor): boolean;
  /** Changes the tree in the given transaction. Call `reload` when it is committed. @throws UnitError */
  edit<T>(tx: Tx, by: By, work: (draft: TreeDraft) => T): Promise<T>;
  /**
   * Saves what a draft says, with an entry of its own in the audit log, unless the tree has changed since.
   * @throws UnitError `units_changed`
   */
  apply(actor: Actor, draft: TreeDraft, reason: string | undefined, also: Omit<AuditEntry, 'actor'>): Promise<void>;
  /** What changes start from. */
  draft(): TreeDraft;
  /** Adds one unit in the given transaction. Call `reload` when it is committed. @returns the unit's id */
  add(tx: Tx, unit: NewUnit, by: By): Promise<string>;
  /** Reads the tree anew. */
  reload(): Promise<void>;
  /** Tells what began or ended with time, and reads what another process changed. */
  keepUp(): Promise<void>;
}

const notHere = (): AppError =>
  new AppError('forbidden', 'You may not change this part of the tree (unit.edit)', { status: 403 });

const toUnit = ({ version, parentId, mergedInto }: Standing): Unit => ({
  id: version.unitId,
  code: version.code,
  name: version.name,
  level: version.level,
  parentId,
  mergedInto,
});

/** @param deps.tree the tree that `context.access` asks; loaded here */
export async function createUnitsService(context: Context, deps: { tree: LiveUnitTree }): Promise<UnitsService> {
  const { store, sources, access, audit, events } = context;
  const { tree } = deps;
  const read = async (): Promise<void> => {
    const revision = await readRevision(store.read);
    tree.load(await readHistories(store.read, revision));
  };
  await read();
  let announced = tree.now();

  /** Tells who listens which units hang elsewhere now. */
  function announce(always: boolean): void {
    const [before, now] = [announced, tree.now()];
    if (now === before && !always) return;
    announced = now;
    const moved = new Set<string>();
    for (const [unitId, { parentId }] of now.units) {
      if (before.units.has(unitId) && before.units.get(unitId)!.parentId !== parentId)
        for (const id of now.subtreeOf(unitId)) moved.add(id);
    }
    events.emit('unitsChanged', { moved: [...moved] });
  }

  const newDraft = (): TreeDraft => new TreeDraft(tree.histories, () => sources.newId());

  /** The path of a unit that need not stand now: of one that is planned its first, of one that ended its last. */
  function pathOf(unitId: string): readonly string[] {
    const versions = tree.histories.units.get(unitId);
    if (!versions) return [];
    if (tree.get(unitId)) return tree.pathOf(unitId);
    const first = versions[0]!.validFrom;
    return tree.at(sources.now() < first ? first : endOf(versions.at(-1)!) - 1).pathOf(unitId);
  }

  const allows = (actor: Actor, action: Action, path: readonly string[]): boolean =>
    actor.grants.some((grant) => roleAllows(grant.role, action) && path.includes(grant.unitId));

  /** The tree is the province's: the right counts where it was granted on a root. Another root concerns the whole installation. */
  const mayEdit = (actor: Actor, unitId: string | null): boolean =>
    unitId === null
      ? access.canEverywhere(actor, 'installation.manage')
      : allows(actor, 'unit.edit', pathOf(unitId).slice(0, 1));

  function assertMayEdit(actor: Actor, unitId: string | null): void {
    if (!mayEdit(actor, unitId)) throw notHere();
  }

  /** Where it will hang at `at` another province may answer for it already: what is planned there is theirs to change, too. */
  function assertMayEditAt(actor: Actor, unitId: string, at: number): void {
    assertMayEdit(actor, unitId);
    const [root] = tree.at(at).pathOf(unitId);
    if (root !== undefined && !allows(actor, 'unit.edit', [root])) throw notHere();
  }

  /** In sight, or as if there were none. */
  function assertSeen(actor: Actor, unitId: string): void {
    if (!allows(actor, 'unit.read', pathOf(unitId)))
      throw new UnitError('unit_unknown', 'There is no such unit', { status: 404 });
  }

  /** @returns whose rights went with units that were only planned */
  async function save(tx: Tx, by: By, draft: TreeDraft, reason?: string): Promise<string[]> {
    const changes = draft.changes();
    const gone = await deleteGrantsOn(tx, changes.removed);
    await writeChanges(store, tx, changes, sources.now());
    const said = reason === undefined || reason === '' ? {} : { reason };
    await audit(
      tx,
      ...draft.entries.map(({ action, unitId, detail }) => ({
        actor: by,
        action,
        subjectType: 'unit',
        subjectId: unitId,
        unitId,
        detail: { ...detail, ...said },
      })),
      ...gone.map(({ userId, unitId, role }) => ({
        actor: by,
        action: 'user.withdrawn',
        subjectType: 'user',
        subjectId: userId,
        unitId,
        detail: { unitId, role },
      })),
    );
    return [...new Set(gone.map(({ userId }) => userId))];
  }

  async function run<T>(tx: Tx, by: By, work: (draft: TreeDraft) => T, reason?: string) {
    const revision = await takeRevision(tx);
    const held = tree.histories;
    const draft = new TreeDraft(held.revision === revision ? held : await readHistories(tx, revision), () =>
      sources.newId(),
    );
    const result = work(draft);
    const withdrawn = await save(tx, by, draft, reason);
    return { draft, result, withdrawn };
  }

  const edit = async <T>(tx: Tx, by: By, work: (draft: TreeDraft) => T): Promise<T> => (await run(tx, by, work)).result;

  /** Provinces that were added belong to those who have all others: nobody else could let anybody in. */
  async function grantRoots(tx: Tx, draft: TreeDraft): Promise<readonly string[]> {
    const roots = draft.roots();
    return roots.length === 0 ? [] : insertAdministrators(tx, roots, tree.roots());
  }

  /** In a transaction of its own, in front of everybody. @throws UnitError */
  async function editAs<T>(actor: Actor, reason: string | undefined, work: (draft: TreeDraft) => T): Promise<T> {
    const { result, touched } = await store.transaction(async (tx) => {
      const { draft, result, withdrawn } = await run(tx, actor, work, reason);
      return { result, touched: [...withdrawn, ...(await grantRoots(tx, draft))] };
    });
    await tell(touched);
    return result;
  }

  /** @param touched whose rights are others now */
  async function tell(touched: readonly string[]): Promise<void> {
    await reload();
    for (const userId of touched) events.emit('accountChanged', { userId });
  }

  async function reload(): Promise<void> {
    await read();
    announce(true);
  }

  async function detail(actor: Actor, unitId: string): Promise<UnitDetail> {
    assertSeen(actor, unitId);
    const belongings = await countBelongings(store.read, unitId);
    return detailOf(tree, unitId, sources.now(), { ...belongings, mayEdit: mayEdit(actor, unitId) });
  }

  return {
    tree,
    list(actor, on) {
      if (on === undefined) return access.unitsFor(actor, 'unit.read').map((id) => toUnit(tree.get(id)!));
      const then = tree.at(beginOf(on));
      const roots = actor.grants.filter(({ role }) => roleAllows(role, 'unit.read')).map(({ unitId }) => unitId);
      return [...new Set(roots.flatMap((root) => then.subtreeOf(root)))].map((id) => toUnit(then.units.get(id)!));
    },
    get(unitId) {
      const standing = tree.get(unitId);
      return standing && toUnit(standing);
    },
    nameOf: (unitId) => tree.nameAt(unitId, sources.now()) ?? '',
    nameAt: (unitId, at) => tree.nameAt(unitId, at) ?? tree.nameAt(unitId, sources.now()) ?? '',
    detail,
    async create(actor, { from, reason, code, ...unit }) {
      assertMayEdit(actor, unit.parentId);
      const validFrom = beginning({ from, reason }, sources.now());
      const unitId = await editAs(actor, reason, (draft) => {
        const added = { ...unit, validFrom, validTo: null };
        return draft.add({ ...added, code: code ?? draft.freeCode(added) });
      });
      return detailOf(tree, unitId, sources.now(), { boards: 0, people: 0, mayEdit: true });
    },
    async change(actor, unitId, { from, reason, ...to }) {
      assertSeen(actor, unitId);
      assertMayEdit(actor, unitId);
      if (to.parentId !== undefined) assertMayEdit(actor, to.parentId);
      const at = beginning({ from, reason }, sources.now());
      for (const id of [unitId, to.parentId]) if (id != null) assertMayEditAt(actor, id, at);
      const given = Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined));
      await editAs(actor, reason, (draft) => draft.change(unitId, at, given));
      return detail(actor, unitId);
    },
    async merge(actor, unitId, { intoId, from, reason }) {
      assertSeen(actor, unitId);
      assertMayEdit(actor, unitId);
      assertMayEdit(actor, intoId);
      const at = beginning({ from, reason }, sources.now());
      for (const id of [unitId, intoId]) assertMayEditAt(actor, id, at);
      await editAs(actor, reason, (draft) => draft.merge(unitId, at, intoId));
      return detail(actor, unitId);
    },
    async cancel(actor, unitId, at) {
      assertSeen(actor, unitId);
      assertMayEditAt(actor, unitId, at);
      // What began today is undone as if it had never been, but a unit that is there may have boards already.
      const begins = tree.histories.units.get(unitId)![0]!.validFrom;
      if (at < startOfDay(sources.now()) || (at === begins && at <= sources.now()))
        throw new UnitError('unit_change_begun', 'This holds already; record another change', { status: 409 });
      await editAs(actor, undefined, (draft) => draft.cancel(unitId, at));
      return tree.histories.units.has(unitId) ? detail(actor, unitId) : null;
    },
    mayEdit,
    mayEditAny: (actor) =>
      actor.grants.some(({ role, unitId }) => roleAllows(role, 'unit.edit') && tree.pathOf(unitId).length === 1),
    edit,
    async apply(actor, draft, reason, also) {
      const touched = await store.transaction(async (tx) => {
        if ((await takeRevision(tx)) !== draft.base.revision)
          throw new UnitError('units_changed', 'The tree has changed meanwhile; look again', { status: 409 });
        const withdrawn = await save(tx, actor, draft, reason);
        await audit(tx, { actor, ...also });
        return [...withdrawn, ...(await grantRoots(tx, draft))];
      });
      await tell(touched);
    },
    draft: newDraft,
    add: (tx, unit, by) => edit(tx, by, (draft) => draft.add(unit)),
    reload,
    async keepUp() {
      if ((await readRevision(store.read)) === tree.histories.revision) announce(false);
      else await reload();
    },
  };
}
