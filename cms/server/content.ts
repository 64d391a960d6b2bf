/**
 * What boards show, built together for the composition root: media, notices, playlists, schedule entries, obligations, programmes.
 */
import type { Context, Routes } from './context.ts';
import type { BoardsService } from './features/boards/service.ts';
import type { KeysService } from './features/keys/service.ts';
import { mediaRoutes } from './features/media/routes.ts';
import { createMediaService, type MediaDeps, type MediaService } from './features/media/service.ts';
import { createUploadServer } from './features/media/uploads.ts';
import { noticeRoutes } from './features/notices/routes.ts';
import { createNoticesService, type NoticesService } from './features/notices/service.ts';
import { createObligationsService, type ObligationsService } from './features/obligations/service.ts';
import { playlistRoutes } from './features/playlists/routes.ts';
import { createPlaylistsService, type PlaylistsService } from './features/playlists/service.ts';
import { programmeRoutes } from './features/programmes/routes.ts';
import { createProgrammesService, type ProgrammesService } from './features/programmes/service.ts';
import { scheduleRoutes } from './features/schedules/routes.ts';
import { createSchedulesService, type SchedulesService } from './features/schedules/service.ts';
import type { UnitsService } from './features/units/service.ts';
import { scheduleMediaCleanup, type CleanupJob } from './jobs/media-cleanup.ts';

export interface ContentDeps extends Omit<MediaDeps, 'units'> {
  readonly units: UnitsService;
  readonly boards: BoardsService;
  readonly keys: KeysService;
}

export interface Content {
  readonly media: MediaService;
  readonly notices: NoticesService;
  readonly playlists: PlaylistsService;
  readonly schedules: SchedulesService;
  readonly obligations: ObligationsService;
  readonly programmes: ProgrammesService;
  readonly routes: readonly Routes[];
  /** Takes up what the last end interrupted; called once, before the server listens. */
  start(): Promise<void>;
  /** Stops processing and waits for what is being published. Before the store closes. */
  close(): Promise<void>;
}

export function createContent(context: Context, { units, boards, keys, ...mediaDeps }: ContentDeps): Content {
  const media = createMediaService(context, { units, ...mediaDeps });
  const uploads = createUploadServer(media, { newId: () => context.sources.newId(), directory: context.folders.uploads });
  const notices = createNoticesService(context, { units, media });
  const playlists = createPlaylistsService(context, { units, notices });
  const schedules = createSchedulesService(context, { units, boards, playlists });
  const obligations = createObligationsService(context, { units, boards, notices });
  const programmes = createProgrammesService(context, { keys, units, boards, media, notices, playlists, schedules, obligations });
  let cleanup: CleanupJob | null = null;
  return {
    media,
    notices,
    playlists,
    schedules,
    obligations,
    programmes,
    routes: [mediaRoutes(media, uploads), noticeRoutes(notices), playlistRoutes(playlists), scheduleRoutes(schedules), programmeRoutes(programmes)],
    async start() {
      await media.start((id) => uploads.find(id));
      cleanup = scheduleMediaCleanup(media, context.log);
    },
    async close() {
      await cleanup?.stop();
      await media.close();
      await programmes.close();
    },
  };
}
