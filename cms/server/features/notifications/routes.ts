/** HTTP of who is told by which way. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  notificationChoice,
  notificationState,
  notificationTest,
  ownNotifications,
} from '../../../../shared/protocol/api/incidents.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { NotificationsService } from './service.ts';

export const notificationRoutes =
  (service: NotificationsService): Routes =>
  (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const config = { auth: 'user' } as const;
    app.get('/api/account/notifications', { config, schema: { response: { 200: ownNotifications } } }, (request) =>
      service.own(actorOf(request)),
    );
    app.put(
      '/api/account/notifications',
      { config, schema: { body: notificationChoice, response: { 200: ownNotifications } } },
      (request) => service.choose(actorOf(request), request.body),
    );
    app.get('/api/notifications', { config, schema: { response: { 200: notificationState } } }, (request) =>
      service.state(actorOf(request)),
    );
    app.post(
      '/api/notifications/test',
      { config, schema: { body: notificationTest, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.test(actorOf(request), request.body);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };
