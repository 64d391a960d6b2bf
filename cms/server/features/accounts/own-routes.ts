/** HTTP: one's own account. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { passwordChange, sessions } from '../../../../shared/protocol/api/users.ts';
import { actorOf, type Routes } from '../../context.ts';
import { setSessionCookie } from '../../cookies.ts';
import type { AccountsService } from './service.ts';

const config = { auth: 'user' } as const;
const nothing = { 204: z.undefined() };
const params = z.strictObject({ sessionId: z.string().max(100) });

export const ownAccountRoutes =
  (service: AccountsService): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/account/sessions', { config, schema: { response: { 200: sessions } } }, async (request) => ({
      sessions: await service.ownSessions(actorOf(request)),
    }));
    app.delete('/api/account/sessions', { config, schema: { response: nothing } }, async (request, reply) => {
      await service.endOwnSessions(actorOf(request));
      setSessionCookie(reply, null);
      return reply.code(204).send();
    });
    app.delete(
      '/api/account/sessions/:sessionId',
      { config, schema: { params, response: nothing } },
      async (request, reply) => {
        await service.endOwnSession(actorOf(request), request.params.sessionId);
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/account/password',
      { config, schema: { body: passwordChange, response: nothing } },
      async (request, reply) => {
        await service.changePassword(actorOf(request), request.body, request.ip);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
