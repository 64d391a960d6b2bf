/**
 * Carries out the order to run another version of the player: looks at who signed it, fetches it when nothing else is to be fetched,
 * unpacks it beside the running one, and has the host try it once the board paints and no alert is on. What comes of it is told in
 * the board's status; a version that went back is not tried again without another order.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FaultCode } from '../../../shared/faults/table.ts';
import type { CommandOf } from '../../../shared/protocol/commands.ts';
import { publicKey, uuid } from '../../../shared/protocol/common.ts';
import {
  compareReleases,
  release as releaseShape,
  releaseFolder,
  releaseVersion,
  updateStates,
  verifyRelease,
  versionOfFolder,
  type Release,
  type UpdateTold,
} from '../../../shared/protocol/release.ts';
import { neededFiles } from '../../../shared/protocol/release-files.ts';
import type { Downloads } from '../downloads.ts';
import { RefusedError } from '../documents.ts';
import { launchAgreement, packaged, type VersionsHere } from '../launch.ts';
import { Library, reservedBytes } from '../library.ts';
import { codeOf } from '../programmes.ts';
import { dataSchema, type Store } from '../store.ts';
import { backoffMs, pause, type System } from '../system.ts';
import { unpackRelease } from './unpack.ts';

/** Looked again so often whether it may be fetched, or tried, ms. */
const fetchAgainMs = 60_000;
const tryAgainMs = 5_000;
/** A programme that cannot be fetched for so long no longer holds an update up: it may be what mends that. ms */
const programmeFirstMs = 3_600_000;
/** What came is something else so many times: it will be the next time, and somebody pays for it. */
const mostWrong = 3;

const orderShape = z.object({
  of: uuid,
  orderedAt: z.number(),
  version: z.string(),
  folder: z.string(),
  /** null: what is to run is here already. */
  release: releaseShape.nullable(),
  state: z.enum(updateStates),
  code: z.string().nullable(),
});
type Order = z.infer<typeof orderShape>;
/** Which key signs releases since one said so; `first`: the key that this machine was given, before any. */
const keyShape = z.object({ first: publicKey, now: publicKey });

export interface UpdatesOptions {
  readonly store: Pick<Store, 'readMeta' | 'writeMeta' | 'transaction'>;
  readonly system: Pick<System, 'monotonic' | 'jitter'>;
  readonly now: () => number;
  readonly dataDir: string;
  /** Version of this program. */
  readonly app: string;
  /** The key that this machine was given; null: none, and nothing is updated. */
  readonly releaseKey: string | null;
  /** What the host says; null: no host, or one from before updates. */
  readonly here: VersionsHere | null;
  /** GET of an archive by hash, from a byte on. */
  readonly get: (hash: string, from: number, signal: AbortSignal) => Promise<Response>;
  readonly downloads: Pick<Downloads, 'waitFor' | 'took'>;
  /** A programme is on its way, which comes first. */
  readonly programmeComes: () => boolean;
  /** Why this is no moment to start anew; null: it is. */
  readonly holdsUp: () => 'update_waits_alert' | 'update_waits_picture' | null;
  readonly tryVersion: (folder: string, order: string) => void;
  /** What is told has changed. */
  readonly onChange: () => void;
  readonly onFault: (code: FaultCode, detail: string) => void;
  readonly signal: AbortSignal;
}

/** Its own waits end an attempt without its having failed. */
class Later extends RefusedError {}

