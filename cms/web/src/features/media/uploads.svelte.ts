/**
 * Files on their way to the CMS by tus, which goes on where a broken line stopped: by itself while the page lives, and with the same
 * file chosen again after it was closed.
 */
import { DetailedError, Upload, type UploadOptions } from 'tus-js-client';
import type { UnfinishedUpload } from '../../../../../shared/protocol/api/media.ts';
import { refusal, ApiError } from '../../lib/api.ts';

export interface UploadItem {
  id: number;
  name: string;
  size: number;
  unitId: string;
  /** As the browser tells it, ms UTC; null where it was not told. */
  lastModified: number | null;
  /** 0 to 1. */
  progress: number;
  /**
   * `waiting` for those before it; `offline`: the line broke, and it goes on by itself; `interrupted`: begun by a page that was closed,
   * it needs its file again; `sent`: the CMS has all of it.
   */
  state: 'waiting' | 'sending' | 'offline' | 'interrupted' | 'failed' | 'sent';
  error: ApiError | null;
  /** The line broke a moment ago. */
  retrying: boolean;
  /** The upload's id and later its media's; known once the CMS has taken the upload on. */
  mediaId: string | null;
}

/** What of tus is used; tests have their own. */
export type Sender = Pick<Upload, 'start' | 'abort' | 'url'>;

export interface UploadsOptions {
  /** Where files are sent. */
  endpoint: string;
  csrfToken: () => string | null;
  /** A file is complete at the CMS, which now examines it. */
  onSent: (mediaId: string) => void;
  onSignedOut: () => void;
  /** Why the CMS would refuse the file, told before a byte of it is sent; null: it may be sent. */
  refused?: (file: File) => Promise<ApiError | null>;
  /** What this person began and did not end, here or elsewhere. */
  unfinished: () => Promise<readonly UnfinishedUpload[]>;
  createSender?: (file: File, options: UploadOptions) => Sender;
  /** Deletes what has arrived of an upload. */
  terminate?: (url: string, options: UploadOptions) => Promise<void>;
  /** Tells other pages of this browser that an upload is under way in this one. @returns how to end that */
  hold?: (uploadId: string) => () => void;
  /** Uploads that are under way in any page of this browser. */
  held?: () => Promise<ReadonlySet<string>>;
}

const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
/** After all these the line is asked again so often, ms. */
const offlineMs = 60_000;
/** A commune's line is not faster with more. */
const atOnce = 2;

export class Uploads {
  items = $state<UploadItem[]>([]);
  readonly #options: UploadsOptions;
  readonly #files = new Map<number, File>();
  readonly #running = new Map<number, Sender>();
  readonly #releases = new Map<number, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextId = 1;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Whether closing the page would stop something. */
  get sending(): boolean {
    return this.items.some(({ state }) => state === 'waiting' || state === 'sending' || state === 'offline');
  }

