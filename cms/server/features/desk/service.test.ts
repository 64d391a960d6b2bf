import { expect, it, vi } from 'vitest';
import { testActor } from '../../testing.ts';
import { createDesk, type DeskDeps } from './service.ts';

const unitId = '01a00000-0000-7000-8000-000000000001';
const returned = [{ id: unitId, title: 'Họp thôn', remark: 'Thiếu giờ', by: { id: 'a', name: 'Lan' }, at: 1 }];
const waiting = [{ unitId, unitName: 'Xã An', count: 2 }];

function deps() {
  const list = vi.fn<DeskDeps['notices']['list']>(() => Promise.resolve({ notices: [], next: null, total: 3 }));
  return {
    list,
    desk: createDesk({
      notices: { list },
      approvals: { returned: () => Promise.resolve(returned) },
      inbox: { waiting: () => Promise.resolve(waiting) },
    }),
  };
}

it('tells an approver of all that waits', async () => {
  const { desk, list } = deps();
  const approver = testActor({ unitId, role: 'approver' });
  expect(await desk(approver)).toEqual({ toDecide: 3, returned, obligations: waiting });
  expect(list).toHaveBeenCalledExactlyOnceWith(approver, { toDecide: 'true', limit: 1 });
});

it('asks nothing for which the person has no right', async () => {
  const { desk, list } = deps();
  expect(await desk(testActor({ unitId, role: 'editor' }))).toEqual({ toDecide: 0, returned, obligations: waiting });
  for (const role of ['viewer', 'auditor', 'technician'] as const)
    expect(await desk(testActor({ unitId, role }))).toEqual({ toDecide: 0, returned: [], obligations: [] });
  expect(list).not.toHaveBeenCalled();
});
