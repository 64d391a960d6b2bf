import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  holdingRequest,
  noticeHolding,
  programmeChanges,
  publishAnswer,
  publishPreview,
  publishRequest,
} from '../../../../shared/protocol/api/publishing.ts';
import { sha256Hex, uuid } from '../../../../shared/protocol/common.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import { sendContent, textContent } from '../media/send-file.ts';
import type { ProgrammesService } from './service.ts';

const config = { auth: 'user' } as const;

export const programmeRoutes =
  (service: ProgrammesService): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post(
      '/api/programmes/preview',
      { config, schema: { body: publishRequest, response: { 200: publishPreview } }, serializerCompiler: longAnswer },
      (request) => service.preview(actorOf(request), request.body.boardIds),
    );
    app.post(
      '/api/programmes/publish',
      { config, schema: { body: publishRequest, response: { 200: publishAnswer } } },
      async (request) => ({
        boards: await service.publish(actorOf(request), request.body.boardIds),
      }),
    );
    app.post(
      '/api/programmes/holding',
      { config, schema: { body: holdingRequest, response: { 200: noticeHolding } }, serializerCompiler: longAnswer },
      (request) => service.holding(actorOf(request), request.body.noticeId, request.body.boardIds),
    );
    app.get(
      '/api/boards/:id/changes',
      {
        config,
        schema: { params: z.strictObject({ id: uuid }), response: { 200: programmeChanges } },
        serializerCompiler: longAnswer,
      },
      (request) => service.changes(actorOf(request), request.params.id),
    );
    app.get(
      '/content/parts/:hash',
      { config: { auth: 'boardOrUser' }, schema: { params: z.strictObject({ hash: sha256Hex }) } },
      async (request, reply) => {
        const { hash } = request.params;
        const body = await service.part(hash);
        if (body === null) throw new AppError('part_unknown', 'There is no such part', { status: 404 });
        return sendContent(request, reply, textContent(hash, 'application/json; charset=utf-8', body));
      },
    );
    await Promise.resolve();
  };
