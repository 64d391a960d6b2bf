/** What is in a ZIP, by its directory alone (APPNOTE 4.3.12, 4.3.16): nothing is unpacked before it is known to be small. Pure. */

export interface ZipEntry {
  readonly name: string;
  /** Bytes that it says to have unpacked. */
  readonly size: number;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const endBytes = 22;
/** The longest comment after the directory. */
const mostComment = 65_535;

/** Its entries; null when it has no directory that can be read. ZIP64, for archives of gigabytes, is not. */
export function zipEntries(data: Buffer): ZipEntry[] | null {
  const end = endOf(data);
  if (end < 0) return null;
  const count = data.readUInt16LE(end + 10);
  let at = data.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || data.readUInt32LE(at) !== entryMark) return null;
    const nameBytes = data.readUInt16LE(at + 28);
    const name = data.toString('utf8', at + 46, at + 46 + nameBytes);
    entries.push({ name, size: data.readUInt32LE(at + 24) });
    at += 46 + nameBytes + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(data: Buffer): number {
  for (let at = data.length - endBytes; at >= Math.max(0, data.length - endBytes - mostComment); at--)
    if (data.readUInt32LE(at) === endMark) return at;
  return -1;
}
