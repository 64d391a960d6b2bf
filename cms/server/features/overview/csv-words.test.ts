import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { csvWords, type Language } from './csv-words.ts';

it.each(['vi', 'en'] as const)('says what the page says, in %s', (language: Language) => {
  const page = JSON.parse(
    readFileSync(new URL(`../../../web/messages/${language}.json`, import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  const { by, columns, unknown } = csvWords[language];
  for (const [key, word] of Object.entries(by)) expect(word).toBe(page[`overview_by_${key}`]);
  expect([unknown, columns.unit]).toEqual([page.state_unknown, page.unit_field]);
  expect([columns.completed, columns.partial, columns.exercise, columns.uncounted]).toEqual(
    ['completed', 'partial', 'exercises', 'uncounted'].map((key) => page[`overview_${key}`]),
  );
});
