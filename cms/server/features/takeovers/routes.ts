/** HTTP of takeovers. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { takeoverTemplates } from '../../../../shared/protocol/api/takeover-templates.ts';
import {
  takeoverDetail,
  takeoverPreview,
  takeoverPreviewRequest,
  takeoverRequest,
  takeovers,
  takeoversQuery,
  takeoverView,
} from '../../../../shared/protocol/api/takeovers.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { longAnswer } from '../../http.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { TakeoverService } from './service.ts';
import type { TemplateService } from './templates.ts';

export function takeoverRoutes(service: TakeoverService, templates: TemplateService): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    const config = { auth: 'user' } as const;
    const params = z.strictObject({ id: uuid });

    app.post(
      '/api/takeovers/preview',
      { config, schema: { body: takeoverPreviewRequest, response: { 200: takeoverPreview } } },
      (request) => service.preview(actorOf(request), request.body.selectors),
    );
    app.post(
      '/api/takeovers',
      { config, schema: { body: takeoverRequest, response: { 200: takeoverView } } },
      (request) => service.raise(actorOf(request), request.body),
    );
    app.get(
      '/api/takeovers',
      { config, schema: { querystring: takeoversQuery, response: { 200: takeovers } } },
      (request) => service.list(actorOf(request), request.query),
    );
    app.get('/api/takeover-templates', { config, schema: { response: { 200: takeoverTemplates } } }, (request) =>
      templates.read(actorOf(request)),
    );
    app.put(
      '/api/takeover-templates',
      { config, schema: { body: takeoverTemplates, response: { 200: takeoverTemplates } } },
      (request) => templates.write(actorOf(request), request.body),
    );
    app.get(
      '/api/takeovers/:id',
      { config, schema: { params, response: { 200: takeoverDetail } }, serializerCompiler: longAnswer },
      (request) => service.detail(actorOf(request), request.params.id),
    );
    app.post(
      '/api/takeovers/:id/all-clear',
      { config, schema: { params, response: { 200: takeoverView } } },
      (request) => service.allClear(actorOf(request), request.params.id),
    );
    return Promise.resolve();
  };
}
