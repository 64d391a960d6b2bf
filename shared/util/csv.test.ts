import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it('quotes what would break a line, and what another separator would break', () => {
  expect(csvLine(['a', 'b;c', 'd "e"', 'f\ng'], ';')).toBe('a;"b;c";"d ""e""";"f\ng"\r\n');
  expect(csvLine(['b;c', '1,5', 'd\te'], ',')).toBe('"b;c","1,5","d\te"\r\n');
});

it('leaves nothing that a spreadsheet would run', () => {
  expect(csvLine(['=1+1', '+84', '-2', '@x', 'a=b', '1-2', ' =1'], ';')).toBe("'=1+1;'+84;'-2;'@x;a=b;1-2; '=1\r\n");
});

it('nor one that separates by another sign', () => {
  expect(csvLine(["Lịch họp,=1+cmd|' /C calc'!A0", 'Xã A'], ';')).toBe(`"Lịch họp,'=1+cmd|' /C calc'!A0";Xã A\r\n`);
  expect(csvLine(['Xã A', 'Họp; @x', 'Họp\n-1'], ',')).toBe(`Xã A,"Họp; '@x","Họp\n'-1"\r\n`);
});

it('begins no cell with a formula, whatever separates and whether quotes are known or not', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '1', ' ', ',', ';', '\t', '\n', '\r', '"', "'", '=', '+', '-', '@'),
  });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), fc.constantFrom(',' as const, ';' as const), (cells, separator) => {
      for (const piece of csvLine(cells, separator).split(/[,;\t\r\n]/)) expect(piece).not.toMatch(/^[\s"]*[=+\-@]/);
    }),
  );
});
