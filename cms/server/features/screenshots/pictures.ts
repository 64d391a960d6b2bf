/** What routes of boards' pictures have in common: how one is sent to a browser, and taken from a board. */
import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { screenshotTypes } from '../../../../shared/protocol/link.ts';

/** @param id of the picture, which never changes */
export function sendPicture(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  { file, size }: { file: string; size: number },
): FastifyReply {
  // It never changes, but who may see it can, and somebody else may sit at the same browser: it is asked for each time.
  const etag = `"${id}"`;
  void reply.headers({ etag, 'cache-control': 'private, no-cache' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  void reply.headers({
    'content-type': 'image/webp',
    'content-length': size,
    'content-security-policy': "default-src 'none'; sandbox",
  });
  return reply.send(createReadStream(file));
}

/** Has these routes take a picture as the bytes that it is. */
export function takePictures(app: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  for (const type of screenshotTypes)
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