export class Updates {
  readonly #o: UpdatesOptions;
  readonly #folder: string;
  #here: VersionsHere | null;
  #order: Order | null;
  #work: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: UpdatesOptions) {
    this.#o = options;
    this.#here = options.here;
    this.#folder = join(options.dataDir, 'versions');
    this.#order = options.store.readMeta('update', orderShape);
  }

  /** For the status; null: nothing was ordered. */
  get told(): UpdateTold | null {
    if (!this.#order) return null;
    const { of, version, state, code } = this.#order;
    return { of, version, state, code };
  }

  /** Tells what became of a trial, and goes on with what was under way. */
  start(): void {
    if (this.#order && this.#here) this.#learn(this.#order, this.#here);
    if (this.#order) this.#lookAgain(this.#order);
    this.#resume();
  }

  #learn(order: Order, { running, trial, failed }: VersionsHere): void {
    const { state } = order;
    if (running === order.folder) return this.#note(order, trial === null ? 'runs' : 'trying', null);
    // It ran, and later could not be started any more; an order that waits has not tried it yet.
    const hasRun = state === 'runs' && failed?.order === null && failed.id === order.folder;
    if (failed && (failed.order === order.of || hasRun) && state !== 'wentBack') {
      this.#note(order, 'wentBack', failed.why);
      // Another order of it may bring it whole.
      if (order.folder !== this.#here?.previous && order.folder !== packaged) this.#forget(order);
      this.#o.onFault('update_failed', `${order.version}: ${failed.why}`);
    }
    // The power went before the host had written down that it was to be tried.
    else if (state === 'trying') this.#note(order, 'ready', null);
    // Somebody has installed a package since.
    else if (state === 'runs') this.clear();
  }

  /** A package may have been installed since the order was taken. */
  #lookAgain(order: Order): void {
    if (!order.release || !['waits', 'fetching', 'ready'].includes(order.state)) return;
    try {
      this.#checkFit(order.release);
    } catch (error) {
      this.#note(order, 'refused', codeOf(error));
    }
  }

  /** The trial is over: this version stays. */
  kept(previous: string | null): void {
    if (!this.#here) return;
    this.#here = { ...this.#here, trial: null, previous };
    if (this.#order?.folder === this.#here.running) this.#note(this.#order, 'runs', null);
  }

  /**
   * Takes an order. Resolves when it is on the disk; how far it comes is told.
   * @throws RefusedError why it cannot be carried out here, ever
   */
  async order({ commandId, release: jws }: Pick<CommandOf<'setVersion'>, 'commandId' | 'release'>): Promise<void> {
    if (this.#here === null || this.#here.launch !== launchAgreement)
      throw new RefusedError('update_unsupported', 'The program around this player cannot change its version');
    // What comes of the trial is told of its own order, and its files and its key are needed until then.
    if (this.#here.trial !== null) throw new RefusedError('update_on_trial', 'Another version is on trial');
    const release = jws === null ? null : await this.#verify(jws);
    const folder = release ? releaseFolder(release) : this.#here.previous;
    if (folder === null) throw new RefusedError('update_none_kept', 'No version from before is kept here');
    const version = release?.version ?? (folder === packaged ? this.#here.package : versionOfFolder(folder));
    const order = { of: commandId, orderedAt: this.#o.now(), version, folder, release, code: null };
    const runs = folder === this.#here.running;
    this.#set({ ...order, state: 'waits' }, runs ? 'runs' : 'waits');
    this.wake();
  }

  async #verify(jws: string): Promise<Release> {
    const key = this.#key();
    if (key === null) throw new RefusedError('update_no_key', 'This player was given no release key');
    let release: Release;
    try {
      release = await verifyRelease(jws, key);
    } catch (cause) {
      throw new RefusedError(
        'update_signature_wrong',
        `The release is not signed by the release key: ${codeOf(cause)}`,
        {
          cause,
        },
      );
    }
    this.#checkFit(release);
    return release;
  }

  /** @throws RefusedError this player cannot or may not run it */
  #checkFit(release: Release): void {
    const { launch, node, data, version } = release;
    if (launch !== launchAgreement || node > Number(process.versions.node.split('.')[0]))
      throw new RefusedError(
        'update_needs_package',
        'The release needs another host or a newer Node: install its package',
      );
    // What it writes must be readable when it goes back.
    if (data.readableBy > dataSchema.schema || data.schema < dataSchema.readableBy)
      throw new RefusedError('update_data_unreadable', 'This version and the release cannot read one another’s data');
    const isRunning = releaseFolder(release) === this.#here?.running;
    if (!isRunning && compareReleases(version, this.#o.app) <= 0)
      throw new RefusedError('update_not_newer', `${version} is not newer than ${this.#o.app}`);
  }

  #key(): string | null {
    const { releaseKey, store } = this.#o;
    const changed = store.readMeta('releaseKey', keyShape);
    return changed?.first === releaseKey ? changed.now : releaseKey;
  }

  /** Forgets the order: it was another board's. */
  clear(): void {
    this.#work?.abort();
    this.#order = null;
    this.#o.store.writeMeta('update', null);
  }

  #set(order: Order, state: Order['state'], code: string | null = null): void {
    const before = this.#order;
    const next = { ...order, state, code };
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    const { releaseKey, store } = this.#o;
    const nextKey = state === 'runs' ? order.release?.nextKey : undefined;
    store.transaction(() => {
      if (nextKey && releaseKey) store.writeMeta('releaseKey', { first: releaseKey, now: nextKey });
      store.writeMeta('update', next);
    });
    this.#order = next;
    this.#o.onChange();
  }

  /** What it waits for may be over. */
  wake(): void {
    this.#work?.abort();
    this.#resume();
  }

  #resume(): void {
    if (this.#here === null) return;
    const stop = new AbortController();
    this.#work = stop;
    const before = this.#running;
    // One that is unpacking goes on to its end: two would be in each other's way.
    this.#running = before.then(() => this.#run(AbortSignal.any([stop.signal, this.#o.signal])));
  }

  /** One step after another, until there is none or another order comes. */
  async #run(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    let wrong = 0;
    while (!signal.aborted) {
      const order = this.#order;
      if (!order || !['waits', 'fetching', 'ready'].includes(order.state)) return;
      let waitMs: number;
      try {
        waitMs = await this.#step(order, signal);
        attempt = 0;
      } catch (error) {
        if (signal.aborted) return;
        const code = codeOf(error);
        if (code === 'asset_hash_mismatch') wrong++;
        const isFinal = code === 'update_archive_wrong' || wrong >= mostWrong;
        if (isFinal) this.#forget(order);
        this.#note(order, isFinal ? 'refused' : 'waits', wrong >= mostWrong ? 'update_archive_wrong' : code);
        waitMs = error instanceof Later ? fetchAgainMs : backoffMs(attempt++, 1_000, fetchAgainMs, this.#o.system);
      }
      if (!(await pause(waitMs, signal))) return;
    }
  }

  /** A disk that does not take it now is no reason to stop. */
  #note(order: Order, state: Order['state'], code: string | null): void {
    try {
      this.#set(order, state, code);
    } catch {
      return;
    }
  }

  /** @returns how long to wait before the next one, ms */
  async #step(order: Order, signal: AbortSignal): Promise<number> {
    const { release, folder } = order;
    if (order.state !== 'ready' && release && !this.#isHere(folder)) {
      await this.#bring(order, release, signal);
      signal.throwIfAborted();
    }
    const holdsUp = this.#o.holdsUp();
    this.#set(order, 'ready', holdsUp);
    if (holdsUp) return tryAgainMs;
    this.#o.tryVersion(folder, order.of);
    // The host ends this engine now; where its disk does not take the order, it is told again.
    return fetchAgainMs;
  }

  #isHere(folder: string): boolean {
    return folder === packaged || neededFiles.every((file) => existsSync(join(this.#folder, folder, file)));
  }

  /** Fetches and unpacks. */
  async #bring(order: Order, release: Release, signal: AbortSignal): Promise<void> {
    const { downloads, get, now, onFault } = this.#o;
    const patient = now() - order.orderedAt < programmeFirstMs;
    const mayCome = (): void => {
      const code = downloads.waitFor() ?? (patient && this.#o.programmeComes() ? 'update_waits_programme' : null);
      if (code) throw new Later(code, 'The update waits');
    };
    this.#tidy(order.folder);
    mayCome();
    const archives = new Library(join(this.#folder, '.archives'), now, (hash) => onFault('asset_damaged', hash));
    if (archives.room - release.archive.unpacked - release.archive.size < reservedBytes)
      throw new RefusedError('disk_full', 'There is no room for the update');
    this.#set(order, 'fetching');
    await archives.fetch(
      release.archive,
      (_, from) => get(release.archive.hash, from, signal),
      signal,
      async (bytes) => {
        await downloads.took(bytes, signal);
        mayCome();
      },
    );
    await unpackRelease(
      archives.path(release.archive.hash),
      join(this.#folder, order.folder),
      release.archive.unpacked,
    );
    rmSync(join(this.#folder, '.archives'), { recursive: true, force: true });
  }

  /** Versions that are neither the running one, nor the one before it, nor this one, go; so do archives of others. */
  #tidy(wanted: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const kept = [wanted, this.#here?.running, this.#here?.previous, 'state.json', '.archives'];
    for (const name of readdirSync(this.#folder))
      if (!kept.includes(name)) rmSync(join(this.#folder, name), { recursive: true, force: true });
    const archives = join(this.#folder, '.archives');
    const hash = this.#order?.release?.archive.hash ?? '';
    mkdirSync(archives, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(archives))
      if (!name.startsWith(hash)) rmSync(join(archives, name), { recursive: true, force: true });
  }

  /** What came is of no use. */
  #forget({ folder }: Order): void {
    rmSync(join(this.#folder, '.archives'), { recursive: true, force: true });
    rmSync(join(this.#folder, folder), { recursive: true, force: true });
  }
}

/** As the host hands it over. */
export function versionsHere(said: string | undefined): VersionsHere | null {
  if (!said) return null;
  try {
    return hereShape.parse(JSON.parse(said)) as VersionsHere;
  } catch {
    return null;
  }
}
const hereShape = z.object({
  launch: z.int(),
  package: releaseVersion,
  running: z.string(),
  previous: z.string().nullable(),
  trial: z.string().nullable(),
  failed: z.object({ id: z.string(), order: z.string().nullable(), why: z.string() }).nullable(),
  pageOfBefore: z.boolean(),
});
