/** What an editor has in hand: the thing as it was last saved, the draft of it in the form, and the ways between the two. */
import { untrack } from 'svelte';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { EditedKind } from '../../../../shared/protocol/api/console.ts';
import { useApp, type App } from './app.svelte.ts';
import { create } from './create.ts';
import { Draft } from './draft.svelte.ts';
import { useForm, type Form } from './form.svelte.ts';
import type { Kept } from './kept-drafts.ts';

interface Edited<T, S> {
  readonly kind: EditedKind;
  /** Where the CMS has all of its kind: `/api/playlists`. */
  readonly path: string;
  readonly schema: z.ZodType<S>;
  readonly inputSchema: z.ZodType<T>;
  /** As the form holds it. */
  readonly inputOf: (saved: S) => T;
  /** What is in the form of something new. */
  readonly blank: () => T;
  /** What the schema cannot know, or would only call a wrong form: sentences by field. */
  readonly errors?: () => Record<string, string>;
  /** Saving sends it to others: it is not done by itself after the session had ended. */
  readonly sends?: boolean;
  /** Says that it is saved. */
  readonly onsaved: (saved: S) => void;
  /** Goes to the address that something new has been given. */
  readonly open: (id: string) => Promise<unknown>;
}

export class Editor<T extends object, S extends { id: string; revision: number }> {
  /** null while it is new. */
  saved: S | null;
  readonly draft: Draft<T>;
  readonly form: Form;
  readonly edited: Edited<T, S>;
  readonly #app: App;
  /** Of something new, for as long as it is in this form. */
  readonly #newId = uuidv7();

  constructor(app: App, form: Form, edited: Edited<T, S>, saved: S | null) {
    this.#app = app;
    this.form = form;
    this.edited = edited;
    this.saved = $state.raw(saved);
    this.draft = new Draft(saved ? edited.inputOf(saved) : edited.blank());
  }

  /** What is saved now, by whomever. */
  load = (): Promise<S> => this.#app.api.get(`${this.edited.path}/${this.saved!.id}`, this.edited.schema);

  /** What is in the form, or null where something in it is wrong, which then stands at its field. */
  check = (): T | null => this.form.check(this.edited.inputSchema, () => this.draft.plain, this.edited.errors);

  /** Sends what `check` found right. @param withNew what something new is made with besides */
  async store(input: T, withNew: object = {}): Promise<S> {
    const { path, schema, inputOf } = this.edited;
    const sent = this.draft.plain;
    this.saved = this.saved
      ? await this.#app.api.put(`${path}/${this.saved.id}`, schema, { ...input, revision: this.saved.revision })
      : await create(this.#app.api, path, schema, this.#newId, input, withNew);
    this.draft.settle(sent, inputOf(this.saved));
    return this.saved;
  }

  async save(): Promise<void> {
    const input = this.check();
    if (!input) return;
    const store = async (): Promise<void> => {
      const isNew = this.saved === null;
      const saved = await this.store(input);
      this.edited.onsaved(saved);
      if (isNew) await this.edited.open(saved.id);
    };
    await (this.edited.sends ? this.form.run(store) : this.form.save(store));
  }

  /** As `Form.delete`; of what is deleted nothing is left to lose. */
  async delete(action: () => Promise<void>): Promise<boolean> {
    const deleted = await this.form.delete(action);
    if (deleted) this.draft.abandon();
    return deleted;
  }

  /** Goes on with what is saved. */
  take(saved: S): void {
    this.saved = saved;
    this.draft.reset(this.edited.inputOf(saved));
    this.form.clear();
  }

  /** Goes on with what this browser has kept. Begun from an older revision, saving it finds the conflict. */
  restore({ value, revision }: Kept<T>): void {
    this.draft.value = value;
    if (this.saved && revision !== null) this.saved = { ...this.saved, revision };
  }
}

/** Lives with the component, whose form it makes. @param saved null for something new */
export function useEditor<T extends object, S extends { id: string; revision: number }>(
  saved: S | null,
  edited: Edited<T, S>,
): Editor<T, S> {
  const editor = untrack(() => new Editor(useApp(), useForm(), edited, saved));
  editor.form.watch(() => JSON.stringify(editor.draft.value));
  return editor;
}
