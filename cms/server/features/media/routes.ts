import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  media,
  mediaEdit,
  mediaList,
  mediaQuery,
  mediaReplace,
  mediaReplaced,
  mediaTags,
  mediaUses,
  unfinishedUploads,
} from '../../../../shared/protocol/api/media.ts';
import { sha256Hex, uuid } from '../../../../shared/protocol/common.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { actorOf, type Routes } from '../../context.ts';
import { fileContent, sendContent } from './send-file.ts';
import type { MediaService } from './service.ts';
import { uploadsPath, type UploadServer } from './uploads.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export function mediaRoutes(service: MediaService, uploads: UploadServer): Routes {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/media', { config, schema: { querystring: mediaQuery, response: { 200: mediaList } } }, (request) =>
      service.list(actorOf(request), request.query),
    );
    app.get('/api/media/tags', { config, schema: { response: { 200: mediaTags } } }, async (request) => ({
      tags: await service.tags(actorOf(request)),
    }));
    app.patch('/api/media/:id', { config, schema: { params, body: mediaEdit, response: { 200: media } } }, (request) =>
      service.edit(actorOf(request), request.params.id, request.body),
    );
    app.get('/api/media/:id', { config, schema: { params, response: { 200: media } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.get('/api/media/:id/uses', { config, schema: { params, response: { 200: mediaUses } } }, (request) =>
      service.uses(actorOf(request), request.params.id),
    );
    app.post('/api/media/:id/restore', { config, schema: { params, response: { 200: media } } }, (request) =>
      service.restore(actorOf(request), request.params.id),
    );
    app.post(
      '/api/media/:id/replace',
      { config, schema: { params, body: mediaReplace, response: { 200: mediaReplaced } } },
      (request) => service.replace(actorOf(request), request.params.id, request.body.by),
    );
    app.delete(
      '/api/media/:id',
      { config, schema: { params, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id);
        return reply.code(204).send();
      },
    );
    app.get(
      '/content/assets/:hash',
      { config: { auth: 'boardOrUser' }, schema: { params: z.strictObject({ hash: sha256Hex }) } },
      async (request, reply) => {
        const { hash } = request.params;
        const asset = await service.asset(hash);
        if (!asset) throw new AppError('asset_unknown', 'There is no such file', { status: 404 });
        return sendContent(request, reply, await fileContent(hash, asset));
      },
    );
    app.get(uploadsPath, { config, schema: { response: { 200: unfinishedUploads } } }, async (request) => ({
      uploads: await uploads.unfinished(actorOf(request)),
    }));
    await plain.register(uploadRoutes(uploads));
  };
}

/** tus reads the request itself: here nothing parses a body. */
export function uploadRoutes(uploads: UploadServer): Routes {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const [method, url] of [
      ['POST', uploads.path],
      ['HEAD', `${uploads.path}/:id`],
      ['PATCH', `${uploads.path}/:id`],
      ['DELETE', `${uploads.path}/:id`],
    ] as const)
      app.route({
        method,
        url,
        config: { ...config, swagger: { exposeHeadRoute: true } },
        schema: { summary: 'Resumable upload by tus 1.0 (https://tus.io/protocols/resumable-upload)' },
        handler: async (request, reply) => {
          const actor = actorOf(request);
          reply.hijack();
          await uploads.handle(request.raw, reply.raw, actor);
        },
      });
    await Promise.resolve();
  };
}
