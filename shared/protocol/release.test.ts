import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { compareReleases, release, releaseVersion, signRelease, verifyRelease, type Release } from './release.ts';

const said: Release = {
  v: 1,
  version: '1.10.0',
  launch: 1,
  node: 24,
  data: { schema: 3, readableBy: 3 },
  issuedAt: 1,
  archive: { hash: 'a'.repeat(64), size: 1, unpacked: 1 },
  notes: '',
};
const key = async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { privateKey, x: (await exportJWK(publicKey)).x! };
};

test.each([
  ['1.2.3', '1.2.3', 0],
  ['1.2.3', '1.2.10', -1],
  ['1.10.0', '1.9.9', 1],
  ['2.0.0', '1.99.99', 1],
])('%s beside %s', (a, b, order) => expect(Math.sign(compareReleases(a, b))).toBe(order));

test.each(['1.2', '1.2.3-a', '01.2.3', '1.2.3/..', ''])('%j is no version', (text) =>
  expect(releaseVersion.safeParse(text).success).toBe(false),
);

test('counts by its key alone; what a later one says beside it is passed by', async () => {
  const [own, other] = [await key(), await key()];
  const jws = await signRelease(said, own.privateKey, own.x);
  expect(await verifyRelease(jws, own.x)).toEqual(said);
  await expect(verifyRelease(jws, other.x)).rejects.toMatchObject({ code: 'key_unknown' });
  await expect(verifyRelease(await signRelease(said, other.privateKey, own.x), own.x)).rejects.toMatchObject({
    code: 'signature_invalid',
  });
  expect(release.parse({ ...said, later: 1 })).toEqual(said);
  expect(release.safeParse({ ...said, v: 2 }).success).toBe(false);
});
