/** Incidents as the pages show them: asked for again when some began or ended. */
import { incidentPage, type Incident } from '../../../../../shared/protocol/api/incidents.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { usePages, type Page, type Pages } from '../../lib/pages.svelte.ts';
import { useFollowing } from './open-count.svelte.ts';

export function useIncidents(state: () => 'open' | 'ended'): Pages<Page<Incident>> {
  const app = useApp();
  const list = usePages(async (cursor, signal) => {
    const params = new URLSearchParams({ state: state() });
    if (cursor !== null) params.set('cursor', cursor);
    const { incidents, next } = await app.api.get(`/api/incidents?${params}`, incidentPage, signal);
    return { items: incidents, next };
  });
  useFollowing(() => void list.resource.reload());
  return list;
}
