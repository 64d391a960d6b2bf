/** The operator's manual in both languages: the same commands under the same heads, whatever is said around them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');
/** Blocks of commands and settings without the remarks at their ends, and which variables and links a document names. */
const found = (text: string) => ({
  blocks: [...text.matchAll(/^```\w+\n([^]*?)^```/gm)].map(([, block]) => block!.replaceAll(/ +#.*/g, '')),
  heads: text.match(/^## /gm)?.length,
  code: [...new Set(text.match(/`[^`\n]+`/g))].sort(),
  links: (text.match(/\]\(\.\.[^)]+\)/g) ?? []).sort(),
});

it('gives the same commands in Vietnamese and in English, and each leads to the other', () => {
  const [vi, en] = [read('deploy.vi.md'), read('deploy.md')];
  expect(found(vi)).toEqual(found(en));
  expect(vi).toContain('](deploy.md)');
  expect(en).toContain('](deploy.vi.md)');
});
