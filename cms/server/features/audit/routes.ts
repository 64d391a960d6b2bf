/** HTTP of the audit log. Nothing changes it from outside. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { auditPage, auditQuery } from '../../../../shared/protocol/api/audit.ts';
import { actorOf, type Routes } from '../../context.ts';
import { longAnswer } from '../../http.ts';
import type { AuditLog } from './log.ts';

export const auditRoutes =
  (log: AuditLog): Routes =>
  (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      '/api/audit',
      {
        config: { auth: 'user' },
        schema: { querystring: auditQuery, response: { 200: auditPage } },
        serializerCompiler: longAnswer,
      },
      (request) => log.page(actorOf(request), request.query),
    );
    return Promise.resolve();
  };
