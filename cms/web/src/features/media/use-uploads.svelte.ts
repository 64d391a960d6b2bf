import { untrack } from 'svelte';
import type { Media } from '../../../../../shared/protocol/api/content.ts';
import { useApp } from '../../lib/app.svelte.ts';
import type { Resource } from '../../lib/resource.svelte.ts';
import { Uploads } from './uploads.svelte.ts';

/** Uploads that live with the component; each gives way to its media row as soon as that is known. */
export function useUploads(media: Resource<Media[]>): Uploads {
  const app = useApp();
  const uploads = new Uploads({
    csrfToken: () => app.session.me?.csrfToken ?? null,
    onSent: () => void media.reload(),
    onSignedOut: () => void app.start(),
  });
  $effect(() => {
    const ids = (media.data ?? []).map((item) => item.id);
    untrack(() => {
      for (const id of ids) uploads.settle(id);
    });
  });
  $effect(() => () => uploads.stop());
  return uploads;
}
