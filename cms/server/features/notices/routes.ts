import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  deleteQuery,
  notice,
  noticeEdit,
  noticeCreate,
  notices,
  noticesQuery,
} from '../../../../shared/protocol/api/content.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { NoticesService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const noticeRoutes =
  (service: NoticesService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/notices', { config, schema: { querystring: noticesQuery, response: { 200: notices } } }, (request) =>
      service.list(actorOf(request), request.query),
    );
    app.get('/api/notices/:id', { config, schema: { params, response: { 200: notice } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.post(
      '/api/notices',
      { config, schema: { body: noticeCreate, response: { 201: notice } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.put(
      '/api/notices/:id',
      { config, schema: { params, body: noticeEdit, response: { 200: notice } } },
      (request) => {
        const { revision, ...input } = request.body;
        return service.edit(actorOf(request), request.params.id, revision, input);
      },
    );
    app.delete(
      '/api/notices/:id',
      { config, schema: { params, querystring: deleteQuery, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id, request.query.revision);
        return reply.code(204).send();
      },
    );
    app.post('/api/notices/:id/restore', { config, schema: { params, response: { 200: notice } } }, (request) =>
      service.restore(actorOf(request), request.params.id),
    );
    await Promise.resolve();
  };
