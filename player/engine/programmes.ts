/**
 * The programme that plays, the one before it and the one that is being fetched. A new one plays only when every part and
 * asset of it is on the disk and verified; until then, and whatever comes over the wire, the last good one goes on.
 */
import { createHash } from 'node:crypto';
import { downloadFault, type FaultCode } from '../../shared/faults/table.ts';
import { isMediaWait, type MediaWait } from '../../shared/protocol/downloads.ts';
import { compareVersions, version, type Version } from '../../shared/protocol/common.ts';
import { partPath } from '../../shared/protocol/content-path.ts';
import { type boardMessages, type RequestOf } from '../../shared/protocol/link.ts';
import {
  assetsOf,
  type AssetRef,
  type Certificate,
  type Manifest,
  type PartRef,
  type Programme,
} from '../../shared/protocol/programme.ts';
import { readProgramme } from '../../shared/protocol/read-programme.ts';
import { createTimeline } from '../../shared/schedule/timeline.ts';
import { AppError } from '../../shared/util/errors.ts';
import { readLimited } from './cms-http.ts';
import { RefusedError, type Documents } from './documents.ts';
import type { Downloads } from './downloads.ts';
import type { GetContent, Library } from './library.ts';
import type { Store } from './store.ts';
import { backoffMs, pause, type System } from './system.ts';

export type ProgrammeProgress = RequestOf<typeof boardMessages.programmeProgressedV1>;

/** A verified manifest. */
export interface Verified {
  readonly jws: string;
  readonly manifest: Manifest;
  readonly certificate: Certificate;
}
export interface Active extends Verified {
  readonly programme: Programme;
}

export interface ProgrammesOptions {
  readonly store: Store;
  readonly documents: Documents;
  readonly library: Library;
  readonly system: System;
  readonly get: GetContent;
  readonly downloads: Pick<Downloads, 'waits' | 'took'>;
  /** Trusted time, ms UTC. */
  readonly now: () => number;
  /** Called in the transaction that makes a programme the active one. */
  readonly onSwitch: (active: Active) => void;
  /** Called after it. */
  readonly onActive: (active: Active) => void;
  readonly onProgress: (progress: ProgrammeProgress) => void;
  readonly onFault: (code: FaultCode, detail: string) => void;
}

/**
 * Parts that are fetched at the same time: each is small, and the way there and back is long. Media come one after another: a thin line
 * is not faster shared, and what a power cut leaves is one part of a file.
 */
const partsAtOnce = 4;
/** Media that wait look at the hour and at the month's count again after so long, ms; spread, so that not all boards begin at once. */
const waitMs = 60_000;
/** A programme is tried now and so much later, ms. */
const triedAheadMs = 86_400_000;
/** Of parts that no programme here needs the newest are kept, in case one needs them again; so many bytes: thousands of notices. */
const sparePartBytes = 8_000_000;
const removeSpareParts = `
  DELETE FROM parts WHERE rowid IN (
    SELECT rowid FROM (
      SELECT rowid, sum(length(bytes)) OVER (ORDER BY rowid DESC) AS so_far FROM parts
      WHERE hash NOT IN (SELECT value FROM json_each(?))
    ) WHERE so_far > ?
  )`;

export class Programmes {
  readonly #o: ProgrammesOptions;
  readonly #stop = new AbortController();
  #active: Active | null = null;
  #previous: Verified | null = null;
  #candidate: Verified | null = null;
  #fetching: AbortController | null = null;
  #running: Promise<void> | null = null;
  /** Parts and assets that the one being fetched lacked when last looked at. */
  #left = 0;
  #progress: ProgrammeProgress | null = null;
  /** Something changed since the last look for work. */
  #again = false;
  #wake: AbortController = new AbortController();

  constructor(options: ProgrammesOptions) {
    this.#o = options;
  }

  get active(): Active | null {
    return this.#active;
  }

  /** How far the newest one has come, as told last; null: there was nothing to tell. */
  get progress(): ProgrammeProgress | null {
    return this.#progress;
  }

