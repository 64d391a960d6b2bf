/**
 * The whole HTTP interface as OpenAPI 3.1, from the routes' own schemas, and from the `config.auth` by which http.ts lets a request
 * in: what shows who is calling, and what is answered to whom it does not let in.
 */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorBody } from '../../shared/protocol/common.ts';
import type { RouteAuth } from './context.ts';
import { sessionCookie } from './cookies.ts';

/** Methods that change something: with a session they need its token in a header too. */
export const changingMethods: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
export const csrfHeader = 'x-csrf-token';

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description }) as const;
const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie,
    description: 'A person who has signed in: POST /api/session',
  },
  csrf: { type: 'apiKey', in: 'header', name: csrfHeader, description: "The session's `csrfToken`: GET /api/session" },
  boardToken: bearer("A board's player: a token that it signs with its key, good for two minutes (docs/protocol.md)"),
  monitorToken: bearer('Who watches the server: what stands in DATA/metrics-token'),
} as const;
type Requirement = Partial<Record<keyof typeof securitySchemes, never[]>>;

/** One of the requirements is to be met, with all that it names; none: anybody may call. */
function securityOf(auth: RouteAuth, changing: boolean): Requirement[] {
  const session: Requirement = changing ? { session: [], csrf: [] } : { session: [] };
  const byAuth: Record<RouteAuth, Requirement[]> = {
    public: [],
    user: [session],
    board: [{ boardToken: [] }],
    boardOrUser: [{ boardToken: [] }, session],
    monitor: [{ monitorToken: [] }],
  };
  return byAuth[auth];
}

const boardCodes = ['token_missing', 'token_invalid', 'token_expired', 'board_unknown', 'device_replaced'];
/** Codes of 401: nobody is known to call. Sign-in, set-up and links have their own. */
const unknownCaller: Record<RouteAuth, readonly string[]> = {
  public: [],
  user: ['not_signed_in'],
  board: boardCodes,
  boardOrUser: ['not_signed_in', ...boardCodes],
  monitor: ['token_missing'],
};
/** Codes of 403 that come before the route's own, which is mostly `forbidden`: the person may not do it there. */
function heldUpCodes(auth: RouteAuth, changing: boolean): string[] {
  const ofPerson = auth === 'user' || auth === 'boardOrUser';
  return [
    ...(changing ? ['cross_site'] : []),
    ...(ofPerson && changing ? ['csrf_token_invalid'] : []),
    ...(ofPerson ? ['second_factor_needed', 'second_factor_missing', 'forbidden'] : []),
  ];
}

const errorSchema = '#/components/schemas/Error';
/** An error body whose code is one of these, or for which these are the ones to expect. */
function refusal(description: string, codes: readonly string[] = [], closed = false) {
  const code = { type: 'string', ...(closed ? { enum: codes } : { examples: codes }) };
  const known = { type: 'object', properties: { error: { type: 'object', properties: { code } } } };
  const schema = codes.length === 0 ? { $ref: errorSchema } : { allOf: [{ $ref: errorSchema }, known] };
  return { description, content: { 'application/json': { schema } } };
}

/** What is answered instead of what the route promises. */
function refusalsOf(auth: RouteAuth, changing: boolean): Record<string, unknown> {
  const unknown = unknownCaller[auth];
  const heldUp = heldUpCodes(auth, changing);
  return {
    ...(unknown.length > 0 ? { 401: refusal('Nobody is known to call', unknown, true) } : {}),
    ...(heldUp.length > 0 ? { 403: refusal('The caller may not do this here', heldUp) } : {}),
    '4XX': refusal('The request is refused; the code says why', ['invalid_input', 'not_found', 'too_large']),
    '5XX': refusal('The CMS cannot do it now', ['internal', 'server_busy', 'storage_full']),
  };
}

/** What is read again of an operation that is described. */
interface Operation {
  readonly 'x-auth'?: RouteAuth;
  readonly responses?: object;
  readonly requestBody?: unknown;
  readonly parameters?: unknown;
}

const methodOf = ({ method }: RouteOptions): string => [method].flat()[0] ?? 'GET';

// What JSON Schema cannot say, such as «nothing», is left open.
const toJsonSchema = createJsonSchemaTransform({
  zodToJsonConfig: { target: 'draft-2020-12', unrepresentable: 'any' },
});

const { $schema: _dialect, ...errorJson } = z.toJSONSchema(errorBody, { target: 'draft-2020-12' });

export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Bảng Tin CMS',
      version: '1',
      description:
        'Errors have one body with a stable `code`, an English `message`, and the `field` that is wrong, if one is.',
    },
    components: {
      securitySchemes,
      schemas: { Error: errorJson as never },
    },
  },
  transform(input) {
    const { schema, url } = toJsonSchema(input as never);
    const { auth } = input.route.config ?? {};
    if (auth === undefined) return { schema, url };
    const security = securityOf(auth, changingMethods.has(methodOf(input.route)));
    return { schema: { ...schema, security, 'x-auth': auth } as FastifySchema, url };
  },
  transformObject(document) {
    if (!('openapiObject' in document)) return document.swaggerObject;
    const { openapiObject } = document;
    for (const operations of Object.values(openapiObject.paths ?? {})) {
      for (const [method, operation] of Object.entries(operations ?? {})) {
        const { 'x-auth': auth, responses, requestBody, parameters } = operation as Operation;
        if (!auth || !responses) continue;
        Object.assign(responses, refusalsOf(auth, changingMethods.has(method.toUpperCase())));
        if (JSON.stringify([requestBody, parameters]).includes('"revision"'))
          Object.assign(responses, {
            409: refusal('Somebody has changed it since that revision', ['revision_conflict']),
          });
      }
    }
    return openapiObject;
  },
};
