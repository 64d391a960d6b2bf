/** HTTP: one's own second factor, and whether the installation asks for one. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { me } from '../../../../shared/protocol/api/accounts.ts';
import {
  ownSecondFactor,
  passwordShown,
  recoveryCodes,
  secondFactorBegin,
  secondFactorConfirm,
  secondFactorProof,
  secondFactorSecret,
  settings,
} from '../../../../shared/protocol/api/second-factor.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { SecondFactor } from './second-factor.ts';
import type { SettingsService } from './settings.ts';

const config = { auth: 'user' } as const;
/** What leads to a session that opens the rest. */
const early = { auth: 'user', beforeSecondFactor: true } as const;

export const secondFactorRoutes =
  (service: SecondFactor): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post(
      '/api/session/second-factor',
      { config: early, schema: { body: secondFactorProof, response: { 200: me } } },
      (request) => service.prove(actorOf(request), request.body.code, request.ip),
    );
    app.get('/api/account/second-factor', { config, schema: { response: { 200: ownSecondFactor } } }, (request) =>
      service.view(actorOf(request)),
    );
    app.post(
      '/api/account/second-factor/begin',
      { config: early, schema: { body: secondFactorBegin, response: { 200: secondFactorSecret } } },
      (request, reply) => {
        // The secret stands in the answer and nowhere else.
        void reply.header('cache-control', 'no-store');
        return service.begin(actorOf(request), request.body.password, request.ip);
      },
    );
    app.post(
      '/api/account/second-factor/confirm',
      { config: early, schema: { body: secondFactorConfirm, response: { 200: recoveryCodes } } },
      (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return service.confirm(actorOf(request), request.body.code, request.ip);
      },
    );
    app.post(
      '/api/account/second-factor/recovery-codes',
      { config, schema: { body: passwordShown, response: { 200: recoveryCodes } } },
      (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return service.renewRecoveryCodes(actorOf(request), request.body.password, request.ip);
      },
    );
    app.post(
      '/api/account/second-factor/remove',
      { config, schema: { body: passwordShown, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await service.remove(actorOf(request), request.body.password, request.ip);
        return reply.code(204).send();
      },
    );
    return Promise.resolve();
  };

export const settingsRoutes =
  (service: SettingsService): Routes =>
  (plain: FastifyInstance) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/settings', { config, schema: { response: { 200: settings } } }, () => service.read());
    app.put('/api/settings', { config, schema: { body: settings, response: { 200: settings } } }, (request) =>
      service.write(actorOf(request), request.body),
    );
    return Promise.resolve();
  };
