/** Who has to have a second factor. See docs/decisions/0009-second-factor.md. */
import { roleNeedsSecondFactor } from '../../../../shared/protocol/rights.ts';
import { readSetting, writeSetting } from '../../store/settings.ts';
import type { Role } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

const KEY = 'second_factor_required';

export const needsSecondFactor = (grants: readonly { readonly role: Role }[]): boolean =>
  grants.some(({ role }) => roleNeedsSecondFactor(role));

/** Whether this installation asks for one. It does unless somebody has said otherwise. */
export const isSecondFactorRequired = async (db: Db | Tx): Promise<boolean> => (await readSetting(db, KEY)) !== 'no';

export const setSecondFactorRequired = (db: Db | Tx, required: boolean): Promise<void> =>
  writeSetting(db, KEY, required ? 'yes' : 'no');
