import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { z } from 'zod';
import { timeAnswer } from '../../shared/protocol/link.ts';
import type { Context, Routes } from './context.ts';

const config = { auth: 'public' } as const;

/** What anybody may ask: the time, and whether the CMS is well. */
export const systemRoutes =
  ({ store, sources }: Pick<Context, 'store' | 'sources'>): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    for (const url of ['/api/time', '/api/board/time']) {
      app.get(url, { config, schema: { response: { 200: timeAnswer } } }, (_request, reply) => {
        void reply.header('cache-control', 'no-store');
        return Promise.resolve({ now: Math.floor(sources.now()) });
      });
    }
    // The interface as its own schemas say it; for whoever has an account.
    app.get('/api/openapi.json', { config: { auth: 'user' }, schema: { summary: 'This description' } }, () =>
      Promise.resolve(plain.swagger()),
    );
    app.get(
      '/health',
      { config, schema: { response: { 200: z.strictObject({ ok: z.literal(true) }) } } },
      async (_request, reply) => {
        void reply.header('cache-control', 'no-store');
        await sql`select 1`.execute(store.read);
        return { ok: true as const };
      },
    );
    return Promise.resolve();
  };
