/** Collects what the programmes of some boards are made of, each thing once. */
import { assetRef, assetsOf } from '../../../../shared/protocol/programme.ts';
import type { UnitTree } from '../../access.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { MediaService, SmallerRow } from '../media/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import type { PlaylistsService } from '../playlists/service.ts';
import type { SchedulesService } from '../schedules/service.ts';
import { piecesOf } from '../../turns.ts';
import type { Library } from './compile.ts';
import type { SizedAsset } from './sizes.ts';

export interface LibraryDeps {
  readonly media: Pick<MediaService, 'assets' | 'smaller'>;
  readonly notices: Pick<NoticesService, 'approved' | 'unapproved'>;
  readonly playlists: Pick<PlaylistsService, 'records'>;
  readonly schedules: Pick<SchedulesService, 'ofUnits'>;
  readonly obligations: Pick<ObligationsService, 'ofUnits' | 'orders'>;
}

const sized = (row: Omit<SmallerRow, 'asset'>): SizedAsset => ({
  ...assetRef.parse({ hash: row.hash, size: row.size, mediaType: row.media_type }),
  width: row.width,
  height: row.height,
});

/** Rows read and parsed in one go, ids or units: other work has its turn before the next. */
const idsPerTurn = 100;

async function inPieces<T>(ids: Iterable<string>, read: (some: string[]) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[][] = [];
  for (const some of piecesOf([...new Set(ids)], idsPerTurn)) found.push([...(await read(some))]);
  return found.flat();
}

export async function readLibrary(boards: readonly BoardRecord[], tree: UnitTree, deps: LibraryDeps): Promise<Library> {
  const units = new Set(boards.flatMap((board) => tree.pathOf(board.unitId)));
  const entries = await inPieces(units, (some) => deps.schedules.ofUnits(some));
  const obligations = await inPieces(units, (some) => deps.obligations.ofUnits(some));
  const orders = await deps.obligations.orders(obligations.length === 0 ? [] : [...units]);
  const playlistIds = [
    ...boards.flatMap((board) => board.defaultPlaylistId ?? []),
    ...entries.map((entry) => entry.playlistId),
  ];
  const playlists = await inPieces(playlistIds, (some) => deps.playlists.records(some));
  const noticeIds = [
    ...playlists.flatMap((playlist) => playlist.items.map((item) => item.noticeId)),
    ...obligations.map((obligation) => obligation.noticeId),
  ];
  const notices = await inPieces(noticeIds, (some) => deps.notices.approved(some));
  const unapproved = await inPieces(noticeIds, (some) => deps.notices.unapproved(some));
  const shown = notices.flatMap((notice) => assetsOf(notice.content));
  const assets = await inPieces(shown, (some) => deps.media.assets(some));
  const copies = await inPieces(shown, (some) => deps.media.smaller(some));
  const smallerOf = Map.groupBy(copies, (copy) => copy.asset);
  return {
    entries,
    obligations,
    orders,
    playlists: new Map(playlists.map((playlist) => [playlist.id, playlist])),
    notices: new Map(notices.map((notice) => [notice.id, notice])),
    unapproved: new Set(unapproved),
    assets: new Map(
      assets.map((asset) => {
        const smaller = (smallerOf.get(asset.hash) ?? [])
          .map(sized)
          .sort((a, b) => a.width - b.width || a.size - b.size);
        return [asset.hash, { ...sized(asset), smaller }];
      }),
    ),
  };
}
