import { expect, test, vi } from 'vitest';
import { signDocument } from '../../shared/protocol/signing.ts';
import { noticeId, picture, programme, unitId, useBoard } from './testing-board.ts';
import { sha256, testKey } from './testing-cms.ts';

const board = useBoard();

test.each(['part', 'asset'] as const)(
  'an altered %s on the wire is refused, the last good programme plays on',
  async (what) => {
    const b = board();
    const { cms } = b;
    const stage = await b.startPlaying([1, null]);
    const next = programme([2, picture(2)]);
    const hash = what === 'asset' ? sha256(picture(2)) : (await cms.signManifest(next)).manifest.parts[0]!.hash;
    await cms.signManifest(next);
    const right = cms.content.get(hash)!;
    const wrong = Buffer.from(right);
    wrong[wrong.length - 3]! ^= 1;
    await cms.publish(next).then(() => cms.content.set(hash, wrong));
    await b.fault(`${what}_hash_mismatch`);
    expect(stage.shown.some((scene) => scene.kind === 'notice' && scene.notice.noticeId === noticeId(2))).toBe(false);
    cms.content.set(hash, right);
    await stage.untilNotice(noticeId(2));
  },
);

test('manifests that are altered, of another board, by another key or of a lower version are refused and reported', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  const { version } = await cms.publish(programme([1, null]));
  await stage.untilFront('notice');
  const good = cms.manifest!.jws;
  const other = programme([2, null]);
  const [head, payload, signature] = good.split('.') as [string, string, string];
  const altered = Buffer.from(payload, 'base64url').toString().replace('"counter":1', '"counter":9');
  const stranger = await testKey('stranger');
  const cases: [string, string][] = [
    [[head, Buffer.from(altered).toString('base64url'), signature].join('.'), 'signature_invalid'],
    [(await cms.signManifest(other, { boardId: unitId })).jws, 'board_wrong'],
    // Everything in it is rightly signed, but its certificate vouches for somebody else.
    [
      (await cms.signManifest(other, { certificate: await cms.signCertificate({ boardId: unitId }) })).jws,
      'board_wrong',
    ],
    [
      (await cms.signManifest(other, { certificate: await cms.signCertificate({ deviceKey: stranger.x }) })).jws,
      'device_key_wrong',
    ],
    [(await cms.signManifest(other, {}, await testKey('p1'))).jws, 'signature_invalid'],
    [(await cms.signManifest(other, {}, await testKey('unknown'))).jws, 'key_unknown'],
    [(await cms.signManifest(other, {}, cms.takeoverKey)).jws, 'key_unknown'],
    [(await cms.signManifest(other, { version })).jws, 'version_lower'],
    [(await cms.signManifest(other, { version: { epoch: 1, counter: 0 } })).jws, 'version_lower'],
  ];
  for (const [jws, code] of cases) {
    expect(await cms.ask('programmePublishedV1', { manifest: jws })).toMatchObject({ ok: false, error: { code } });
    await b.fault(`programme_refused ${code}`);
  }
  expect(await cms.ask('programmePublishedV1', { manifest: 7 })).toMatchObject({
    ok: false,
    error: { code: 'message_invalid' },
  });
  expect(b.progress('refused')).toBeTruthy();
  expect(stage.shown.every((scene) => scene.kind !== 'notice' || scene.notice.noticeId === noticeId(1))).toBe(true);
});

test('an old key list cannot bring back a withdrawn key', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  const old = cms.keyList;
  const entry = { kid: 'p2', use: 'programme' as const, notBefore: 0, notAfter: cms.now() + 1e9 };
  const fresh = await testKey('p2');
  const newer = await cms.signKeyList(2, [{ ...entry, x: fresh.x }]);
  expect(await cms.ask('keyListPublishedV1', { keyList: newer })).toEqual({ ok: true });
  expect(await cms.ask('keyListPublishedV1', { keyList: old })).toMatchObject({ error: { code: 'key_list_old' } });
  expect(
    await cms.ask('keyListPublishedV1', {
      keyList: await signDocument('bang-tin-key-list', { v: 1, number: 3, issuedAt: 0, keys: [] }, fresh),
    }),
  ).toMatchObject({
    error: { code: 'signature_invalid' },
  });
  const byOldKey = await cms.signManifest(programme([2, null]));
  expect(await cms.ask('programmePublishedV1', { manifest: byOldKey.jws })).toMatchObject({
    error: { code: 'key_unknown' },
  });
  await b.fault('key_list_refused key_list_old');
});

