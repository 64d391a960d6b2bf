/**
 * GET /metrics in Prometheus' text form, for whoever has the token in DATA/metrics-token (`authorization: credentials_file:`). Counts
 * and times only: nothing about people, and no text that they wrote.
 */
import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ConfigError } from './config.ts';
import type { Context, Routes } from './context.ts';
import { writeFileDurably } from './files.ts';
import type { BoardGateway } from './realtime/boards.ts';

/** The secret that /metrics asks for: made at the first start, readable by the owner only. */
export async function monitorToken(data: string, context: Pick<Context, 'sources'>): Promise<string> {
  const path = join(data, 'metrics-token');
  const held = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (held.trim().length >= 32) return held.trim();
  if (held.trim() !== '')
    throw new ConfigError('metrics-token', `${path} holds less than 32 characters: make it longer, or delete it`);
  const token = Buffer.from(context.sources.randomBytes(24)).toString('base64url');
  await writeFileDurably(path, token, 0o600);
  return token;
}

/** @param gateway what is known once sockets are open */
export function createMetrics(
  { events }: Pick<Context, 'events'>,
  gateway: () => Pick<BoardGateway, 'counts' | 'onlineCount'> | null,
) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'bang_tin_http_request_seconds',
    help: 'Time to answer a request, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  new Gauge({
    name: 'bang_tin_boards_online',
    help: 'Boards that are connected',
    registers,
    collect() {
      this.set(gateway()?.onlineCount() ?? 0);
    },
  });
  new Gauge({
    name: 'bang_tin_board_messages',
    help: 'Messages of boards since the start, by what became of them',
    labelNames: ['result'],
    registers,
    collect() {
      for (const [result, count] of Object.entries(gateway()?.counts ?? {})) this.set({ result }, Number(count));
    },
  });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const plays = counter('bang_tin_plays_total', 'Plays recorded');
  const published = counter('bang_tin_programmes_published_total', 'Programmes signed and sent');
  const raised = counter('bang_tin_takeovers_raised_total', 'Takeovers raised, updated and ended');
  const stop = [
    events.on('playsRecorded', ({ count }) => plays.inc(count)),
    events.on('programmePublished', () => published.inc()),
    events.on('takeoverRaised', () => raised.inc()),
  ];

  const routes: Routes = (app) => {
    app.get(
      '/metrics',
      { config: { auth: 'monitor' }, schema: { summary: 'Figures for Prometheus' } },
      async (_request, reply) => {
        void reply.header('cache-control', 'no-store').type(registry.contentType);
        return registry.metrics();
      },
    );
    return Promise.resolve();
  };

  return {
    routes,
    /** Before the routes that it is to measure. */
    measure(app: FastifyInstance): void {
      app.addHook('onResponse', (request, reply, done) => {
        // The route's pattern, never the address: ids and search words stay out.
        const route = request.routeOptions.url ?? 'none';
        const labels = { method: request.method, route, status: String(reply.statusCode) };
        requests.observe(labels, reply.elapsedTime / 1000);
        done();
      });
    },
    close(): void {
      for (const end of stop) end();
      registry.clear();
    },
  };
}
