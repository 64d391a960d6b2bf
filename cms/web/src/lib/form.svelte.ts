/** A form's way to the CMS: checked here first with the CMS's own schema, then sent, with errors beside their fields. */
import { getContext, setContext, tick, untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import { m } from '../paraglide/messages.js';
import { locksPages } from './api.ts';
import { useApp } from './app.svelte.ts';
import { explain } from './errors.ts';
import { durationWords } from './words.ts';

/** Codes of a CMS that is away, as itself or as the proxy before it says. */
const away: ReadonlySet<string> = new Set(['network_unreachable', 'http_502', 'http_503', 'http_504']);

export class Form {
  busy = $state(false);
  /** What went wrong with the whole, as a sentence. */
  error = $state<string | null>(null);
  /** Its code, for what offers a way out, such as a revision conflict. */
  errorCode = $state<string | null>(null);
  /** Sentences by dotted path of the field. */
  fields = $state<Record<string, string>>({});
  /** Fields whose text cannot be read: what they hold is not what is typed, so nothing is sent meanwhile. */
  #unread = new SvelteSet<symbol>();
  /** The check that last failed. */
  #validate: (() => unknown) | null = null;
  #focus: () => Promise<boolean>;
  #signedInAgain: () => Promise<boolean>;

  /** The sentence for a field, or for one below it when `deep`. */
  of(path: string, deep = false): string | undefined {
    if (this.fields[path] !== undefined) return this.fields[path];
    if (!deep) return undefined;
    const below = Object.keys(this.fields).find((key) => key.startsWith(`${path}.`));
    return below === undefined ? undefined : this.fields[below];
  }

  /**
   * @param focus brings the person to the first field that is wrong; whether there is one to be seen
   * @param signedInAgain waits, where the pages are out of reach, until the same person is back; false: nobody is waited for
   */
  constructor(focus = focusFirstInvalid, signedInAgain = (): Promise<boolean> => Promise.resolve(false)) {
    this.#focus = focus;
    this.#signedInAgain = signedInAgain;
  }

  /** A field's text cannot be read, until the returned function is called. The field says so itself. */
  unreadable(): () => void {
    const field = Symbol();
    untrack(() => this.#unread.add(field));
    return () => untrack(() => this.#unread.delete(field));
  }

  /** Every field holds what is typed in it: only then does a summing-up of them tell what would be sent. */
  get readable(): boolean {
    return this.#unread.size === 0;
  }

  clear(): void {
    this.#validate = null;
    this.error = null;
    this.errorCode = null;
    this.fields = {};
  }

  /**
   * Checks the input with the schema; errors are put at their fields and the first one gets the focus.
   * @param read the input as it is now; asked again while the errors are mended
   * @param more errors that the schema cannot know, by field
   * @returns the parsed input, or null
   */
  check<T>(schema: z.ZodType<T>, read: () => unknown, more: () => Record<string, string> = () => ({})): T | null {
    const validate = (): T | null => {
      const parsed = schema.safeParse(read(), { reportInput: true });
      const fields: Record<string, string> = {};
      for (const issue of parsed.success ? [] : parsed.error.issues)
        fields[issue.path.join('.')] ??= sentenceOfIssue(issue);
      this.fields = { ...fields, ...more() };
      const wrong = Object.keys(this.fields).length > 0 || this.#unread.size > 0;
      this.errorCode = null;
      this.error = wrong ? m.form_has_errors() : null;
      return parsed.success && !wrong ? parsed.data : null;
    };
    const input = validate();
    this.#validate = input === null ? validate : null;
    if (input === null) void this.#focus();
    return input;
  }

  /** While the component lives: errors go as soon as what they are about is mended. */
  watch(read: () => unknown): void {
    let begun = false;
    $effect(() => {
      read();
      void this.#unread.size;
      if (begun) untrack(() => this.#revise());
      begun = true;
    });
  }

  #revise(): void {
    if (this.#validate) this.#validate();
    // A conflict is not mended by typing on.
    else if (this.errorCode !== 'revision_conflict') this.clear();
  }

  /** The CMS is back: whether what was sent last arrived is not known, but now it can be sent again. */
  reachable(): void {
    if (this.errorCode === null || !away.has(this.errorCode)) return;
    this.errorCode = null;
    this.error = m.form_reachable();
  }

  /**
   * Runs what deletes the form's thing, behind a question. That somebody else has changed it is the form's to say, with its way out;
   * anything else is the question's.
   * @returns whether it is deleted
   */
  async delete(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'revision_conflict') throw error;
      this.#validate = null;
      this.error = explain(error);
      this.errorCode = error.code;
      return false;
    }
  }

  /**
   * Runs what sends the form. Errors are kept and shown. Where the session has ended, or asks for its second factor anew, the person is
   * waited for, and told that it was not done: what is sent, approved or deleted is not done minutes after it was asked for.
   * @returns whether it went well
   */
  run = (action: () => Promise<void>): Promise<boolean> => this.#run(action, false);

  /** As `run`, for what a person would want saved whenever they are back: then it is run again. */
  save = (action: () => Promise<void>): Promise<boolean> => this.#run(action, true);

  async #run(action: () => Promise<void>, again: boolean): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.#validate = null;
    this.error = null;
    this.errorCode = null;
    try {
      await action();
      return true;
    } catch (error) {
      if (error instanceof AppError && locksPages.has(error.code)) {
        this.busy = false;
        if (await this.#signedInAgain()) {
          if (again) return await this.save(action);
          this.error = m.form_not_done();
          return false;
        }
      }
      this.error = explain(error);
      if (error instanceof AppError) {
        this.errorCode = error.code;
        if (error.field !== null) this.fields = { [error.field]: this.error };
      }
      // Said once: at its field, where that is to be seen.
      if ((await this.#focus()) && Object.keys(this.fields).length > 0) this.error = m.form_has_errors();
      return false;
    } finally {
      this.busy = false;
    }
  }
}

const formKey = Symbol('form');

/** The form of the component; the fields in it find it by `formAround`. */
export function useForm(): Form {
  const { session, live } = useApp();
  const waiting = new Set<(back: boolean) => void>();
  const settle = (back: boolean): void => {
    for (const done of waiting) done(back);
    waiting.clear();
  };
  $effect(() => (session.open ? settle(true) : undefined));
  $effect(() => () => settle(false));
  const signedInAgain = (): Promise<boolean> =>
    session.locked ? new Promise((done) => waiting.add(done)) : Promise.resolve(false);
  const form = new Form(focusFirstInvalid, signedInAgain);
  $effect(() => live.onReturn(() => form.reachable()));
  return setContext(formKey, form);
}
/** The form that a field stands in. */
export const formAround = (): Form | undefined => getContext<Form | undefined>(formKey);

/** A schema's complaint in words. */
export function sentenceOfIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string' && (Number(issue.minimum) <= 1 || issue.input === '')) return m.field_required();
      if (issue.origin === 'string') return m.field_too_short({ min: String(issue.minimum) });
      if (issue.origin === 'array' && Number(issue.minimum) <= 1) return m.field_required();
      return m.field_too_small({ min: figure(issue.path, issue.minimum) });
    case 'too_big':
      if (issue.origin === 'string') return m.field_too_long({ max: String(issue.maximum) });
      if (issue.origin === 'array') return m.field_too_many({ max: String(issue.maximum) });
      return m.field_too_large({ max: figure(issue.path, issue.maximum) });
    case 'invalid_type':
      return m.field_required();
    case 'invalid_format':
      if (issue.format === 'email') return m.field_not_email();
      return issue.input === '' ? m.field_required() : m.field_wrong_format();
    case 'custom':
      return sentenceOfRule(issue.params ?? {});
    default:
      return m.field_wrong_format();
  }
}

/** A rule of a layout's own, by the `reason` in its params. */
function sentenceOfRule({ reason, ...rest }: Record<string, unknown>): string {
  const word = (name: string): string => String(rest[name] ?? '');
  switch (reason) {
    case 'too_many_words':
      return m.field_too_many_words({ max: word('max') });
    case 'too_many_columns':
      return m.field_too_many_columns({ max: word('max') });
    case 'link_invalid':
      return m.error_link_invalid();
    case 'phone_invalid':
      return m.error_phone_invalid();
    case 'rows_missing':
      return m.table_rows_missing();
    case 'table_too_small':
      return m.table_too_small();
    case 'not_a_number':
      return m.table_not_number({ text: word('text') });
    case 'number_unclear':
      return m.table_number_unclear({ text: word('text') });
    case 'number_too_large':
      return m.table_number_too_large({ text: word('text') });
    case 'name_missing':
      return m.table_name_missing();
    case 'name_too_long':
      return m.field_too_long({ max: word('max') });
    case 'no_numbers':
      return m.table_no_numbers();
    case 'shares_one_column':
      return m.table_shares_one_column();
    case 'share_negative':
      return m.table_share_negative();
    default:
      return m.field_wrong_format();
  }
}

/** A bound as people read it: lengths of time travel in ms. */
const figure = (path: readonly PropertyKey[], bound: number | bigint): string =>
  path.at(-1) === 'durationMs' ? durationWords(Number(bound)) : String(bound);

async function focusFirstInvalid(): Promise<boolean> {
  await tick();
  const scope =
    document.querySelector('dialog[open]') ??
    document.querySelector('[role="dialog"], [role="alertdialog"]') ??
    document.querySelector('main') ??
    document;
  const first = scope.querySelector<HTMLElement>('[aria-invalid="true"]');
  first?.focus();
  // What is wrong with the whole stands above the form, which may be longer than the window.
  if (first === null) scope.querySelector('[role="alert"]')?.scrollIntoView({ block: 'nearest' });
  return first !== null;
}
