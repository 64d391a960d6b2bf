/** HTTP of incidents. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { openIncidentCount } from '../../../../shared/protocol/api/incident-count.ts';
import { incidentPage, incidentPolicy, incidentsQuery } from '../../../../shared/protocol/api/incidents.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { IncidentsService } from './service.ts';

export const incidentRoutes =
  (service: IncidentsService): Routes =>
  (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const config = { auth: 'user' } as const;
    app.get(
      '/api/incidents',
      { config, schema: { querystring: incidentsQuery, response: { 200: incidentPage } } },
      (request) => service.list(actorOf(request), request.query),
    );
    app.get('/api/incidents/open', { config, schema: { response: { 200: openIncidentCount } } }, (request) =>
      service.openCount(actorOf(request)),
    );
    app.get('/api/incidents/policy', { config, schema: { response: { 200: incidentPolicy } } }, () =>
      service.policy.read(),
    );
    app.put(
      '/api/incidents/policy',
      { config, schema: { body: incidentPolicy, response: { 200: incidentPolicy } } },
      (request) => service.policy.write(actorOf(request), request.body),
    );
    return Promise.resolve();
  };
