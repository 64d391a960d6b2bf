import { Linter } from 'eslint';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import { expect, test } from 'vitest';
import { uiStrings } from './ui-strings.js';

/** Messages of the rule for a file of this name and content. */
function lint(file: string, code: string): string[] {
  const config = [
    ...svelte.configs.base,
    { files: ['**/*.ts'], languageOptions: { parser: ts.parser } },
    { files: ['**/*.svelte'], languageOptions: { parserOptions: { parser: ts.parser } } },
    { plugins: { own: { rules: { 'ui-strings': uiStrings } } }, rules: { 'own/ui-strings': 'error' } },
  ] as Linter.Config[];
  return new Linter().verify(code, config, file).map(({ message }) => message.split(' is read')[0] ?? '');
}

test('finds what people would read in markup', () => {
  const code = `
    <script lang="ts">let { name }: { name: string } = $props();</script>
    <h1>Sign in</h1>
    <button aria-label="Close" class="btn primary" title={name}>× {name}</button>
    <img alt="Bảng tin" src="a.png" />
    {#if name}Xin chào{/if}
    <style>h1 { color: red; }</style>
  `;
  expect(lint('page.svelte', code)).toEqual(['«Sign in»', '«Close»', '«Bảng tin»', '«Xin chào»']);
});

test('finds Vietnamese in scripts, and leaves names and codes alone', () => {
  expect(
    lint('state.ts', 'export const a = `Có ${1} bảng`; export const b = "boards/list"; // Ghi chú được phép'),
  ).toEqual(['«Có»', '«bảng»']);
});
