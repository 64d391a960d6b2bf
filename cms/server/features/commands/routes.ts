/** HTTP of commands to boards. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { givenCommand, givenCommands } from '../../../../shared/protocol/api/commands.ts';
import { commandRequest } from '../../../../shared/protocol/commands.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { CommandService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function commandRoutes(service: CommandService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    app.post(
      '/api/boards/:id/commands',
      { config, schema: { params, body: commandRequest, response: { 200: givenCommand } } },
      (request) => service.run(actorOf(request), request.params.id, request.body),
    );
    app.get(
      '/api/boards/:id/commands',
      { config, schema: { params, response: { 200: givenCommands } } },
      async (request) => ({ commands: await service.list(actorOf(request), request.params.id) }),
    );
    return Promise.resolve();
  };
}
