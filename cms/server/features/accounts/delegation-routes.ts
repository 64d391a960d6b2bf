/** HTTP: who stands in for an approver. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  delegates,
  delegatesQuery,
  delegation,
  delegationInput,
  delegations,
} from '../../../../shared/protocol/api/delegations.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { DelegationsService } from './delegations.ts';

const config = { auth: 'user' } as const;

export const delegationRoutes =
  (service: DelegationsService): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/account/delegations', { config, schema: { response: { 200: delegations } } }, (request) =>
      service.list(actorOf(request)),
    );
    app.get(
      '/api/account/delegates',
      { config, schema: { querystring: delegatesQuery, response: { 200: delegates } } },
      (request) => service.delegates(actorOf(request), request.query.unitId),
    );
    app.post(
      '/api/account/delegations',
      { config, schema: { body: delegationInput, response: { 201: delegation } } },
      async (request, reply) => reply.code(201).send(await service.give(actorOf(request), request.body)),
    );
    app.delete(
      '/api/account/delegations/:id',
      { config, schema: { params: z.strictObject({ id: uuid }), response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.end(actorOf(request), request.params.id);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
