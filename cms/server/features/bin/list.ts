/** The recycle bin as people see it. What is deleted and restored is the business of each thing's own service. */
import { binMs, type Bin, type BinKind, type BinQuery, type BinRow } from '../../../../shared/protocol/api/bin.ts';
import type { Action, Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { cutPage, readCursor, wordGroups } from '../../listing.ts';
import type { AccountsService } from '../accounts/service.ts';
import { contentUnits } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';

export interface BinList {
  /** One page of what this person may restore, the last deleted first. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query: BinQuery): Promise<Bin>;
}

/** The right to delete something is the right to restore it. */
const needs: Record<BinKind, Action> = {
  notice: 'content.edit',
  playlist: 'content.edit',
  schedule: 'schedule.edit',
  board: 'board.edit',
};

export function createBinList(
  context: Context,
  deps: { units: Pick<UnitsService, 'tree' | 'nameOf'>; accounts: Pick<AccountsService, 'names'> },
): BinList {
  const { store, sources, access } = context;
  const { tree, nameOf } = deps.units;

  async function unitsOf(actor: Actor, kind: BinKind): Promise<string[]> {
    const units = access.unitsFor(actor, needs[kind]);
    if (kind !== 'board') return units;
    // Also those left on a unit that has ended, as in the list of those in use.
    const left = (await repo.unitsWithRetired(store.read)).filter(
      (unitId) => tree.pathOf(unitId).length === 0 && access.canReach(actor, needs.board, unitId),
    );
    return [...units, ...left];
  }

  /** How many items of playlists would come back: see PlaylistsService.restore. */
  async function itemsOf(actor: Actor, playlistIds: readonly string[]): Promise<Map<string, BinRow['items']>> {
    const items = await repo.findItems(store.read, playlistIds);
    const standing = await repo.findStanding(store.read, [...items.values()].flat());
    const usable = new Set(contentUnits(actor, access, tree));
    const isGone = (noticeId: string): boolean => !usable.has(standing.get(noticeId) ?? '');
    return new Map(
      [...items].map(([id, notices]) => [id, { count: notices.length, gone: notices.filter(isGone).length }]),
    );
  }

  return {
    async list(actor, { kind, q, unitId, cursor, limit }) {
      const all = await unitsOf(actor, kind);
      const below = unitId === undefined ? null : new Set(tree.subtreeOf(unitId));
      const filter = {
        statements: wordGroups(below === null ? all : all.filter((id) => below.has(id)), q, nameOf),
        binnedSince: kind === 'board' ? 0 : sources.now() - binMs,
      };
      const [found, total] = await Promise.all([
        repo.findBinned(store.read, kind, filter, { after: readCursor(cursor), limit: limit + 1 }),
        repo.count(store.read, kind, filter),
      ]);
      const { page, next } = cutPage(
        found.map((row) => ({ ...row, updatedAt: row.deletedAt })),
        limit,
      );
      const [names, items] = await Promise.all([
        deps.accounts.names([...new Set(page.flatMap((row) => row.deletedBy ?? []))]),
        kind === 'playlist'
          ? itemsOf(
              actor,
              page.map(({ id }) => id),
            )
          : new Map<string, BinRow['items']>(),
      ]);
      const rows = page.map(({ updatedAt: _updatedAt, ...row }) => ({
        ...row,
        unitName: nameOf(row.unitId),
        deletedBy: names.get(row.deletedBy ?? '') ?? null,
        items: items.get(row.id) ?? null,
      }));
      return { rows, next, total };
    },
  };
}
