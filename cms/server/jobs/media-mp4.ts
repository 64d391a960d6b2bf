import { open } from 'node:fs/promises';
import { MediaError } from './media-errors.ts';

/**
 * FFmpeg is silent about a disk that fills while it moves the index to the front. So the file is walked (ISO 14496-12: boxes of a
 * size and a type): the index must come first, and the last box must end where the file ends.
 * @throws MediaError `storage_full`
 */
export async function assertWholeMp4(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(16);
    const types: string[] = [];
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(header, 0, 16, at);
      if (bytesRead < 8) break;
      const length = header.readUInt32BE(0);
      types.push(header.toString('latin1', 4, 8));
      at += length === 1 ? Number(header.readBigUInt64BE(8)) : Math.max(8, length);
    }
    if (at === size && types.includes('moov') && types.indexOf('moov') < types.indexOf('mdat')) return;
  } finally {
    await file.close();
  }
  throw new MediaError('storage_full', 'The video could not be written to its end: the disk is full');
}
