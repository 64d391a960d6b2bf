import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { uuid } from '../../../../shared/protocol/common.ts';
import { document, documentRange } from '../../../../shared/protocol/api/documents.ts';
import { actorOf, type Routes } from '../../context.ts';
import { uploadRoutes } from '../media/routes.ts';
import type { UploadServer } from '../media/uploads.ts';
import type { DocumentsService } from './service.ts';

export const documentUploadsPath = '/api/document-uploads';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const documentRoutes =
  (service: DocumentsService, uploads: UploadServer): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/documents/:id', { config, schema: { params, response: { 200: document } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.post(
      '/api/documents/:id/read',
      { config, schema: { params, body: documentRange, response: { 200: document } } },
      (request) => service.readPages(actorOf(request), request.params.id, request.body),
    );
    app.delete(
      '/api/documents/:id',
      { config, schema: { params, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id);
        return reply.code(204).send();
      },
    );
    await plain.register(uploadRoutes(uploads));
  };
