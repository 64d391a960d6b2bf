/** HTTP of commands to boards. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { commandAnswer, commandRequest } from '../../../../shared/protocol/api/boards.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { CommandService } from './service.ts';

export function commandRoutes(service: CommandService): Routes {
  return (fastify) => {
    fastify.withTypeProvider<ZodTypeProvider>().post(
      '/api/boards/:id/commands',
      {
        config: { auth: 'user' },
        schema: { params: z.strictObject({ id: uuid }), body: commandRequest, response: { 200: commandAnswer } },
      },
      (request) => service.run(actorOf(request), request.params.id, request.body),
    );
    return Promise.resolve();
  };
}
