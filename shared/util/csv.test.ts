import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it('quotes what would break a line', () => {
  expect(csvLine(['a', 'b;c', 'd "e"', 'f\ng'], ';')).toBe('a;"b;c";"d ""e""";"f\ng"\r\n');
  expect(csvLine(['b;c', '1,5'], ',')).toBe('b;c,"1,5"\r\n');
});

it('leaves nothing that a spreadsheet would run', () => {
  expect(csvLine(['=1+1', '+84', '-2', '@x', '\tx', 'a=b'], ';')).toBe("'=1+1;'+84;'-2;'@x;'\tx;a=b\r\n");
});
