/** Mourning that is on or to come, for whoever goes by it. */
import { untrack } from 'svelte';
import { mournings, type Mourning } from '../../../../../shared/protocol/api/mournings.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** In the person's sight; loaded again with every change of it. */
export function useMournings(): Resource<Mourning[]> {
  const app = useApp();
  const resource = useResource(
    async (signal) => (await app.api.get('/api/mournings?standing=true', mournings, signal)).mournings,
  );
  $effect(() => {
    const reload = (): void => untrack(() => void resource.reload());
    const ends = [app.live.on('mourningsChangedV1', reload), app.live.onReturn(reload)];
    return () => {
      for (const end of ends) end();
    };
  });
  return resource;
}