  /** What a hello states: the newest version that need not be sent again. */
  get cursor(): Version | null {
    return (this.#candidate ?? this.#active)?.manifest.version ?? null;
  }

  /** The media type of an asset that some programme on this disk names; null for any other. */
  assetType(hash: string): string | null {
    for (const known of [this.#active, this.#candidate, this.#previous]) {
      const ref = known?.manifest.assets.find((asset) => asset.hash === hash);
      if (ref) return ref.mediaType;
    }
    return null;
  }

  /**
   * Loads what the disk holds. What is damaged is set aside and reported; the one before it plays on. Where neither can be
   * played, the fallback of the newer one does.
   */
  async recall(): Promise<void> {
    this.#previous = await this.#read('previous');
    this.#candidate = await this.#read('candidate');
    const active = await this.#read('active');
    let readable: Active | null = null;
    for (const verified of [active, this.#previous]) {
      if (verified === null || this.#active) continue;
      this.#dropDamagedParts(verified.manifest);
      const loaded = this.#load(verified);
      readable ??= loaded;
      if (loaded && this.#plays(loaded)) this.#active = loaded;
    }
    if (!this.#active && readable) {
      const bare = onlyFallback(readable);
      if (this.#plays(bare)) this.#active = bare;
    }
    // Parts or assets of the active one that are lost are fetched again by working on it as on a new one.
    if (active && this.#active?.jws !== active.jws && !this.#candidate) this.#candidate = active;
    // What the disk called active cannot play: the journal says what plays instead.
    if (this.#active && this.#active.jws !== active?.jws) this.#o.onSwitch(this.#active);
    this.#resume();
  }

  async #read(slot: 'active' | 'previous' | 'candidate'): Promise<Verified | null> {
    const jws = this.#o.documents.read(slot);
    if (jws === null) return null;
    try {
      return { jws, ...(await this.#o.documents.verifyManifest(jws, 'disk')) };
    } catch (error) {
      this.#o.documents.setAside(slot);
      this.#o.onFault('manifest_damaged', `${slot}: ${codeOf(error)}`);
      return null;
    }
  }

  /** Removes parts whose stored bytes are not what their name says. */
  #dropDamagedParts(manifest: Manifest): void {
    for (const { hash } of manifest.parts) {
      const bytes = this.#partBytes(hash);
      if (bytes === null || sha256(bytes) === hash) continue;
      this.#o.store.db.prepare('DELETE FROM parts WHERE hash = ?').run(hash);
      this.#o.onFault('part_damaged', hash);
    }
  }

  #load(verified: Verified): Active | null {
    const parts = new Map<string, Uint8Array>();
    for (const { hash } of verified.manifest.parts) {
      const bytes = this.#partBytes(hash);
      if (bytes === null) return null;
      parts.set(hash, bytes);
    }
    try {
      return { ...verified, programme: readProgramme(verified.manifest, verified.certificate, parts, sha256) };
    } catch (error) {
      this.#o.onFault('programme_unreadable', codeOf(error));
      return null;
    }
  }

  /** Whether a timeline can be made of it: one that throws would take the engine down, and every takeover with it. */
  #plays({ manifest, programme }: Active): boolean {
    try {
      const timeline = createTimeline(programme);
      const now = this.#o.now();
      timeline.slotAt([], now);
      timeline.slotAt([], now + triedAheadMs);
      return true;
    } catch (error) {
      const { epoch, counter } = manifest.version;
      this.#o.onFault('programme_unplayable', `${epoch}.${counter}: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  }

  #partBytes(hash: string): Uint8Array | null {
    const row = this.#o.store.db.prepare('SELECT bytes FROM parts WHERE hash = ?').get(hash) as
      { bytes: Uint8Array } | undefined;
    return row?.bytes ?? null;
  }

  /**
   * Takes a manifest from the wire and starts fetching what it needs.
   * @returns false when it is here already
   * @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `board_wrong`, `device_key_wrong`, `version_lower`
   */
  async take(jws: string): Promise<boolean> {
    if (jws === this.#active?.jws || jws === this.#candidate?.jws) return false;
    const verified = await this.#verify(jws);
    const { version: offered } = verified.manifest;
    const floor = this.#o.store.readMeta('programmeFloor', version);
    const order = floor === null ? 1 : compareVersions(offered, floor);
    // The version of the floor itself is taken again only when it was lost here.
    if (order < 0 || (order === 0 && this.cursor !== null && compareVersions(this.cursor, offered) >= 0)) {
      this.#tell(offered, 'refused', 0, 'version_lower');
      throw new RefusedError(
        'version_lower',
        `Programme ${offered.epoch}.${offered.counter} is not newer than what is here`,
      );
    }
    this.#o.store.transaction(() => {
      this.#o.documents.write('candidate', jws);
      this.#o.store.writeMeta('programmeFloor', offered);
    });
    this.#candidate = verified;
    this.#tell(offered, 'received', this.#missing(verified.manifest).length, null);
    this.#fetching?.abort();
    this.#resume();
    return true;
  }

  async #verify(jws: string): Promise<Verified> {
    try {
      return { jws, ...(await this.#o.documents.verifyManifest(jws, 'wire')) };
    } catch (error) {
      const claimed = claimedVersion(jws);
      if (claimed) this.#tell(claimed, 'refused', 0, codeOf(error));
      throw error;
    }
  }

  /** Media that what plays, or what is to, lacks: their hashes. */
  get lacking(): string[] {
    const assets = [this.#active, this.#candidate].flatMap((one) => one?.manifest.assets ?? []);
    return [...new Set(assets.filter((ref) => !this.#o.library.has(ref)).map(({ hash }) => hash))];
  }

  /** Something is to be fetched. */
  get comes(): boolean {
    return this.#next() !== null;
  }

  /** Something changed that makes another attempt worthwhile: a connection, a lost file. */
  resume(): void {
    this.#wake.abort();
    this.#resume();
  }

  /** A file of the library turned out to be damaged: what plays may lack it, and does not wait for what is being fetched. */
  lost(): void {
    if (this.#candidate) this.#fetching?.abort();
    this.resume();
  }

  /** Forgets everything: the player is paired anew. */
  clear(): void {
    this.#fetching?.abort();
    this.#active = null;
    this.#previous = null;
    this.#candidate = null;
    this.#progress = null;
    this.#o.store.writeMeta('programmeFloor', null);
    try {
      this.#o.library.free(new Set(), Infinity);
    } catch {
      // Nothing of it can be shown any more; it goes when room is needed.
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #missing(manifest: Manifest): string[] {
    const parts = manifest.parts.filter(({ hash }) => !this.#hasPart(hash)).map(({ hash }) => hash);
    const assets = manifest.assets.filter((ref) => !this.#o.library.has(ref)).map(({ hash }) => hash);
    return [...parts, ...assets];
  }

  #hasPart(hash: string): boolean {
    return this.#o.store.db.prepare('SELECT 1 FROM parts WHERE hash = ?').get(hash) !== undefined;
  }

  #resume(): void {
    this.#again = true;
    if (this.#running || this.#stop.signal.aborted) return;
    this.#running = this.#work().finally(() => {
      this.#running = null;
      if (this.#again) this.#resume();
    });
  }

  /** What to work on, besides what the active one has lost beside a new one. */
  #next(): Verified | null {
    if (this.#candidate) return this.#candidate;
    return this.#active && this.#missing(this.#active.manifest).length > 0 ? this.#active : null;
  }

  /** Goes on until there is nothing to do. Whatever fails, the disk included, is tried again. */
  async #work(): Promise<void> {
    let attempt = 0;
    while (!this.#stop.signal.aborted) {
      this.#fetching = new AbortController();
      this.#wake = new AbortController();
      const signal = AbortSignal.any([this.#fetching.signal, this.#stop.signal]);
      let goal: Verified | null = null;
      try {
        this.#again = false;
        goal = this.#next();
        if (goal === null) return;
        if (goal === this.#candidate) await this.#mendActive(signal);
        await this.#fetch(goal, signal);
        attempt = 0;
        if (goal === this.#candidate) this.#activate(goal);
      } catch (error) {
        if (signal.aborted) continue;
        const code = codeOf(error);
        if (isMediaWait(code)) {
          if (goal) this.#tell(goal.manifest.version, 'fetching', this.#left, code);
          await pause(waitMs * (1 - this.#o.system.jitter() / 3), AbortSignal.any([signal, this.#wake.signal]));
          continue;
        }
        if (code === 'disk_full' && goal && this.#makeRoom(goal.manifest)) continue;
        if (!isNetwork(code)) this.#o.onFault(...downloadFault(code, error instanceof Error ? error.message : code));
        if (goal) this.#tell(goal.manifest.version, 'fetching', this.#left, code);
        await pause(backoffMs(attempt++, 1_000, 60_000, this.#o.system), AbortSignal.any([signal, this.#wake.signal]));
      }
    }
  }

  async #fetch({ manifest }: Verified, signal: AbortSignal): Promise<void> {
    const parts = manifest.parts.filter(({ hash }) => !this.#hasPart(hash));
    const waitFor = this.#waits();
    // What may come does not wait behind what may not.
    const assets = manifest.assets
      .filter((ref) => !this.#o.library.has(ref))
      .map((ref) => ({ ref, wait: waitFor(ref) }))
      .toSorted((a, b) => Number(a.wait !== null) - Number(b.wait !== null));
    this.#left = parts.length + assets.length;
    const code = parts.length > 0 ? null : (assets[0]?.wait ?? null);
    if (this.#left > 0) this.#tell(manifest.version, 'fetching', this.#left, code);
    const queue = [...parts];
    const worker = async () => {
      for (let ref = queue.shift(); ref; ref = queue.shift()) {
        await this.#fetchPart(ref, signal);
        this.#left--;
      }
    };
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, parts.length) }, worker));
    let failure: unknown = null;
    for (const { ref } of assets) {
      try {
        await this.#fetchAsset(ref, signal);
      } catch (error) {
        const code = codeOf(error);
        if (signal.aborted || isNetwork(code) || code === 'disk_full') throw error;
        failure ??= error;
        if (isMediaWait(code)) break;
        // One that cannot be had keeps no other back.
        continue;
      }
      this.#left--;
      if (this.#left > 0) this.#tell(manifest.version, 'fetching', this.#left, null);
    }
    signal.throwIfAborted();
    if (failure !== null) throw failure;
  }

  /** @throws RefusedError `media_waits_hours`, `media_waits_budget`; what has come stays */
  async #fetchAsset(ref: AssetRef, signal: AbortSignal): Promise<void> {
    const assertMayCome = (): void => {
      signal.throwIfAborted();
      const code = this.#waits()(ref);
      if (code) throw new RefusedError(code, 'Media wait for their hours, or for the next month');
    };
    assertMayCome();
    await this.#o.library.fetch(ref, this.#o.get, signal, async (bytes) => {
      await this.#o.downloads.took(bytes, signal, ref.hash);
      assertMayCome();
    });
  }

  /** Why each of them waits at this instant; null: it may come. A board that has nothing to show waits for nothing. */
  #waits(): (ref: AssetRef) => MediaWait | null {
    const waitFor = this.#o.downloads.waits();
    let shows: boolean | null = null;
    return ({ hash }) => {
      const code = waitFor(hash);
      return code !== null && (shows ??= this.#shows()) ? code : null;
    };
  }

  /** Whether what plays has a notice all of whose media is here. */
  #shows(): boolean {
    if (!this.#active) return false;
    const { manifest, programme } = this.#active;
    const refs = new Map(manifest.assets.map((ref) => [ref.hash, ref]));
    const isHere = (hash: string): boolean => {
      const ref = refs.get(hash);
      return ref !== undefined && this.#o.library.has(ref);
    };
    return [...programme.notices.values()].some(({ content }) => assetsOf(content).every(isHere));
  }

  async #fetchPart(ref: PartRef, signal: AbortSignal): Promise<void> {
    const bytes = await readLimited(await this.#o.get(partPath(ref.hash), 0, signal), ref.size);
    if (bytes.length !== ref.size || sha256(bytes) !== ref.hash) {
      throw new RefusedError('part_hash_mismatch', `What came for part ${ref.hash} is something else`);
    }
    this.#o.store.db.prepare('INSERT OR IGNORE INTO parts VALUES (?, ?)').run(ref.hash, bytes);
  }

  #activate(goal: Verified): void {
    const active = this.#load(goal);
    if (active === null || !this.#plays(active)) {
      // Signed and complete, yet of no use: fetching again would bring the same.
      this.#o.documents.setAside('candidate');
      this.#candidate = null;
      this.#tell(goal.manifest.version, 'refused', 0, active ? 'programme_unplayable' : 'programme_unreadable');
      return;
    }
    const before = this.#active;
    this.#o.store.transaction(() => {
      const { documents } = this.#o;
      if (before) documents.write('previous', before.jws);
      documents.write('active', goal.jws);
      documents.write('candidate', null);
      this.#o.onSwitch(active);
    });
    this.#previous = before;
    this.#active = active;
    this.#candidate = null;
    this.#tell(goal.manifest.version, 'active', 0, null);
    this.#o.onActive(active);
    try {
      this.#tidy();
    } catch (error) {
      // What is left lying about is removed after the next switch.
      this.#o.onFault(...downloadFault(codeOf(error), 'What no programme needs any more could not be removed'));
    }
  }

  /**
   * What the programme that plays has lost comes before the new one: that may wait for hours, or take days. A file that cannot be had keeps
   * neither the others nor the new programme back.
   */
  async #mendActive(signal: AbortSignal): Promise<void> {
    const waitFor = this.#waits();
    for (const ref of this.#active?.manifest.assets ?? []) {
      if (this.#o.library.has(ref) || waitFor(ref) !== null) continue;
      try {
        await this.#fetchAsset(ref, signal);
      } catch (error) {
        const code = codeOf(error);
        if (signal.aborted || isNetwork(code)) return;
        if (isMediaWait(code)) continue;
        this.#o.onFault(...downloadFault(code, error instanceof Error ? error.message : code));
      }
    }
  }

  /** Removes spares for what a programme lacks, and gives up the previous one if that is not enough. @returns whether anything went */
  #makeRoom(goal: Manifest): boolean {
    const lacking = goal.assets.filter((ref) => !this.#o.library.has(ref));
    const bytes = lacking.reduce((sum, { hash, size }) => sum + size - this.#o.library.progress(hash), 0);
    if (this.#free(bytes)) return true;
    if (this.#previous === null) return false;
    try {
      this.#o.documents.write('previous', null);
    } catch (error) {
      this.#o.onFault(...downloadFault(codeOf(error), 'The previous programme could not be given up'));
      return false;
    }
    this.#previous = null;
    return this.#free(bytes);
  }

  /** The journal needs room: spares go until it has it. */
  relieve(): void {
    this.#free(0);
  }

  /** Removes spares so that so many bytes fit. @returns whether any went */
  #free(bytes: number): boolean {
    try {
      return this.#o.library.free(this.#needed(), bytes) > 0;
    } catch (error) {
      this.#o.onFault(...downloadFault(codeOf(error), 'What no programme needs any more could not be removed'));
      return false;
    }
  }

  #kept(): Manifest[] {
    return [this.#active, this.#previous, this.#candidate].flatMap((verified) => (verified ? [verified.manifest] : []));
  }

  /** The assets of the programmes here. */
  #needed(): Set<string> {
    return new Set(this.#kept().flatMap((manifest) => manifest.assets.map(({ hash }) => hash)));
  }

  /** Keeps of what no programme here needs any more no more than it is worth. @throws the disk's error */
  #tidy(): void {
    const parts = this.#kept().flatMap((manifest) => manifest.parts.map(({ hash }) => hash));
    this.#o.store.db.prepare(removeSpareParts).run(JSON.stringify(parts), sparePartBytes);
    this.#o.library.tidy(this.#needed());
  }

  #tell(of: Version, state: ProgrammeProgress['state'], missing: number, errorCode: string | null): void {
    const said = { version: of, state, missing, errorCode };
    // What waits for hours looks again each minute, and has nothing new to say.
    if (isMediaWait(errorCode) && JSON.stringify(said) === JSON.stringify(this.#progress)) return;
    // A refusal is news about something else than what is being fetched: told once, not repeated.
    if (state !== 'refused') this.#progress = said;
    this.#o.onProgress(said);
  }
}

/** The version that a refused manifest says it has, so that the refusal can name it; nothing else is made of it. */
function claimedVersion(jws: string): Version | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return version.parse((payload as { version?: unknown }).version);
  } catch {
    return null;
  }
}

/** What is left to play when a programme's schedule cannot be: its fallback. */
function onlyFallback(active: Active): Active {
  const nothing = { defaultPlaylistId: null, notices: new Map(), playlists: new Map(), entries: [], obligations: [] };
  return { ...active, programme: { ...active.programme, ...nothing } };
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The stable code of anything thrown, as the CMS takes it: small letters, digits and `_`, at most 64. */
export function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // SQLite's own numbers; what is above the first eight bits says more.
  const sqlite = code === 'ERR_SQLITE_ERROR' ? Number(errcode) & 0xff : 0;
  if (code === 'ENOSPC' || sqlite === 13) return 'disk_full';
  if (sqlite === 10) return 'store_failed';
  // The system's own codes, such as EACCES, are capitals.
  return typeof code === 'string'
    ? code
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .slice(0, 64)
    : 'internal_error';
}

/** Failures of the way to the CMS: normal, and no fault of the board. */
function isNetwork(code: string): boolean {
  return ['cms_unreachable', 'cms_silent', 'asset_incomplete', 'cms_refused', 'not_paired'].includes(code);
}
