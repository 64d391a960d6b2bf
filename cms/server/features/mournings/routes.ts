import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  mourning,
  mourningDetail,
  mourningEdit,
  mourningInput,
  mourningLift,
  mourningPreview,
  mourningPreviewRequest,
  mournings,
  mourningsQuery,
} from '../../../../shared/protocol/api/mournings.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { MourningReach } from './reach.ts';
import type { MourningsService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const mourningRoutes =
  (service: MourningsService, reach: MourningReach): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/mournings',
      { config, schema: { querystring: mourningsQuery, response: { 200: mournings } } },
      (request) => service.list(actorOf(request), request.query),
    );
    app.post(
      '/api/mournings',
      { config, schema: { body: mourningInput, response: { 201: mourning } } },
      async (request, reply) => reply.code(201).send(await service.order(actorOf(request), request.body)),
    );
    app.post(
      '/api/mournings/preview',
      { config, schema: { body: mourningPreviewRequest, response: { 200: mourningPreview } } },
      (request) => reach.preview(actorOf(request), request.body.unitId),
    );
    app.get(
      '/api/mournings/:id',
      { config, schema: { params, response: { 200: mourningDetail } }, serializerCompiler: longAnswer },
      (request) => reach.detail(actorOf(request), request.params.id),
    );
    app.put(
      '/api/mournings/:id',
      { config, schema: { params, body: mourningEdit, response: { 200: mourning } } },
      (request) => service.setEnd(actorOf(request), request.params.id, request.body.revision, request.body.endsAt),
    );
    app.post(
      '/api/mournings/:id/lift',
      { config, schema: { params, body: mourningLift, response: { 200: mourning } } },
      (request) => service.lift(actorOf(request), request.params.id, request.body.revision),
    );
    await Promise.resolve();
  };
