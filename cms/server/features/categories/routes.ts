import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { categories, categoryUses } from '../../../../shared/protocol/api/categories.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { CategoriesService } from './service.ts';

const config = { auth: 'user' } as const;

export const categoryRoutes =
  (service: CategoriesService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/categories', { config, schema: { response: { 200: categories } } }, () => service.read());
    app.put('/api/categories', { config, schema: { body: categories, response: { 200: categories } } }, (request) =>
      service.write(actorOf(request), request.body),
    );
    app.get('/api/categories/uses', { config, schema: { response: { 200: categoryUses } } }, async (request) => ({
      uses: await service.uses(actorOf(request)),
    }));
    await Promise.resolve();
  };
