/** What holds for the installation as a whole. */
import type { Settings } from '../../../../shared/protocol/api/second-factor.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { isSecondFactorRequired, setSecondFactorRequired } from './second-factor-policy.ts';

export interface SettingsService {
  read(): Promise<Settings>;
  /** @throws AppError `forbidden` */
  write(actor: Actor, settings: Settings): Promise<Settings>;
}

export function createSettings({ store, access, audit }: Context): SettingsService {
  const read = async (): Promise<Settings> => ({ secondFactorRequired: await isSecondFactorRequired(store.read) });
  return {
    read,
    async write(actor, { secondFactorRequired }) {
      if (!access.canEverywhere(actor, 'installation.manage'))
        throw new AppError('forbidden', 'You may not change the settings of the installation', { status: 403 });
      await store.transaction(async (tx) => {
        const before = { secondFactorRequired: await isSecondFactorRequired(tx) };
        if (before.secondFactorRequired === secondFactorRequired) return;
        await setSecondFactorRequired(tx, secondFactorRequired);
        const detail = { secondFactorRequired, before };
        await audit(tx, {
          actor,
          action: 'settings.changed',
          subjectType: 'settings',
          subjectId: null,
          unitId: null,
          detail,
        });
      });
      return { secondFactorRequired };
    },
  };
}
