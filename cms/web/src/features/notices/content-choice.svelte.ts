/** What kind of notice is written: each kind keeps what was written of it while another is chosen. */
import { isLayoutName, layouts } from '../../../../../layouts/schemas.ts';
import type { NoticeInput } from '../../../../../shared/protocol/api/content.ts';
import type { Draft } from '../../lib/draft.svelte.ts';
import { sentenceOfIssue, type Form } from '../../lib/form.svelte.ts';
import { contentTypeOf, emptyContent, type ContentType } from './draft.ts';

type Content = NoticeInput['content'];

export class ContentChoice {
  readonly #draft: Draft<NoticeInput>;
  readonly #form: Pick<Form, 'clear'>;
  readonly #before: Map<ContentType, Content>;

  /** @param offered what a document offers, each for its kind */
  constructor(draft: Draft<NoticeInput>, form: Pick<Form, 'clear'>, offered: readonly Content[]) {
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

  /** What is wrong with the layout's fields, by the layout's own schema: sentences by path in the form. */
  errors(): Record<string, string> {
    const { content } = this.#draft.plain;
    if (content.type !== 'layout' || !isLayoutName(content.layout)) return {};
    const parsed = layouts[content.layout].schema.safeParse(content.fields);
    const errors: Record<string, string> = {};
    for (const issue of parsed.success ? [] : parsed.error.issues) {
      errors[['content', 'fields', ...issue.path].join('.')] ??= sentenceOfIssue(issue);
    }
    return errors;
  }
}
