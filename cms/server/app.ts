/** The composition root: everything is built here, handed over by name, and taken down in the reverse order. */
import type { FastifyInstance } from 'fastify';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AppError } from '../../shared/util/errors.ts';
import { Access } from './access.ts';
import { backupTime, forgetRestored, noteRestored, wasRestored } from './backup/marker.ts';
import type { Config } from './config.ts';
import type { Context, Routes, Sources } from './context.ts';
import { createEvents } from './events.ts';
import { delegationRoutes } from './features/accounts/delegation-routes.ts';
import { ownAccountRoutes } from './features/accounts/own-routes.ts';
import { accountRoutes } from './features/accounts/routes.ts';
import { secondFactorRoutes, settingsRoutes } from './features/accounts/second-factor-routes.ts';
import { createAccountsService, type AccountsService } from './features/accounts/service.ts';
import { createSettings } from './features/accounts/settings.ts';
import { userRoutes } from './features/accounts/users-routes.ts';
import { createAuditLog } from './features/audit/log.ts';
import { auditRoutes } from './features/audit/routes.ts';
import { createAudit } from './features/audit/service.ts';
import { categoryRoutes } from './features/categories/routes.ts';
import { createCategoriesService } from './features/categories/service.ts';
import { createUpkeepService, type UpkeepService } from './features/upkeep/service.ts';
import { upkeepRoutes } from './features/upkeep/routes.ts';
import { createBinList } from './features/bin/list.ts';
import { binRoutes } from './features/bin/routes.ts';
import { createBoardAbsence } from './features/boards/absence.ts';
import { boardRoutes } from './features/boards/routes.ts';
import { createBoardStatuses } from './features/boards/status.ts';
import { createBoardConditions } from './features/boards/conditions.ts';
import { createBoardsService, type BoardsService } from './features/boards/service.ts';
import { createMetrics, monitorToken } from './metrics.ts';
import { documentRoutes, documentUploadsPath } from './features/documents/routes.ts';
import { deskRoutes } from './features/desk/routes.ts';
import { createDesk } from './features/desk/service.ts';
import { createDocumentsService, type DocumentsService } from './features/documents/service.ts';
import { createKeysService, type KeysService } from './features/keys/service.ts';
import { incidentRoutes } from './features/incidents/routes.ts';
import { createIncidentsService, type IncidentsService } from './features/incidents/service.ts';
import { mediaRoutes } from './features/media/routes.ts';
import { createMediaService, type MediaService } from './features/media/service.ts';
import { createUploadServer } from './features/media/uploads.ts';
import { createMourningReach } from './features/mournings/reach.ts';
import { mourningRoutes } from './features/mournings/routes.ts';
import { createMourningsService, type MourningsService } from './features/mournings/service.ts';
import { approvalRoutes } from './features/notices/approval-routes.ts';
import { createApprovals, type Approvals } from './features/notices/approval.ts';
import { noticeRoutes } from './features/notices/routes.ts';
import { takedownRoutes } from './features/notices/takedown-routes.ts';
import { createTakedowns, type TakedownService } from './features/notices/takedown.ts';
import { createSelfApproval, type SelfApproval } from './features/notices/self-approval.ts';
import { createNoticesService, type NoticesService } from './features/notices/service.ts';
import { createObligationInbox } from './features/obligations/inbox.ts';
import { createDarkHours } from './features/commands/dark-hours.ts';
import { createObligationMatrix } from './features/obligations/matrix.ts';
import { createEmail } from './features/notifications/email.ts';
import { notificationRoutes } from './features/notifications/routes.ts';
import { createNotifications, type NotificationsService } from './features/notifications/service.ts';
import { createWebhook } from './features/notifications/webhook.ts';
import { obligationRoutes } from './features/obligations/routes.ts';
import { createObligationsService, type ObligationsService } from './features/obligations/service.ts';
import { overviewRoutes } from './features/overview/routes.ts';
import { createOverview } from './features/overview/service.ts';
import type { PairingService } from './features/pairing/service.ts';
import { playlistRoutes } from './features/playlists/routes.ts';
import { createPlaylistsService, type PlaylistsService } from './features/playlists/service.ts';
import { planRoutes } from './features/programmes/plan-routes.ts';
import { createPlansService } from './features/programmes/plans.ts';
import { createResting } from './features/programmes/resting.ts';
import { programmeRoutes } from './features/programmes/routes.ts';
import { createProgrammesService, type ProgrammesService } from './features/programmes/service.ts';
import type { ProofService } from './features/proof/service.ts';
import type { ScreenshotService } from './features/screenshots/service.ts';
import { scheduleRoutes } from './features/schedules/routes.ts';
import { createSchedulesService, type SchedulesService } from './features/schedules/service.ts';
import type { TakeoverService } from './features/takeovers/service.ts';
import { createUnitsImport } from './features/units/import.ts';
import { unitRoutes } from './features/units/routes.ts';
import { createUnitsService, type UnitsService } from './features/units/service.ts';
import { LiveUnitTree } from './features/units/tree.ts';
import { updateRoutes } from './features/updates/routes.ts';
import { createUpdatesService } from './features/updates/service.ts';
import { makePrivateFolder } from './files.ts';
import { createHttp, type KnownRoute } from './http.ts';
import { startHousekeeping } from './jobs/housekeeping.ts';
import { pageRoutes } from './pages.ts';
import type { BoardGateway } from './realtime/boards.ts';
import { createLive } from './realtime/live.ts';
import { openSockets, type Sockets } from './realtime/sockets.ts';
import { openStore } from './store/store.ts';
import { systemRoutes } from './system-routes.ts';

