import { expect, it } from 'vitest';
import type { BoardProgramme } from '../../../../../shared/protocol/api/plans.ts';
import type { EntryPart } from '../../../../../shared/protocol/programme.ts';
import { exceptedAt, momentsOf, programmeOf } from './plan.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const at = (time: string): number => Date.parse(`2026-03-03T${time}+07:00`);

it('says what is on, what follows, why, and what is hidden meanwhile', () => {
  const notice = (n: number) => ({
    kind: 'notice' as const,
    noticeId: id(n),
    title: `Tin ${n}`,
    category: 'local' as const,
    originUnitId: id(9),
    durationMs: 60_000,
    content: { type: 'layout' as const, layout: 'notice', fields: {} },
  });
  const item = { itemId: id(40), durationMs: null, validFrom: null, validTo: null };
  const entry = (n: number, priority: number, rest: Partial<EntryPart> = {}): EntryPart => ({
    kind: 'entry' as const,
    entryId: id(n),
    playlistId: id(20),
    priority,
    cron: '0 6 * * *',
    durationMs: 3_600_000,
    validFrom: null,
    validTo: null,
    ...rest,
  });
  const parts = [
    notice(1),
    notice(2),
    {
      kind: 'playlist' as const,
      playlistId: id(20),
      name: 'Buổi sáng',
      items: [
        { ...item, noticeId: id(1) },
        { ...item, itemId: id(41), noticeId: id(2) },
      ],
    },
    entry(30, 50),
    entry(31, 10),
    entry(32, 10, { cron: '0 17 * * 2', exceptions: [{ date: '2026-03-03', instead: null }] }),
    entry(33, 10, {
      cron: '0 17 * * *',
      exceptions: [{ date: '2026-03-03', instead: { minute: 1200, durationMs: 3_600_000 } }],
    }),
    { kind: 'fallback' as const, unitName: 'Xã An', boardName: 'Bảng' },
  ];
  const sent: NonNullable<BoardProgramme['programme']> = {
    zone: 'Asia/Ho_Chi_Minh',
    version: null,
    defaultPlaylistId: null,
    parts: parts.map((part, n) => ({ hash: String(n).padStart(64, '0'), part })),
    suspensions: [],
  };
  const programme = programmeOf(id(8), sent);
  const momentAt = momentsOf(programme);
  const { slot, next, stretch } = momentAt(at('06:00:30'));
  expect([slot.noticeId, next.noticeId, next.start]).toEqual([id(1), id(2), at('06:01')]);
  expect(stretch).toMatchObject({ by: { kind: 'schedule', id: id(30) }, hidden: [id(31)] });
  expect(momentAt(at('08:00')).slot).toMatchObject({ noticeId: null, why: { kind: 'fallback' } });
  expect(exceptedAt(programme, at('16:59'))).toEqual([]);
  expect(exceptedAt(programme, at('17:30'))).toEqual([
    { entryId: id(32), day: at('00:00'), elsewhen: false },
    { entryId: id(33), day: at('00:00'), elsewhen: true },
  ]);
  const night = { ...programme, entries: [entry(34, 10, { cron: '0 23 * * *', durationMs: 7_200_000 })] };
  const out = { ...night.entries[0]!, exceptions: [{ date: '2026-03-02', instead: null }] };
  expect(exceptedAt({ ...night, entries: [out] }, at('00:30'))).toEqual([
    { entryId: id(34), day: at('00:00') - 86_400_000, elsewhen: false },
  ]);
  expect(exceptedAt(programme, at('18:00'))).toEqual([]);
  expect(exceptedAt(programme, at('17:30') + 86_400_000)).toEqual([]);
});
