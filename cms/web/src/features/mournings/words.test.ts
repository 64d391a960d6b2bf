import { beforeAll, describe, expect, it } from 'vitest';
import type { Mourning } from '../../../../../shared/protocol/api/mournings.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { bannerLines, boardTone, boardWord, isStanding, isStuck, mournsAt, stateAt, stateWord } from './words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const mourning = (over: Partial<Mourning> = {}): Mourning => ({
  id: '00000000-0000-7000-8000-000000000001',
  unitId: '00000000-0000-7000-8000-000000000002',
  unitName: 'Tỉnh Mẫu',
  reason: 'Quốc tang',
  reference: '',
  startsAt: 1000,
  endsAt: 2000,
  state: 'planned',
  revision: 1,
  createdAt: 0,
  createdBy: { id: '1', name: 'Chị Lan' },
  liftedAt: null,
  liftedBy: null,
  changes: [],
  sendingSince: null,
  ...over,
});

describe('mourning in words', () => {
  it('begins and ends by the clock, at the millisecond', () => {
    expect([999, 1000, 1999, 2000].map((now) => stateAt(mourning(), now))).toEqual([
      'planned',
      'current',
      'current',
      'over',
    ]);
    expect(isStanding(mourning(), 1999)).toBe(true);
    expect(isStanding(mourning({ liftedAt: 1500 }), 1999)).toBe(false);
  });

  it('is gone by at its unit, at all below it, and below a unit that is out of sight', () => {
    const units = [
      { id: 'commune', parentId: 'province' },
      { id: 'village', parentId: 'commune' },
      { id: 'sister', parentId: 'commune' },
    ];
    const at = (of: string, unitId: string, now = 1500) => mournsAt(of, [mourning({ unitId })], units, now);
    expect([at('village', 'village'), at('village', 'commune'), at('village', 'province')]).toEqual([true, true, true]);
    expect([at('village', 'sister'), at('commune', 'village'), at('village', 'commune', 2000)]).toEqual([
      ...[false, false, false],
    ]);
  });

  it('tells what was called off from what was ended early', () => {
    expect(stateWord(mourning({ liftedAt: 500 }), 1500)).toBe('Đã hủy');
    expect(stateWord(mourning({ liftedAt: 1500 }), 2500)).toBe('Đã kết thúc sớm');
  });

  it('never calls a board done that has not said so', () => {
    const row = { boardId: '', boardName: '', unitName: '', lastSeenAt: null, errorCode: null, notices: 1 };
    expect(boardWord({ ...row, state: 'sent', online: false }, false, false)).toBe('Chờ kết nối');
    // While boards are being told, what has not gone yet is no failure.
    const waiting = { ...row, state: 'waiting', online: true } as const;
    expect([boardWord(waiting, true, true), boardWord(waiting, true, false)]).toEqual(['Đang gửi', 'Chờ gửi']);
    expect(boardTone(waiting, true)).not.toBe('warn');
    const told = { ...row, state: 'active', online: true } as const;
    expect([boardWord(told, false, false), boardWord(told, true, false)]).toEqual(['Đã nhận', 'Đã nhận lệnh kết thúc']);
    expect(boardTone({ ...row, state: 'sent', online: true }, false)).not.toBe('good');
    expect(boardTone({ ...row, state: 'active', online: false }, false)).toBe('good');
  });

  it('says when sending is stuck', () => {
    expect(isStuck(mourning({ sendingSince: 0 }), 60_000)).toBe(false);
    expect(isStuck(mourning({ sendingSince: 0 }), 120_001)).toBe(true);
    expect(isStuck(mourning(), 120_001)).toBe(false);
  });

  it('says of two each, of more how many and when the first ends, of those that are on', () => {
    const at = Date.UTC(2026, 10, 22);
    const of = (id: string, days: number) =>
      mourning({ id, unitName: `Xã ${id}`, startsAt: 0, endsAt: at + days * 86_400_000 });
    const [planned, past] = [mourning({ id: 'planned', startsAt: at + 1, endsAt: at + 2 }), mourning({ id: 'past' })];
    expect(bannerLines([planned, of('a', 2), of('b', 1), past], at)).toEqual([
      { href: '/mournings/a', words: 'Để tang · Xã a: nội dung giải trí tạm ngừng đến 24/11/2026 07:00. Quốc tang' },
      { href: '/mournings/b', words: 'Để tang · Xã b: nội dung giải trí tạm ngừng đến 23/11/2026 07:00. Quốc tang' },
    ]);
    expect(bannerLines([of('a', 2), of('b', 1), of('c', 3), past], at)).toEqual([
      {
        href: '/mournings',
        words: 'Để tang ở 3 nơi: nội dung giải trí tạm ngừng, nơi sớm nhất đến 23/11/2026 07:00.',
      },
    ]);
  });
});
