/**
 * ESLint rule «ui-strings»: what a person reads on a CMS page comes from cms/web/messages, never from the code.
 * Caught: text and readable attributes in Svelte markup, and any string in script that holds a Vietnamese letter.
 */

/** Something to read; «XXXX» stands for characters to type. */
const WORD = /(?!X+\b)\p{L}{2,}/u;
/** Letters with marks that Vietnamese uses and code does not. */
const VIETNAMESE = /[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]/iu;
const READABLE = new Set(['alt', 'aria-label', 'aria-description', 'label', 'placeholder', 'title', 'description']);

/** @type {import('eslint').Rule.RuleModule} */
export const uiStrings = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { text: '«{{text}}» is read by people: put it into cms/web/messages and use the message.' },
  },
  create(context) {
    const report = (node, text) =>
      context.report({ node, messageId: 'text', data: { text: text.trim().replace(/\s+/g, ' ').slice(0, 40) } });
    return {
      SvelteText(node) {
        if (node.parent.type !== 'SvelteStyleElement' && WORD.test(node.value)) report(node, node.value);
      },
      SvelteLiteral(node) {
        const { parent } = node;
        if (parent.type === 'SvelteAttribute' && READABLE.has(parent.key.name) && WORD.test(node.value)) {
          report(node, node.value);
        }
      },
      Literal(node) {
        if (typeof node.value === 'string' && VIETNAMESE.test(node.value)) report(node, node.value);
      },
      TemplateElement(node) {
        if (VIETNAMESE.test(node.value.raw)) report(node, node.value.raw);
      },
    };
  },
};
