/** For tests of the CMS: a clock that stands until it is moved, and a context on any store. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { Access, type Actor } from './access.ts';
import { createApp, type App } from './app.ts';
import { readConfig, type Config } from './config.ts';
import type { Context, EventMap, Sources } from './context.ts';
import { createEvents } from './events.ts';
import { insertUser } from './features/accounts/repo.ts';
import { setSecondFactorRequired } from './features/accounts/second-factor-policy.ts';
import { createAudit } from './features/audit/service.ts';
import { createUnitsService, type UnitsService } from './features/units/service.ts';
import { LiveUnitTree } from './features/units/tree.ts';
import type { Role } from './store/schema.ts';
import type { Store } from './store/store.ts';

/** 1 June 2026, 08:00 in Viet Nam. */
export const testNow = Date.UTC(2026, 5, 1, 1);

export interface TestClock extends Sources {
  /** Moves the clock, ms. */
  advance(ms: number): void;
}

function createTestSources(start = testNow): TestClock {
  let now = start;
  return {
    now: () => now,
    // Rises with real time, so that ids sort as they were made.
    newId: () => uuidv7(),
    randomBytes: (length) => randomBytes(length),
    // A hash as recommended takes a good part of a second, in most tests for nothing.
    passwordCost: { memory: 8, passes: 1, parallelism: 1 },
    advance: (ms) => void (now += ms),
  };
}

export interface TestContext {
  readonly context: Context;
  readonly sources: TestClock;
  readonly units: UnitsService;
  /** Every event so far, in order. */
  readonly emitted: { name: keyof EventMap; payload: EventMap[keyof EventMap] }[];
  /** Removes the folders; the store is the caller's. */
  discard(): Promise<void>;
}

const watched: readonly (keyof EventMap)[] = [
  'boardChanged',
  'boardPaired',
  'boardUnpaired',
  'programmePublished',
  'programmeProgressed',
  'playsRecorded',
  'mediaChanged',
  'screenshotsChanged',
  'commandsChanged',
  'takeoverRaised',
  'takeoverProgressed',
  'sessionEnded',
  'accountChanged',
  'keyListPublished',
  'unitsChanged',
];

export async function createTestContext(store: Store): Promise<TestContext> {
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-context-'));
  const sources = createTestSources();
  const tree = new LiveUnitTree(sources);
  const emitted: TestContext['emitted'] = [];
  const events = createEvents((error) => {
    throw error;
  });
  for (const name of watched) events.on(name, (payload) => emitted.push({ name, payload }));
  const context: Context = {
    store,
    sources,
    access: new Access(tree),
    audit: createAudit(sources),
    events,
    log: pino({ level: 'silent' }),
    folders: {
      media: join(folder, 'media'),
      uploads: join(folder, 'uploads'),
      documents: join(folder, 'documents'),
      screenshots: join(folder, 'screenshots'),
      releases: join(folder, 'releases'),
      keys: join(folder, 'keys'),
    },
  };
  const units = await createUnitsService(context, { tree });
  return { context, sources, units, emitted, discard: () => rm(folder, { recursive: true, force: true }) };
}

/** Someone who is signed in, without an account behind. */
export function testActor(...grants: { unitId: string; role: Role }[]): Actor {
  const id = uuidv7();
  return {
    userId: id,
    name: 'Người thử',
    email: `${id}@example.vn`,
    sessionHash: id,
    csrfToken: 'csrf',
    secondFactor: 'none',
    grants: grants.map((grant) => ({ ...grant, unitName: '' })),
  };
}

/** Gives the actor an account, without a password: for what asks later who did something. @returns the actor */
export async function withAccount(store: Store, actor: Actor): Promise<Actor> {
  const { userId: id, email, name, grants } = actor;
  await store.transaction((tx) =>
    insertUser(tx, { id, email, name, passwordHash: null, active: true }, grants, testNow),
  );
  return actor;
}

/** A small province: two communes, one with a village. @returns ids by name */
export async function seedUnits({ context, units }: Pick<TestContext, 'context' | 'units'>) {
  const validity = { validFrom: 0, validTo: null };
  const ids = await context.store.transaction((tx) =>
    units.edit(tx, null, (draft) => {
      const province = draft.add({ code: '99', name: 'Tỉnh Thử', level: 'province', parentId: null, ...validity });
      const under = (parentId: string) => ({ parentId, ...validity });
      const commune = draft.add({ code: '99001', name: 'Xã An', level: 'commune', ...under(province) });
      const sister = draft.add({ code: '99002', name: 'Xã Bình', level: 'commune', ...under(province) });
      const village = draft.add({ code: '99001-1', name: 'Thôn Đông', level: 'village', ...under(commune) });
      return { province, commune, sister, village };
    }),
  );
  await units.reload();
  return ids;
}

/**
 * A whole CMS in a temporary folder, without pages, on a free port once it listens.
 * @param flags such as --web; the last of two counts
 * @param env such as DATABASE_URL; without it on SQLite
 * @param log what it logs goes there; else nowhere
 */
export async function createTestApp(
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<{ app: App; config: Config; sources: TestClock; folder: string; discard(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-app-'));
  const sources = createTestSources();
  const config = readConfig(['--port', '0', '--data', folder, '--empty', ...flags], env, folder);
  const app = await createApp(config, sources, log).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  // What is about the second factor asks for it.
  await setSecondFactorRequired(app.context.store.write, false);
  return {
    app,
    config,
    sources,
    folder,
    discard: async () => {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
