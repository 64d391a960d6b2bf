import { expect, it } from 'vitest';
import type { UnitDetail } from '../../../../../shared/protocol/api/units.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { historyOf } from './history.ts';

overwriteGetLocale(() => 'vi');

const version = { code: '25114', level: 'commune', parentId: 'p', parentName: 'Tỉnh Mẫu' } as const;
const detail = {
  history: [
    { ...version, name: 'Xã Phú Hòa', validFrom: 0, validTo: 10 },
    { ...version, name: 'Phường Phú Hòa', code: '25115', validFrom: 10, validTo: null },
  ],
  mergedInto: null,
  absorbed: [
    { id: 'a', name: 'Xã Tân Hòa', at: 10 },
    { id: 'b', name: 'Xã Tân An', at: 20 },
  ],
} as unknown as UnitDetail;

it('what is taken back together is the unit’s own changes of a day, not that another one ended in it', () => {
  expect(historyOf(detail)).toMatchObject([
    { at: 20, own: [], absorbs: true },
    {
      at: 10,
      lines: [
        'Đổi tên từ «Xã Phú Hòa» thành «Phường Phú Hòa»',
        'Đổi mã từ 25114 thành 25115',
        'Nhận sáp nhập Xã Tân Hòa',
      ],
      own: ['Đổi tên từ «Xã Phú Hòa» thành «Phường Phú Hòa»', 'Đổi mã từ 25114 thành 25115'],
      absorbs: true,
    },
    // That it is there, and where, is one.
    { at: 0, lines: [expect.any(String), expect.any(String)], own: [expect.any(String)], absorbs: false },
  ]);
});
