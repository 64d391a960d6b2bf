import { expect, it } from 'vitest';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { isUnitCode } from '../../../../../shared/protocol/unit-rules.ts';
import { codeFor } from './code.ts';

const commune = { code: '01234' } as Unit;

it('makes a code that is one, from what is there', () => {
  expect(codeFor('Thôn Đông', commune, [])).toBe('01234-thon-dong');
  expect(codeFor('Thôn Đông', commune, [{ code: '01234-thon-dong' }])).toBe('01234-thon-dong-2');
  const long = codeFor('Ủy ban Mặt trận Tổ quốc Việt Nam xã', commune, []);
  expect(long).toBe('01234-uy-ban-mat-tra');
  for (const code of [
    long,
    codeFor('Tổ 5/2, «Chợ»', commune, [{ code: long }]),
    codeFor('Thôn', undefined, []),
    codeFor('', undefined, []),
  ])
    expect(isUnitCode('village', code)).toBe(true);
});
