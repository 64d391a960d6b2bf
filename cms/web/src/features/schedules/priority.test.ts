import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { priorityOptions, priorityWord } from './priority.ts';

overwriteGetLocale(() => 'vi');

describe('a priority', () => {
  it.each([
    [50, 'Bình thường'],
    [90, 'Rất cao'],
    [20, 'Thấp (20)'],
    [0, 'Rất thấp (0)'],
    [100, 'Rất cao (100)'],
  ])('%i is «%s»', (value, word) => {
    expect(priorityWord(value)).toBe(word);
  });
  it('is called alike in the list and in the form', () => {
    for (const value of [0, 10, 20, 50, 65]) {
      expect(priorityOptions(value).find((option) => option.value === value)?.label).toBe(priorityWord(value));
    }
  });
});
