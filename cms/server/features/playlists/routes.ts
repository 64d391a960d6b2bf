import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  deleteQuery,
  playlist,
  playlistEdit,
  playlistCreate,
  playlists,
  playlistsQuery,
} from '../../../../shared/protocol/api/content.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { PlaylistsService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const playlistRoutes =
  (service: PlaylistsService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/playlists',
      { config, schema: { querystring: playlistsQuery, response: { 200: playlists } } },
      (request) => service.list(actorOf(request), request.query),
    );
    app.get('/api/playlists/:id', { config, schema: { params, response: { 200: playlist } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.post(
      '/api/playlists',
      { config, schema: { body: playlistCreate, response: { 201: playlist } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.put(
      '/api/playlists/:id',
      { config, schema: { params, body: playlistEdit, response: { 200: playlist } } },
      (request) => {
        const { revision, ...input } = request.body;
        return service.edit(actorOf(request), request.params.id, revision, input);
      },
    );
    app.delete(
      '/api/playlists/:id',
      { config, schema: { params, querystring: deleteQuery, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id, request.query.revision);
        return reply.code(204).send();
      },
    );
    app.post('/api/playlists/:id/restore', { config, schema: { params, response: { 200: playlist } } }, (request) =>
      service.restore(actorOf(request), request.params.id),
    );
    await Promise.resolve();
  };
