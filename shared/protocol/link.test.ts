import { expect, test } from 'vitest';
import { connectRefusal, dismissal } from './link.ts';

test('a player leaves its board also when a later CMS says more beside the signed word, but not in it', () => {
  const error = { code: 'device_replaced', message: 'Another player has the board', field: null, params: {} };
  const proof = { statement: 'a.b.c', keyList: 'd.e.f' };
  const later = { error: { ...error, hint: 'x' }, dismissal: { ...proof, reason: 'repair' }, retryAfterMs: 1000 };
  expect(connectRefusal.parse(later)).toEqual({ error, dismissal: proof });

  const said = { v: 1, boardId: '01890a5d-ac96-774b-bcce-b302099a8057', deviceKey: 'A'.repeat(43), issuedAt: 1 };
  expect(dismissal.safeParse(said).success).toBe(true);
  expect(dismissal.safeParse({ ...said, reason: 'repair' }).success).toBe(false);
});
