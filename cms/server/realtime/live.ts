/**
 * The parts that live boards need, built together for the composition root: pairing, presence, takeovers, proof-of-play,
 * commands, and the two gateways once there is a server to attach them to.
 */
import type { Server } from 'socket.io';
import type { Context, Routes } from '../context.ts';
import type { AccountsService } from '../features/accounts/service.ts';
import type { BoardsService } from '../features/boards/service.ts';
import { commandRoutes } from '../features/commands/routes.ts';
import { createCuts, type CutsService } from '../features/commands/cuts.ts';
import { createLogService } from '../features/commands/logs.ts';
import { createCommandService, type CommandDeps, type CommandService } from '../features/commands/service.ts';
import type { KeysService } from '../features/keys/service.ts';
import { pairingRoutes } from '../features/pairing/routes.ts';
import { createPairingService, type PairingDeps, type PairingService } from '../features/pairing/service.ts';
import { proofRoutes } from '../features/proof/routes.ts';
import { createProofService, type ProofService } from '../features/proof/service.ts';
import { createVerifierThread } from '../features/proof/verify-thread.ts';
import { takeoverRoutes } from '../features/takeovers/routes.ts';
import { createTakeoverService, type TakeoverService } from '../features/takeovers/service.ts';
import { createTemplateService } from '../features/takeovers/templates.ts';
import { sampleRoutes } from '../features/samples/routes.ts';
import { createSampleService, type SampleService } from '../features/samples/service.ts';
import { screenshotRoutes } from '../features/screenshots/routes.ts';
import { createScreenshotService, type ScreenshotService } from '../features/screenshots/service.ts';
import { technicianRoutes } from '../features/technician/routes.ts';
import { createTechnicianService } from '../features/technician/service.ts';
import type { UnitsService } from '../features/units/service.ts';
import { createBoardGateway, type BoardGateway, type BoardGatewayDeps } from './boards.ts';
import { createConsoleGateway } from './console.ts';
import { watchExpiry } from './expiry.ts';
import { Presence } from './presence.ts';
import { createStatusIntake } from './status-intake.ts';

export interface LiveDeps {
  readonly keys: KeysService;
  readonly units: UnitsService;
  readonly boards: BoardsService;
  readonly accounts: AccountsService;
  readonly programmes: BoardGatewayDeps['programmes'] & Pick<PairingDeps, 'certificateFor'>;
}

export interface Live {
  readonly presence: Presence;
  readonly pairing: PairingService;
  readonly takeovers: TakeoverService;
  readonly proof: ProofService;
  readonly screenshots: ScreenshotService;
  readonly samples: SampleService;
  readonly cuts: CutsService;
  readonly commands: CommandService;
  readonly routes: readonly Routes[];
  /** Opens the namespaces; called once, before the server listens. */
  attach(io: Server): BoardGateway;
  /** Lets everybody go, and waits for what was taken. Before the store closes. */
  close(): Promise<void>;
}

export async function createLive(context: Context, deps: LiveDeps): Promise<Live> {
  const { keys, units, boards, accounts, programmes } = deps;
  const presence = await Presence.load(context);
  const statuses = createStatusIntake(context);
  const verifier = createVerifierThread();
  const pairing = createPairingService(context, {
    keys,
    certificateFor: (boardId, deviceKey) => programmes.certificateFor(boardId, deviceKey),
  });
  const takeovers = createTakeoverService(context, { keys, units, boards, accounts, presence });
  const expiry = watchExpiry(context, takeovers);
  const proof = createProofService(context, { boards, units, takeovers, verifier });

  let gateway: BoardGateway | null = null;
  let console: { close(): Promise<void> } | null = null;
  const link: CommandDeps['link'] = {
    isOnline: (boardId) => gateway?.isOnline(boardId) ?? false,
    runCommand: (boardId, command) => gateway?.runCommand(boardId, command) ?? Promise.resolve(null),
  };
  const commands = createCommandService(context, { accounts, keys, boards, link });
  const cuts = createCuts(context, { accounts, boards });
  const screenshots = createScreenshotService(context, { boards, commands });
  const samples = createSampleService(context, { boards, commands });

  return {
    presence,
    pairing,
    takeovers,
    proof,
    screenshots,
    samples,
    cuts,
    commands,
    routes: [
      pairingRoutes(pairing, { boardFor: (actor, boardId) => boards.get(actor, boardId) }),
      takeoverRoutes(takeovers, createTemplateService(context)),
      proofRoutes(proof),
      commandRoutes(commands, createLogService(context, { boards, commands }), cuts),
      screenshotRoutes(screenshots),
      sampleRoutes(samples),
      technicianRoutes(createTechnicianService(context, { boards, keys, pairing })),
    ],
    attach(io) {
      // Whoever connects has to name a namespace that asks who is there; those who name none are let go after a while.
      io.use((_socket, next) => next(new Error('namespace_unknown')));
      gateway = createBoardGateway(io, context, {
        pairing,
        keys,
        programmes,
        takeovers,
        proof,
        commands,
        screenshots,
        presence,
        statuses,
      });
      console = createConsoleGateway(io, context, { accounts, boards, takeovers, tree: units.tree });
      return gateway;
    },
    async close() {
      expiry.close();
      gateway?.close();
      await console?.close();
      await screenshots.close();
      await samples.close();
      await proof.idle();
      await takeovers.idle();
      await statuses.close();
      await presence.close();
      await verifier.close();
    },
  };
}
