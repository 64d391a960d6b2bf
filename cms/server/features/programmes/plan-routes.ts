import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  boardProgramme,
  coverageAnswer,
  coverageRequest,
  programmeQuery,
} from '../../../../shared/protocol/api/plans.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { PlansService } from './plans.ts';

const config = { auth: 'user' } as const;

export const planRoutes =
  (service: PlansService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/boards/:id/programme',
      {
        config,
        schema: {
          params: z.strictObject({ id: uuid }),
          querystring: programmeQuery,
          response: { 200: boardProgramme },
        },
        serializerCompiler: longAnswer,
      },
      (request) => service.programme(actorOf(request), request.params.id, request.query),
    );
    app.post(
      '/api/coverage',
      { config, schema: { body: coverageRequest, response: { 200: coverageAnswer } }, serializerCompiler: longAnswer },
      (request) => service.coverage(actorOf(request), request.body),
    );
    await Promise.resolve();
  };
