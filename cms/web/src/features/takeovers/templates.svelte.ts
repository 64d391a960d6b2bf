/** The templates of alerts. */
import { takeoverTemplates, type TakeoverTemplates } from '../../../../../shared/protocol/api/takeover-templates.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export function useTemplates(): Resource<TakeoverTemplates> {
  const app = useApp();
  return useResource(async (signal) =>
    // Whoever may not raise alerts is shown none, on a page that says so.
    app.session.may('takeover.raise')
      ? await app.api.get('/api/takeover-templates', takeoverTemplates, signal)
      : { revision: 0, templates: [] },
  );
}
