import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { verifyDocument } from '../../../../shared/protocol/signing.ts';
import {
  codeFor,
  codeKey,
  isChallengeOf,
  makeChallenge,
  secretBetween,
} from '../../../../shared/protocol/technician-code.ts';
import { speedBytes, speedPath } from '../../../../shared/protocol/technician.ts';
import type { SimulatedBoard } from '../../../../test/fleet/board.ts';
import { describeStores } from '../../store/testing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

describeStores('the technician’s page', (under) => {
  let cms: TestCms;
  beforeAll(async () => {
    cms = await startTestCms(under.options);
  });
  afterAll(() => cms.stop());
  // The windows of the throttles are over before the next test.
  beforeEach(() => cms.sources.advance(3_600_000));

  /** What the player of this board computes for itself, from the key list that it has. */
  async function playerKey({ identity }: SimulatedBoard): Promise<Uint8Array> {
    const list = await verifyDocument(cms.keys.keyList().jws, 'bang-tin-key-list', keyList, () => cms.keys.rootKey);
    const cmsKey = list.keys.find(({ use }) => use === 'programme')!.x;
    const parties = { boardId: identity.boardId, deviceKey: identity.key.x, cmsKey };
    return codeKey(await secretBetween(identity.key.d, cmsKey), parties);
  }
  const pathOf = ({ identity }: SimulatedBoard): string => `/api/boards/${identity.boardId}/technician-code`;

  it('a technician is given the code that the player computed by itself, and the audit log says who was', async () => {
    const technician = await cms.person('technician', cms.units.commune);
    const board = await cms.board();
    const key = await playerKey(board);
    const challenge = makeChallenge(key, new Uint8Array([1, 2, 3, 4]));
    // As somebody types it who reads it off a wall.
    const typed = `${challenge.slice(0, 4)} ${challenge.slice(4)}`.toLowerCase().replaceAll('0', 'o');
    const answer = await cms.request(technician, 'POST', pathOf(board), { challenge: typed });
    expect(answer).toEqual({ status: 200, body: { code: codeFor(key, challenge) } });

    const entries = await cms.store.read
      .selectFrom('audit_log')
      .select(['user_id', 'subject_id', 'detail'])
      .where('action', '=', 'board.technicianCodeIssued')
      .execute();
    expect(entries).toMatchObject([{ user_id: technician.userId, subject_id: board.identity.boardId }]);
    expect(JSON.stringify(entries)).not.toContain(answer.body.code);
  });

  it('the challenge of another board, or one that was mistyped, gets no code; many of them are stopped', async () => {
    const technician = await cms.person('technician', cms.units.commune);
    const [board, other] = [await cms.board(), await cms.board()];
    const [key, others] = [await playerKey(board), await playerKey(other)];
    // The check has 10 bits: one challenge in 1,024 is right for two boards.
    const challenge = [1, 2, 3, 4]
      .map((last) => makeChallenge(others, new Uint8Array([1, 2, 3, last])))
      .find((made) => !isChallengeOf(key, made))!;
    const refused = await cms.request(technician, 'POST', pathOf(board), { challenge });
    expect([refused.status, refused.body.error.code, refused.body.error.field]).toEqual([
      400,
      'technician_challenge_wrong',
      'challenge',
    ]);
    const [chance, check] = [challenge.slice(0, 6), challenge.slice(6)];
    for (let i = 1; i < 20; i++)
      await cms.request(technician, 'POST', pathOf(other), { challenge: chance + (check === '77' ? '78' : '77') });
    const right = await cms.request(technician, 'POST', pathOf(other), { challenge });
    expect([right.status, right.body.error.code]).toEqual([429, 'technician_throttled']);
  });

  it('bytes for a test of the line go both ways, for a board alone, and not without end', async () => {
    const board = await cms.board();
    const call = async (method: 'GET' | 'PUT', size = 1_000) =>
      fetch(cms.url + speedPath, {
        method,
        headers: {
          authorization: `Bearer ${await board.token()}`,
          ...(method === 'PUT' ? { 'content-type': 'application/octet-stream' } : {}),
        },
        ...(method === 'PUT' ? { body: new Uint8Array(size) } : {}),
      });
    const down = await call('GET');
    expect([down.status, (await down.arrayBuffer()).byteLength]).toEqual([200, speedBytes.down]);
    expect((await call('PUT')).status).toBe(204);
    expect((await call('PUT', speedBytes.up + 1)).status).toBe(413);
    for (let i = 1; i < 20; i++) expect((await call('PUT')).status).toBe(204);
    expect((await call('PUT')).status).toBe(429);
  });
});
