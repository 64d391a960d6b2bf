/** HTTP of what technicians know of boards. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { upkeep, upkeepDue, upkeepInput } from '../../../../shared/protocol/api/upkeep.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { UpkeepService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function upkeepRoutes(service: UpkeepService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    app.get('/api/boards/:id/upkeep', { config, schema: { params, response: { 200: upkeep } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.put(
      '/api/boards/:id/upkeep',
      { config, schema: { params, body: upkeepInput, response: { 200: upkeep } } },
      (request) => service.put(actorOf(request), request.params.id, request.body),
    );
    app.get('/api/upkeep/due', { config, schema: { response: { 200: upkeepDue } } }, async (request) => ({
      due: await service.due(actorOf(request)),
    }));
    return Promise.resolve();
  };
}
