/**
 * The HTTP server without its routes: parsing and errors at the border, who is calling, headers. Every route declares
 * `config.auth`; one without it keeps the server from starting.
 */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { ErrorBody } from '../../shared/protocol/common.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { Actor } from './access.ts';
import type { RouteAuth } from './context.ts';
import { compressLong } from './compress.ts';
import { sessionCookie } from './cookies.ts';
import { changingMethods, csrfHeader, openApi } from './openapi.ts';
import { isStorageFull } from './store/errors.ts';
import { createTlsServer, type TlsFiles } from './tls.ts';

export interface HttpDeps {
  readonly log: Logger;
  /** Whether one proxy in front says who is calling: the last address in X-Forwarded-For, and X-Forwarded-Proto. */
  readonly trustProxy: boolean;
  /** Who a session's token belongs to. */
  resolveSession(token: string): Promise<Actor | null>;
  /** Whose token this is. @throws AppError 401 */
  verifyBoardToken(token: string): Promise<{ readonly boardId: string; readonly current: boolean }>;
  /** Secret of who watches the server (metrics.ts); null: nobody does. */
  readonly monitorToken: string | null;
  readonly tls: TlsFiles | null;
}

/** A route as it was registered, for the table of rights. */
export interface KnownRoute {
  readonly method: string;
  readonly url: string;
  readonly auth: RouteAuth;
}

export interface Http {
  readonly app: FastifyInstance;
  /** Every route registered so far. */
  readonly routes: () => readonly KnownRoute[];
}

/**
 * `serializerCompiler` of routes that answer with thousands of rows. Other answers are parsed by their schema once more, so that a
 * slip shows as an error and never as a leak; for a province's boards that would hold up the takeovers on the same event loop.
 */
export const longAnswer = () => (answer: unknown) => JSON.stringify(answer);

/** Largest JSON body of somebody who is known, bytes; uploads go by tus, which streams. */
const BODY_LIMIT = 2_000_000;
/** Of anybody: nobody counts or throttles who sends it before it is parsed, and what it takes to sign in or pair is short. */
const PUBLIC_BODY_LIMIT = 16_000;
/** How deep a body may be nested; what pages send is not half as deep. */
const DEEPEST_BODY = 32;

export async function createHttp(deps: HttpDeps): Promise<Http> {
  let stopWatching: () => void = () => undefined;
  const app: FastifyInstance = Fastify({
    serverFactory: (handler) => {
      const { server, stop } = createTlsServer(deps.tls, handler, deps.log);
      stopWatching = stop;
      return server as Server;
    },
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Also of a body that is sent to no route at all.
    bodyLimit: PUBLIC_BODY_LIMIT,
    // The one proxy in front: whatever the caller itself wrote into X-Forwarded-For must not decide whom throttles count.
    trustProxy: deps.trustProxy && ((_address: string, hop: number) => hop === 0),
    forceCloseConnections: true,
  });
  app.addHook('onClose', (_app, done) => {
    stopWatching();
    done();
  });
  const declared: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    declared.push(route);
    if (route.config?.auth !== 'public') route.bodyLimit ??= BODY_LIMIT;
  });
  app.addHook('onReady', (done) => done(firstUndeclared(declared)));

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendError(deps.log, error, request, reply));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(bodyOf(notFound())));
  app.decorateRequest('actor', null);
  app.decorateRequest('boardId', null);
  await app.register(cookie);
  await app.register(helmet, {
    ...helmetOptions,
    // Behind a proxy TLS is the proxy's to know and to promise.
    strictTransportSecurity: deps.tls === null ? false : { maxAge: 31_536_000, includeSubDomains: false },
  });
  await app.register(swagger, openApi);
  app.addHook('onSend', compressLong);
  app.addHook('onRequest', (request) => authenticate(deps, request));
  app.addHook('preValidation', (request, _reply, done) => done(refuseOdd(request.body)));

  return {
    app,
    routes: () =>
      declared.flatMap(({ method, url, config }) =>
        [method].flat().map((one) => ({ method: one, url, auth: config!.auth! })),
      ),
  };
}

/** No table takes a NUL (PostgreSQL has none in text), and no text that people write holds one. Nothing that reads on goes deeper. */
function refuseOdd(value: unknown, depth = 0): AppError | undefined {
  if (typeof value === 'string')
    return value.includes('\0') ? new AppError('invalid_input', 'A text holds the character U+0000') : undefined;
  // A file; whoever reads it refuses what is odd there.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if (depth === DEEPEST_BODY)
    return new AppError('invalid_input', `The request is nested more than ${DEEPEST_BODY} deep`);
  for (const inner of Object.values(value)) {
    const error = refuseOdd(inner, depth + 1);
    if (error) return error;
  }
  return undefined;
}