export interface Features {
  readonly accounts: AccountsService;
  readonly units: UnitsService;
  readonly boards: BoardsService;
  readonly upkeep: UpkeepService;
  readonly incidents: IncidentsService;
  readonly notifications: NotificationsService;
  readonly keys: KeysService;
  readonly media: MediaService;
  readonly documents: DocumentsService;
  readonly notices: NoticesService;
  readonly approvals: Approvals;
  readonly selfApproval: SelfApproval;
  readonly takedowns: TakedownService;
  readonly playlists: PlaylistsService;
  readonly schedules: SchedulesService;
  readonly obligations: ObligationsService;
  readonly mournings: MourningsService;
  readonly programmes: ProgrammesService;
  readonly pairing: PairingService;
  readonly takeovers: TakeoverService;
  readonly proof: ProofService;
  readonly screenshots: ScreenshotService;
}

export interface App {
  readonly fastify: FastifyInstance;
  readonly sockets: Sockets;
  readonly gateway: BoardGateway;
  readonly context: Context;
  readonly features: Features;
  /** Every route, with who may call it. */
  routes(): readonly KnownRoute[];
  /** @returns the address by which this machine reaches it. @throws AppError `port_in_use` */
  listen(): Promise<string>;
  /** Lets requests in flight end, then closes everything. */
  close(): Promise<void>;
}

/**
 * @param onFatal told of what this process has to end for
 * @throws AppError, StoreError or KeysError with a sentence for the person who starts it
 */
