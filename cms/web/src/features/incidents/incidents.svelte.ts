/** Incidents as the pages show them: asked for again when some began or ended. */
import { incidentPage, openIncidentCount, type Incident } from '../../../../../shared/protocol/api/incidents.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { usePages, type Page, type Pages } from '../../lib/pages.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

function useFollowing(reload: () => void): void {
  const { live } = useApp();
  $effect(() => {
    const ends = [live.on('incidentsChangedV1', reload), live.onReturn(reload)];
    return () => {
      for (const end of ends) end();
    };
  });
}

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

export function useOpenCount(): Resource<number> {
  const app = useApp();
  const resource = useResource(
    async (signal) => (await app.api.get('/api/incidents/open', openIncidentCount, signal)).count,
  );
  useFollowing(() => void resource.reload());
  return resource;
}
