/** HTTP of proof-of-play. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  boardEvents,
  countsQuery,
  eventsQuery,
  playCounts,
  plays,
  playsQuery,
} from '../../../../shared/protocol/api/proof.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { ProofService } from './service.ts';

export function proofRoutes(service: ProofService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    const config = { auth: 'user' } as const;
    app.get('/api/plays', { config, schema: { querystring: playsQuery, response: { 200: plays } } }, (request) =>
      service.plays(actorOf(request), request.query),
    );
    app.get(
      '/api/plays/counts',
      { config, schema: { querystring: countsQuery, response: { 200: playCounts } } },
      (request) => service.counts(actorOf(request), request.query),
    );
    app.get(
      '/api/boards/:id/events',
      {
        config,
        schema: { params: z.strictObject({ id: uuid }), querystring: eventsQuery, response: { 200: boardEvents } },
      },
      (request) => service.events(actorOf(request), request.params.id, request.query),
    );
    return Promise.resolve();
  };
}
