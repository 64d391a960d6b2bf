/** A document on its way to a notice: sent, read by the CMS, then opened as a new notice. */
import { untrack } from 'svelte';
import {
  document as documentSchema,
  type Document,
  type DocumentRange,
} from '../../../../../shared/protocol/api/documents.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { Uploads, type UploadItem } from '../media/uploads.svelte.ts';
import { uploadsTo } from '../media/use-uploads.svelte.ts';

/** How often the CMS is asked how far it has come, ms. */
const askMs = 700;

export class DocumentImport {
  /** What the CMS says of it, once it is there. */
  document = $state.raw<Document | null>(null);
  /** What went wrong while the CMS was asked. */
  fault = $state.raw<unknown>(null);
  /** The dialog that says how far it is. */
  open = $state(false);
  readonly uploads: Uploads;
  readonly #app = useApp();
  readonly #onready: (document: Document) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onready: (document: Document) => void) {
    this.#onready = onready;
    this.uploads = new Uploads({
      ...uploadsTo(this.#app, '/api/document-uploads'),
      onSent: (id) => void this.#ask(id),
    });
  }

  /** The file that is being sent. */
  get sending(): UploadItem | undefined {
    return this.uploads.items.find(({ state }) => state !== 'interrupted');
  }

  /** What a page that was closed has left: each goes on with the same file. */
  get left(): UploadItem[] {
    return this.uploads.items.filter(({ state }) => state === 'interrupted');
  }

  /** Begins with a file; what was under way is given up. */
  async begin(file: File, unitId: string): Promise<void> {
    this.open = true;
    await this.cancel();
    this.uploads.add(file, unitId);
  }

  /** Has some pages of a long document read. @throws ApiError */
  async read(range: DocumentRange): Promise<void> {
    if (this.document === null) return;
    const { id } = this.document;
    this.document = await this.#app.api.post(`/api/documents/${id}/read`, documentSchema, range);
    await this.#ask(id);
  }

  /** Gives up what is under way, here and at the CMS; what cannot be given up now goes by itself in the end. */
  async cancel(): Promise<void> {
    clearTimeout(this.#timer);
    const id = this.document?.id ?? (this.sending?.state === 'sent' ? this.sending.mediaId : null);
    const state = this.document?.state;
    [this.document, this.fault] = [null, null];
    const given = this.uploads.items.filter((item) => item.state !== 'interrupted');
    for (const item of given) await this.uploads.dismiss(item.id);
    if (id !== null && state !== 'ready') await this.#app.api.remove(`/api/documents/${id}`).catch(() => undefined);
  }

  close(): void {
    this.open = false;
    void this.cancel();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.uploads.stop();
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
  const app = useApp();
  $effect(() => {
    if (app.session.may('content.edit')) untrack(() => void found.uploads.offerUnfinished());
    const wake = (): void => found.uploads.wake();
    window.addEventListener('online', wake);
    return () => {
      window.removeEventListener('online', wake);
      found.stop();
    };
  });
  return found;
}