test('an alert whose key is not known yet is sent again, and shown when it is', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.stop();
  const later = await testKey('t2');
  const content = { event: 'Bão', headline: 'Bão', instruction: '', senderName: 'UBND tỉnh' };
  cms.takeovers.push(await cms.signTakeover({ content: { ...content, level: 5 } }, later));
  cms.takeovers.push(await cms.signTakeover({ content: { ...content, level: 3 } }));
  await cms.listen();
  const level = () => (stage.front?.kind === 'takeover' ? stage.front.takeover.content.level : null);
  await stage.until(() => level() === 3);
  await b.fault('takeover_refused key_unknown');
  const entry = (key: { kid: string; x: string }) => ({
    kid: key.kid,
    use: 'takeover' as const,
    x: key.x,
    notBefore: 0,
    notAfter: cms.now() + 1e9,
  });
  const keys = [{ ...entry(cms.programmeKey), use: 'programme' as const }, entry(cms.takeoverKey), entry(later)];
  cms.keyList = await cms.signKeyList(2, keys);
  cms.keyNumber = 2;
  cms.emit('keyListPublishedV1', { keyList: cms.keyList });
  await stage.until(() => level() === 5);
});

test('an alert that has expired by a clock that was wrong is sent again, and shown when the clock is right', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const dayMs = 86_400_000;
  // The board's clock is two days ahead, and one answer alone does not correct so much.
  cms.clockOffsetMs = -2 * dayMs;
  const content = { event: 'Bão', headline: 'Bão', instruction: '', senderName: 'UBND tỉnh' };
  cms.takeovers.push(await cms.signTakeover({ content: { ...content, level: 5 } }));
  cms.takeovers.push(await cms.signTakeover({ content: { ...content, level: 3 }, expiresAt: cms.now() + 4 * dayMs }));
  const level = () => (stage.front?.kind === 'takeover' ? stage.front.takeover.content.level : null);
  const keys = [
    {
      kid: cms.programmeKey.kid,
      use: 'programme' as const,
      x: cms.programmeKey.x,
      notBefore: 0,
      notAfter: cms.now() + 400 * dayMs,
    },
    {
      kid: cms.takeoverKey.kid,
      use: 'takeover' as const,
      x: cms.takeoverKey.x,
      notBefore: 0,
      notAfter: cms.now() + 400 * dayMs,
    },
  ];
  const greetAgain = async (number: number): Promise<void> => {
    cms.keyList = await cms.signKeyList(number, keys);
    cms.keyNumber = number;
    cms.emit('keyListPublishedV1', { keyList: cms.keyList });
  };
  await greetAgain(2);
  await stage.until(() => level() === 3);
  await b.fault('takeover_refused takeover_expired');
  await greetAgain(3);
  await stage.until(() => level() === 5);
});

test('takeovers that are replayed, expired, altered or by another key change nothing; those for others are not shown', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const alert = await cms.raise();
  const replayed = cms.takeovers[0]!.jws;
  await stage.untilFront('takeover');
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await stage.untilFront('notice');
  await cms.raise({ selectors: { all: false, unitIds: [], groups: ['mien-nui'], boardIds: [] } });
  const late = await cms.signTakeover({ startsAt: 1, expiresAt: 2 });
  const forged = await cms.signTakeover({}, await testKey('t1'));
  const byWrongKey = await cms.signTakeover({}, cms.programmeKey);
  const cases: [string, string][] = [
    [replayed, 'takeover_replayed'],
    [late.jws, 'takeover_expired'],
    [forged.jws, 'signature_invalid'],
    [byWrongKey.jws, 'key_unknown'],
  ];
  for (const [takeover, code] of cases) {
    expect(await cms.ask('takeoverRaisedV1', { takeover })).toMatchObject({ ok: false, error: { code } });
    await b.fault(`takeover_refused ${code}`);
  }
  expect(stage.shown.filter(({ kind }) => kind === 'takeover')).toHaveLength(1);
  expect(stage.front?.kind).toBe('notice');
});

test('a CMS that lets the board in and cannot answer its greeting is left more and more time', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await b.stop();
  cms.takeovers = [{ takeover: await cms.raise(), jws: 5 as never }];
  const hellos = () => cms.told.filter(({ name }) => name === 'helloV1').length;
  const before = hellos();
  const waits = vi.spyOn(globalThis, 'setTimeout');
  try {
    await b.start();
    await cms.until(() => hellos() === before + 3);
    expect(waits.mock.calls.map(([, ms]) => ms)).toEqual(expect.arrayContaining([1_000, 2_000]));
  } finally {
    waits.mockRestore();
  }
});
