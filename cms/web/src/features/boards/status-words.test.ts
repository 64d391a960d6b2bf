import { beforeAll, expect, test } from 'vitest';
import type { UpdateTold } from '../../../../../shared/protocol/release.ts';
import { unknownStatus } from '../../../../../shared/protocol/status.ts';
import { fetchSentences } from '../../lib/errors.ts';
import { m } from '../../paraglide/messages.js';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { statusRows } from './status-words.ts';

beforeAll(async () => {
  overwriteGetLocale(() => 'vi');
  await fetchSentences();
});

test('what came of an order to update the player stands with its reason', () => {
  const of = '0198f000-0000-7000-8000-000000000001';
  const told = (upd: UpdateTold | null): string | undefined =>
    new Map(statusRows({ ...unknownStatus, upd }, false, null)).get(m.status_update());
  expect(told({ of, version: '1.2.0', state: 'wentBack', code: 'update_no_picture' })).toBe(
    'Phiên bản 1.2.0: Đã quay về. Phiên bản mới không hiện hình trong 2 phút, nên máy phát đã tự quay về phiên bản cũ.',
  );
  expect(told({ of, version: '1.2.0', state: 'runs', code: null })).toBe('Phiên bản 1.2.0: Đã chạy');
  expect(told(null)).toBeUndefined();
});
