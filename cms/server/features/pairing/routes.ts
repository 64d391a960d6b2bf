/** HTTP of pairing: three public routes for the player, two for the person who reads the code from the screen or ends a pairing. */
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  board as boardView,
  boardPairing,
  pairBoardRequest,
  unpairBoardRequest,
} from '../../../../shared/protocol/api/boards.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { pairingAnswer, pairingOffer, pairingReveal, pairingState } from '../../../../shared/protocol/pairing.ts';
import type { Actor } from '../../access.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { PairingService } from './service.ts';

export interface PairingRouteDeps {
  /** The board as its page shows it. */
  boardFor(actor: Actor, boardId: string): Promise<z.infer<typeof boardView>>;
}

export function pairingRoutes(service: PairingService, deps: PairingRouteDeps): Routes {
  return (fastify) => {
    const app = fastify.withTypeProvider<ZodTypeProvider>();
    const params = z.strictObject({ id: uuid });

    app.post(
      '/api/pairing',
      { config: { auth: 'public' }, schema: { body: pairingOffer, response: { 200: pairingAnswer } } },
      (request) => service.offer(request.body.commitment, request.ip),
    );
    app.post(
      '/api/pairing/:id/reveal',
      { config: { auth: 'public' }, schema: { params, body: pairingReveal, response: { 200: pairingState } } },
      (request) => service.reveal(request.params.id, request.body, request.ip),
    );
    app.get(
      '/api/pairing/:id',
      { config: { auth: 'public' }, schema: { params, response: { 200: pairingState } } },
      (request) => service.state(request.params.id, request.ip),
    );
    app.post(
      '/api/boards/:id/pairing',
      { config: { auth: 'user' }, schema: { params, body: pairBoardRequest, response: { 200: boardView } } },
      async (request) => {
        const actor = actorOf(request);
        await service.confirm({ actor, boardId: request.params.id, code: request.body.code, address: request.ip });
        return deps.boardFor(actor, request.params.id);
      },
    );
    app.get(
      '/api/boards/:id/pairing',
      { config: { auth: 'user' }, schema: { params, response: { 200: boardPairing } } },
      async (request) => {
        // Whoever sees the board.
        await deps.boardFor(actorOf(request), request.params.id);
        const { id } = request.params;
        return { pairedAt: await service.pairedAt(id), ended: await service.lastEnd(id) };
      },
    );
    app.post(
      '/api/boards/:id/unpair',
      { config: { auth: 'user' }, schema: { params, body: unpairBoardRequest, response: { 200: boardView } } },
      async (request) => {
        const actor = actorOf(request);
        await service.end({ actor, boardId: request.params.id, ...request.body });
        return deps.boardFor(actor, request.params.id);
      },
    );
    return Promise.resolve();
  };
}
