/** What kind of notice is written: each kind keeps what was written of it while another is chosen. */
import { isLayoutName, layouts, type LayoutName } from '../../../../../layouts/schemas.ts';
import type { NoticeInput } from '../../../../../shared/protocol/api/content.ts';
import type { Draft } from '../../lib/draft.svelte.ts';
import { sentenceOfIssue, type Form } from '../../lib/form.svelte.ts';
import { contentTypeOf, emptyContent, type ContentType, type FieldValues } from './draft.ts';

type Content = NoticeInput['content'];

export class ContentChoice {
  /** Its fields are as they were read from the document: nobody has saved them. */
  unchecked = $state() as boolean;
  readonly #draft: Draft<NoticeInput>;
  readonly #form: Pick<Form, 'clear'>;
  readonly #before: Map<ContentType, Content>;

  /** @param offered what a document offers, each for its kind */
  constructor(
    draft: Draft<NoticeInput>,
    form: Pick<Form, 'clear'>,
    { offered, unchecked }: { offered: readonly Content[]; unchecked: boolean },
  ) {
    this.unchecked = unchecked;
    this.#draft = draft;
    this.#form = form;
    this.#before = new Map(offered.map((content) => [contentTypeOf(content), content]));
  }

  /** The link is the notice's, of whatever kind it is. */
  choose(type: ContentType): void {
    const { content } = this.#draft.plain;
    this.#before.set(contentTypeOf(content), content);
    this.#draft.value.content = { ...(this.#before.get(type) ?? emptyContent(type)), link: content.link };
    this.#form.clear();
  }

  /** The document's text instead of its pages. @returns puts the pages back, and keeps what is written of the text till it is asked for again */
  useText(): () => void {
    const wasUnchecked = this.unchecked;
    this.choose('layout:notice');
    this.unchecked = true;
    return () => {
      this.choose('layout:document');
      this.unchecked = wasUnchecked;
    };
  }

  /** Pages of a document, each in parts as wide as the glass. */
  showParts(): void {
    const { content } = this.#draft.value;
    if (content.type === 'layout') content.fields['view'] = 'parts';
  }

  /** @param factor undefined: as large as the layout is by itself */
  enlarge(factor: number | undefined): void {
    const { content } = this.#draft.value;
    if (content.type !== 'layout') return;
    if (factor === undefined) delete content.enlarge;
    else content.enlarge = factor;
  }

  /** As `layoutErrors`; none where it is of no layout. */
  errors(): Record<string, string> {
    const { content } = this.#draft.plain;
    return content.type === 'layout' && isLayoutName(content.layout)
      ? layoutErrors(content.layout, content.fields)
      : {};
  }
}

/** What is wrong with the fields of a layout, by its own schema: sentences by path in the form. */
export function layoutErrors(layout: LayoutName, fields: FieldValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of layouts[layout].schema.safeParse(fields).error?.issues ?? [])
    errors[['content', 'fields', ...issue.path].join('.')] ??= sentenceOfIssue(issue);
  return errors;
}
