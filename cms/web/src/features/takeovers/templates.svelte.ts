/** The templates of alerts. */
import { takeoverTemplates, type TakeoverTemplates } from '../../../../../shared/protocol/api/takeover-templates.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export function useTemplates(): Resource<TakeoverTemplates> {
  const app = useApp();
  return useResource((signal) => app.api.get('/api/takeover-templates', takeoverTemplates, signal));
}
