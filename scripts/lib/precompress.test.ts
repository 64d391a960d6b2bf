import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { precompress } from './precompress.ts';

test('text that is worth it gets both forms, which hold what the file holds; the rest stays alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-precompress-'));
  try {
    const text = 'Bảng tin điện tử công cộng. '.repeat(100);
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets/app.js'), text);
    writeFileSync(join(folder, 'assets/font.woff2'), text);
    writeFileSync(join(folder, 'assets/small.js'), 'x');
    await precompress(folder);
    expect(readdirSync(join(folder, 'assets')).sort()).toEqual([
      'app.js',
      'app.js.br',
      'app.js.gz',
      'font.woff2',
      'small.js',
    ]);
    const read = (name: string) => readFileSync(join(folder, 'assets', name));
    expect(brotliDecompressSync(read('app.js.br')).toString()).toBe(text);
    expect(gunzipSync(read('app.js.gz')).toString()).toBe(text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
