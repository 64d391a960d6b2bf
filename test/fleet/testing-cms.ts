/** A CMS for tests of what boards and consoles see: real store, real HTTP, real sockets; programmes faked by the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from 'socket.io';
import { maxMessageBytes } from '../../shared/protocol/link.ts';
import type { Role } from '../../cms/server/store/schema.ts';
import { createAccountsService } from '../../cms/server/features/accounts/service.ts';
import { createBoardsService } from '../../cms/server/features/boards/service.ts';
import { createKeysService } from '../../cms/server/features/keys/service.ts';
import { createHttp } from '../../cms/server/http.ts';
import { createLive, type LiveDeps } from '../../cms/server/realtime/live.ts';
import { openStore, type StoreOptions } from '../../cms/server/store/store.ts';
import { createTestContext, seedUnits } from '../../cms/server/testing.ts';
import { SimulatedBoard } from './board.ts';
import { seedBoards, seedPerson, type SeededPerson } from './seed.ts';

export type TestCms = Awaited<ReturnType<typeof startTestCms>>;

/** @param database an empty one; without it one of its own in SQLite */
export async function startTestCms(database?: StoreOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-live-'));
  const own = { databaseUrl: null, file: join(folder, 'cms.sqlite'), onError: () => undefined };
  const store = await openStore(database ?? own);
  const { context, sources, units, emitted, discard } = await createTestContext(store);
  const unitIds = await seedUnits({ context, units });
  const keys = await createKeysService(context, { restored: false });
  const boards = createBoardsService(context, { units });
  const accounts = createAccountsService(context, { units });
  const manifests = new Map<string, Awaited<ReturnType<LiveDeps['programmes']['newestManifest']>>>();
  const progress: { boardId: string; progress: unknown }[] = [];
  const live = await createLive(context, {
    keys,
    units,
    boards,
    accounts,
    programmes: {
      newestManifest: (boardId) => Promise.resolve(manifests.get(boardId) ?? null),
      recordProgress: (boardId, said) => {
        progress.push({ boardId, progress: said });
        return Promise.resolve();
      },
      certificateFor: (boardId, deviceKey) =>
        Promise.resolve(`certificate.${boardId.replaceAll('-', '')}.${deviceKey}`),
    },
  });
  const http = await createHttp({
    log: context.log,
    trustProxy: false,
    monitorToken: null,
    tls: null,
    resolveSession: (token) => accounts.resolve(token),
    verifyBoardToken: (token) => live.pairing.verifyBoardToken(token),
  });
  for (const routes of live.routes) await http.app.register(routes);
  const io = new Server(http.app.server, {
    serveClient: false,
    maxHttpBufferSize: maxMessageBytes,
    transports: ['websocket'],
  });
  const gateway = live.attach(io);
  const url = await http.app.listen({ port: 0, host: '127.0.0.1' });

  return {
    context,
    store,
    sources,
    emitted,
    units: unitIds,
    keys,
    boards,
    accounts,
    live,
    gateway,
    reloadUnits: () => units.reload(),
    manifests,
    progress,
    url,

    /** A board that is paired, not connected. */
    async board(unitId: string = unitIds.commune, groups: readonly string[] = []): Promise<SimulatedBoard> {
      const [identity] = await seedBoards(store, { count: 1, unitId, now: sources.now(), groups });
      // Seeding goes around the service that would tell of it.
      context.events.emit('boardPaired', { boardId: identity!.boardId });
      return new SimulatedBoard(identity!, url, () => sources.now());
    },

    person: (role: Role, unitId: string = unitIds.province): Promise<SeededPerson> =>
      seedPerson(store, unitId, role, sources.now()),

    /** A request as a page makes it. */
    async request(person: SeededPerson | null, method: 'GET' | 'POST', path: string, body?: unknown) {
      const headers: Record<string, string> = {};
      if (person)
        Object.assign(headers, { cookie: `bt_session=${person.sessionToken}`, 'x-csrf-token': person.csrfToken });
      if (body !== undefined) headers['content-type'] = 'application/json';
      const response = await fetch(url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as any };
    },

    async stop(): Promise<void> {
      await live.close();
      await io.close();
      await http.app.close();
      await store.close();
      await discard();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
