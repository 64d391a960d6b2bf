/** Raising: who may, for which boards, and the one path from a draft to a signed document that is durable and then sent. */
import { placeholdersIn } from '../../../../shared/protocol/api/takeover-templates.ts';
import { signDocument } from '../../../../shared/protocol/signing.ts';
import {
  takeover as takeoverSchema,
  type Takeover,
  type TakeoverSelectors,
} from '../../../../shared/protocol/takeover.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { reachOf, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Presence } from '../../realtime/presence.ts';
import { nextNumber } from '../../store/settings.ts';
import { sentTogether, type Db, type Tx } from '../../store/store.ts';
import type { KeysService } from '../keys/service.ts';
import type { UnitsService } from '../units/service.ts';
import { takeoverRepo as repo, type TakeoverRow, type Targeting } from './repo.ts';

export class TakeoverError extends AppError {}

export interface IssueDeps {
  readonly keys: Pick<KeysService, 'takeoverSigner' | 'epoch'>;
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
  readonly presence: Pick<Presence, 'stateOf'>;
}

const counterKey = 'takeover_counter';

/** What is to be signed, without what the service itself adds. */
export type Draft = Pick<Takeover, 'takeoverId' | 'type' | 'supersedes' | 'status' | 'content' | 'selectors'> & {
  readonly expiresAt: number;
};

export function createIssuer(context: Context, deps: IssueDeps) {
  const { store, sources, access, audit, events } = context;

  /** Units stand for all below them; groups for the boards that are in them now. */
  async function targetingOf(selectors: TakeoverSelectors, db: Db | Tx = store.read): Promise<Targeting> {
    const grouped = selectors.groups.length > 0 ? await repo.boardsInGroups(db, selectors.groups) : [];
    return {
      all: selectors.all,
      unitIds: [...new Set(selectors.unitIds.flatMap((id) => deps.units.tree.subtreeOf(id)))],
      boardIds: [...new Set([...selectors.boardIds, ...grouped])],
    };
  }

  /**
   * The right on every unit that is named and every unit that has a target; for all boards and for groups, at the root.
   * @param targets units that have a target
   * @returns the unit that it counts as raised for
   * @throws AppError `forbidden`, `takeover_no_targets`
   */
  function assertMayRaise(actor: Actor, selectors: TakeoverSelectors, targets: readonly string[]): string {
    const roots = [...new Set(targets.flatMap((unitId) => reachOf(deps.units.tree, unitId).slice(0, 1)))];
    // Any board anywhere may be put into a group, also after this was signed: a group reaches as far as «all».
    const everywhere = selectors.all || selectors.groups.length > 0 ? roots : [];
    const named = selectors.all ? everywhere : [...new Set([...selectors.unitIds, ...everywhere, ...targets])];
    if (!selectors.all) for (const unitId of selectors.unitIds) access.assert(actor, 'takeover.raise', unitId);
    for (const unitId of named) access.assertReach(actor, 'takeover.raise', unitId);
    const [first] = named;
    if (first === undefined || targets.length === 0) throw noTargets();
    // Where one looks for it: of boards whose unit has ended, the root.
    return reachOf(deps.units.tree, first).at(-1) ?? first;
  }

  /**
   * Signs, stores and freezes in one transaction; sends when it is durable. Statements that do not need each other's answers go
   * to the database together: on a busy machine every trip to its thread waits for a turn.
   * @throws TakeoverError `takeover_placeholder_left` while a template's placeholder stands in the text
   * @param options.to null: has no targets of its own
   * @param options.check runs in the transaction; false: there is nothing to do
   */
  async function issue(
    draft: Draft,
    options: {
      actor: Actor;
      action: string;
      to: Targeting | null;
      unitId: string | null;
      check(tx: Tx): Promise<boolean>;
    },
  ): Promise<void> {
    const { actor, to } = options;
    const [open] = draft.type === 'cancel' ? [] : placeholdersIn(draft.content);
    if (open)
      throw new TakeoverError('takeover_placeholder_left', `«${open.text}» has to be replaced`, {
        field: `content.${open.field}`,
        params: { text: open.text },
      });
    const work = async (tx: Tx): Promise<string> => {
      const [counter, isDue, targets] = await sentTogether([
        // The counter's row is the lock: takeovers are raised one after another, and their numbers have no holes.
        nextNumber(tx, counterKey),
        options.check(tx),
        to ? repo.targetsByUnit(tx, to) : null,
      ]);
      if (!isDue) throw new NothingToDo();
      const unitId = targets ? assertMayRaise(actor, draft.selectors, [...targets.keys()]) : options.unitId!;
      const boardIds = targets ? [...targets.values()].flat() : [];
      const now = sources.now();
      const document = takeoverSchema.parse({
        v: 1,
        ...draft,
        sequence: { epoch: deps.keys.epoch, counter },
        issuedAt: now,
        startsAt: now,
      } satisfies Takeover);
      const jws = await signDocument('bang-tin-takeover', document, deps.keys.takeoverSigner());
      const away = boardIds.filter((boardId) => deps.presence.stateOf(boardId) !== 'online');
      const unpaired = away.filter((boardId) => deps.presence.stateOf(boardId) === 'unpaired').length;
      const offline = away.length - unpaired;
      const subjectId = draft.supersedes ?? draft.takeoverId;
      const detail = {
        takeoverId: draft.type === 'cancel' ? subjectId : draft.takeoverId,
        status: draft.status,
        event: draft.content.event,
        level: draft.content.level,
        // What ends another has no boards of its own.
        ...(to && { targets: boardIds.length, offline, unpaired }),
      };
      await sentTogether([
        repo.insert(tx, {
          ...rowOf(document, jws, actor, unitId),
          target_count: boardIds.length,
          offline_count: offline,
          unpaired_count: unpaired,
        }),
        to ? repo.freezeTargets(tx, document.takeoverId, to, away) : null,
        audit(tx, {
          actor,
          action: options.action,
          subjectType: 'takeover',
          subjectId,
          unitId,
          detail,
          names: { [detail.takeoverId]: draft.content.headline },
        }),
      ]);
      return jws;
    };
    const sent = await store.transaction(work).catch((error: unknown) => {
      if (error instanceof NothingToDo) return null;
      throw error;
    });
    if (sent === null) return;
    events.emit('takeoverRaised', { takeoverId: draft.takeoverId, jws: sent });
    events.emit('takeoverProgressed', { takeoverId: draft.supersedes ?? draft.takeoverId });
  }

  return { targetingOf, assertMayRaise, issue };
}

class NothingToDo extends Error {}

const noTargets = (): TakeoverError =>
  new TakeoverError('takeover_no_targets', 'No board would show this', { field: 'selectors' });

function rowOf(
  document: Takeover,
  jws: string,
  actor: Actor,
  unitId: string,
): Omit<TakeoverRow, 'target_count' | 'offline_count' | 'unpaired_count'> {
  return {
    id: document.takeoverId,
    epoch: document.sequence.epoch,
    counter: document.sequence.counter,
    type: document.type,
    supersedes: document.supersedes,
    status: document.status,
    level: document.content.level,
    event: document.content.event,
    headline: document.content.headline,
    issued_at: document.issuedAt,
    starts_at: document.startsAt,
    expires_at: document.expiresAt,
    raised_by: actor.userId,
    unit_id: unitId,
    jws,
  };
}
