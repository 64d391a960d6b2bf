/** Obligations: an upper unit's notices that boards below must show so many times an hour. Compiled into programmes; their page is to come. */
import { z } from 'zod';
import { targets } from '../../../../shared/protocol/api/content.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { windowFields } from '../../../../shared/protocol/programme.ts';
import { parseCron } from '../../../../shared/schedule/cron.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { BoardsService } from '../boards/service.ts';
import type { NoticesService } from '../notices/service.ts';
import { assertValidity, cleanTargets } from '../schedules/targets.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';
import type { ObligationRecord, ObligationValues } from './repo.ts';

export type { ObligationRecord } from './repo.ts';

/** What a caller gives; bounds as in shared/protocol/programme.ts obligationPart. */
export const obligationInput = z.strictObject({
  unitId: uuid,
  noticeId: uuid,
  perHour: z.int().min(1).max(60),
  order: z.int().min(0).max(1000),
  ...windowFields,
  targets,
});
export type ObligationInput = z.infer<typeof obligationInput>;

export interface ObligationsService {
  /** Those that units in sight oblige to. */
  list(actor: Actor): Promise<ObligationRecord[]>;
  /** @throws AppError `cron_invalid`, `validity_reversed`, `target_outside_unit`, `targets_gone`, `notice_unknown`, `forbidden` */
  create(actor: Actor, input: ObligationInput): Promise<ObligationRecord>;
  /** @throws AppError as `create`, and `obligation_unknown` 404 */
  edit(actor: Actor, id: string, input: ObligationInput): Promise<ObligationRecord>;
  remove(actor: Actor, id: string): Promise<void>;
  /** Obligations that these units own, for the system's own use. */
  ofUnits(unitIds: readonly string[], tx?: Tx): Promise<ObligationRecord[]>;
}

export interface ObligationsDeps {
  readonly units: Pick<UnitsService, 'tree'>;
  readonly boards: Pick<BoardsService, 'held'>;
  readonly notices: Pick<NoticesService, 'usable'>;
}

export function createObligationsService(context: Context, deps: ObligationsDeps): ObligationsService {
  const { store, sources, access, audit } = context;
  const { tree } = deps.units;

  async function clean(
    tx: Tx,
    actor: Actor,
    given: ObligationInput,
    before: ObligationRecord | null,
  ): Promise<ObligationValues> {
    const input = obligationInput.parse(given);
    const cron = parseCron(input.cron).expression;
    assertValidity(input);
    if ((await deps.notices.usable(actor, [input.noticeId], tx)).length === 0)
      throw new AppError('notice_unknown', 'There is no such notice', { field: 'noticeId' });
    return { ...input, cron, targets: await cleanTargets(tx, input, before, { tree, boards: deps.boards }) };
  }

  async function require(tx: Tx, actor: Actor, id: string): Promise<ObligationRecord> {
    const record = await repo.findObligation(tx, id);
    if (!record || !access.can(actor, 'content.read', record.unitId))
      throw new AppError('obligation_unknown', 'There is no such obligation', { status: 404 });
    access.assert(actor, 'obligation.edit', record.unitId);
    return record;
  }

  return {
    list: (actor) => repo.findObligationsOfUnits(store.read, access.unitsFor(actor, 'content.read')),
    async create(actor, input) {
      access.assert(actor, 'obligation.edit', input.unitId);
      const id = sources.newId();
      return store.transaction(async (tx) => {
        const values = await clean(tx, actor, input, null);
        await repo.insertObligation(tx, id, values, actor.userId, sources.now());
        await audit(tx, {
          actor,
          action: 'obligation.created',
          subjectType: 'obligation',
          subjectId: id,
          unitId: values.unitId,
          detail: { ...values },
        });
        return { ...values, id };
      });
    },
    async edit(actor, id, input) {
      return store.transaction(async (tx) => {
        const before = await require(tx, actor, id);
        access.assert(actor, 'obligation.edit', input.unitId);
        const values = await clean(tx, actor, input, before);
        await repo.updateObligation(tx, id, values, actor.userId, sources.now());
        await audit(tx, {
          actor,
          action: 'obligation.changed',
          subjectType: 'obligation',
          subjectId: id,
          unitId: values.unitId,
          detail: { ...values, before },
        });
        return { ...values, id };
      });
    },
    async remove(actor, id) {
      await store.transaction(async (tx) => {
        const record = await require(tx, actor, id);
        await repo.markDeleted(tx, id, actor.userId, sources.now());
        await audit(tx, {
          actor,
          action: 'obligation.deleted',
          subjectType: 'obligation',
          subjectId: id,
          unitId: record.unitId,
          detail: {},
        });
      });
    },
    ofUnits: (unitIds, tx) => repo.findObligationsOfUnits(tx ?? store.read, unitIds),
  };
}
