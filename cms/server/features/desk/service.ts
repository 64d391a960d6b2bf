/** What waits for a person. Asks the other services; keeps nothing of its own. */
import type { Desk } from '../../../../shared/protocol/api/desk.ts';
import { roleAllows, type Action, type Actor } from '../../access.ts';
import type { Approvals } from '../notices/approval.ts';
import type { NoticesService } from '../notices/service.ts';
import type { ObligationInbox } from '../obligations/inbox.ts';

export interface DeskDeps {
  readonly notices: Pick<NoticesService, 'list'>;
  readonly approvals: Pick<Approvals, 'returned'>;
  readonly inbox: Pick<ObligationInbox, 'waiting'>;
}

export const createDesk =
  ({ notices, approvals, inbox }: DeskDeps) =>
  async (actor: Actor): Promise<Desk> => {
    const may = (action: Action): boolean => actor.grants.some(({ role }) => roleAllows(role, action));
    const [toDecide, returned, obligations] = await Promise.all([
      may('content.approve') ? notices.list(actor, { toDecide: 'true', limit: 1 }) : { total: 0 },
      may('content.edit') ? approvals.returned(actor) : [],
      may('obligation.accept') ? inbox.waiting(actor) : [],
    ]);
    return { toDecide: toDecide.total, returned, obligations };
  };
