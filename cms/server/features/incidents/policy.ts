/** When incidents are told of: the installation's to say. */
import { incidentPolicy, type IncidentPolicy } from '../../../../shared/protocol/api/incidents.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { readSetting, writeSetting } from '../../store/settings.ts';
import type { Db, Tx } from '../../store/store.ts';

const KEY = 'incident_policy';
/** Boards are commonly on from 5:00 to 22:00; one that is switched off at night is no incident. */
const usual: IncidentPolicy = { afterMinutes: 15, watch: { from: 5 * 60, to: 22 * 60 } };

export async function readPolicy(db: Db | Tx): Promise<IncidentPolicy> {
  const value = await readSetting(db, KEY);
  return value === null ? usual : incidentPolicy.parse(JSON.parse(value));
}

/** For the audit log: «05:00–22:00». */
const inWords = ({ afterMinutes, watch }: IncidentPolicy) => ({
  afterMinutes,
  watch: [watch.from, watch.to]
    .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
    .join('–'),
});

export function createIncidentPolicy({ store, access, audit }: Pick<Context, 'store' | 'access' | 'audit'>) {
  return {
    read: () => readPolicy(store.read),
    /** @throws AppError `forbidden` for who does not look after all boards */
    async write(actor: Actor, policy: IncidentPolicy): Promise<IncidentPolicy> {
      if (!access.canEverywhere(actor, 'board.edit'))
        throw new AppError('forbidden', 'You may not say when incidents are told of (board.edit)', { status: 403 });
      await store.transaction(async (tx) => {
        const before = await readPolicy(tx);
        await writeSetting(tx, KEY, JSON.stringify(policy));
        const detail = { ...inWords(policy), before: inWords(before) };
        await audit(tx, {
          actor,
          action: 'settings.changed',
          subjectType: 'settings',
          subjectId: null,
          unitId: null,
          detail,
        });
      });
      return policy;
    },
  };
}
