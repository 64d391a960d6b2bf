/** Collects what the programmes of some boards are made of, each thing once. */
import { assetRef, assetsOf, type AssetRef } from '../../../../shared/protocol/programme.ts';
import type { UnitTree } from '../../access.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { MediaService } from '../media/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import type { PlaylistsService } from '../playlists/service.ts';
import type { SchedulesService } from '../schedules/service.ts';
import type { Library } from './compile.ts';

export interface LibraryDeps {
  readonly media: Pick<MediaService, 'assets'>;
  readonly notices: Pick<NoticesService, 'timed'>;
  readonly playlists: Pick<PlaylistsService, 'records'>;
  readonly schedules: Pick<SchedulesService, 'ofUnits'>;
  readonly obligations: Pick<ObligationsService, 'ofUnits'>;
}

export async function readLibrary(boards: readonly BoardRecord[], tree: UnitTree, deps: LibraryDeps): Promise<Library> {
  const units = [...new Set(boards.flatMap((board) => tree.pathOf(board.unitId)))];
  const [entries, obligations] = await Promise.all([deps.schedules.ofUnits(units), deps.obligations.ofUnits(units)]);
  const playlistIds = new Set([
    ...boards.flatMap((board) => board.defaultPlaylistId ?? []),
    ...entries.map((entry) => entry.playlistId),
  ]);
  const playlists = await deps.playlists.records([...playlistIds]);
  const noticeIds = new Set([
    ...playlists.flatMap((playlist) => playlist.items.map((item) => item.noticeId)),
    ...obligations.map((obligation) => obligation.noticeId),
  ]);
  const notices = await deps.notices.timed([...noticeIds]);
  const assets = await deps.media.assets([...new Set(notices.flatMap((notice) => assetsOf(notice.content)))]);
  const refs = assets.map((asset): AssetRef =>
    assetRef.parse({ hash: asset.hash, size: asset.size, mediaType: asset.media_type }),
  );
  return {
    entries,
    obligations,
    playlists: new Map(playlists.map((playlist) => [playlist.id, playlist])),
    notices: new Map(notices.map((notice) => [notice.id, notice])),
    assets: new Map(refs.map((ref) => [ref.hash, ref])),
  };
}
