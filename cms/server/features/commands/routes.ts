/** HTTP of commands to boards. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  givenCommand,
  givenCommands,
  orderCopies,
  ordersCopied,
  sourceCut,
} from '../../../../shared/protocol/api/commands.ts';
import { commandRequest } from '../../../../shared/protocol/commands.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { logPath, maxLogBytes } from '../../../../shared/protocol/link.ts';
import { actorOf, boardIdOf, type Routes } from '../../context.ts';
import type { CutsService } from './cuts.ts';
import { inert } from '../media/send-file.ts';
import type { LogService } from './logs.ts';
import type { CommandService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function commandRoutes(service: CommandService, logs: LogService, cuts: CutsService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    app.post(
      '/api/boards/:id/commands',
      { config, schema: { params, body: commandRequest, response: { 200: givenCommand } } },
      (request) => service.run(actorOf(request), request.params.id, request.body),
    );
    app.post(
      '/api/boards/:id/orders/copies',
      { config, schema: { params, body: orderCopies, response: { 200: ordersCopied } } },
      (request) => service.copy(actorOf(request), request.params.id, request.body.names, request.body.boardIds),
    );
    app.get('/api/boards/:id/commands', { config, schema: { params, response: { 200: givenCommands } } }, (request) =>
      service.list(actorOf(request), request.params.id),
    );
    app.get('/api/boards/:id/cut', { config, schema: { params, response: { 200: sourceCut } } }, (request) =>
      cuts.standing(actorOf(request), request.params.id),
    );
    app.get(
      '/api/boards/:id/logs/:commandId',
      { config, schema: { params: params.extend({ commandId: uuid }) } },
      async (request, reply) => {
        const text = await logs.read(actorOf(request), request.params.id, request.params.commandId);
        void reply.headers({
          ...inert,
          'content-type': 'text/plain; charset=utf-8',
          'cache-control': 'private, no-store',
        });
        return reply.send(text);
      },
    );
    app.put(
      logPath(':id'),
      {
        config: { auth: 'board' },
        bodyLimit: maxLogBytes,
        schema: { params, body: z.string(), response: { 204: z.undefined() } },
      },
      async (request, reply) => {
        await logs.take(boardIdOf(request), request.params.id, request.body);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
}
