/** The addresses of the pages. Pages are loaded when they are first opened. */
import { createRouter } from 'sv-router';

export const { p, navigate, isActive, route } = createRouter({
  '/': () => import('./pages/BoardsPage.svelte'),
  '/boards': {
    '/': () => import('./pages/BoardsPage.svelte'),
  },
  '/notices': {
    '/': () => import('./pages/NoticesPage.svelte'),
  },
  '/publish': () => import('./pages/PublishPage.svelte'),
  '*notFound': () => import('./pages/NotFoundPage.svelte'),
});