  /** Sends a file when its turn comes. It will belong to the unit; one that was interrupted goes on, where it belongs already. */
  add(file: File, unitId: string): void {
    const begun = this.items.find((item) => item.state === 'interrupted' && isThatFile(item, file));
    if (begun) return this.resume(begun.id, file);
    const id = this.#nextId++;
    this.items.unshift({
      id,
      name: file.name,
      size: file.size,
      unitId,
      lastModified: file.lastModified,
      progress: 0,
      state: 'waiting',
      error: null,
      retrying: false,
      mediaId: null,
    });
    // An empty file has nothing to send; the CMS would never hear of it.
    if (file.size === 0)
      return this.#change(id, { state: 'failed', error: new ApiError('file_empty', 'The file is empty') });
    const begin = (): void => {
      if (!this.items.some((item) => item.id === id)) return;
      this.#files.set(id, file);
      this.#next();
    };
    if (!this.#options.refused) return begin();
    // What cannot be read here fails when it is sent, with a reason of its own.
    void this.#options
      .refused(file)
      .then((error) => (error ? this.#change(id, { state: 'failed', error }) : begin()), begin);
  }

  /** Goes on with what was interrupted, if this is its file. */
  resume(id: number, file: File): void {
    const item = this.items.find((one) => one.id === id);
    if (item?.state !== 'interrupted') return;
    if (!isThatFile(item, file)) {
      const error = new ApiError('upload_other_file', 'This is another file, or it was changed since');
      return this.#change(id, { error });
    }
    this.#files.set(id, file);
    this.#change(id, { state: 'waiting', error: null });
    this.#next();
  }

  /** Lists what a page that was closed has left. Without an answer nothing is offered, and the next time all is. */
  async offerUnfinished(): Promise<void> {
    const [found, held] = await Promise.all([
      this.#options.unfinished().catch(() => []),
      this.#options.held?.() ?? new Set<string>(),
    ]);
    for (const upload of found) {
      if (held.has(upload.id) || this.items.some((item) => item.mediaId === upload.id)) continue;
      const { name, size, unitId, lastModified, offset } = upload;
      this.items.push({
        id: this.#nextId++,
        ...{ name, size, unitId, lastModified },
        progress: offset / size,
        state: 'interrupted',
        error: null,
        retrying: false,
        mediaId: upload.id,
      });
    }
  }

  /** The line is there again, or somebody wants to see whether it is. */
  wake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const item of this.items) if (item.state === 'offline') item.state = 'waiting';
    this.#next();
  }

  /** Takes an upload out of the list; one that is under way is ended, here and at the CMS. */
  async dismiss(id: number): Promise<void> {
    const item = this.items.find((one) => one.id === id);
    const sender = this.#running.get(id);
    this.#end(id);
    this.#files.delete(id);
    this.items = this.items.filter((one) => one.id !== id);
    this.#next();
    // What cannot be deleted now is offered again, and goes by itself in the end.
    const ended =
      sender && sender.url === null
        ? sender.abort()
        : item && item.mediaId !== null && item.state !== 'sent'
          ? (sender?.abort(true) ?? this.#terminate(item.mediaId))
          : null;
    await ended?.catch(() => undefined);
  }

  /** The CMS has a media row for it: from now on that is shown instead. */
  settle(mediaId: string): void {
    this.items = this.items.filter((item) => item.mediaId !== mediaId || item.state !== 'sent');
  }

  /** The page goes. What it has begun is offered by the next one. */
  stop(): void {
    // Nor does what is still being read here begin.
    this.items = [];
    clearTimeout(this.#timer);
    for (const [id, sender] of [...this.#running]) {
      void sender.abort();
      this.#end(id);
    }
    this.#files.clear();
  }

  #change(id: number, fields: Partial<UploadItem>): void {
    const item = this.items.find((one) => one.id === id);
    if (item) Object.assign(item, fields);
  }

  /** The oldest that waits, as long as there is room. */
  #next(): void {
    for (const item of this.items.toReversed()) {
      if (this.#running.size >= atOnce) return;
      const file = item.state === 'waiting' ? this.#files.get(item.id) : undefined;
      if (file) this.#send(item, file);
    }
  }

  readonly #withToken: Pick<UploadOptions, 'onBeforeRequest'> = {
    onBeforeRequest: (request) => request.setHeader('x-csrf-token', this.#options.csrfToken() ?? ''),
  };

  #send({ id, unitId, mediaId }: UploadItem, file: File): void {
    const options: UploadOptions = {
      ...this.#withToken,
      endpoint: this.#options.endpoint,
      ...(mediaId === null ? {} : { uploadUrl: `${this.#options.endpoint}/${mediaId}` }),
      metadata: { filename: file.name.normalize('NFC'), unitId, lastModified: String(file.lastModified) },
      retryDelays,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        const uploadId = idOf(sender);
        this.#change(id, { mediaId: uploadId });
        this.#releases.get(id)?.();
        if (uploadId !== null && this.#options.hold) this.#releases.set(id, this.#options.hold(uploadId));
      },
      onShouldRetry: (error) => {
        const retry = mayPass(error);
        if (retry) this.#change(id, { retrying: true });
        return retry;
      },
      onProgress: (sent, total) =>
        this.#change(id, { progress: total === 0 ? 0 : sent / total, state: 'sending', retrying: false }),
      onSuccess: () => {
        const uploadId = idOf(sender);
        this.#end(id);
        this.#files.delete(id);
        this.#change(id, { state: 'sent', progress: 1, mediaId: uploadId, retrying: false });
        if (uploadId !== null) this.#options.onSent(uploadId);
        this.#next();
      },
      onError: (error) => {
        this.#end(id);
        if (mayPass(error)) {
          this.#change(id, { state: 'offline', retrying: false });
          this.#timer ??= setTimeout(() => this.wake(), offlineMs);
          return this.#next();
        }
        void reasonOf(error).then((reason) => {
          if (reason.code === 'not_signed_in') this.#options.onSignedOut();
          this.#files.delete(id);
          this.#change(id, { state: 'failed', error: reason, retrying: false });
          this.#next();
        });
      },
    };
    const sender = (this.#options.createSender ?? ((data, settings) => new Upload(data, settings)))(file, options);
    this.#running.set(id, sender);
    this.#change(id, { state: 'sending' });
    sender.start();
  }

  /** It is no longer under way here. */
  #end(id: number): void {
    this.#running.delete(id);
    this.#releases.get(id)?.();
    this.#releases.delete(id);
  }

  #terminate(uploadId: string): Promise<void> {
    const terminate = this.#options.terminate ?? ((url, settings) => Upload.terminate(url, settings));
    return terminate(`${this.#options.endpoint}/${uploadId}`, { ...this.#withToken, retryDelays: [] });
  }
}

/** What is wrong with a file itself: nothing of it has been sent, and sending it again would end in the same way. */
const refusals: ReadonlySet<string> = new Set(['file_empty', 'file_unrecognized', 'too_large']);
export const isRefused = ({ state, error, mediaId }: UploadItem): boolean =>
  state === 'failed' && mediaId === null && error !== null && refusals.has(error.code);

/** Whether it is the file that an upload began with: name, length and time say so together. */
function isThatFile(item: Pick<UploadItem, 'name' | 'size' | 'lastModified'>, file: File): boolean {
  return (
    file.size === item.size &&
    file.name.normalize('NFC') === item.name.normalize('NFC') &&
    (item.lastModified === null || file.lastModified === item.lastModified)
  );
}

/** Whether the same may go well later: the line or the CMS is at fault, not the file. */
function mayPass(error: Error | DetailedError): boolean {
  const status = (error instanceof DetailedError ? error.originalResponse?.getStatus() : 0) ?? 0;
  return status === 0 || status === 408 || status === 409 || status === 423 || (status >= 500 && status !== 507);
}

function idOf(sender: Sender): string | null {
  return sender.url?.split('/').at(-1) ?? null;
}

async function reasonOf(error: Error | DetailedError): Promise<ApiError> {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response) return new ApiError('network_unreachable', 'The CMS did not answer', { status: 503, cause: error });
  return refusal({
    status: response.getStatus(),
    json: () => Promise.resolve().then(() => JSON.parse(response.getBody()) as unknown),
  });
}
