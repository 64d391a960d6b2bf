import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { takeDown, takedowns } from '../../../../shared/protocol/api/takedown.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { TakedownService } from './takedown.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;
const response = { 200: takedowns };

export const takedownRoutes =
  (service: TakedownService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/notices/:id/takedowns', { config, schema: { params, response } }, (request) =>
      service.view(actorOf(request), request.params.id),
    );
    app.post('/api/notices/:id/take-down', { config, schema: { params, body: takeDown, response } }, (request) =>
      service.takeDown(actorOf(request), request.params.id, request.body.reason),
    );
    app.post('/api/notices/:id/put-back', { config, schema: { params, response } }, (request) =>
      service.putBack(actorOf(request), request.params.id),
    );
    await Promise.resolve();
  };
