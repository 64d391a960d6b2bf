/**
 * npm run release-key -- FILE
 *
 * Makes the key that signs releases of the player, and says what players are to be given of it. Whoever has the file can make every
 * player run any program: it belongs on a medium that is offline, with a copy in a safe, and never into the checkout or onto the CMS.
 */
import { dirname, resolve, sep } from 'node:path';
import { realpathSync } from 'node:fs';
import { newReleaseKey, writeReleaseKey } from './lib/release.ts';
import { repoRoot } from './lib/paths.ts';

const [file] = process.argv.slice(2);
try {
  if (!file || file.startsWith('-')) throw new Error('Say where: npm run release-key -- FILE');
  const path = resolve(file);
  if (`${realpathSync(dirname(path))}${sep}`.startsWith(`${realpathSync(repoRoot)}${sep}`))
    throw new Error('Not inside the checkout: keep the key where no commit and no backup of the CMS takes it along.');
  const key = await newReleaseKey();
  writeReleaseKey(path, key);
  console.log(`Khóa phát hành / Release key: ${path}`);
  console.log('Trên mỗi máy phát và trên CMS / On every player and on the CMS:');
  console.log(`BANG_TIN_RELEASE_KEY=${key.x}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
