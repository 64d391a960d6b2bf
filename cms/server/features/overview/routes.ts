/** HTTP of the overview. */
import { Readable } from 'node:stream';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  breakdown,
  breakdownQuery,
  conditionPage,
  conditionQuery,
  exportQuery,
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
      '/api/overview/plays.csv',
      // Without HEAD, which would write of an export that is none.
      { config, exposeHeadRoute: false, schema: { querystring: exportQuery } },
      async (request, reply) => {
        const { name, text } = await service.exported(actorOf(request), request.query);
        return reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
          .header('cache-control', 'no-store')
          .send(Readable.from(text));
      },
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
