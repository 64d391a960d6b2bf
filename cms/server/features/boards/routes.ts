import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { absenceAnswer } from '../../../../shared/protocol/board-absence.ts';
import { board, boardInput, boardPatch, boards } from '../../../../shared/protocol/api/boards.ts';
import { statusAnswer } from '../../../../shared/protocol/status.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { longAnswer } from '../../http.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { ProgrammesService } from '../programmes/service.ts';
import type { BoardAbsence } from './absence.ts';
import type { BoardsService } from './service.ts';
import type { BoardStatuses } from './status.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const boardRoutes =
  (
    service: BoardsService,
    absence: BoardAbsence,
    statuses: BoardStatuses,
    programmes: Pick<ProgrammesService, 'clear'>,
  ): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/boards',
      { config, schema: { response: { 200: boards } }, serializerCompiler: longAnswer },
      async (request) => ({ boards: await service.list(actorOf(request)) }),
    );
    app.get('/api/boards/:id', { config, schema: { params, response: { 200: board } } }, (request) =>
      service.get(actorOf(request), request.params.id),
    );
    app.get(
      '/api/boards/:id/absence',
      { config, schema: { params, response: { 200: absenceAnswer } } },
      async (request) => ({ evidence: await absence.of(actorOf(request), request.params.id) }),
    );
    app.get('/api/boards/:id/status', { config, schema: { params, response: { 200: statusAnswer } } }, (request) =>
      statuses.of(actorOf(request), request.params.id),
    );
    app.post(
      '/api/boards',
      { config, schema: { body: boardInput, response: { 201: board } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.patch(
      '/api/boards/:id',
      { config, schema: { params, body: boardPatch, response: { 200: board } } },
      (request) => service.patch(actorOf(request), request.params.id, request.body),
    );
    app.delete(
      '/api/boards/:id',
      { config, schema: { params, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.params.id);
        return reply.code(204).send();
      },
    );
    app.post('/api/boards/:id/restore', { config, schema: { params, response: { 200: board } } }, (request) =>
      service.restore(actorOf(request), request.params.id, (tx, restored) => programmes.clear(tx, restored)),
    );
    return Promise.resolve();
  };