export async function createApp(
  config: Config,
  sources: Sources,
  log: Logger,
  onFatal: (error: Error) => void = (error) => log.fatal({ err: error }, 'this process has to end'),
): Promise<App> {
  // What was built is taken down again when something after it cannot be.
  await using building = new AsyncDisposableStack();
  const { context, tree } = await createContext(config, sources, log, onFatal, building);

  const keys = await createKeysService(context, { restored: config.restored || (await wasRestored(config.data)) });
  const backupAt = await backupTime(config.data);
  if (backupAt !== null) await noteRestored(context.store.write, { backupAt, at: sources.now() });
  await forgetRestored(config.data);
  const units = await createUnitsService(context, { tree });
  const boards = createBoardsService(context, { units });
  const upkeep = createUpkeepService(context, { boards });
  const accounts = createAccountsService(context, { units });
  const auditLog = createAuditLog(context, {
    units,
    peopleCalled: (words) => accounts.calledOrMailed(words),
    namesOfPeople: (ids) => accounts.names(ids),
  });
  const media = createMediaService(context, { units });
  const documents = createDocumentsService(context, { media });
  const categories = createCategoriesService(context);
  const notices = createNoticesService(context, { units, media, categories });
  const selfApproval = createSelfApproval(context, { units });
  const mournings = createMourningsService(context, { units, accounts });
  const playlists = createPlaylistsService(context, { units, notices, mournings });
  const schedules = createSchedulesService(context, { units, boards, playlists });
  for (const feature of [boards, playlists, schedules]) await feature.foldOldRows();
  const obligations = createObligationsService(context, { units, boards, notices });
  const inbox = createObligationInbox(context, { units, boards, notices, accounts, obligations });
  const approvals = createApprovals(context, { notices, accounts, selfApproval, obligations, mournings });
  const darkHours = createDarkHours(context);
  /** What a board's programme is made of. */
  const content = { units, boards, media, notices, playlists, schedules, obligations, mournings, darkHours };
  const programmes = createProgrammesService(context, { keys, ...content });
  building.defer(() => programmes.close());
  const takedowns = createTakedowns(context, { notices, accounts, boards, obligations, programmes });
  const live = await createLive(context, { keys, units, boards, accounts, programmes });
  building.defer(() => live.close());
  const { pairing, takeovers, proof, screenshots, samples, cuts, commands } = live;
  await obligations.announceUnsent(sources.now());
  await mournings.announceUnsent(sources.now());
  const conditions = createBoardConditions(context);
  const statuses = createBoardStatuses(context, { boards });
  const absence = createBoardAbsence({ boards, conditions, upkeep, proof, statuses });
  const incidents = createIncidentsService(context, {
    units,
    boards,
    upkeep,
    absence,
    conditions,
    statuses,
    proof,
    darkHours,
  });
  const notifications = createNotifications(context, {
    accounts,
    incidents,
    email: config.smtp && createEmail(config.smtp),
    webhook: config.webhook && createWebhook(config.webhook, () => sources.now()),
    publicUrl: config.publicUrl,
  });
  building.defer(() => notifications.close());
  const overview = createOverview(context, { units, conditions, proof, categories, notices, playlists, schedules });
  const uploads = createUploadServer(media, { newId: () => sources.newId(), directory: context.folders.uploads });
  await media.start(uploads.find);
  building.defer(() => media.close());
  const documentUploads = createUploadServer(documents, {
    newId: () => sources.newId(),
    directory: context.folders.documents,
    path: documentUploadsPath,
  });
  await documents.start(documentUploads.find);
  building.defer(() => documents.close());

  const http = await createHttp({
    log,
    trustProxy: config.trustProxy,
    resolveSession: (token) => accounts.resolve(token),
    verifyBoardToken: (token) => pairing.verifyBoardToken(token),
    monitorToken: await monitorToken(config.data, context),
    tls: config.tls,
  });
  const fastify = http.app;
  let gateway: BoardGateway | null = null;
  const metrics = createMetrics(context, () => gateway);
  building.defer(() => metrics.close());
  metrics.measure(fastify);
  const routes: readonly Routes[] = [
    systemRoutes(context),
    metrics.routes,
    accountRoutes(accounts),
    ownAccountRoutes(accounts),
    delegationRoutes(accounts.delegations),
    userRoutes(accounts.users),
    secondFactorRoutes(accounts.secondFactor),
    settingsRoutes(createSettings(context)),
    auditRoutes(auditLog),
    unitRoutes(units, createUnitsImport(sources, units)),
    boardRoutes(boards, absence, statuses, programmes),
    binRoutes(createBinList(context, { units, accounts })),
    upkeepRoutes(upkeep),
    incidentRoutes(incidents),
    notificationRoutes(notifications),
    updateRoutes(createUpdatesService(context, { accounts, boards, commands, releaseKey: config.releaseKey })),
    overviewRoutes(overview),
    mediaRoutes(media, uploads),
    documentRoutes(documents, documentUploads),
    categoryRoutes(categories),
    noticeRoutes(notices),
    approvalRoutes(approvals, selfApproval),
    deskRoutes(createDesk({ notices, approvals, inbox })),
    takedownRoutes(takedowns),
    playlistRoutes(playlists),
    scheduleRoutes(schedules),
    programmeRoutes(programmes),
    planRoutes(createPlansService(context, content)),
    obligationRoutes(
      obligations,
      inbox,
      createObligationMatrix(context, {
        units,
        boards,
        notices,
        mournings,
        takedowns,
        takeovers,
        cuts,
        darkHours,
        proof,
      }),
    ),
    mourningRoutes(
      mournings,
      createMourningReach(context, {
        units,
        boards,
        notices,
        mournings,
        resting: createResting(context, { units, boards, notices, mournings }),
      }),
    ),
    ...live.routes,
    pageRoutes({ web: config.web, stage: config.stage }),
  ];
  for (const route of routes) await fastify.register(route);
  const sockets = openSockets(fastify.server);
  gateway = live.attach(sockets.io);
  // First the sockets of every namespace, then HTTP: a server with open sockets does not close.
  building.defer(() => fastify.close());
  building.defer(() => sockets.close());
  await fastify.ready();
  await takedowns.resume();
  building.defer(
    startHousekeeping({
      accounts,
      documents,
      documentUploads,
      incidents,
      keys,
      log,
      media,
      mournings,
      notifications,
      now: () => sources.now(),
      obligations,
      programmes,
      proof,
      samples,
      screenshots,
      takedowns,
      units,
      uploads,
    }),
  );

  const ending = new AbortController();
  let wording = Promise.resolve();
  building.defer(() => {
    ending.abort();
    return wording;
  });

  const disposal = building.move();
  return {
    fastify,
    sockets,
    gateway,
    context,
    features: {
      accounts,
      units,
      boards,
      upkeep,
      incidents,
      notifications,
      keys,
      media,
      documents,
      notices,
      approvals,
      selfApproval,
      takedowns,
      playlists,
      schedules,
      obligations,
      mournings,
      programmes,
      pairing,
      takeovers,
      proof,
      screenshots,
    },
    routes: http.routes,
    async listen() {
      const url = await listen(fastify, config);
      // Minutes, where there is much of a release before; who searches meanwhile does not find all of it yet.
      const found = async (): Promise<void> => {
        for (const feature of [notices, auditLog]) await feature.foldOldRows(ending.signal);
      };
      wording = found().catch((error: unknown) =>
        log.error(
          { err: error },
          'not all notices and entries of the audit log are found by their words; the next start goes on',
        ),
      );
      return url;
    },
    close: () => disposal.disposeAsync(),
  };
}

