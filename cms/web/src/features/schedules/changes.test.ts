import { expect, test } from 'vitest';
import type { ScheduleInput } from '../../../../../shared/protocol/api/content.ts';
import { changesOf as obligationChanges } from '../obligations/changes.ts';
import { changesOf as playlistChanges } from '../playlists/changes.ts';
import { changesOf } from './changes.ts';

const names = {
  unit: (id: string) => `Đơn vị ${id}`,
  playlist: (id: string) => `Danh sách ${id}`,
  notice: (id: string) => `Tin ${id}`,
  targets: ({ unitIds }: { unitIds: string[] }) => unitIds.map((id) => `Đơn vị ${id}`).join('\n'),
};
const schedule: ScheduleInput = {
  unitId: 'a',
  playlistId: 'p',
  name: 'Sáng',
  priority: 50,
  cron: '0 6 * * *',
  durationMs: 7_200_000,
  validFrom: null,
  validTo: null,
  exceptions: [],
  targets: { unitIds: ['a'], boardIds: [] },
};

test('two versions of a schedule differ in words', () => {
  expect(changesOf(schedule, { ...schedule }, names)).toEqual([]);
  const day = { date: '2026-02-17', instead: null };
  const other = { ...schedule, name: 'Chiều', exceptions: [day], targets: { unitIds: ['b'], boardIds: [] } };
  const changes = changesOf(schedule, other, names);
  expect(changes.map(({ before, after }) => [before, after])).toEqual([
    ['Sáng', 'Chiều'],
    ['', expect.stringContaining('17/02/2026')],
    ['Đơn vị a', 'Đơn vị b'],
  ]);
});

test('two versions of a playlist differ in the order of what they play', () => {
  const item = (noticeId: string) => ({ itemId: noticeId, noticeId, durationMs: null, validFrom: null, validTo: null });
  const list = { unitId: 'a', name: 'Danh sách', items: [item('x'), item('y')] };
  const [change, ...more] = playlistChanges(list, { ...list, items: [item('y'), item('x')] }, names);
  expect([change?.before, change?.after, more]).toEqual(['1. Tin x\n2. Tin y', '1. Tin y\n2. Tin x', []]);
});

test('two versions of what is required differ in its notice and its hours', () => {
  const { cron, durationMs, validFrom, validTo, targets, unitId } = schedule;
  const asked = {
    cron,
    durationMs,
    validFrom,
    validTo,
    targets,
    unitId,
    noticeId: 'x',
    noticeTitle: 'Tin x',
    perHour: 6,
  };
  const changes = obligationChanges(asked, { ...asked, perHour: 12, noticeId: 'y', noticeTitle: 'Tin y' }, names);
  expect(changes.map(({ before }) => before)).toEqual(['Tin x', expect.stringContaining('6')]);
});
