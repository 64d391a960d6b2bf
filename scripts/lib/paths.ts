/** The checkout that these scripts belong to, and where they put what they build. */
import { join } from 'node:path';

export const repoRoot = join(import.meta.dirname, '../..');
export const distDir = join(repoRoot, 'dist');
export const cacheDir = join(repoRoot, 'node_modules/.cache/bang-tin');
