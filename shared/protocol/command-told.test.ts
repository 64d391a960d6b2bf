import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { toldOf } from './command-told.ts';

test('an order of a version tells the version, or that it goes back, and never the document', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const release = await new SignJWT({ version: '1.4.2' }).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
  expect(toldOf({ release })).toEqual({ back: false, version: '1.4.2' });
  expect(toldOf({ release: null })).toEqual({ back: true });
  expect(toldOf({ release: 'no.document.here' })).toEqual({ back: false, version: '?' });
});

test('what another command says is told as it is', () => {
  expect(toldOf({ overBudget: true })).toEqual({ overBudget: true });
  expect(toldOf({})).toEqual({});
});
