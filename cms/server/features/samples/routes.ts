/** HTTP of pictures that boards take again and again: brought by players, seen by people. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { uuid } from '../../../../shared/protocol/common.ts';
import { maxSampleBytes, sampleQuery, samples, samplesRoom } from '../../../../shared/protocol/samples.ts';
import { actorOf, boardIdOf, type Routes } from '../../context.ts';
import { sendPicture, takePictures } from '../screenshots/pictures.ts';
import type { SampleService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function sampleRoutes(service: SampleService): Routes {
  return (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/boards/:id/samples', { config, schema: { params, response: { 200: samples } } }, (request) =>
      service.list(actorOf(request), request.params.id),
    );
    app.get('/api/boards/:id/samples/room', { config, schema: { params, response: { 200: samplesRoom } } }, (request) =>
      service.room(actorOf(request), request.params.id),
    );
    app.get(
      '/api/boards/:id/samples/:sampleId/picture',
      { config, schema: { params: params.extend({ sampleId: uuid }) } },
      async (request, reply) => {
        const { id, sampleId } = request.params;
        return sendPicture(request, reply, sampleId, await service.picture(actorOf(request), id, sampleId));
      },
    );
    takePictures(app);
    app.put(
      '/api/board/samples/:id',
      {
        config: { auth: 'board' },
        bodyLimit: maxSampleBytes,
        schema: {
          params,
          querystring: sampleQuery,
          body: z.instanceof(Uint8Array).nullish(),
          response: { 204: z.undefined() },
        },
      },
      async (request, reply) => {
        const { params, query, body } = request;
        await service.take(boardIdOf(request), params.id, body ?? null, query.about);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
}
