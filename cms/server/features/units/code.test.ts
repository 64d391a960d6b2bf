import { expect, it } from 'vitest';
import { isUnitCode } from '../../../../shared/protocol/unit-rules.ts';
import { codeFor } from './code.ts';

const none = () => false;

it('makes a code that is one, from what is there', () => {
  expect(codeFor('Thôn Đông', '01234', none)).toBe('01234-thon-dong');
  expect(codeFor('Thôn Đông', '01234', (code) => code === '01234-thon-dong')).toBe('01234-thon-dong-2');
  const long = codeFor('Ủy ban Mặt trận Tổ quốc Việt Nam xã', '01234', none);
  expect(long).toBe('01234-uy-ban-mat-tra');
  for (const code of [
    long,
    codeFor('Tổ 5/2, «Chợ»', '01234', (one) => one === long),
    codeFor('Thôn', '', none),
    codeFor('', '', none),
  ])
    expect(isUnitCode('village', code)).toBe(true);
});
