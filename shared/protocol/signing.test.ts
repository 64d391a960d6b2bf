import fc from 'fast-check';
import { exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { takeoverOf, testId } from '../../test/lib/programmes.ts';
import { keyList, type KeyList } from './keys.ts';
import { boardToken } from './link.ts';
import { keysOf, signDocument, verifyDocument, type Signer } from './signing.ts';
import { takeover } from './takeover.ts';

let signer: Signer;
let x: string;
let stranger: Signer;
let list: KeyList;
const document = takeoverOf(1, { startsAt: 1_000, expiresAt: 2_000 });

beforeAll(async () => {
  const make = async (kid: string): Promise<{ signer: Signer; x: string }> => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return { signer: { kid, key: privateKey }, x: (await exportJWK(publicKey)).x! };
  };
  ({ signer, x } = await make('t1'));
  stranger = (await make('t1')).signer;
  list = keyList.parse({
    v: 1,
    number: 1,
    issuedAt: 0,
    keys: [{ kid: 't1', use: 'takeover', x, notBefore: 100, notAfter: 200 }],
  });
});

const verify = (jws: string): Promise<unknown> =>
  verifyDocument(jws, 'bang-tin-takeover', takeover, keysOf(list, 'takeover', 150));

describe('a signed document', () => {
  test('is read back', async () => {
    expect(await verify(await signDocument('bang-tin-takeover', document, signer))).toEqual(document);
  });

  test('does not stand the change of any character', async () => {
    const jws = await signDocument('bang-tin-takeover', document, signer);
    await fc.assert(
      fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(...'ABCXYZabcxyz0189-_.'), async (at, character) => {
        fc.pre(jws[at] !== character);
        const changed = jws.slice(0, at) + character + jws.slice(at + 1);
        // The last character of base64url may differ in bits that decode to nothing: then it is the same signature.
        fc.pre(
          Buffer.from(changed.split('.')[2] ?? '', 'base64url').compare(
            Buffer.from(jws.split('.')[2]!, 'base64url'),
          ) !== 0 || at < jws.lastIndexOf('.'),
        );
        await expect(verify(changed)).rejects.toMatchObject({
          code: expect.stringMatching(/^(signature_invalid|key_unknown)$/),
        });
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, string, () => Promise<unknown>]>([
    [
      'of another type',
      'signature_invalid',
      async () => verify(await signDocument('bang-tin-command', document, signer)),
    ],
    [
      'of an unknown key',
      'key_unknown',
      async () => verify(await signDocument('bang-tin-takeover', document, { ...signer, kid: 't2' })),
    ],
    [
      'of a stranger under a known name',
      'signature_invalid',
      async () => verify(await signDocument('bang-tin-takeover', document, stranger)),
    ],
    [
      'of a key for another use',
      'key_unknown',
      async () =>
        verifyDocument(
          await signDocument('bang-tin-takeover', document, signer),
          'bang-tin-takeover',
          takeover,
          keysOf(list, 'programme', 150),
        ),
    ],
    [
      'of a key that is not valid yet',
      'key_unknown',
      async () =>
        verifyDocument(
          await signDocument('bang-tin-takeover', document, signer),
          'bang-tin-takeover',
          takeover,
          keysOf(list, 'takeover', 99),
        ),
    ],
    [
      'of a key that is valid no more',
      'key_unknown',
      async () =>
        verifyDocument(
          await signDocument('bang-tin-takeover', document, signer),
          'bang-tin-takeover',
          takeover,
          keysOf(list, 'takeover', 200),
        ),
    ],
    [
      'of another shape',
      'document_invalid',
      async () => verify(await signDocument('bang-tin-takeover', { ...document, note: '' }, signer)),
    ],
    [
      'that expires before it starts',
      'document_invalid',
      async () => verify(await signDocument('bang-tin-takeover', { ...document, expiresAt: 1_000 }, signer)),
    ],
    ['that is no JWS', 'signature_invalid', () => verify('no.jws')],
  ])('is refused %s', async (_, code, act) => {
    await expect(act()).rejects.toMatchObject({ code });
  });

  test('unsigned (alg none) is refused', async () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jws = `${part({ alg: 'none', typ: 'bang-tin-takeover', kid: 't1' })}.${part(document)}.`;
    await expect(verify(jws)).rejects.toMatchObject({ code: 'signature_invalid' });
  });

  test('without a trusted time the validity of keys is not asked', async () => {
    expect(keysOf(list, 'takeover', null)('t1')).toBe(x);
  });

  test('a token cannot pass for another document even with the same key', async () => {
    const token = { boardId: testId(9, 1), issuedAt: 0, expiresAt: 1, nonce: 'n' };
    const jws = await signDocument('bang-tin-board-token', token, signer);
    await expect(verify(jws)).rejects.toMatchObject({ code: 'signature_invalid' });
    expect(await verifyDocument(jws, 'bang-tin-board-token', boardToken, () => x)).toEqual(token);
  });
});
