/** Whom a mourning concerns: what would rest on how many boards, before it is ordered, and how far each board has come after. */
import type { MourningBoardState, MourningDetail, MourningPreview } from '../../../../shared/protocol/api/mournings.ts';
import { mourningBoardStates } from '../../../../shared/protocol/api/mournings.ts';
import { reachOf, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from '../boards/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { Resting, RestingBoard } from '../programmes/resting.ts';
import type { UnitsService } from '../units/service.ts';
import type { MourningsService } from './service.ts';

export interface MourningReach {
  /** @throws AppError `forbidden` 403 */
  preview(actor: Actor, unitId: string): Promise<MourningPreview>;
  /** @throws AppError `mourning_unknown` 404 */
  detail(actor: Actor, id: string): Promise<MourningDetail>;
}

export interface MourningReachDeps {
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'recordsOfUnits' | 'presences' | 'progress'>;
  readonly notices: Pick<NoticesService, 'headings'>;
  readonly mournings: Pick<MourningsService, 'get' | 'also'>;
  readonly resting: Resting;
}

export function createMourningReach(
  { access, sources }: Pick<Context, 'access' | 'sources'>,
  deps: MourningReachDeps,
): MourningReach {
  const { units, boards, notices, mournings, resting } = deps;

  /** On most boards first. */
  async function countNotices(found: readonly RestingBoard[]): Promise<MourningPreview['notices']> {
    const counts = new Map<string, number>();
    for (const { noticeIds } of found) for (const id of noticeIds) counts.set(id, (counts.get(id) ?? 0) + 1);
    const headings = await notices.headings([...counts.keys()]);
    return [...counts]
      .map(([id, count]) => ({ id, title: headings.get(id)?.title ?? '', boards: count }))
      .sort((a, b) => b.boards - a.boards || a.title.localeCompare(b.title, 'vi'));
  }

  const showing = ({ noticeIds }: RestingBoard): boolean => noticeIds.length > 0;

  return {
    async preview(actor, unitId) {
      access.assert(actor, 'mourning.order', unitId);
      const records = await boards.recordsOfUnits(units.tree.subtreeOf(unitId));
      const found = (await resting(records)).filter(showing);
      const presences = await boards.presences(found.map(({ board }) => board.id));
      return {
        boards: records.length,
        offline: presences.filter(({ presence }) => presence === 'offline').length,
        unpaired: presences.filter(({ presence }) => presence === 'unpaired').length,
        resting: found.length,
        notices: await countNotices(found),
      };
    },
    async detail(actor, id) {
      const mourning = await mournings.get(actor, id);
      const others = await mournings.also(actor, mourning);
      const also = others.map((other): MourningDetail['also'][number] => {
        const { id, reason, startsAt, endsAt } = other;
        return { id, reason, unitName: units.nameOf(other.unitId), startsAt, endsAt };
      });
      if (mourning.endsAt <= sources.now()) return { mourning, also, notices: [], boards: [], untouched: 0 };
      const below = await boards.recordsOfUnits(units.tree.subtreeOf(mourning.unitId));
      const found = await resting(below.filter(({ unitId }) => access.canReach(actor, 'board.read', unitId)));
      // One whose notices are no longer marked may still rest them.
      const concerned = found.filter((each) => showing(each) || (each.paired && !each.given));
      const ids = concerned.map(({ board }) => board.id);
      const [presences, progress] = await Promise.all([boards.presences(ids), boards.progress(ids)]);
      const presenceOf = new Map(presences.map((presence) => [presence.boardId, presence]));
      const progressOf = new Map(progress.map((each) => [each.boardId, each]));
      const rows = concerned.map(({ board, noticeIds, paired, given }): MourningDetail['boards'][number] => {
        const came = progressOf.get(board.id);
        const presence = presenceOf.get(board.id)!;
        return {
          boardId: board.id,
          boardName: board.name,
          unitName: units.nameOf(board.unitId),
          state: stateOf(paired, given, came?.state),
          online: presence.presence === 'online',
          lastSeenAt: presence.lastSeenAt,
          errorCode: given ? (came?.errorCode ?? null) : null,
          notices: noticeIds.length,
        };
      });
      // What comes back where this one was lifted is what no other keeps from the board.
      const keeping = new Set(others.filter(({ startsAt }) => startsAt <= sources.now()).map(({ unitId }) => unitId));
      const kept = ({ board }: RestingBoard): boolean =>
        reachOf(units.tree, board.unitId).some((unitId) => keeping.has(unitId));
      return {
        mourning,
        also,
        notices: await countNotices(mourning.liftedAt === null ? concerned : concerned.filter((each) => !kept(each))),
        boards: rows.sort(byState),
        untouched: found.length - concerned.length,
      };
    },
  };
}

function stateOf(paired: boolean, given: boolean, progress: string | undefined): MourningBoardState {
  if (!paired) return 'unpaired';
  if (!given) return 'waiting';
  if (progress === 'active' || progress === 'refused') return progress;
  return 'sent';
}

/** What somebody may have to look after first. */
function byState(a: MourningDetail['boards'][number], b: MourningDetail['boards'][number]): number {
  const rank = ({ state }: typeof a): number => mourningBoardStates.indexOf(state);
  return (
    rank(a) - rank(b) || a.unitName.localeCompare(b.unitName, 'vi') || a.boardName.localeCompare(b.boardName, 'vi')
  );
}
