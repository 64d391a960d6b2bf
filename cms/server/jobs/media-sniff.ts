/** What a file is, by its first bytes and never by its name. Only kinds that the CMS knows how to make media of are named. */
import { open } from 'node:fs/promises';
import { MediaError } from './media-errors.ts';

export type VideoContainer = 'mp4' | 'matroska' | 'avi' | 'mpegts' | 'mpegps' | 'flv' | 'asf';
export type FileKind = { readonly kind: 'image' } | { readonly kind: 'video'; readonly container: VideoContainer };

/** Enough for an SVG behind a long comment and for three packets of a transport stream. */
const headBytes = 4096;

/**
 * @throws MediaError `file_empty`, `svg_not_allowed`, `file_unrecognized`
 */
export async function sniffFile(path: string): Promise<FileKind> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
    return sniff(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** @throws MediaError `file_empty`, `svg_not_allowed`, `file_unrecognized` */
export function sniff(head: Buffer): FileKind {
  if (head.length === 0) throw new MediaError('file_empty', 'The file is empty');
  const ascii = (from: number, to: number): string => head.toString('latin1', from, to);
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);

  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) || starts(0xff, 0xd8, 0xff) || ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a')
    return { kind: 'image' };
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) return { kind: 'image' };
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return { kind: 'image' };
  if (ascii(0, 4) === 'RIFF' && ascii(8, 11) === 'AVI') return { kind: 'video', container: 'avi' };
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return { kind: 'video', container: 'matroska' };
  if (ascii(0, 3) === 'FLV') return { kind: 'video', container: 'flv' };
  if (starts(0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11)) return { kind: 'video', container: 'asf' };
  if (starts(0, 0, 1, 0xba)) return { kind: 'video', container: 'mpegps' };
  if (head.length > 376 && head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47) return { kind: 'video', container: 'mpegts' };
  const iso = isoKind(head);
  if (iso !== null) return iso;
  if (isSvg(head)) throw new MediaError('svg_not_allowed', 'SVG is a program, not a picture: export it as PNG');
  throw new MediaError('file_unrecognized', 'This file is neither a picture nor a video that we know');
}

/** ISO base media (MP4, QuickTime, 3GP; AVIF and HEIC pictures), by its first box. */
function isoKind(head: Buffer): FileKind | null {
  const type = head.toString('latin1', 4, 8);
  if (type === 'ftyp') {
    const brand = head.toString('latin1', 8, 12);
    if (brand === 'avif') return { kind: 'image' };
    // HEIC pictures need a decoder that we may not ship; heix and friends are the same.
    if (/^(hei|hev|mif1|msf1|avis)/.test(brand)) throw new MediaError('file_unrecognized', 'HEIC pictures are not supported: save as JPEG or PNG');
    return { kind: 'video', container: 'mp4' };
  }
  return ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].includes(type) ? { kind: 'video', container: 'mp4' } : null;
}

function isSvg(head: Buffer): boolean {
  const utf16 = head[0] === 0xff && head[1] === 0xfe;
  const text = head.toString(utf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '').trimStart();
  return text.startsWith('<') && /<([a-z0-9]+:)?svg[\s>]/i.test(text);
}