function firstUndeclared(routes: readonly RouteOptions[]): Error | undefined {
  const route = routes.find(({ config }) => config?.auth === undefined);
  return (
    route &&
    new Error(`The route ${[route.method].flat().join('|')} ${route.url} does not say who may call it (config.auth)`)
  );
}

const helmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      // Components place things by style attributes; those cannot load or run anything.
      'style-src-attr': ["'unsafe-inline'"],
      'img-src': ["'self'", 'data:', 'blob:'],
      'media-src': ["'self'", 'blob:'],
      'font-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      // The stage beside the form: our own page under /stage/.
      'frame-src': ["'self'"],
      'frame-ancestors': ["'self'"],
      'worker-src': ["'self'", 'blob:'],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
    },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
} as const;

async function authenticate(deps: HttpDeps, request: FastifyRequest): Promise<void> {
  const { auth } = request.routeOptions.config;
  const changing = changingMethods.has(request.method);
  // Another site's page may not sign anybody in or out, whatever cookies the browser adds.
  if (changing && request.headers['sec-fetch-site'] === 'cross-site') {
    throw new AppError('cross_site', 'Requests from other sites are not taken', { status: 403 });
  }
  if (auth === undefined || auth === 'public') return;
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (auth === 'board' || (auth === 'boardOrUser' && bearer !== undefined)) {
    request.boardId = await boardOf(deps, bearer);
    return;
  }
  if (auth === 'monitor') return assertMonitor(deps.monitorToken, bearer);
  const token = request.cookies[sessionCookie];
  const actor = token === undefined ? null : await deps.resolveSession(token);
  if (!actor) throw new AppError('not_signed_in', 'Sign in first', { status: 401 });
  if (changing) assertCsrf(request, actor);
  if (request.routeOptions.config.beforeSecondFactor !== true) assertSecondFactor(actor);
  request.actor = actor;
}

async function boardOf(deps: HttpDeps, bearer: string | undefined): Promise<string> {
  if (bearer === undefined)
    throw new AppError('token_missing', 'Authorization: Bearer <board token> is missing', { status: 401 });
  const { boardId, current } = await deps.verifyBoardToken(bearer);
  if (!current)
    throw new AppError('device_replaced', 'This player does not speak for the board any more', { status: 401 });
  return boardId;
}

function assertMonitor(expected: string | null, bearer = ''): void {
  if (expected !== null && sameSecret(bearer, expected)) return;
  throw new AppError('token_missing', 'Authorization: Bearer <token of DATA/metrics-token> is missing or wrong', {
    status: 401,
  });
}

function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function assertCsrf(request: FastifyRequest, actor: Actor): void {
  if (sameSecret(String(request.headers[csrfHeader] ?? ''), actor.csrfToken)) return;
  throw new AppError('csrf_token_invalid', `The header ${csrfHeader} is missing or wrong`, { status: 403 });
}

function assertSecondFactor({ secondFactor }: Actor): void {
  if (secondFactor === 'code')
    throw new AppError('second_factor_needed', 'Show your second factor first', { status: 403 });
  if (secondFactor === 'setUp')
    throw new AppError('second_factor_missing', 'Your roles need a second factor; set one up first', { status: 403 });
}

const notFound = (): AppError => new AppError('not_found', 'There is nothing at this address', { status: 404 });

export const bodyOf = (error: AppError): ErrorBody => ({
  error: { code: error.code, message: error.message, field: error.field, params: error.params },
});

/** Makes of anything thrown what a caller may know. */
export function toAppError(error: unknown): AppError {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    const field = issue ? issue.instancePath.split('/').filter(Boolean).join('.') : '';
    return new AppError(
      'invalid_input',
      issue?.message ?? 'The request has the wrong shape',
      field === '' ? {} : { field },
    );
  }
  if (isStorageFull(error)) return new AppError('storage_full', 'The disk of the CMS is full', { status: 507 });
  if (error instanceof AppError) return error;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (statusCode === 413) return new AppError('too_large', 'The request is too large', { status: 413 });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    // Fastify's own: broken JSON, an unknown content type.
    return new AppError(
      statusCode === 404 ? 'not_found' : 'invalid_input',
      String(code ?? 'The request cannot be read'),
      { status: statusCode },
    );
  }
  return new AppError('internal', 'Something went wrong inside the CMS; its log says what', {
    status: 500,
    cause: error,
  });
}

function sendError(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toAppError(error);
  // A fault of ours says nothing of itself to the outside.
  const told =
    known.status === 500
      ? new AppError('internal', 'Something went wrong inside the CMS; its log says what', { status: 500 })
      : known;
  if (known.status >= 500)
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed');
  if (typeof known.params.retryAfterSeconds === 'number')
    void reply.header('retry-after', known.params.retryAfterSeconds);
  return reply.code(known.status).send(bodyOf(told));
}
