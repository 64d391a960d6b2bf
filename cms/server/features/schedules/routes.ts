import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  deleteQuery,
  scheduleEdit,
  scheduleEntries,
  scheduleEntry,
  scheduleCreate,
  scheduleTerms,
  scheduleTermsQuery,
  schedulesQuery,
} from '../../../../shared/protocol/api/content.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { SchedulesService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const scheduleRoutes =
  (service: SchedulesService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/schedule-entries',
      {
        config,
        schema: { querystring: schedulesQuery, response: { 200: scheduleEntries } },
        serializerCompiler: longAnswer,
      },
      (request) => service.list(actorOf(request), request.query),
    );
    app.get(
      '/api/schedule-entries/terms',
      {
        config,
        schema: { querystring: scheduleTermsQuery, response: { 200: scheduleTerms } },
        serializerCompiler: longAnswer,
      },
      (request) => service.terms(actorOf(request), request.query),
    );
    app.get('/api/schedule-entries/:id', { config, schema: { params, response: { 200: scheduleEntry } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.post(
      '/api/schedule-entries',
      { config, schema: { body: scheduleCreate, response: { 201: scheduleEntry } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.put(
      '/api/schedule-entries/:id',
      { config, schema: { params, body: scheduleEdit, response: { 200: scheduleEntry } } },
      (request) => {
        const { revision, ...input } = request.body;
        return service.edit(actorOf(request), request.params.id, revision, input);
      },
    );
    app.delete(
      '/api/schedule-entries/:id',
      { config, schema: { params, querystring: deleteQuery, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id, request.query.revision);
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/schedule-entries/:id/restore',
      { config, schema: { params, response: { 200: scheduleEntry } } },
      (request) => service.restore(actorOf(request), request.params.id),
    );
    await Promise.resolve();
  };
