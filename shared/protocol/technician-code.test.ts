import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  agreementPrivateKey,
  agreementPublicKey,
  codeFor,
  codeKey,
  isChallengeOf,
  makeChallenge,
  secretBetween,
} from './technician-code.ts';
import { technicianCode } from './technician.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const jwk = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { x: string; d: string };
it('agrees with libsodium about the X25519 form of an Ed25519 key', () => {
  // libsodium, test/default/ed25519_convert.c
  const seed = Buffer.from('421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee', 'hex');
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  const { x, d } = key.export({ format: 'jwk' }) as { x: string; d: string };
  expect(hex(agreementPublicKey(x))).toBe('f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50');
  expect(hex(agreementPrivateKey(d))).toBe('8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166');
});

it('both ends come to the same secret, and nobody else does', async () => {
  for (let i = 0; i < 20; i++) {
    const [cms, board, other] = [jwk(), jwk(), jwk()];
    const secret = await secretBetween(cms.d, board.x);
    expect(secret).toEqual(await secretBetween(board.d, cms.x));
    expect(secret).not.toEqual(await secretBetween(other.d, board.x));
  }
});

const parties = { boardId: 'b1', deviceKey: 'device', cmsKey: 'cms' };
const key = codeKey(new Uint8Array(32).fill(7), parties);

it('a code is made for one board, one device, one key of the CMS and one challenge', () => {
  const given = makeChallenge(key, new Uint8Array([1, 2, 3, 4]));
  const code = codeFor(key, given);
  expect(technicianCode.safeParse(code).success).toBe(true);
  for (const changed of [{ boardId: 'b2' }, { deviceKey: 'x' }, { cmsKey: 'x' }]) {
    const others = codeKey(new Uint8Array(32).fill(7), { ...parties, ...changed });
    expect(codeFor(others, given)).not.toBe(code);
    expect(isChallengeOf(others, given)).toBe(false);
  }
  expect(codeFor(key, makeChallenge(key, new Uint8Array([1, 2, 3, 5])))).not.toBe(code);
});

it('a challenge is eight characters; a wrong character is found before a code is made', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (random) => {
      const given = makeChallenge(key, random);
      expect(isChallengeOf(key, given)).toBe(true);
      expect(isChallengeOf(key, given.slice(1))).toBe(false);
    }),
  );
  const given = makeChallenge(key, new Uint8Array([9, 9, 9, 9]));
  const swapped = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'].filter((char) => isChallengeOf(key, char + given.slice(1)));
  expect(swapped.length).toBeLessThanOrEqual(2);
});
