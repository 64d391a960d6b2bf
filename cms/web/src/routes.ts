/**
 * The addresses of the pages. All are in the first load: a page must open while the CMS is away, and after an upgrade that
 * has replaced the files it would be loaded from.
 */
import { createRouter } from 'sv-router';
import AccountPage from './pages/AccountPage.svelte';
import AuditPage from './pages/AuditPage.svelte';
import BoardEditPage from './pages/BoardEditPage.svelte';
import BoardNewPage from './pages/BoardNewPage.svelte';
import BoardPage from './pages/BoardPage.svelte';
import BoardsPage from './pages/BoardsPage.svelte';
import MediaBinPage from './pages/MediaBinPage.svelte';
import MediaPage from './pages/MediaPage.svelte';
import NotFoundPage from './pages/NotFoundPage.svelte';
import NoticePage from './pages/NoticePage.svelte';
import NoticesPage from './pages/NoticesPage.svelte';
import PlaylistPage from './pages/PlaylistPage.svelte';
import PlaylistsPage from './pages/PlaylistsPage.svelte';
import PlaysPage from './pages/PlaysPage.svelte';
import PublishPage from './pages/PublishPage.svelte';
import SchedulePage from './pages/SchedulePage.svelte';
import SchedulesPage from './pages/SchedulesPage.svelte';
import TakeoverNewPage from './pages/TakeoverNewPage.svelte';
import TakeoverPage from './pages/TakeoverPage.svelte';
import TakeoversPage from './pages/TakeoversPage.svelte';
import UnitsImportPage from './pages/UnitsImportPage.svelte';
import UnitsPage from './pages/UnitsPage.svelte';
import UserPage from './pages/UserPage.svelte';
import UsersPage from './pages/UsersPage.svelte';

export const { p, navigate, isActive, route } = createRouter({
  '/': BoardsPage,
  '/boards': {
    '/': BoardsPage,
    '/new': BoardNewPage,
    '/:id': {
      '/': BoardPage,
      '/edit': BoardEditPage,
    },
  },
  '/media': {
    '/': MediaPage,
    '/bin': MediaBinPage,
  },
  '/notices': {
    '/': NoticesPage,
    '/new': NoticePage,
    '/:id': NoticePage,
  },
  '/playlists': {
    '/': PlaylistsPage,
    '/new': PlaylistPage,
    '/:id': PlaylistPage,
  },
  '/schedules': {
    '/': SchedulesPage,
    '/new': SchedulePage,
    '/:id': SchedulePage,
  },
  '/publish': PublishPage,
  '/plays': PlaysPage,
  '/takeovers': {
    '/': TakeoversPage,
    '/new': TakeoverNewPage,
    '/:id': TakeoverPage,
  },
  '/units': {
    '/': UnitsPage,
    '/import': UnitsImportPage,
  },
  '/users': {
    '/': UsersPage,
    '/:id': UserPage,
  },
  '/audit': AuditPage,
  '/account': AccountPage,
  '*notFound': NotFoundPage,
});
