/** HTTP: accounts, for those who manage them, and the links by which their people choose a password. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  activeRequest,
  grant,
  invited,
  inviteRequest,
  linkCheck,
  linkRequest,
  linkUse,
  linkUsed,
  oneTimeLink,
  sessions,
  user,
  userPatch,
  users,
  usersQuery,
} from '../../../../shared/protocol/api/users.ts';
import { publishers } from '../../../../shared/protocol/api/publishing.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { sessionCookie, setSessionCookie } from '../../cookies.ts';
import { longAnswer } from '../../http.ts';
import type { UsersService } from './users-service.ts';

const params = z.strictObject({ id: uuid });
const grantParams = grant.extend({ id: uuid });
const sessionParams = params.extend({ sessionId: z.string().max(100) });
const config = { auth: 'user' } as const;
const nothing = { 204: z.undefined() };

export const userRoutes =
  (service: UsersService): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/users',
      { config, schema: { querystring: usersQuery, response: { 200: users } }, serializerCompiler: longAnswer },
      (request) => service.list(actorOf(request), request.query),
    );
    app.post(
      '/api/users',
      { config, schema: { body: inviteRequest, response: { 201: invited } } },
      async (request, reply) => {
        // The link stands in the answer and nowhere else.
        void reply.header('cache-control', 'no-store');
        return reply.code(201).send(await service.invite(actorOf(request), request.body));
      },
    );
    app.get(
      '/api/units/:id/publishers',
      { config, schema: { params, response: { 200: publishers } } },
      async (request) => ({ names: await service.publishers(actorOf(request), request.params.id) }),
    );
    app.get(
      '/api/units/:id/approvers',
      { config, schema: { params, response: { 200: publishers } } },
      async (request) => ({ names: await service.approvers(actorOf(request), request.params.id) }),
    );
    app.get('/api/users/:id', { config, schema: { params, response: { 200: user } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.patch('/api/users/:id', { config, schema: { params, body: userPatch, response: { 200: user } } }, (request) =>
      service.patch(actorOf(request), request.params.id, request.body),
    );
    app.post('/api/users/:id/grants', { config, schema: { params, body: grant, response: { 200: user } } }, (request) =>
      service.grant(actorOf(request), request.params.id, request.body),
    );
    app.delete(
      '/api/users/:id/grants/:unitId/:role',
      { config, schema: { params: grantParams, response: { 200: user } } },
      (request) => {
        const { id, unitId, role } = request.params;
        return service.withdraw(actorOf(request), id, { unitId, role });
      },
    );
    app.put(
      '/api/users/:id/active',
      { config, schema: { params, body: activeRequest, response: { 200: user } } },
      (request) => service.setActive(actorOf(request), request.params.id, request.body.active),
    );
    app.post(
      '/api/users/:id/link',
      { config, schema: { params, response: { 201: oneTimeLink } } },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return reply.code(201).send(await service.issueLink(actorOf(request), request.params.id));
      },
    );
    app.delete('/api/users/:id/link', { config, schema: { params, response: nothing } }, async (request, reply) => {
      await service.revokeLink(actorOf(request), request.params.id);
      return reply.code(204).send();
    });
    app.delete('/api/users/:id/second-factor', { config, schema: { params, response: { 200: user } } }, (request) =>
      service.resetSecondFactor(actorOf(request), request.params.id),
    );
    app.get(
      '/api/users/:id/sessions',
      { config, schema: { params, response: { 200: sessions } } },
      async (request) => ({ sessions: await service.sessions(actorOf(request), request.params.id) }),
    );
    app.delete('/api/users/:id/sessions', { config, schema: { params, response: nothing } }, async (request, reply) => {
      await service.endSessions(actorOf(request), request.params.id);
      return reply.code(204).send();
    });
    app.delete(
      '/api/users/:id/sessions/:sessionId',
      { config, schema: { params: sessionParams, response: nothing } },
      async (request, reply) => {
        await service.endSession(actorOf(request), request.params.id, request.params.sessionId);
        return reply.code(204).send();
      },
    );

    app.post(
      '/api/account-links/check',
      { config: { auth: 'public' }, schema: { body: linkRequest, response: { 200: linkCheck } } },
      (request) => service.links.check(request.body.token, request.ip),
    );
    app.post(
      '/api/account-links/use',
      { config: { auth: 'public' }, schema: { body: linkUse, response: { 200: linkUsed } } },
      async (request, reply) => {
        const origin = { address: request.ip, userAgent: request.headers['user-agent'] ?? null };
        const session = await service.links.use(request.body, origin, request.cookies[sessionCookie] ?? null);
        setSessionCookie(reply, session.token);
        return { me: session.me };
      },
    );
    return Promise.resolve();
  };
