/**
 * The addresses of the pages. Each page is a file of its own, so that the first one is there soon on a slow line; the others are
 * fetched behind it (`fetchPages`), because a page must open while the CMS is away too.
 */
import { createRouter } from 'sv-router';
import KnownAddress from './features/shell/KnownAddress.svelte';
import PageMissing from './features/shell/PageMissing.svelte';
import { fetchSentences } from './lib/errors.ts';

/** The CMS is away, or an upgrade has replaced the file. */
const missing = (): { default: typeof PageMissing } => ({ default: PageMissing });

// The router knows a lazy page by the import in the function that it is given.
const AccountPage = () => import('./pages/AccountPage.svelte').catch(missing);
const AuditPage = () => import('./pages/AuditPage.svelte').catch(missing);
const BinPage = () => import('./pages/BinPage.svelte').catch(missing);
const BoardEditPage = () => import('./pages/BoardEditPage.svelte').catch(missing);
const BoardLogPage = () => import('./pages/BoardLogPage.svelte').catch(missing);
const BoardNewPage = () => import('./pages/BoardNewPage.svelte').catch(missing);
const BoardPlanPage = () => import('./pages/BoardPlanPage.svelte').catch(missing);
const BoardPage = () => import('./pages/BoardPage.svelte').catch(missing);
const BoardsPage = () => import('./pages/BoardsPage.svelte').catch(missing);
const CategoriesPage = () => import('./pages/CategoriesPage.svelte').catch(missing);
const IncidentsPage = () => import('./pages/IncidentsPage.svelte').catch(missing);
const MediaBinPage = () => import('./pages/MediaBinPage.svelte').catch(missing);
const MediaPage = () => import('./pages/MediaPage.svelte').catch(missing);
const MourningNewPage = () => import('./pages/MourningNewPage.svelte').catch(missing);
const MourningPage = () => import('./pages/MourningPage.svelte').catch(missing);
const MourningsPage = () => import('./pages/MourningsPage.svelte').catch(missing);
const NotFoundPage = () => import('./pages/NotFoundPage.svelte').catch(missing);
const NoticePage = () => import('./pages/NoticePage.svelte').catch(missing);
const NoticeReviewPage = () => import('./pages/NoticeReviewPage.svelte').catch(missing);
const NoticesPage = () => import('./pages/NoticesPage.svelte').catch(missing);
const ObligationMatrixPage = () => import('./pages/ObligationMatrixPage.svelte').catch(missing);
const ObligationPage = () => import('./pages/ObligationPage.svelte').catch(missing);
const ObligationsPage = () => import('./pages/ObligationsPage.svelte').catch(missing);
const ObligationsSentPage = () => import('./pages/ObligationsSentPage.svelte').catch(missing);
const OverviewPage = () => import('./pages/OverviewPage.svelte').catch(missing);
const PlaylistPage = () => import('./pages/PlaylistPage.svelte').catch(missing);
const PlaylistsPage = () => import('./pages/PlaylistsPage.svelte').catch(missing);
const PlaysPage = () => import('./pages/PlaysPage.svelte').catch(missing);
const PublishPage = () => import('./pages/PublishPage.svelte').catch(missing);
const ScheduleCalendarPage = () => import('./pages/ScheduleCalendarPage.svelte').catch(missing);
const SchedulePage = () => import('./pages/SchedulePage.svelte').catch(missing);
const SchedulesPage = () => import('./pages/SchedulesPage.svelte').catch(missing);
const TakeoverNewPage = () => import('./pages/TakeoverNewPage.svelte').catch(missing);
const TakeoverPage = () => import('./pages/TakeoverPage.svelte').catch(missing);
const TakeoverTemplatesPage = () => import('./pages/TakeoverTemplatesPage.svelte').catch(missing);
const TakeoversPage = () => import('./pages/TakeoversPage.svelte').catch(missing);
const UnitsImportPage = () => import('./pages/UnitsImportPage.svelte').catch(missing);
const UnitsPage = () => import('./pages/UnitsPage.svelte').catch(missing);
const UpdatesPage = () => import('./pages/UpdatesPage.svelte').catch(missing);
const UserPage = () => import('./pages/UserPage.svelte').catch(missing);
const UsersPage = () => import('./pages/UsersPage.svelte').catch(missing);

export const { p, navigate, isActive, preload, route } = createRouter({
  hooks: { beforeLoad: ({ pathname }) => (pathname === '/' ? undefined : fetchSentences()) },
  layout: KnownAddress,
  '/': OverviewPage,
  '/bin/:kind': BinPage,
  '/boards': {
    '/': BoardsPage,
    '/new': BoardNewPage,
    '/:id': {
      '/': BoardPage,
      '/edit': BoardEditPage,
      '/logs/:logId': BoardLogPage,
      '/plan': BoardPlanPage,
    },
  },
  '/incidents': IncidentsPage,
  '/media': {
    '/': MediaPage,
    '/bin': MediaBinPage,
  },
  '/mournings': {
    '/': MourningsPage,
    '/new': MourningNewPage,
    '/:id': MourningPage,
  },
  '/notices': {
    '/': NoticesPage,
    '/new': NoticePage,
    '/categories': CategoriesPage,
    '/:id': {
      '/': NoticePage,
      '/review': NoticeReviewPage,
    },
  },
  '/playlists': {
    '/': PlaylistsPage,
    '/new': PlaylistPage,
    '/:id': PlaylistPage,
  },
  '/schedules': {
    '/': SchedulesPage,
    '/calendar': ScheduleCalendarPage,
    '/new': SchedulePage,
    '/:id': SchedulePage,
  },
  '/obligations': {
    '/': ObligationsPage,
    '/sent': ObligationsSentPage,
    '/matrix': ObligationMatrixPage,
    '/new': ObligationPage,
    '/:id': ObligationPage,
  },
  '/publish': PublishPage,
  '/plays': PlaysPage,
  '/takeovers': {
    '/': TakeoversPage,
    '/new': TakeoverNewPage,
    '/templates': TakeoverTemplatesPage,
    '/:id': TakeoverPage,
  },
  '/units': {
    '/': UnitsPage,
    '/import': UnitsImportPage,
  },
  '/updates': UpdatesPage,
  '/users': {
    '/': UsersPage,
    '/:id': UserPage,
  },
  '/audit': AuditPage,
  '/account': AccountPage,
  '*notFound': NotFoundPage,
});

/** The sign-in is in the first load. */
const laterPages = import.meta.glob(['./pages/*.svelte', '!./pages/SignInPage.svelte']);

/** Fetches every page, one after the other, so that none has to be waited for later. What fails is asked for again when it is opened. */
export async function fetchPages(): Promise<void> {
  await fetchSentences();
  for (const load of Object.values(laterPages)) await load().catch(() => null);
}
