import { beforeAll, expect, test } from 'vitest';
import type { GivenCommand } from '../../../../../shared/protocol/api/commands.ts';
import { fetchSentences } from '../../lib/errors.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { commandState, commandTone, cutWords } from './command-words.ts';

beforeAll(async () => {
  overwriteGetLocale(() => 'vi');
  await fetchSentences();
});

const given = (changes: Partial<GivenCommand>): GivenCommand => ({
  id: '0199a3c4-0000-7000-8000-000000000001',
  name: 'setSource',
  payload: { cut: true },
  by: null,
  renewed: false,
  issuedAt: 0,
  expiresAt: 1,
  state: 'done',
  stateAt: 0,
  errorCode: null,
  hasLog: false,
  ...changes,
});

test('a source is called cut when the board says so; until then its content may be on', () => {
  expect(cutWords(given({}), false)?.title).toBe('Nguồn nội dung bị cắt');
  for (const state of ['waiting', 'received'] as const) {
    expect(cutWords(given({ state }), false)?.title).toMatch(/bảng chưa thực hiện/);
    expect(cutWords(given({ state }), true)?.title).toBe('Nguồn nội dung bị cắt');
  }
  const restored = given({ payload: { cut: false } });
  expect([cutWords(null, false), cutWords(restored, false), cutWords(restored, true)]).toEqual([null, null, null]);
  // A CMS from a backup of before the cut.
  expect(cutWords(null, true)?.title).toBe('Nguồn nội dung bị cắt');
});

test('an order that was stopped is not called replaced by a later one', () => {
  expect(commandState(given({ state: 'replaced', errorCode: 'order_withdrawn' }))).toMatch(
    /^Đã dừng lúc .*, bảng chưa nhận$/,
  );
  expect(commandState(given({ state: 'replaced' }))).toMatch(/^Thay bằng lệnh sau/);
});

test('what a board said of a command is not said of programmes, nor of this server', () => {
  const said = (errorCode: string) => commandState(given({ state: 'failed', errorCode }));
  expect(said('board_wrong')).toMatch(/Lệnh này/);
  expect(said('internal_error')).toMatch(/Máy phát gặp lỗi/);
  expect(said('command_unanswered')).toMatch(/không rõ/);
  expect(commandTone(given({ state: 'failed', errorCode: 'command_unanswered' }))).toBe('warn');
});
