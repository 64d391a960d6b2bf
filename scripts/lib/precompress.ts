/** Puts a compressed form beside every text file of a built page, for the CMS to send: once, and harder than a server could each time. */
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Below this many bytes a file fits into one packet anyway. */
const worthFrom = 1_000;

/** Writes `name.br` and `name.gz` beside each text file under `folder`, where that is smaller. */
export async function precompress(folder: string): Promise<void> {
  await Promise.all(
    globSync('**/*.{css,html,js,json,svg}', { cwd: folder }).map(async (name) => {
      const path = join(folder, name);
      const bytes = await readFile(path);
      if (bytes.length < worthFrom) return;
      const forms = {
        br: await brotli(bytes, { params: quality(bytes.length) }),
        gz: await gzipped(bytes, { level: 9 }),
      };
      for (const [ending, form] of Object.entries(forms))
        if (form.length < bytes.length) await writeFile(`${path}.${ending}`, form);
    }),
  );
}

const quality = (size: number): Record<number, number> => ({
  [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  [constants.BROTLI_PARAM_SIZE_HINT]: size,
});
