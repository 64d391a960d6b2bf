/** What each layout looks like, in a few strokes: addresses of pictures by name; for pages. */
import { byFolder } from './parts/by-folder.ts';

export const thumbnails = byFolder(
  import.meta.glob<string>('./*/thumbnail.svg', { eager: true, query: '?url', import: 'default' }),
);
