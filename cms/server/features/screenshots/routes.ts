/** HTTP of pictures of boards: asked for and seen by people, brought by players. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { screenshot, screenshots } from '../../../../shared/protocol/api/screenshots.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { maxScreenshotBytes, screenshotQuery } from '../../../../shared/protocol/link.ts';
import { actorOf, boardIdOf, type Routes } from '../../context.ts';
import { sendPicture, takePictures } from './pictures.ts';
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
        return sendPicture(request, reply, screenshotId, await service.picture(actorOf(request), id, screenshotId));
      },
    );
    takePictures(app);
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
