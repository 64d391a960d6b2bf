import { notices, type Notice } from '../../../../../shared/protocol/api/content.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** The notices in sight, as last loaded. */
export function useNotices(): Resource<Notice[]> {
  const app = useApp();
  return useResource(async (signal) => (await app.api.get('/api/notices', notices, signal)).notices);
}
