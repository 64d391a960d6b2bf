/** HTTP of pictures of boards: asked for and seen by people, brought by players. */
import { createReadStream } from 'node:fs';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { screenshot, screenshots } from '../../../../shared/protocol/api/screenshots.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { maxScreenshotBytes, screenshotQuery, screenshotTypes } from '../../../../shared/protocol/link.ts';
import { actorOf, boardIdOf, type Routes } from '../../context.ts';
import type { ScreenshotService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function screenshotRoutes(service: ScreenshotService): Routes {
  return (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post('/api/boards/:id/screenshots', { config, schema: { params, response: { 200: screenshot } } }, (request) =>
      service.ask(actorOf(request), request.params.id),
    );
    app.get(
      '/api/boards/:id/screenshots',
      { config, schema: { params, response: { 200: screenshots } } },
      async (request) => ({ screenshots: await service.list(actorOf(request), request.params.id) }),
    );
    app.get(
      '/api/boards/:id/screenshots/:screenshotId/picture',
      { config, schema: { params: params.extend({ screenshotId: uuid }) } },
      async (request, reply) => {
        const { id, screenshotId } = request.params;
        const { file, size } = await service.picture(actorOf(request), id, screenshotId);
        // It never changes, but who may see it can, and somebody else may sit at the same browser: it is asked for each time.
        const etag = `"${screenshotId}"`;
        void reply.headers({ etag, 'cache-control': 'private, no-cache' });
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        void reply.headers({
          'content-type': 'image/webp',
          'content-length': size,
          'content-security-policy': "default-src 'none'; sandbox",
        });
        return reply.send(createReadStream(file));
      },
    );
    for (const type of screenshotTypes)
      app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.put(
      '/api/board/screenshots/:id',
      {
        config: { auth: 'board' },
        bodyLimit: maxScreenshotBytes,
        schema: {
          params,
          querystring: screenshotQuery,
          body: z.instanceof(Uint8Array),
          response: { 204: z.undefined() },
        },
      },
      async (request, reply) => {
        await service.take(boardIdOf(request), request.params.id, request.body, request.query);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
}
