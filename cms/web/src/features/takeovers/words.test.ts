import { beforeAll, describe, expect, it } from 'vitest';
import type { TakeoverView } from '../../../../../shared/protocol/api/takeovers.ts';
import { fetchSentences } from '../../lib/errors.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { takeoverRequest } from '../../../../../shared/protocol/api/takeovers.ts';
import { emptyDraft, exerciseMs, fromTemplate, placeholdersLeft, requestOf, withStatus } from './draft.ts';
import { shapesOf } from './target-shapes.ts';
import { awayAtRaise, endingWords, latencyWords, raiseWord, stateWord, timesToPixels } from './words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));
beforeAll(fetchSentences);

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
const view = (status: TakeoverView['status'], displayed: number, { dark = 0, cut = 0 } = {}) => ({
  status,
  delivery: { ...none, displayed, dark },
  cut,
});

describe('a takeover in words', () => {
  it('promises now only what boards with a connected player can do', () => {
    expect(raiseWord('actual', { online: 1, unproved: 1, offline: 0, unpaired: 4 })).toBe(
      'Phát ngay tới 2 bảng, 4 bảng nhận sau',
    );
    expect(raiseWord('actual', { online: 3, unproved: 0, offline: 0, unpaired: 0 })).toBe('Phát ngay tới 3 bảng');
    expect(raiseWord('exercise', { online: 1, unproved: 0, offline: 2, unpaired: 1 })).toBe(
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

  it('says at its end which boards do not go back to their programmes, and which were dark', () => {
    const back = 'Tất cả các bảng nhận sẽ trở lại chương trình bình thường.';
    expect(endingWords(view('exercise', 1)).text).toContain(back);
    const { text } = endingWords(view('exercise', 1, { dark: 3, cut: 2 }));
    expect(text).not.toContain(back);
    expect(text).toContain('trừ 2 bảng đang bị cắt nguồn');
    expect(text).toContain('3 bảng đã nhận nhưng màn hình đang tắt');
  });

  it('says how long it took from raising to the pixels, of boards that displayed it', () => {
    const deliveries = [1800, null, 63_000, 1250].map((displayedAt) => ({ displayedAt }));
    const times = timesToPixels({ issuedAt: 1000, deliveries })!;
    expect([times.first, times.last].map(latencyWords)).toEqual(['0,3 giây', '1 phút 2 giây']);
    expect(timesToPixels({ issuedAt: 1000, deliveries: [{ displayedAt: null }] })).toBeNull();
  });
});

describe('a template', () => {
  it('fills in the text and leaves sender, targets and exercise; what is left open is named at its field', () => {
    const draft = { ...emptyDraft('UBND tỉnh'), status: 'exercise' as const };
    const template = { id: '1', event: 'Bão', level: 4, headline: 'Bão số [số]', instruction: 'Ở nhà', durationMs: 9 };
    const filled = fromTemplate(draft, template);
    expect(filled).toMatchObject({ status: 'exercise', selectors: { all: true } });
    expect(filled.content).toEqual({
      event: 'Bão',
      level: 4,
      headline: 'Bão số [số]',
      instruction: 'Ở nhà',
      senderName: 'UBND tỉnh',
    });
    expect(placeholdersLeft(filled)).toEqual({
      'content.headline': 'Xin thay «[số]» bằng nội dung cụ thể trước khi phát.',
    });
    filled.content.headline = 'Bão số 3';
    expect(placeholdersLeft(filled)).toEqual({});
  });
});

describe('how long it stands', () => {
  const hours = 3_600_000;
  const storm = { id: '1', event: 'Bão', level: 4, headline: 'Bão', instruction: '', durationMs: 12 * hours };
  const exercise = (draft: ReturnType<typeof emptyDraft>) => withStatus(draft, 'exercise');

  it('is short for an exercise, whether the template or the exercise was chosen first', () => {
    expect(exercise(fromTemplate(emptyDraft('UBND tỉnh'), storm)).durationMs).toBe(exerciseMs);
    expect(fromTemplate(exercise(emptyDraft('UBND tỉnh')), storm).durationMs).toBe(exerciseMs);
    expect(exerciseMs).toBeLessThanOrEqual(hours / 2);
  });

  it('is the length of the alert again when it is no exercise after all', () => {
    const alert = fromTemplate(emptyDraft('UBND tỉnh'), storm);
    expect(withStatus(exercise(alert), 'actual')).toEqual(alert);
    const kept = JSON.parse(JSON.stringify(exercise(alert))) as typeof alert;
    expect(withStatus(kept, 'actual').durationMs).toBe(12 * hours);
    expect(withStatus(fromTemplate(exercise(emptyDraft('UBND tỉnh')), storm), 'actual').durationMs).toBe(12 * hours);
  });

  it('is sent without what only the form has to know', () => {
    const { clientId: _clientId, ...shape } = takeoverRequest.shape;
    expect(Object.keys(requestOf(emptyDraft('UBND tỉnh'))).toSorted()).toEqual(Object.keys(shape).toSorted());
  });
});

describe('sizes of the chosen boards', () => {
  const unit = (id: string, parentId: string | null) => ({ id, parentId }) as Parameters<typeof shapesOf>[1][number];
  const board = (id: string, unitId: string, width: number, height: number, x = 0) =>
    ({ id, unitId, output: { x, y: 0, width, height, rotation: 0 } }) as Parameters<typeof shapesOf>[2][number];
  const units = [unit('tỉnh', null), unit('xã', 'tỉnh')];
  const boards = [board('a', 'xã', 192, 96), board('b', 'tỉnh', 1920, 1080), board('c', 'tỉnh', 1920, 1080, 40)];

  it('are each shown once, the most frequent first', () => {
    const sizes = (change: object) =>
      shapesOf({ all: false, unitIds: [], boardIds: [], ...change }, units, boards).map(({ name, count }) => [
        name,
        count,
      ]);
    expect(sizes({ all: true })).toEqual([
      ['1920×1080', 2],
      ['192×96', 1],
    ]);
    expect(sizes({ unitIds: ['xã'] })).toEqual([['192×96', 1]]);
    expect(sizes({ boardIds: ['c'] })).toEqual([['1920×1080', 1]]);
    expect(sizes({})).toEqual([]);
  });
});
