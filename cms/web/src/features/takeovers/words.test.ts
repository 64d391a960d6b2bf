import { beforeAll, describe, expect, it } from 'vitest';
import type { TakeoverView } from '../../../../../shared/protocol/api/takeovers.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { awayAtRaise, endingWords, raiseWord, stateWord } from './words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const none = {
  unpaired: 0,
  waiting: 0,
  sent: 0,
  received: 0,
  displayed: 0,
  dark: 0,
  failed: 0,
  refused: 0,
  ended: 0,
  unknown: 0,
};
const view = (status: TakeoverView['status'], displayed: number) => ({ status, delivery: { ...none, displayed } });

describe('a takeover in words', () => {
  it('promises now only what boards with a connected player can do', () => {
    expect(raiseWord('actual', { online: 2, offline: 0, unpaired: 4 })).toBe('Phát ngay tới 2 bảng, 4 bảng nhận sau');
    expect(raiseWord('actual', { online: 3, offline: 0, unpaired: 0 })).toBe('Phát ngay tới 3 bảng');
    expect(raiseWord('exercise', { online: 1, offline: 2, unpaired: 1 })).toBe(
      'Bắt đầu diễn tập trên 1 bảng, 3 bảng nhận sau',
    );
  });

  it('tells boards that were offline from boards without a player', () => {
    expect(awayAtRaise({ offlineAtRaise: 0, unpairedAtRaise: 4 })).toBe(
      'Lúc phát có 0 bảng mất kết nối, 4 bảng chưa có máy phát.',
    );
    expect(awayAtRaise({ offlineAtRaise: 0, unpairedAtRaise: 0 })).toBe('');
  });

  it('ends an alert by an all clear and an exercise as an exercise, and says how many boards show it', () => {
    const alert = Object.values(endingWords(view('actual', 2))).join(' ');
    expect(alert).toContain('Báo an toàn');
    expect(alert).toContain('2 bảng');
    const exercise = Object.values(endingWords(view('exercise', 3))).join(' ');
    expect(exercise).toContain('3 bảng');
    expect(exercise).not.toMatch(/cảnh báo|an toàn/i);
    expect(stateWord({ state: 'allClear', status: 'exercise' })).toBe('Đã kết thúc');
    expect(stateWord({ state: 'allClear', status: 'actual' })).toBe('Đã báo an toàn');
  });
});
