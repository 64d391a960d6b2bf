import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  me,
  setupCheck,
  setupCheckRequest,
  setupRequest,
  signInRequest,
} from '../../../../shared/protocol/api/accounts.ts';
import { actorOf, type Routes } from '../../context.ts';
import { sessionCookie, setSessionCookie } from '../../cookies.ts';
import type { AccountsService, Session } from './service.ts';

/** Also for who has yet to show a second factor. */
const early = { auth: 'user', beforeSecondFactor: true } as const;

export const accountRoutes =
  (service: AccountsService): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const begun = (reply: FastifyReply, session: Session) => {
      setSessionCookie(reply, session.token);
      return session.me;
    };

    app.post(
      '/api/session',
      { config: { auth: 'public' }, schema: { body: signInRequest, response: { 200: me } } },
      async (request, reply) => {
        const previous = request.cookies[sessionCookie] ?? null;
        return begun(reply, await service.signIn(request.body, request.ip, previous, request.headers['user-agent']));
      },
    );
    app.get(
      '/api/session',
      { config: { auth: 'public' }, schema: { response: { 200: me, 204: z.undefined() } } },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        const token = request.cookies[sessionCookie];
        const actor = token === undefined ? null : await service.resolve(token);
        // Whoever opens the studio to sign in does nothing wrong, and no error stands in the browser's console.
        return actor ? service.me(actor) : reply.code(204).send();
      },
    );
    app.delete(
      '/api/session',
      { config: early, schema: { response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.signOut(actorOf(request));
        setSessionCookie(reply, null);
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/setup',
      { config: { auth: 'public' }, schema: { body: setupRequest, response: { 200: me } } },
      async (request, reply) =>
        begun(reply, await service.setup(request.body, request.ip, request.headers['user-agent'])),
    );
    app.post(
      '/api/setup/check',
      { config: { auth: 'public' }, schema: { body: setupCheckRequest, response: { 200: setupCheck } } },
      async (request) => {
        await service.checkSetup(request.body.token, request.ip);
        return { open: true as const };
      },
    );
    return Promise.resolve();
  };
