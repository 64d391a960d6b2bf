/** Sends files: content that is named by its hash, to be kept for ever and in parts, and what is to be asked for each time. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../shared/util/errors.ts';

export interface Content {
  readonly hash: string;
  readonly mediaType: string;
  readonly size: number;
  /** The bytes [from, to]. */
  read(from: number, to: number): Readable;
}

/** A file of the media folder. @throws AppError `asset_missing` 404 when the disk does not hold it as recorded */
export async function fileContent(
  hash: string,
  asset: { file: string; size: number; mediaType: string },
): Promise<Content> {
  const found = await stat(asset.file).catch(() => null);
  if (found?.size !== asset.size)
    throw new AppError('asset_missing', 'The media folder lacks this file', { status: 404 });
  return {
    hash,
    mediaType: asset.mediaType,
    size: asset.size,
    read: (start, end) => createReadStream(asset.file, { start, end }),
  };
}

export function textContent(hash: string, mediaType: string, body: string): Content {
  const bytes = Buffer.from(body, 'utf8');
  return {
    hash,
    mediaType,
    size: bytes.length,
    read: (from, to) => Readable.from([bytes.subarray(from, to + 1)], { objectMode: false }),
  };
}

/** A file opened on its own must not run as a page. */
export const inert = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };

/** Answers with the whole, of which the browser keeps nothing: somebody else may sit at it next, or the same person with fewer rights. */
export function sendUnkept(reply: FastifyReply, { mediaType, size, read }: Content): FastifyReply {
  void reply.headers({
    ...inert,
    'cache-control': 'private, no-store',
    'content-type': mediaType,
    'content-length': size,
  });
  return reply.send(read(0, size - 1));
}

/**
 * Answers with content that is named by its hash: it never changes. GET and HEAD, one range or the whole (RFC 9110 §14); several
 * ranges at once are answered with the whole, as it allows.
 */
export function sendContent(request: FastifyRequest, reply: FastifyReply, content: Content): FastifyReply {
  const etag = `"${content.hash}"`;
  const { headers } = request;
  void reply.headers({
    ...inert,
    etag,
    'cache-control': 'private, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
  });
  if (matches(headers['if-none-match'], etag)) return reply.code(304).send();
  const asked =
    headers['if-range'] === undefined || headers['if-range'] === etag ? readRange(headers.range, content.size) : null;
  if (asked === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${content.size}`);
    throw new AppError('range_unsatisfiable', 'There are no such bytes', { status: 416 });
  }
  const [from, to] = asked ?? [0, content.size - 1];
  void reply.code(asked ? 206 : 200).headers({ 'content-type': content.mediaType, 'content-length': to - from + 1 });
  if (asked) void reply.header('content-range', `bytes ${from}-${to}/${content.size}`);
  // An empty stream leaves the length of what GET would give; fastify would call an absent body 0 bytes long.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : content.read(from, to));
}

function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
  );
}

/** The one range asked for, both ends included; null for the whole. */
export function readRange(
  header: string | undefined,
  size: number,
): [from: number, to: number] | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : [size - length, size - 1];
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < from) return null;
  return from < size ? [from, to] : 'unsatisfiable';
}
