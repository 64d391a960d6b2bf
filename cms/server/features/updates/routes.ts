/** HTTP of releases of the player. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  playerRelease,
  updateOrder,
  updateOrdered,
  updatesAnswer,
  updatesStopped,
} from '../../../../shared/protocol/api/updates.ts';
import { sha256Hex } from '../../../../shared/protocol/common.ts';
import { maxArchiveBytes, releasePath } from '../../../../shared/protocol/release.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import { sendContent } from '../media/send-file.ts';
import type { UpdatesService } from './service.ts';

const config = { auth: 'user' } as const;
const octets = 'application/octet-stream';

export function updateRoutes(service: UpdatesService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    app.addContentTypeParser(octets, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.get(
      '/api/updates',
      { config, schema: { response: { 200: updatesAnswer } }, serializerCompiler: longAnswer },
      (request) => service.list(actorOf(request)),
    );
    app.post(
      '/api/updates/releases',
      {
        config,
        // Before the body is read: it is large.
        onRequest: async (request) => service.assertManages(actorOf(request)),
        bodyLimit: maxArchiveBytes + 100_000,
        schema: { consumes: [octets], body: z.instanceof(Buffer), response: { 200: playerRelease } },
      },
      (request) => service.add(actorOf(request), request.body),
    );
    app.post(
      '/api/updates/orders',
      { config, schema: { body: updateOrder, response: { 200: updateOrdered } } },
      async (request) => ({
        ordered: await service.order(actorOf(request), request.body.hash, request.body.boardIds),
      }),
    );
    app.post('/api/updates/stop', { config, schema: { response: { 200: updatesStopped } } }, async (request) => ({
      withdrawn: await service.stop(actorOf(request)),
    }));
    app.get(
      releasePath(':hash'),
      { config: { auth: 'board' }, schema: { params: z.strictObject({ hash: sha256Hex }) } },
      async (request, reply) => sendContent(request, reply, await service.archive(request.params.hash)),
    );
    return Promise.resolve();
  };
}
