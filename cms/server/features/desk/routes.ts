/** HTTP of what waits for a person. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { desk } from '../../../../shared/protocol/api/desk.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { createDesk } from './service.ts';

export const deskRoutes =
  (deskOf: ReturnType<typeof createDesk>): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/desk', { config: { auth: 'user' }, schema: { response: { 200: desk } } }, (request) =>
      deskOf(actorOf(request)),
    );
    await Promise.resolve();
  };
