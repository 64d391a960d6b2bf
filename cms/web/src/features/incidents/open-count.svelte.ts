/** How many incidents go on, asked for again when some began or ended. */
import { openIncidentCount } from '../../../../../shared/protocol/api/incident-count.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** Runs `reload` when incidents began or ended, also while the line was away. */
export function useFollowing(reload: () => void): void {
  const { live } = useApp();
  $effect(() => {
    const ends = [live.on('incidentsChangedV1', reload), live.onReturn(reload)];
    return () => {
      for (const end of ends) end();
    };
  });
}

export function useOpenCount(): Resource<number> {
  const app = useApp();
  const resource = useResource(
    async (signal) => (await app.api.get('/api/incidents/open', openIncidentCount, signal)).count,
  );
  useFollowing(() => void resource.reload());
  return resource;
}
