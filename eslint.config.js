/**
 * Lint rules that catch mistakes a type checker cannot; layout is prettier's, borders between folders are
 * dependency-cruiser's (.dependency-cruiser.cjs).
 */
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { uiStrings } from './scripts/lint/ui-strings.js';

const tests = ['**/*.test.ts', 'test/**'];

const envMessage = 'Only cms/server/config.ts reads the environment; take the value from the configuration.';
const timeMessage = 'Time and randomness are passed in (shared has no I/O and must be repeatable).';

export default ts.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      'data/',
      'player-data/',
      'cms/web/src/paraglide/',
      'test-results/',
      '**/.cache/',
      'kiosk-image/',
    ],
  },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // TypeScript knows the names; the rule does not know TypeScript.
      'no-undef': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'array-callback-return': 'error',
      'for-direction': 'error',
      'getter-return': 'error',
      'no-async-promise-executor': 'error',
      'no-cond-assign': 'error',
      'no-constant-binary-expression': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-case': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-global-assign': 'error',
      'no-implied-eval': 'error',
      'no-loss-of-precision': 'error',
      'no-new-func': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-sparse-arrays': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-catch': 'error',
      'require-yield': 'error',
      'use-isnan': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    // Components are linted without types: with them each one costs a new program, minutes in all.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // The router of this app is sv-router, not SvelteKit.
      'svelte/no-navigation-without-resolve': 'off',
      // Bookkeeping that no markup reads may be a plain Map or Set.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-useless-mustaches': 'off',
      // It does not know every warning that svelte-check gives, and takes the comments against those for useless.
      'svelte/no-unused-svelte-ignore': 'off',
      // The parser of .svelte.ts files loses inline `type` markers; TypeScript's verbatimModuleSyntax sees to them.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['cms/**/*.{ts,svelte}'],
    // main.ts hands the environment to config.ts, which reads it.
    ignores: ['cms/server/config.ts', 'cms/server/main.ts', '**/*.config.ts', ...tests],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: envMessage }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', importNames: ['env', 'default'], message: envMessage }] },
      ],
    },
  },
  {
    files: ['shared/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'window', 'document', 'localStorage', 'fetch', 'performance'].map((name) => ({
          name,
          message: 'shared runs in Node and in a page, and uses neither.',
        })),
        ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: timeMessage })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: timeMessage },
        { object: 'Math', property: 'random', message: timeMessage },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: timeMessage },
        { selector: "MemberExpression[object.property.name='Now']", message: timeMessage },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    ignores: ['**/*.mocked.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock'].map((property) => ({
          object: 'vi',
          property,
          message: 'Other tests have the same modules: what mocks one is a *.mocked.test.ts (vitest.config.ts).',
        })),
      ],
    },
  },
  {
    files: ['cms/web/**/*.{ts,svelte}'],
    ignores: ['**/*.config.ts', ...tests],
    plugins: { 'bang-tin': { rules: { 'ui-strings': uiStrings } } },
    rules: { 'bang-tin/ui-strings': 'error' },
  },
);
