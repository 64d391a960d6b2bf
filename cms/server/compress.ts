/** Long answers cross the line compressed: lists are words that repeat, and people pay for their 4G by the megabyte. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const gzipped = promisify(gzip);

/**
 * Shorter ones are not worth it; and what holds a secret, such as the session's CSRF token, is short, so that nobody can guess it
 * from the length of an answer (BREACH).
 */
const longFrom = 4_000;

/** Fastify's `onSend`: JSON text becomes gzip where the caller takes it. It is done beside the event loop. */
export async function compressLong(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length < longFrom) return payload;
  if (!/^application\/json\b/.test(String(reply.getHeader('content-type')))) return payload;
  void reply.header('vary', 'accept-encoding');
  if (!/\bgzip\b(?!\s*;\s*q=0(?![.\d]*[1-9]))/.test(String(request.headers['accept-encoding'] ?? ''))) return payload;
  const body = await gzipped(payload);
  void reply.header('content-encoding', 'gzip').removeHeader('content-length');
  return body;
}
