import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../../player/engine/store.ts';
import { diskFaults } from './disk.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bang-tin-disk-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store with a programme of one part and one asset, and these bytes for them. Open meanwhile: its log is not in it yet. */
function leaving(parts: readonly string[], assets: readonly string[]): Disposable {
  const store = openStore(join(folder, 'player.db'), Date.now, () => undefined);
  const ref = (text: string) => ({ hash: hashOf(text), size: text.length });
  const manifest = { parts: [ref('part')], assets: [ref('asset')] };
  const jws = `x.${Buffer.from(JSON.stringify(manifest)).toString('base64url')}.x`;
  store.db.prepare("INSERT INTO documents VALUES ('active', ?, 0)").run(jws);
  for (const part of parts) store.db.prepare('INSERT INTO parts VALUES (?, ?)').run(hashOf('part'), Buffer.from(part));
  mkdirSync(join(folder, 'assets'));
  for (const asset of assets) writeFileSync(join(folder, 'assets', hashOf('asset')), asset);
  return { [Symbol.dispose]: () => store.close() };
}

test('a whole disk has no faults, and neither has an empty one', () => {
  expect(diskFaults(folder)).toEqual([]);
  using _ = leaving(['part'], ['asset']);
  expect(diskFaults(folder)).toEqual([]);
});

test('an active programme without its part or asset, or with another, is not whole', () => {
  using _ = leaving([], ['assef']);
  expect(diskFaults(folder)).toEqual([
    `the active programme lacks part ${hashOf('part')}`,
    `the active programme lacks asset ${hashOf('asset')}`,
  ]);
});

test('half a file, what was set aside and a damaged store are told', () => {
  writeFileSync(join(folder, 'identity.json'), '{');
  writeFileSync(join(folder, 'settings.json.corrupt-1'), '');
  writeFileSync(join(folder, 'player.db'), 'x'.repeat(8_192));
  expect(diskFaults(folder)).toEqual([
    'settings.json.corrupt-1 was set aside',
    'identity.json is no JSON',
    expect.stringMatching(/^player\.db: .*not a database/),
  ]);
});
