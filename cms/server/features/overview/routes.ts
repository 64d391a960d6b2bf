/** HTTP of the overview. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  breakdown,
  breakdownQuery,
  conditionPage,
  conditionQuery,
  overview,
  overviewQuery,
  start,
} from '../../../../shared/protocol/api/overview.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { OverviewService } from './service.ts';

export const overviewRoutes =
  (service: OverviewService): Routes =>
  (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const config = { auth: 'user' } as const;
    const serializerCompiler = longAnswer;
    app.get(
      '/api/overview',
      { config, schema: { querystring: overviewQuery, response: { 200: overview } }, serializerCompiler },
      (request) => service.overview(actorOf(request), request.query),
    );
    app.get(
      '/api/overview/plays',
      { config, schema: { querystring: breakdownQuery, response: { 200: breakdown } }, serializerCompiler },
      (request) => service.breakdown(actorOf(request), request.query),
    );
    app.get(
      '/api/overview/boards',
      { config, schema: { querystring: conditionQuery, response: { 200: conditionPage } }, serializerCompiler },
      (request) => service.boardsIn(actorOf(request), request.query),
    );
    app.get('/api/overview/start', { config, schema: { response: { 200: start } } }, (request) =>
      service.start(actorOf(request)),
    );
    return Promise.resolve();
  };
