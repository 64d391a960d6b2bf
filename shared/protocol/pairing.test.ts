import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizePairingCode, pairingCode, pairingCommitment } from './pairing.ts';

const text = (length: number): fc.Arbitrary<string> =>
  fc.string({ minLength: length, maxLength: length, unit: fc.constantFrom(...'ABCabc019-_') });
const both = fc.record({ device: text(43), root: text(43), player: text(22), cms: text(22) });

test('the code is eight characters that are not mistaken for each other, and survives how people type', () => {
  fc.assert(
    fc.property(both, fc.boolean(), fc.nat(8), ({ device, root, player, cms }, lower, gap) => {
      const code = pairingCode(device, root, player, cms);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
      const typed = `${code.slice(0, gap)} -${code.slice(gap)} `.replace('0', 'o').replace('1', 'l');
      expect(normalizePairingCode(lower ? typed.toLowerCase() : typed)).toBe(code);
    }),
  );
});

test('who changes a key or nonce on the way changes the code', () => {
  fc.assert(
    fc.property(both, both, (a, b) => {
      for (const key of ['device', 'root', 'player', 'cms'] as const) {
        fc.pre(a[key] !== b[key]);
        const mixed = { ...a, [key]: b[key] };
        expect(pairingCode(mixed.device, mixed.root, mixed.player, mixed.cms)).not.toBe(
          pairingCode(a.device, a.root, a.player, a.cms),
        );
      }
    }),
  );
});

test('code and commitment are fixed by the protocol', () => {
  expect(pairingCommitment('A'.repeat(43), 'B'.repeat(22))).toBe(
    '6705191e55258c5a264f72ae47c103d0c2ce23eec96ca6455f8caea2ff1394f2',
  );
  expect(pairingCode('A'.repeat(43), 'C'.repeat(43), 'B'.repeat(22), 'D'.repeat(22))).toBe('B2JA6CGK');
});
