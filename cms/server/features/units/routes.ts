import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { units } from '../../../../shared/protocol/api/units.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { UnitsService } from './service.ts';

export const unitRoutes =
  (service: UnitsService): Routes =>
  (app) => {
    app.withTypeProvider<ZodTypeProvider>().route({
      method: 'GET',
      url: '/api/units',
      config: { auth: 'user' },
      schema: { response: { 200: units } },
      handler: (request) => Promise.resolve({ units: service.list(actorOf(request)) }),
    });
    return Promise.resolve();
  };
