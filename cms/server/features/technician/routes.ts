/** HTTP of the technician's page: the code, asked for by people, and the test of the line, by players. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { technicianCodeAnswer, technicianCodeRequest } from '../../../../shared/protocol/api/technician.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { speedBytes, speedPath } from '../../../../shared/protocol/technician.ts';
import { actorOf, boardIdOf, type Routes } from '../../context.ts';
import type { TechnicianService } from './service.ts';

const octets = 'application/octet-stream';

export function technicianRoutes(service: TechnicianService): Routes {
  return (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post(
      '/api/boards/:id/technician-code',
      {
        config: { auth: 'user' },
        schema: {
          params: z.strictObject({ id: uuid }),
          body: technicianCodeRequest,
          response: { 200: technicianCodeAnswer },
        },
      },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return { code: await service.code(actorOf(request), request.params.id, request.body.challenge) };
      },
    );
    app.get(speedPath, { config: { auth: 'board' } }, async (request, reply) => {
      void reply.headers({ 'content-type': octets, 'cache-control': 'no-store' });
      return reply.send(Buffer.from(service.download(boardIdOf(request))));
    });
    app.addContentTypeParser(octets, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.put(
      speedPath,
      {
        config: { auth: 'board' },
        bodyLimit: speedBytes.up,
        schema: { body: z.instanceof(Uint8Array), response: { 204: z.undefined() } },
      },
      async (request, reply) => {
        service.upload(boardIdOf(request));
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
}
