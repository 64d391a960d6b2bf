/** When incidents are told of: the installation's to say. */
import { incidentPolicy, type IncidentPolicy } from '../../../../shared/protocol/api/incidents.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { nextNumber, readSetting, writeSetting } from '../../store/settings.ts';
import type { Db, Tx } from '../../store/store.ts';

const KEY = 'incident_policy';
const COUNTER = 'incident_policy_revision';
/** Boards are commonly on from 5:00 to 22:00; one that is switched off at night is no incident. */
const usual: IncidentPolicy = { revision: 0, afterMinutes: 15, watch: { from: 5 * 60, to: 22 * 60 } };

export async function readPolicy(db: Db | Tx): Promise<IncidentPolicy> {
  const value = await readSetting(db, KEY);
  // A release before did not count.
  return value === null ? usual : incidentPolicy.parse({ revision: 0, ...(JSON.parse(value) as object) });
}

/** For the audit log: «05:00–22:00». */
const inWords = ({ afterMinutes, watch }: Omit<IncidentPolicy, 'revision'>) => ({
  afterMinutes,
  watch: [watch.from, watch.to]
    .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
    .join('–'),
});

export function createIncidentPolicy({ store, access, audit }: Pick<Context, 'store' | 'access' | 'audit'>) {
  return {
    read: () => readPolicy(store.read),
    /** @throws AppError `forbidden` for who does not look after all boards, `revision_conflict` 409 */
    async write(actor: Actor, { revision, ...input }: IncidentPolicy): Promise<IncidentPolicy> {
      if (!access.canEverywhere(actor, 'board.edit'))
        throw new AppError('forbidden', 'You may not say when incidents are told of (board.edit)', { status: 403 });
      return store.transaction(async (tx) => {
        // The counter's row is the lock: of two who began from one revision the second finds the first one's.
        const policy = { ...input, revision: await nextNumber(tx, COUNTER) };
        if (policy.revision !== revision + 1)
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', { status: 409 });
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
        return policy;
      });
    },
  };
}
