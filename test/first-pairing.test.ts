/** What `npm start` takes for a first start is what the player's own file says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openIdentity } from '../player/engine/identity.ts';
import { machineSystem } from '../player/engine/system.ts';
import { wasPaired } from '../scripts/lib/was-paired.ts';

test('a player that was interrupted before its first pairing is still paired by itself; one that had a board is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-first-pairing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(wasPaired(folder)).toBe(false);

  const identity = openIdentity(folder, machineSystem(), () => {});
  expect(wasPaired(folder)).toBe(false);

  identity.pair({ boardId: '01890a5d-ac96-774b-bcce-b302099a8057', rootKey: identity.key.x, certificate: 'a.b.c' });
  expect(wasPaired(folder)).toBe(true);
  identity.startAnew('http://127.0.0.1:1');
  expect(wasPaired(folder)).toBe(true);

  writeFileSync(join(folder, 'identity.json'), '{');
  expect(wasPaired(folder)).toBe(true);
});
