import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { connectRefusal, dismissal } from '../../../../shared/protocol/link.ts';
import { pairingCode, pairingCommitment, pairingLifeMs } from '../../../../shared/protocol/pairing.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { makeIdentity, SimulatedBoard, type BoardIdentityData } from '../../../../test/fleet/board.ts';
import { describeStores } from '../../store/testing.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';
import { testActor } from '../../testing.ts';
import { networkOf, Throttle } from './throttle.ts';
import { pairingRepo } from './repo.ts';

describeStores('pairing', (under) => {
  let cms: TestCms;
  beforeAll(async () => {
    cms = await startTestCms(under.options);
  });
  afterAll(() => cms.stop());
  // The windows of the throttles are over before the next test.
  beforeEach(() => cms.sources.advance(3_600_000));

  /** A player that goes as far as showing a code. */
  async function showCode(change: { nonce?: string; revealedKey?: string; proofFor?: string } = {}) {
    const identity = makeIdentity();
    const nonce = randomBytes(16).toString('base64url');
    const offer = await cms.request(null, 'POST', '/api/pairing', {
      commitment: pairingCommitment(identity.key.x, nonce),
    });
    expect(offer.status).toBe(200);
    const { pairingId, rootKey, nonce: cmsNonce } = offer.body as { pairingId: string; rootKey: string; nonce: string };
    const signer = new SimulatedBoard(identity, cms.url, cms.sources.now);
    const reveal = await cms.request(null, 'POST', `/api/pairing/${pairingId}/reveal`, {
      deviceKey: change.revealedKey ?? identity.key.x,
      nonce: change.nonce ?? nonce,
      journalId: identity.journalId,
      proof: await signer.sign('bang-tin-pairing-proof', {
        pairingId: change.proofFor ?? pairingId,
        journalId: identity.journalId,
      }),
      host: 'chromium',
      app: '0.1.0',
      screen: null,
    });
    return { identity, pairingId, reveal, code: pairingCode(identity.key.x, rootKey, nonce, cmsNonce) };
  }

  /** The identity as a board that has been paired. */
  const pairedAs = (identity: BoardIdentityData, boardId: string) =>
    new SimulatedBoard({ ...identity, boardId }, cms.url, cms.sources.now);

  describe('pairing', () => {
    it('pairs: offer, reveal, confirm, and the new player connects', async () => {
      const technician = await cms.person('technician', cms.units.commune);
      const board = await cms.board();
      const { boardId } = board.identity;
      const player = await showCode();
      expect(player.reveal).toEqual({ status: 200, body: { state: 'waiting' } });
      expect((await cms.request(null, 'GET', `/api/pairing/${player.pairingId}`)).body).toEqual({ state: 'waiting' });

      const typed = `${player.code.slice(0, 4)}-${player.code.slice(4)} `.toLowerCase();
      const confirmed = await cms.request(technician, 'POST', `/api/boards/${boardId}/pairing`, { code: typed });
      expect(confirmed).toMatchObject({ status: 200, body: { id: boardId, presence: { presence: 'offline' } } });
      const state = await cms.request(null, 'GET', `/api/pairing/${player.pairingId}`);
      expect(state.body).toMatchObject({ state: 'paired', boardId, keyList: cms.keys.keyList().jws });

      const paired = pairedAs(player.identity, boardId);
      await paired.connect();
      expect(await paired.hello()).toMatchObject({ ok: true, journalAcked: 0 });
      paired.disconnect();

      const entry = await cms.store.read
        .selectFrom('audit_log')
        .selectAll()
        .where('action', '=', 'board.paired')
        .where('subject_id', '=', boardId)
        .executeTakeFirst();
      expect(entry).toMatchObject({ user_id: technician.userId, unit_id: cms.units.commune });
      expect(cms.emitted).toContainEqual({ name: 'boardPaired', payload: { boardId } });
    });

    it('ends the old player: thrown out, refused by name, its old journal still taken', async () => {
      const technician = await cms.person('technician');
      const old = await cms.board();
      const { boardId } = old.identity;
      await old.connect();
      const ended = old.ended();
      const { code, identity } = await showCode();
      expect((await cms.request(technician, 'POST', `/api/boards/${boardId}/pairing`, { code })).status).toBe(200);
      expect(await ended).toBe('io server disconnect');
      const refusal = connectRefusal.parse(await old.connect().catch((error: { data: unknown }) => error.data));
      expect(refusal.error.code).toBe('device_replaced');
      // Signed, with what it takes to check it from the root key alone, and about this very player.
      const list = await verifyDocument(
        refusal.dismissal!.keyList,
        'bang-tin-key-list',
        keyList,
        () => cms.keys.rootKey,
      );
      const keys = keysOf(list, 'programme', cms.sources.now());
      expect(await verifyDocument(refusal.dismissal!.statement, 'bang-tin-dismissal', dismissal, keys)).toMatchObject({
        boardId,
        deviceKey: old.identity.key.x,
      });

      await old.connect({ journalOnly: true });
      old.journal.append({ type: 'screenChanged', on: true }, cms.sources.now());
      expect(await old.send('appendJournalV1', old.journal.batch(1, 1))).toEqual({ ok: true, acked: 1 });
      for (const refused of [await old.hello(), await old.send('readClockV1', {})]) {
        expect(refused).toMatchObject({ ok: false, error: { code: 'device_replaced' } });
      }
      expect(cms.live.presence.stateOf(boardId)).toBe('offline');
      const now = pairedAs(identity, boardId);
      await now.connect();
      // Neither player may write in the other's journal.
      const foreign = await now.send('appendJournalV1', old.journal.batch(1, 1));
      expect(foreign).toMatchObject({ ok: false, error: { code: 'journal_unknown' } });
      expect(old.socket.connected).toBe(true);
      old.disconnect();
      now.disconnect();
    });

    it('ends a player without another in its place, which gets what was published when it comes', async () => {
      const technician = await cms.person('technician');
      const old = await cms.board();
      const { boardId } = old.identity;
      await old.connect();
      await old.hello();
      const ended = old.ended();
      const path = `/api/boards/${boardId}/unpair`;
      const pairing = async () => (await cms.request(technician, 'GET', `/api/boards/${boardId}/pairing`)).body;
      const { pairedAt } = await pairing();
      expect(pairedAt).toEqual(expect.any(Number));
      expect((await cms.request(technician, 'POST', path, { reason: ' ', pairedAt })).status).toBe(400);
      // Whoever means another player, which was paired before or since, ends none.
      const other = await cms.request(technician, 'POST', path, { reason: 'Máy cũ', pairedAt: pairedAt - 1 });
      expect(other).toMatchObject({ status: 409, body: { error: { code: 'pairing_changed' } } });
      const unpaired = await cms.request(technician, 'POST', path, { reason: 'Máy bị mất trộm', pairedAt });
      expect(unpaired).toMatchObject({ status: 200, body: { id: boardId, presence: { presence: 'unpaired' } } });
      const end = { at: cms.sources.now(), by: expect.any(String), reason: 'Máy bị mất trộm' };
      expect(await pairing()).toEqual({ pairedAt: null, ended: end });
      expect(await ended).toBe('io server disconnect');
      const refusal = connectRefusal.parse(await old.connect().catch((error: { data: unknown }) => error.data));
      expect(refusal).toMatchObject({ error: { code: 'device_replaced' }, dismissal: {} });
      await old.connect({ journalOnly: true });
      old.journal.append({ type: 'screenChanged', on: true }, cms.sources.now());
      expect(await old.send('appendJournalV1', old.journal.batch(1, 1))).toEqual({ ok: true, acked: 1 });
      old.disconnect();

      // Once more is no change: there is none to end.
      expect((await cms.request(technician, 'POST', path, { reason: 'Lần nữa', pairedAt })).status).toBe(200);
      const entries = await cms.store.read
        .selectFrom('audit_log')
        .select(['user_id', 'unit_id', 'detail'])
        .where('action', '=', 'board.unpaired')
        .where('subject_id', '=', boardId)
        .execute();
      expect(entries).toMatchObject([{ user_id: technician.userId }]);
      expect(JSON.parse(entries[0]!.detail)).toMatchObject({ reason: 'Máy bị mất trộm' });

      const { code, identity } = await showCode();
      expect(await cms.request(technician, 'POST', `/api/boards/${boardId}/pairing`, { code })).toMatchObject({
        status: 200,
        body: { presence: { presence: 'offline' } },
      });
      const now = pairedAs(identity, boardId);
      await now.connect();
      expect(await now.hello()).toMatchObject({ ok: true });
      now.disconnect();
    });

    it('takes what the player of a deleted board still holds, under its own key, and nothing else', async () => {
      const administrator = testActor({ unitId: cms.units.province, role: 'administrator' });
      const board = await cms.board();
      const { boardId } = board.identity;
      await board.connect();
      const ended = board.ended();
      await cms.boards.remove(administrator, boardId);
      expect(await ended).toBe('io server disconnect');
      const refused = await board.connect().catch((error: { data: unknown }) => error.data);
      expect(connectRefusal.parse(refused)).toMatchObject({ error: { code: 'device_replaced' }, dismissal: {} });
      // Nobody else is told anything by it.
      const other = await pairedAs(makeIdentity(), boardId)
        .connect()
        .catch((error: { data: unknown }) => error.data);
      expect(connectRefusal.parse(other)).toEqual({ error: expect.objectContaining({ code: 'token_invalid' }) });

      await board.connect({ journalOnly: true });
      board.journal.append({ type: 'screenChanged', on: true }, cms.sources.now());
      const owed = board.journal.batch(1, 1);
      expect(await board.send('appendJournalV1', owed)).toEqual({ ok: true, acked: 1 });
      for (const answer of [await board.hello(), await board.send('readClockV1', {})]) {
        expect(answer).toMatchObject({ ok: false, error: { code: 'device_replaced' } });
      }
      board.disconnect();
      // Another key of the same board opens nothing.
      const stranger = pairedAs(makeIdentity(), boardId);
      await expect(stranger.connect({ journalOnly: true })).rejects.toThrow('token_invalid');
    });

    it('takes a code once, for ten minutes, and tells used and expired from unknown', async () => {
      const technician = await cms.person('technician');
      const board = await cms.board();
      const confirm = (code: string) =>
        cms.request(technician, 'POST', `/api/boards/${board.identity.boardId}/pairing`, { code });
      const first = await showCode();
      expect((await confirm(first.code)).status).toBe(200);
      expect(await confirm(first.code)).toMatchObject({
        status: 409,
        body: { error: { code: 'pairing_code_used', field: 'code' } },
      });
      const second = await showCode();
      cms.sources.advance(pairingLifeMs);
      expect(await confirm(second.code)).toMatchObject({
        status: 410,
        body: { error: { code: 'pairing_code_expired' } },
      });
      expect((await cms.request(null, 'GET', `/api/pairing/${second.pairingId}`)).body).toEqual({ state: 'expired' });
      expect(await confirm('00000000')).toMatchObject({
        status: 404,
        body: { error: { code: 'pairing_code_unknown' } },
      });
      for (const code of ['', '1234567', 'UUUUUUUU', '123456789']) {
        expect((await confirm(code)).body.error.code, code).toBe('invalid_input');
      }
    });

    it('stops guessing, per person and per address', async () => {
      const technician = await cms.person('technician');
      const colleague = await cms.person('technician');
      const board = await cms.board();
      const confirm = (who: typeof technician, code: string) =>
        cms.request(who, 'POST', `/api/boards/${board.identity.boardId}/pairing`, { code });
      const { code } = await showCode();
      for (let i = 0; i < 10; i++) expect((await confirm(technician, `0000000${i}`)).status).toBe(404);
      const throttled = await confirm(technician, code);
      expect(throttled).toMatchObject({ status: 429, body: { error: { code: 'pairing_throttled' } } });
      expect((await confirm(colleague, code)).status).toBe(429); // the same address
      cms.sources.advance(15 * 60_000);
      const later = await showCode();
      expect((await confirm(technician, later.code)).status).toBe(200);
    });

    it('asks for the right to pair on the board’s unit', async () => {
      const board = await cms.board(cms.units.sister);
      const path = `/api/boards/${board.identity.boardId}/pairing`;
      const { code } = await showCode();
      for (const person of [await cms.person('approver'), await cms.person('viewer')]) {
        expect((await cms.request(person, 'POST', path, { code })).status).toBe(403);
      }
      // Out of sight: as if there were none.
      const stranger = await cms.person('technician', cms.units.commune);
      expect(await cms.request(stranger, 'POST', path, { code })).toMatchObject({
        status: 404,
        body: { error: { code: 'board_unknown' } },
      });
      expect((await cms.request(null, 'POST', path, { code })).status).toBe(401);
      const province = await cms.person('province');
      const nowhere = `/api/boards/${makeIdentity().boardId}/pairing`;
      expect(await cms.request(province, 'POST', nowhere, { code })).toMatchObject({
        status: 404,
        body: { error: { code: 'board_unknown' } },
      });
      expect((await cms.request(province, 'POST', path, { code })).status).toBe(200);
    });

    it('refuses a key that was not committed to, a proof of something else, and a second reveal', async () => {
      expect((await showCode({ revealedKey: makeIdentity().key.x })).reveal.body.error.code).toBe(
        'pairing_commitment_wrong',
      );
      expect((await showCode({ nonce: randomBytes(16).toString('base64url') })).reveal.body.error.code).toBe(
        'pairing_commitment_wrong',
      );
      expect((await showCode({ proofFor: makeIdentity().boardId })).reveal.body.error.code).toBe('pairing_proof_wrong');
      const unknown = makeIdentity().boardId;
      expect(await cms.request(null, 'GET', `/api/pairing/${unknown}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'pairing_unknown' } },
      });
      expect((await cms.request(null, 'GET', '/api/pairing/x')).status).toBe(400);
      expect((await cms.request(null, 'POST', '/api/pairing', { commitment: 'short' })).status).toBe(400);
      expect((await cms.request(null, 'POST', '/api/pairing', { commitment: '0'.repeat(64), more: 1 })).status).toBe(
        400,
      );
    });

    it('gives a code to neither of two players that show the same', async () => {
      const technician = await cms.person('technician');
      const board = await cms.board();
      const [one, two] = [await showCode(), await showCode()];
      await cms.store.write.updateTable('pairings').set({ code: one.code }).where('id', '=', two.pairingId).execute();
      const confirmed = await cms.request(technician, 'POST', `/api/boards/${board.identity.boardId}/pairing`, {
        code: one.code,
      });
      expect(confirmed.body.error.code).toBe('pairing_code_expired');
      for (const { pairingId } of [one, two]) {
        expect((await cms.request(null, 'GET', `/api/pairing/${pairingId}`)).body).toEqual({ state: 'expired' });
      }
      await board.connect(); // Nothing happened to the board.
      board.disconnect();
    });

    it('confirms for the person who started both programs, without an account', async () => {
      const board = await cms.board();
      const { code, identity } = await showCode();
      await cms.live.pairing.confirm({ actor: null, boardId: board.identity.boardId, code, address: null });
      const paired = pairedAs(identity, board.identity.boardId);
      await paired.connect();
      paired.disconnect();
      const wrong = cms.live.pairing.confirm({ actor: null, boardId: board.identity.boardId, code, address: null });
      await expect(wrong).rejects.toMatchObject({ code: 'pairing_code_used' });
    });

    it('forgets pairings a day after they expired', async () => {
      const { pairingId } = await showCode();
      cms.sources.advance(pairingLifeMs + 86_400_001);
      await showCode();
      expect(await pairingRepo.pairing(cms.store.read, pairingId)).toBeUndefined();
    });

    it('throttles offers per address', async () => {
      const answers = [];
      for (let i = 0; i < 61; i++)
        answers.push((await cms.request(null, 'POST', '/api/pairing', { commitment: '0'.repeat(64) })).status);
      expect(answers.filter((status) => status === 200)).toHaveLength(60);
      expect(answers.at(-1)).toBe(429);
    });
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s is counted as %s', (address, network) => expect(networkOf(address)).toBe(network));
});

describe('Throttle', () => {
  it('counts per key and window', () => {
    let now = 1000;
    const throttle = new Throttle({ limit: 2, windowMs: 100, now: () => now });
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a'), throttle.take('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(throttle.exceeded('a')).toBe(true);
    now += 60;
    expect(throttle.retryAfterMs('a')).toBe(40);
    now += 40;
    expect(throttle.exceeded('a')).toBe(false);
    expect(throttle.take('a')).toBe(true);
    throttle.forgive('a');
    expect(throttle.retryAfterMs('a')).toBe(0);
  });
});
