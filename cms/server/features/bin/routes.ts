import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { bin, binQuery } from '../../../../shared/protocol/api/bin.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { BinList } from './list.ts';

export const binRoutes =
  (service: BinList): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/bin',
      { config: { auth: 'user' }, schema: { querystring: binQuery, response: { 200: bin } } },
      (request) => service.list(actorOf(request), request.query),
    );
    await Promise.resolve();
  };