async function createContext(
  config: Config,
  sources: Sources,
  log: Logger,
  onFatal: (error: Error) => void,
  building: AsyncDisposableStack,
) {
  const folders = {
    media: join(config.data, 'media'),
    uploads: join(config.data, 'uploads'),
    documents: join(config.data, 'documents'),
    screenshots: join(config.data, 'screenshots'),
    releases: join(config.data, 'releases'),
    keys: join(config.data, 'keys'),
  };
  await makePrivateFolder(config.data);
  await mkdir(folders.media, { recursive: true });
  await mkdir(folders.uploads, { recursive: true });
  await mkdir(folders.documents, { recursive: true });
  await makePrivateFolder(folders.screenshots);
  await makePrivateFolder(folders.releases);
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    file: join(config.data, 'cms.sqlite'),
    exclusive: true,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
    onLost: onFatal,
  });
  building.defer(() => store.close());
  const tree = new LiveUnitTree(sources);
  const context: Context = {
    store,
    sources,
    access: new Access(tree),
    audit: createAudit(sources),
    events: createEvents((error, name) => log.error({ err: error, event: name }, 'a listener failed')),
    log,
    folders,
  };
  return { context, tree };
}

async function listen(fastify: FastifyInstance, config: Config): Promise<string> {
  try {
    await fastify.listen({ port: config.port, host: config.host });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new AppError('port_in_use', `Another program uses port ${config.port}; choose another with --port`, {
      cause: error,
      status: 500,
    });
  }
  const address = fastify.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens without a port');
  const everywhere = config.host === '0.0.0.0' || config.host === '::';
  const host = everywhere ? '127.0.0.1' : config.host;
  return `http${config.tls ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
