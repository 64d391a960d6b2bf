/** The addresses of the pages. Pages are loaded when they are first opened. */
import { createRouter } from 'sv-router';

export const { p, navigate, isActive, route } = createRouter({
  '/': () => import('./pages/BoardsPage.svelte'),
  '/boards': {
    '/': () => import('./pages/BoardsPage.svelte'),
    '/new': () => import('./pages/BoardNewPage.svelte'),
    '/:id': {
      '/': () => import('./pages/BoardPage.svelte'),
      '/edit': () => import('./pages/BoardEditPage.svelte'),
    },
  },
  '/media': () => import('./pages/MediaPage.svelte'),
  '/notices': {
    '/': () => import('./pages/NoticesPage.svelte'),
    '/new': () => import('./pages/NoticePage.svelte'),
    '/:id': () => import('./pages/NoticePage.svelte'),
  },
  '/playlists': {
    '/': () => import('./pages/PlaylistsPage.svelte'),
    '/new': () => import('./pages/PlaylistPage.svelte'),
    '/:id': () => import('./pages/PlaylistPage.svelte'),
  },
  '/schedules': {
    '/': () => import('./pages/SchedulesPage.svelte'),
    '/new': () => import('./pages/SchedulePage.svelte'),
    '/:id': () => import('./pages/SchedulePage.svelte'),
  },
  '/publish': () => import('./pages/PublishPage.svelte'),
  '/plays': () => import('./pages/PlaysPage.svelte'),
  '/takeovers': {
    '/': () => import('./pages/TakeoversPage.svelte'),
    '/new': () => import('./pages/TakeoverNewPage.svelte'),
    '/:id': () => import('./pages/TakeoverPage.svelte'),
  },
  '*notFound': () => import('./pages/NotFoundPage.svelte'),
});
