/** Whether whoever wrote a notice may approve it: a setting of each province, off unless somebody has said otherwise. */
import { AppError } from '../../../../shared/util/errors.ts';
import { reachOf, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { readSetting, writeSetting } from '../../store/settings.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { UnitsService } from '../units/service.ts';

const keyOf = (provinceId: string): string => `self_approval:${provinceId}`;

export const maySelfApprove = async (db: Db | Tx, provinceId: string): Promise<boolean> =>
  (await readSetting(db, keyOf(provinceId))) === 'yes';

export interface SelfApproval {
  /** Of the province that the unit lies in, without rights. */
  allowedAt(db: Db | Tx, unitId: string): Promise<boolean>;
  /** @throws AppError `unit_unknown` 404 */
  read(actor: Actor, unitId: string): Promise<{ provinceId: string; allowed: boolean }>;
  /** @throws AppError `unit_unknown` 404, `forbidden` 403 */
  write(actor: Actor, unitId: string, allowed: boolean): Promise<{ provinceId: string; allowed: boolean }>;
}

export function createSelfApproval(
  { store, access, audit }: Context,
  { units }: { units: Pick<UnitsService, 'tree'> },
): SelfApproval {
  const provinceOf = (unitId: string): string | undefined => reachOf(units.tree, unitId)[0];

  function find(actor: Actor, unitId: string): string {
    const provinceId = provinceOf(unitId);
    if (provinceId === undefined || !access.canReach(actor, 'unit.read', unitId))
      throw new AppError('unit_unknown', 'There is no such unit', { status: 404 });
    return provinceId;
  }

  return {
    async allowedAt(db, unitId) {
      const provinceId = provinceOf(unitId);
      return provinceId !== undefined && (await maySelfApprove(db, provinceId));
    },
    async read(actor, unitId) {
      const provinceId = find(actor, unitId);
      return { provinceId, allowed: await maySelfApprove(store.read, provinceId) };
    },
    async write(actor, unitId, allowed) {
      const provinceId = find(actor, unitId);
      access.assert(actor, 'unit.edit', provinceId);
      await store.transaction(async (tx) => {
        const before = await maySelfApprove(tx, provinceId);
        if (before === allowed) return;
        await writeSetting(tx, keyOf(provinceId), allowed ? 'yes' : 'no');
        await audit(tx, {
          actor,
          action: 'unit.selfApprovalChanged',
          subjectType: 'unit',
          subjectId: provinceId,
          unitId: provinceId,
          detail: { selfApproval: allowed, before: { selfApproval: before } },
        });
      });
      return { provinceId, allowed };
    },
  };
}
