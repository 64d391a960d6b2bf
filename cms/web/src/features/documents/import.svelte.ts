/** A document on its way to a notice: sent, read by the CMS, then opened as a new notice. */
import {
  document as documentSchema,
  type Document,
  type DocumentRange,
} from '../../../../../shared/protocol/api/documents.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { Uploads, type UploadItem } from '../media/uploads.svelte.ts';

/** How often the CMS is asked how far it has come, ms. */
const askMs = 700;

export class DocumentImport {
  /** What the CMS says of it, once it is there. */
  document = $state.raw<Document | null>(null);
  /** What went wrong while the CMS was asked. */
  fault = $state.raw<unknown>(null);
  readonly #app = useApp();
  readonly #uploads: Uploads;
  readonly #onready: (document: Document) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onready: (document: Document) => void) {
    this.#onready = onready;
    this.#uploads = new Uploads({
      endpoint: '/api/document-uploads',
      csrfToken: () => this.#app.session.me?.csrfToken ?? null,
      onSent: (id) => void this.#ask(id),
      onSignedOut: () => void this.#app.start(),
      unfinished: () => Promise.resolve([]),
    });
  }

  /** The file that is being sent. */
  get sending(): UploadItem | undefined {
    return this.#uploads.items[0];
  }

  /** Begins with a file; what was under way is given up. */
  async begin(file: File, unitId: string): Promise<void> {
    await this.cancel();
    this.#uploads.add(file, unitId);
  }

  /** Has some pages of a long document read. @throws ApiError */
  async read(range: DocumentRange): Promise<void> {
    if (this.document === null) return;
    const { id } = this.document;
    this.document = await this.#app.api.post(`/api/documents/${id}/read`, documentSchema, range);
    await this.#ask(id);
  }

  /** The line is there again. */
  wake(): void {
    this.#uploads.wake();
  }

  /** Gives up what is under way, here and at the CMS; what cannot be given up now goes by itself in the end. */
  async cancel(): Promise<void> {
    clearTimeout(this.#timer);
    const id = this.document?.id ?? (this.sending?.state === 'sent' ? this.sending.mediaId : null);
    const state = this.document?.state;
    [this.document, this.fault] = [null, null];
    for (const item of [...this.#uploads.items]) await this.#uploads.dismiss(item.id);
    if (id !== null && state !== 'ready') await this.#app.api.remove(`/api/documents/${id}`).catch(() => undefined);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#uploads.stop();
  }

  async #ask(id: string): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const document = await this.#app.api.get(`/api/documents/${id}`, documentSchema);
      // Given up, or another begun, while the answer was on its way.
      if (this.sending?.mediaId !== id) return;
      [this.document, this.fault] = [document, null];
      if (document.state === 'ready') return this.#onready(document);
      if (document.state !== 'reading') return;
    } catch (error) {
      if (this.sending?.mediaId !== id) return;
      this.fault = error;
    }
    this.#timer = setTimeout(() => void this.#ask(id), askMs);
  }
}

/** One that lives with the component. */
export function useDocumentImport(onready: (document: Document) => void): DocumentImport {
  const found = new DocumentImport(onready);
  $effect(() => {
    const wake = (): void => found.wake();
    window.addEventListener('online', wake);
    return () => {
      window.removeEventListener('online', wake);
      found.stop();
    };
  });
  return found;
}
