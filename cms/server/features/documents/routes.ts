import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { uuid } from '../../../../shared/protocol/common.ts';
import { unfinishedUploads } from '../../../../shared/protocol/api/media.ts';
import { document, documentRange } from '../../../../shared/protocol/api/documents.ts';
import { actorOf, type Routes } from '../../context.ts';
import { sendUnkept } from '../media/send-file.ts';
import { uploadRoutes } from '../media/routes.ts';
import type { UploadServer } from '../media/uploads.ts';
import type { DocumentsService } from './service.ts';

export const documentUploadsPath = '/api/document-uploads';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

/** To be stored under its name (RFC 6266), whatever letters that has. */
const attachment = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;

export const documentRoutes =
  (service: DocumentsService, uploads: UploadServer): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/documents/:id', { config, schema: { params, response: { 200: document } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    // Without HEAD, which would write of a download that is none.
    app.get(
      '/api/documents/:id/file',
      { config, exposeHeadRoute: false, schema: { params } },
      async (request, reply) => {
        const { name, content } = await service.file(actorOf(request), request.params.id);
        return sendUnkept(reply.header('content-disposition', attachment(name)), content);
      },
    );
    app.get(documentUploadsPath, { config, schema: { response: { 200: unfinishedUploads } } }, async (request) => ({
      uploads: await uploads.unfinished(actorOf(request)),
    }));
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
