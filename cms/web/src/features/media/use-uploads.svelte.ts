import { untrack } from 'svelte';
import { unfinishedUploads } from '../../../../../shared/protocol/api/media.ts';
import { useApp, type App } from '../../lib/app.svelte.ts';
import { refusedMedia } from './refused.ts';
import { Uploads, type UploadsOptions } from './uploads.svelte.ts';

export interface UploadsHome {
  /** Ids of the media that are shown. */
  readonly shown: () => readonly string[];
  /** A file has arrived; a row of its media is there to be shown. */
  readonly onsent: (mediaId: string) => void;
  /** Whether what was interrupted is offered here. */
  readonly offers?: boolean;
}

const lockPrefix = 'bang-tin-upload-';

/** Uploads that live with the component; each gives way to its media row as soon as that is shown. */
export function useUploads({ shown, onsent, offers = false }: UploadsHome): Uploads {
  const app = useApp();
  const uploads = new Uploads({ ...uploadsTo(app, '/api/uploads'), refused: refusedMedia, onSent: onsent });
  $effect(() => {
    const ids = shown();
    untrack(() => {
      for (const id of ids) uploads.settle(id);
    });
  });
  $effect(() => {
    if (offers) untrack(() => void uploads.offerUnfinished());
    const wake = (): void => uploads.wake();
    window.addEventListener('online', wake);
    return () => {
      window.removeEventListener('online', wake);
      uploads.stop();
    };
  });
  return uploads;
}

/** How this person's files get to a place of the CMS, where it also says what was not sent to its end. */
export const uploadsTo = (app: App, endpoint: string): Omit<UploadsOptions, 'onSent'> => ({
  endpoint,
  csrfToken: () => app.session.me?.csrfToken ?? null,
  onSignedOut: () => void app.start(),
  unfinished: async () => (await app.api.get(endpoint, unfinishedUploads)).uploads,
  hold,
  held,
});

/** A lock that ends with the page, however it ends. Browsers have them on secure addresses only; elsewhere pages do not know of each other. */
function hold(uploadId: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  void (navigator.locks as LockManager | undefined)?.request(lockPrefix + uploadId, () => promise);
  return resolve;
}

async function held(): Promise<ReadonlySet<string>> {
  const locks = await (navigator.locks as LockManager | undefined)?.query();
  return new Set((locks?.held ?? []).map(({ name }) => (name ?? '').slice(lockPrefix.length)));
}
