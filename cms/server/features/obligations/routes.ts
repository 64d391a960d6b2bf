import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  acceptance,
  matrixQuery,
  obligation,
  obligationEdit,
  obligationEnd,
  obligationCreate,
  obligationMatrix,
  obligationPlays,
  obligationPlaysQuery,
  obligations,
  obligationsQuery,
  receipts,
  receiptsOrder,
  receiptsQuery,
  receivedNote,
} from '../../../../shared/protocol/api/obligations.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { ObligationInbox } from './inbox.ts';
import type { ObligationMatrixService } from './matrix.ts';
import type { ObligationsService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const obligationRoutes =
  (service: ObligationsService, inbox: ObligationInbox, matrix: ObligationMatrixService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/obligations',
      { config, schema: { querystring: obligationsQuery, response: { 200: obligations } } },
      (request) => service.list(actorOf(request), request.query),
    );
    app.post(
      '/api/obligations',
      { config, schema: { body: obligationCreate, response: { 201: obligation } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.get('/api/obligations/:id', { config, schema: { params, response: { 200: obligation } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.put(
      '/api/obligations/:id',
      { config, schema: { params, body: obligationEdit, response: { 200: obligation } } },
      (request) => {
        const { revision, ...input } = request.body;
        return service.edit(actorOf(request), request.params.id, revision, input);
      },
    );
    app.post(
      '/api/obligations/:id/end',
      { config, schema: { params, body: obligationEnd, response: { 200: obligation } } },
      (request) => service.end(actorOf(request), request.params.id, request.body.revision, request.body.reason),
    );
    app.get(
      '/api/obligations/:id/plays',
      { config, schema: { params, querystring: obligationPlaysQuery, response: { 200: obligationPlays } } },
      (request) => matrix.plays(actorOf(request), request.params.id, request.query),
    );
    app.get(
      '/api/obligations/matrix',
      {
        config,
        schema: { querystring: matrixQuery, response: { 200: obligationMatrix } },
        serializerCompiler: longAnswer,
      },
      (request) => matrix.matrix(actorOf(request), request.query),
    );

    app.get(
      '/api/obligation-receipts',
      { config, schema: { querystring: receiptsQuery, response: { 200: receipts } } },
      (request) => inbox.list(actorOf(request), request.query.unitId),
    );
    app.post(
      '/api/obligation-receipts/received',
      { config, schema: { body: receivedNote, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await inbox.received(actorOf(request), request.body.unitId, request.body.ids);
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/obligation-receipts/accept',
      { config, schema: { body: acceptance, response: { 200: receipts } } },
      (request) => inbox.accept(actorOf(request), request.body.unitId, request.body.id),
    );
    app.put(
      '/api/obligation-receipts/order',
      { config, schema: { body: receiptsOrder, response: { 200: receipts } } },
      (request) => inbox.order(actorOf(request), request.body.unitId, request.body.ids),
    );
    await Promise.resolve();
  };
