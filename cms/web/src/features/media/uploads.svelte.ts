/** Files on their way to the CMS by tus, which goes on where a broken line stopped. */
import { DetailedError, Upload } from 'tus-js-client';
import { refusal, ApiError } from '../../lib/api.ts';

export interface UploadItem {
  id: number;
  name: string;
  size: number;
  /** 0 to 1. */
  progress: number;
  state: 'sending' | 'failed' | 'sent';
  error: ApiError | null;
  /** The line broke; it is tried again by itself. */
  retrying: boolean;
  /** Known once the CMS has taken the upload on. */
  mediaId: string | null;
}

export interface UploadsOptions {
  csrfToken: () => string | null;
  /** A file is complete at the CMS, which now examines it. */
  onSent: (mediaId: string) => void;
  onSignedOut: () => void;
}

const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];

export class Uploads {
  items = $state<UploadItem[]>([]);
  #options: UploadsOptions;
  #running = new Map<number, Upload>();
  #nextId = 1;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  get sending(): boolean {
    return this.items.some((item) => item.state === 'sending');
  }

  /** Starts sending a file. It will belong to the unit. */
  add(file: File, unitId: string): void {
    const id = this.#nextId++;
    this.items.unshift({
      id,
      name: file.name,
      size: file.size,
      progress: 0,
      state: 'sending',
      error: null,
      retrying: false,
      mediaId: null,
    });
    const change = (fields: Partial<UploadItem>): void => {
      const item = this.items.find((i) => i.id === id);
      if (item) Object.assign(item, fields);
    };
    // An empty file has nothing to send; the CMS would never hear of it.
    if (file.size === 0) {
      change({ state: 'failed', error: new ApiError('file_empty', 'The file is empty') });
      return;
    }
    const upload = new Upload(file, {
      endpoint: '/api/uploads',
      metadata: { filename: file.name.normalize('NFC'), unitId },
      retryDelays,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => request.setHeader('x-csrf-token', this.#options.csrfToken() ?? ''),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const retry = status === 0 || status === 409 || status === 423 || (status >= 500 && status !== 507);
        if (retry) change({ retrying: true });
        return retry;
      },
      onProgress: (sent, total) => change({ progress: total === 0 ? 0 : sent / total, retrying: false }),
      onSuccess: () => {
        this.#running.delete(id);
        const mediaId = idOf(upload);
        change({ state: 'sent', progress: 1, mediaId, retrying: false });
        if (mediaId !== null) this.#options.onSent(mediaId);
      },
      onError: (error) => {
        this.#running.delete(id);
        void reasonOf(error).then((reason) => {
          if (reason.code === 'not_signed_in') this.#options.onSignedOut();
          change({ state: 'failed', error: reason, retrying: false });
        });
      },
    });
    this.#running.set(id, upload);
    upload.start();
  }

  /** Takes an upload out of the list; one that is under way is ended, here and at the CMS. */
  async dismiss(id: number): Promise<void> {
    const upload = this.#running.get(id);
    this.#running.delete(id);
    this.items = this.items.filter((item) => item.id !== id);
    await upload?.abort(upload.url !== null);
  }

  /** The CMS has a media row for it: from now on that is shown instead. */
  settle(mediaId: string): void {
    this.items = this.items.filter((item) => item.mediaId !== mediaId || item.state !== 'sent');
  }

  stop(): void {
    for (const upload of this.#running.values()) void upload.abort();
    this.#running.clear();
  }
}

function idOf(upload: Upload): string | null {
  return upload.url?.split('/').at(-1) ?? null;
}

async function reasonOf(error: Error | DetailedError): Promise<ApiError> {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response || response.getStatus() === 0) {
    return new ApiError('network_unreachable', 'The CMS did not answer', { status: 503, cause: error });
  }
  return refusal({
    status: response.getStatus(),
    json: () => Promise.resolve().then(() => JSON.parse(response.getBody()) as unknown),
  });
}
