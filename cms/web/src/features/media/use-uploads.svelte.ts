import { untrack } from 'svelte';
import { useApp } from '../../lib/app.svelte.ts';
import { Uploads } from './uploads.svelte.ts';

export interface UploadsHome {
  /** Ids of the media that are shown. */
  readonly shown: () => readonly string[];
  readonly reload: () => void;
}

/** Uploads that live with the component; each gives way to its media row as soon as that is shown. */
export function useUploads({ shown, reload }: UploadsHome): Uploads {
  const app = useApp();
  const uploads = new Uploads({
    csrfToken: () => app.session.me?.csrfToken ?? null,
    onSent: reload,
    onSignedOut: () => void app.start(),
  });
  $effect(() => {
    const ids = shown();
    untrack(() => {
      for (const id of ids) uploads.settle(id);
    });
  });
  $effect(() => () => uploads.stop());
  return uploads;
}
