/** Templates of alerts: one list for the installation, delivered with five, kept by the province. */
import {
  takeoverTemplates,
  type TakeoverTemplate,
  type TakeoverTemplates,
} from '../../../../shared/protocol/api/takeover-templates.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { nextNumber, readSetting, writeSetting } from '../../store/settings.ts';
import type { Db, Tx } from '../../store/store.ts';
import { deliveredTemplates } from './delivered-templates.ts';

export interface TemplateService {
  /** @throws AppError `forbidden` for who may raise nowhere */
  read(actor: Actor): Promise<TakeoverTemplates>;
  /** Replaces the list that was read as `revision`. @throws AppError `forbidden`, `revision_conflict` 409 */
  write(actor: Actor, list: TakeoverTemplates): Promise<TakeoverTemplates>;
}

const key = 'takeover_templates';
const counterKey = 'takeover_templates_revision';

const forbidden = (): AppError => new AppError('forbidden', 'You may not do this (takeover.raise)', { status: 403 });

async function held(db: Db | Tx): Promise<TakeoverTemplates> {
  const text = await readSetting(db, key);
  return text === null
    ? { revision: 0, templates: [...deliveredTemplates] }
    : takeoverTemplates.parse(JSON.parse(text));
}

/** What was added, changed and removed, by name. */
function difference(before: readonly TakeoverTemplate[], after: readonly TakeoverTemplate[]) {
  const was = new Map(before.map((template) => [template.id, template]));
  const is = new Set(after.map(({ id }) => id));
  const names = (templates: readonly TakeoverTemplate[]): string[] => templates.map(({ event }) => event);
  return {
    added: names(after.filter(({ id }) => !was.has(id))),
    changed: names(
      after.filter((template) => {
        const old = was.get(template.id);
        return old !== undefined && JSON.stringify(old) !== JSON.stringify(template);
      }),
    ),
    removed: names(before.filter(({ id }) => !is.has(id))),
  };
}

export function createTemplateService({ store, access, audit }: Context): TemplateService {
  return {
    async read(actor) {
      if (access.unitsFor(actor, 'takeover.raise').length === 0) throw forbidden();
      return held(store.read);
    },
    async write(actor, { revision, templates }) {
      if (!access.canEverywhere(actor, 'takeover.raise')) throw forbidden();
      return store.transaction(async (tx) => {
        // The counter's row is the lock: of two who began from one revision the second finds the first one's.
        const next = { revision: await nextNumber(tx, counterKey), templates };
        if (next.revision !== revision + 1)
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
            status: 409,
            params: { revision: next.revision - 1 },
          });
        const before = await held(tx);
        await writeSetting(tx, key, JSON.stringify(next));
        await audit(tx, {
          actor,
          action: 'takeover.templatesChanged',
          subjectType: 'settings',
          subjectId: null,
          unitId: null,
          detail: difference(before.templates, templates),
        });
        return next;
      });
    },
  };
}
