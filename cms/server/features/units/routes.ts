import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  unitCancel,
  unitCancelled,
  unitChange,
  unitDetail,
  unitInput,
  unitMerge,
  units,
  unitsQuery,
} from '../../../../shared/protocol/api/units.ts';
import { importQuery, importReport } from '../../../../shared/protocol/api/unit-import.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { UnitsImport } from './import.ts';
import type { UnitsService } from './service.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;

export const unitRoutes =
  (service: UnitsService, imports: UnitsImport): Routes =>
  (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/units',
      {
        config,
        schema: { querystring: unitsQuery, response: { 200: units } },
        serializerCompiler: longAnswer,
      },
      (request) => Promise.resolve({ units: service.list(actorOf(request), request.query.on) }),
    );
    app.get('/api/units/:id', { config, schema: { params, response: { 200: unitDetail } } }, (request) =>
      service.detail(actorOf(request), request.params.id),
    );
    app.post(
      '/api/units',
      { config, schema: { body: unitInput, response: { 201: unitDetail } } },
      async (request, reply) => reply.code(201).send(await service.create(actorOf(request), request.body)),
    );
    app.post(
      '/api/units/:id/changes',
      { config, schema: { params, body: unitChange, response: { 200: unitDetail } } },
      (request) => service.change(actorOf(request), request.params.id, request.body),
    );
    app.post(
      '/api/units/:id/merge',
      { config, schema: { params, body: unitMerge, response: { 200: unitDetail } } },
      (request) => service.merge(actorOf(request), request.params.id, request.body),
    );
    app.post(
      '/api/units/:id/cancel',
      { config, schema: { params, body: unitCancel, response: { 200: unitCancelled } } },
      async (request) => ({ detail: await service.cancel(actorOf(request), request.params.id, request.body.at) }),
    );
    app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post(
      '/api/units/import',
      {
        config,
        schema: { querystring: importQuery, body: z.instanceof(Uint8Array), response: { 200: importReport } },
        serializerCompiler: longAnswer,
      },
      (request) => imports.run(actorOf(request), request.body, request.query),
    );
    return Promise.resolve();
  };
