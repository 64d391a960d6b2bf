/**
 * The player without its window: everything is built here, handed over and taken down in reverse. It plays from its own
 * disk first and looks for the CMS afterwards; nothing on the screen waits for the network.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LowSync } from 'lowdb';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DirectorOutput } from '../../shared/director/types.ts';
import type { FaultCode } from '../../shared/faults/table.ts';
import { limitsKey } from '../../shared/protocol/downloads.ts';
import { proves, type HostKind, type JournalBody, type PlayBody } from '../../shared/protocol/journal.ts';
import type { LogEvent } from '../../shared/protocol/log.ts';
import type { PlayingNow } from '../../shared/protocol/playing.ts';
import type { Certificate } from '../../shared/protocol/programme.ts';
import { releasePath } from '../../shared/protocol/release.ts';
import type { SamplePlaying } from '../../shared/protocol/samples.ts';
import { unknownStatus, type BoardStatus } from '../../shared/protocol/status.ts';
import type { Slot } from '../../shared/schedule/types.ts';
import { AppError } from '../../shared/util/errors.ts';
import { BoardLink } from './board-link.ts';
import { Clock, type ClockStep } from './clock.ts';
import { CmsHttp } from './cms-http.ts';
import { CommandActions } from './command-actions.ts';
import { Commands } from './commands.ts';
import { DataUse } from './data-use.ts';
import { Documents } from './documents.ts';
import { Downloads } from './downloads.ts';
import { Faults } from './faults.ts';
import { FormerJournals } from './former-journals.ts';
import { Glass, type Plan } from './glass.ts';
import type { AskForPicture } from './host-pictures.ts';
import { openIdentity, openSettings, type Identity, type Settings } from './identity.ts';
import { Journal } from './journal.ts';
import { newTokens, type HostFault, type StageKind, type VersionKept, type VersionsHere } from './launch.ts';
import { Library, reservedBytes } from './library.ts';
import { Orders, withoutContent } from './orders.ts';
import { MakingUp, rememberedMs } from './making-up.ts';
import { Overlay } from './overlay.ts';
import { pair, type Paired } from './pairing.ts';
import { codeOf, Programmes, type Active } from './programmes.ts';
import { wasRebooted } from './reboot.ts';
import type { ScreenDriver } from './screen/drivers.ts';
import { Screen } from './screen/screen.ts';
import { Sampler } from './sampler.ts';
import { Screenshots } from './screenshots.ts';
import { SocketBytes } from './socket-bytes.ts';
import { openStageDoor, type StageDoor } from './stage-door.ts';
import { startStageServer, type StageServer } from './stage-server.ts';
import { Machine } from './status/machine.ts';
import { isRefusal } from './store-copy.ts';
import { openCopy, openStore, takesChanges, type Store } from './store.ts';
import { backoffMs, machineSystem, pause, type System } from './system.ts';
import { Takeovers, type SelectedBoard } from './takeovers.ts';
import { Updates } from './updates/updates.ts';
import { Technician } from './technician/technician.ts';

/** What the engine tells its host; main.ts adds where it listens. */
export type EngineMessage =
  /** Shown on the stage; empty while there is none. */
  | { type: 'pairingCode'; code: string }
  | { type: 'paired'; boardId: string }
  /** Another player speaks for the board: nothing of it is left here for the next start, which is due now. */
  | { type: 'dismissed' }
  /** It was told to start anew, which is due now. */
  | { type: 'restart' }
  /** Another version of the player is here, complete: it is to be tried now. */
  | { type: 'tryVersion'; id: string; order: string }
  /** Raster that the board's region lies in, px. */
  | { type: 'raster'; width: number; height: number }
  /** The host's stage is there. */
  | { type: 'stageConnected' }
  /** The first play of this run is on the glass. */
  | { type: 'playing' }
  /** The host's stage hangs, has died or has not come: start its browser anew. */
  | { type: 'stageStalled'; action: 'newPage' | 'newWindow' }
  /** Said every few seconds: the engine is not stuck. */
  | { type: 'alive' };

type Readings = Pick<Machine, 'read' | 'readNetworkKind' | 'readCounters'>;

export interface EngineOptions {
  /** Origin of the CMS; null: the one of before. */
  readonly cms: string | null;
  readonly dataDir: string;
  /** The built stage. */
  readonly stageDir: string;
  /** Kind of the stage that the host opens. */
  readonly host: HostKind;
  /** Version of this program. */
  readonly app: string;
  readonly log: Logger;
  /** The stage's door, if it is open already. */
  readonly door?: StageDoor;
  /** Gives up the pairing of before and asks for a new one. */
  readonly pairAnew?: boolean;
  readonly onMessage?: (message: EngineMessage) => void;
  /** Asks the host for a picture of its window. Left out: there is no host. */
  readonly askForPicture?: AskForPicture;
  /** How often to ask whether somebody has entered the code, ms. */
  readonly pairingAskMs?: number;
  readonly system?: System;
  /** Somebody pays for each byte, though the machine cannot see it: its router has a SIM card. */
  readonly metered?: boolean;
  /** Somebody starts this engine again when it ends. Left out: nobody does. */
  readonly supervised?: boolean;
  /** The last lines of the log, of so many bytes at most. Left out: there is none. */
  readonly readLog?: (maxBytes: number) => string;
  /** Empties the log. */
  readonly forgetLog?: () => void;
  /** What starts the machine again, for the shell; null or left out: nothing. */
  readonly rebootCommand?: string | null;
  /** What switches the screen, as `BANG_TIN_SCREEN` says; left out: nothing. */
  readonly screen?: ScreenDriver | null;
  /** Whose releases of the player count; null or left out: nobody's. */
  readonly releaseKey?: string | null;
  /** Which versions of the player are here, as the host says; null or left out: it changes none. */
  readonly versions?: VersionsHere | null;
  /** Reads how the machine is doing. */
  readonly machine?: Readings;
}

/** So often a disk that takes no change is asked whether it does, ms. */
const lookAtDiskMs = 3_600_000;
/** Trusted time is saved this often, ms. */
const saveClockMs = 60_000;
/** The library is checked once the board has been playing for so long, ms: the start belongs to the picture. */
const checkLibraryAfterMs = 20_000;
/** The network is looked for when the first play is on the glass, or after so long without one, ms. */
const linkAtLatestMs = 500;
/** Lines of the journal are packed so many times a minute at most, and nothing else goes on during one; ms. */
const packsAtOnce = 5;
const betweenPacksMs = 200;
/** Records on their way get so long at the end, ms. */
const closingGraceMs = 1_500;

type BuildOptions = EngineOptions & { readonly system: System };

/** Starts a player. @throws AppError `store_in_use`, `store_newer`, `cms_unset`, or the system's error when folder or port cannot be used */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir, log, system = machineSystem() } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'player.db');
  const damaged: string[] = [];
  const setAside = (file: string) => damaged.push(file);
  // First the store: it is what keeps a second engine out of the folder.
  const store = openStore(path, system.now, setAside);
  try {
    return await startWith(store, { ...options, system }, damaged);
  } catch (error) {
    if (!isRefusal(error) || store.unwritable !== null) throw error;
    // A disk that is full when something must be written: what is on it is played all the same.
    log.error({ err: error }, 'the store cannot be written: a copy is used');
    return startWith(openCopy(path, system.now, setAside, String(error)), { ...options, system }, damaged);
  }
}

async function startWith(store: Store, options: BuildOptions, damaged: string[]): Promise<Engine> {
  let engine: Engine | null = null;
  try {
    engine = new Engine(options, store, damaged);
    await engine.start();
    return engine;
  } catch (error) {
    if (engine === null) store.close();
    else await engine.close();
    throw error;
  }
}

export class Engine {
  readonly #o: BuildOptions;
  readonly #log: Logger;
  readonly #system: System;
  readonly #closing = new AbortController();
  readonly #store: Store;
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #http: CmsHttp;
  readonly #journal: Journal;
  readonly #faults: Faults;
  readonly #documents: Documents;
  readonly #library: Library;
  readonly #takeovers: Takeovers;
  readonly #programmes: Programmes;
  readonly #former: FormerJournals;
  readonly #overlay: Overlay;
  readonly #screenshots: Screenshots;
  readonly #sampler: Sampler;
  readonly #commands: Commands;
  readonly #updates: Updates;
  readonly #machine: Readings;
  readonly #ownBytes = new SocketBytes();
  readonly #dataUse: DataUse;
  readonly #locale: 'vi' | 'en';
  /** Where the CMS is, is known. */
  readonly #online: boolean;
  readonly #timers: NodeJS.Timeout[] = [];
  /** The first play is on the glass, or it has been waited for long enough. */
  readonly #begun = Promise.withResolvers<void>();
  readonly #orders: Orders;
  #certificate: Certificate | null = null;
  readonly #screen: Screen;
  readonly #technician: Technician;
  #raster: { width: number; height: number } | null = null;
  #glass: Glass | null = null;
  #server: StageServer | null = null;
  #door: StageDoor | null = null;
  #link: BoardLink | null = null;
  #playing = false;
  /** The page that connects first may be another version's. */
  #pageOfBefore: boolean;
  /** What is on the glass. */
  #openPlay: PlayBody | null = null;
  /** The alert that is on in the dark. */
  #unseenAlert: string | null = null;
  readonly #makingUp: MakingUp;
  /** Records that the disk has not taken, since it took the last one. */
  #unwritten = 0;
  /** Since when it takes none, and since when it has little room for them, ms UTC. */
  #unwritableSince: number | null = null;
  #lowSince: number | null = null;
  /** Where the store is a copy: `#cursors` of what is on the disk. */
  #cursorsAtStart = '';
  #pairing: Promise<void> | null = null;

  /** @param damaged files that were set aside so far */
  constructor(options: BuildOptions, store: Store, damaged: string[]) {
    this.#o = options;
    this.#log = options.log;
    this.#system = options.system;
    this.#store = store;
    const rename = (path: string) => {
      damaged.push(path);
      renameSync(path, `${path}.corrupt-${this.#system.now()}`);
    };
    this.#orders = new Orders(this.#store);
    const settings = openSettings(options.dataDir, rename);
    this.#locale = settings.data.locale;
    this.#identity = openIdentity(options.dataDir, this.#system, rename);
    // The store keeps a copy: a settings file that is damaged must not cut a board off.
    const cms = options.cms ?? settings.data.cms ?? this.#store.readMeta('cms', z.url());
    // Whoever is paired plays what is here all the same.
    if (cms === null && (this.#identity.paired === null || options.pairAnew))
      throw new AppError('cms_unset', 'This player knows no CMS yet: give its address');
    if (cms !== settings.data.cms && this.#store.unwritable === null) this.#keep(settings, cms);
    this.#clock = new Clock(this.#system, this.#store);
    this.#http = new CmsHttp(cms ?? '', this.#clock, this.#system, (step) => this.#clockStepped(step));
    this.#online = cms !== null;
    if (options.pairAnew && this.#identity.paired && cms !== null) this.#identity.startAnew(cms);
    // A store that was lost or damaged must not go on with the journal under the same name, nor may one that forked be continued.
    const known = Journal.stateOf(this.#store, this.#identity.journalId);
    const broken =
      !this.#identity.fresh && this.#identity.paired !== null && known !== 'open' && this.#store.unwritable === null;
    if (broken) this.#identity.newJournal();
    this.#journal = new Journal(this.#store, this.#clock, this.#ownJournal(), (bodies) => {
      this.#logEvents(bodies);
      this.#link?.deliver();
    });
    this.#faults = new Faults(this.#journal, this.#store, this.#clock, this.#system, this.#log);
    if (this.#store.unwritable !== null) {
      this.#unwritableSince = this.#instant();
      this.#faults.admits('journal_unwritable', this.#store.unwritable);
    }
    if (cms !== this.#store.readMeta('cms', z.url())) this.#record(() => this.#store.writeMeta('cms', cms));
    this.#documents = new Documents(this.#store, this.#clock, () => this.#trust());
    this.#library = new Library(
      join(options.dataDir, 'assets'),
      () => this.#clock.now(),
      (hash) => {
        this.#faults.raise('asset_damaged', hash);
        this.#programmes.lost();
      },
    );
    this.#takeovers = new Takeovers(this.#store, this.#documents, this.#clock, () => this.#selected());
    this.#machine = options.machine ?? new Machine({ dataDir: options.dataDir });
    const zone = (): string => this.#certificate?.zone ?? 'Asia/Ho_Chi_Minh';
    this.#dataUse = new DataUse({
      store: this.#store,
      system: this.#system,
      clock: this.#clock,
      machine: this.#machine,
      ownBytes: () => this.#ownBytes.bytes,
      zone,
      monthlyMb: () => this.#orders.downloads.monthlyMb,
      onFault: (code, detail) => this.#faults.raise(code, detail),
    });
    const downloads = new Downloads({
      limits: () => this.#orders.downloads,
      wanted: () => this.#orders.wanted,
      use: this.#dataUse,
      zone,
      now: () => this.#clock.now(),
      monotonic: () => this.#system.monotonic(),
    });
    this.#programmes = new Programmes({
      store: this.#store,
      documents: this.#documents,
      library: this.#library,
      system: this.#system,
      now: () => this.#clock.now(),
      get: async (path, from, signal) => this.#http.content(path, from, this.#credentials(), signal),
      downloads,
      // On a disk that takes no record it is switched all the same: the status says to what.
      onSwitch: (active) => {
        if (this.#store.unwritable === null)
          this.#journal.append([{ type: 'programmeSwitched', version: active.manifest.version }]);
      },
      onActive: (active) => this.#programmeActive(active),
      onProgress: (progress) => this.#link?.tellProgrammeProgress(progress),
      onFault: (code, detail) => this.#faults.raise(code, detail),
    });
    this.#pageOfBefore = options.versions?.pageOfBefore ?? false;
    this.#updates = new Updates({
      store: this.#store,
      system: this.#system,
      now: () => this.#clock.now(),
      dataDir: options.dataDir,
      app: options.app,
      releaseKey: options.releaseKey ?? null,
      here: options.versions ?? null,
      get: async (hash, from, signal) => this.#http.content(releasePath(hash), from, this.#credentials(), signal),
      downloads,
      programmeComes: () => this.#programmes.comes,
      holdsUp: () => this.#holdsUpdate(),
      tryVersion: (id, order) => this.#say({ type: 'tryVersion', id, order }),
      onChange: () => this.#link?.tellStatus(),
      onFault: (code, detail) => this.#faults.raise(code, detail),
      signal: this.#closing.signal,
    });
    this.#overlay = new Overlay({
      cms: cms ?? '',
      boardId: () => this.#identity.paired?.boardId ?? null,
      plays: () => this.#programmes.active !== null,
      certificate: () => this.#certificate,
      onScene: (scene) => this.#glass?.setOverlay(scene),
    });
    // Whoever opened the stage in a browser is no host, even where a program started this engine.
    const ask = options.host === 'browser' ? null : (options.askForPicture ?? null);
    const hasStage = (): boolean => this.#glass?.hasStage === true && this.#glass.kind === options.host;
    this.#screenshots = new Screenshots({
      ask,
      hasStage,
      output: () => this.#certificate?.output ?? null,
      http: this.#http,
      credentials: () => this.#credentials(),
      clock: this.#clock,
      signal: this.#closing.signal,
    });
    this.#sampler = new Sampler({
      store: this.#store,
      clock: this.#clock,
      system: this.#system,
      everyMinutes: () => this.#orders.sampleMinutes,
      ask,
      hasStage,
      unseen: () => (this.#screen.lit === false ? 'screen_off' : this.#technician.page.covers ? 'covered' : null),
      output: () => this.#certificate?.output ?? null,
      window: () => this.#glass?.raster ?? null,
      playing: () => this.#onGlass(),
      mayBring: () => this.#link?.connected === true && !this.#dataUse.spent,
      http: this.#http,
      credentials: () => this.#credentials(),
      signal: this.#closing.signal,
      log: this.#log,
    });
    this.#screen = new Screen({
      driver: options.screen ?? null,
      orders: this.#orders,
      alerts: () => this.#takeovers.standing(),
      zone: () => this.#certificate?.zone ?? null,
      clock: this.#clock,
      system: this.#system,
      onRecord: (record) => this.#record(() => this.#journal.append([record]), 1),
      onChange: () => {
        this.#glass?.setScreen(this.#seen);
        this.#link?.tellStatus();
      },
      onFault: (code, detail) => this.#faults.raise(code, detail),
    });
    this.#technician = new Technician({
      store: this.#store,
      system: this.#system,
      clock: this.#clock,
      http: this.#http,
      credentials: () => this.#credentials(),
      identity: this.#identity,
      documents: this.#documents,
      programmes: this.#programmes,
      certificate: () => this.#certificate,
      machine: this.#machine,
      dataUse: this.#dataUse,
      dataDir: options.dataDir,
      app: options.app,
      screen: this.#screen,
      overlay: this.#overlay,
      glass: () => this.#glass,
      link: () => this.#link,
      faults: this.#faults,
      restart: options.supervised ? () => this.#say({ type: 'restart' }) : null,
      onCover: () => this.#glass?.setScreen(this.#seen),
      onRecord: (record) => this.#record(() => this.#journal.append([record]), 1),
      log: this.#log,
      signal: this.#closing.signal,
    });
    const actions = new CommandActions({
      store: this.#store,
      system: this.#system,
      clock: this.#clock,
      http: this.#http,
      credentials: () => this.#credentials(),
      orders: this.#orders,
      screenshots: this.#screenshots,
      overlay: this.#overlay,
      glass: () => this.#glass,
      screen: options.screen ?? null,
      onScreen: () => this.#screen.check(),
      replan: () => this.#replan(),
      onDownloads: () =>
        void this.#dataUse.look().then(() => {
          this.#programmes.resume();
          this.#updates.wake();
        }),
      takesPictures: ask !== null,
      onSampling: () => this.#record(() => this.#sampler.ordered()),
      lacking: () => this.#programmes.lacking,
      onWanted: () => this.#programmes.resume(),
      restart: options.supervised ? () => this.#say({ type: 'restart' }) : null,
      rebootCommand: options.rebootCommand ?? null,
      readLog: options.readLog ?? null,
      updates: this.#updates,
      signal: this.#closing.signal,
    });
    this.#commands = new Commands({
      store: this.#store,
      documents: this.#documents,
      clock: this.#clock,
      carryOut: (command) => actions.carryOut(command),
      onEnded: () => this.#link?.tellCommands(),
      log: this.#log,
    });
    this.#former = new FormerJournals({
      identity: this.#identity,
      journal: this.#journal,
      system: this.#system,
      log: this.#log,
      onFault: (code, detail) => this.#faults.raise(code, detail),
    });
    const interrupted = this.#store.readMeta('openPlay', z.unknown()) === null ? 0 : 1;
    this.#record(() => {
      this.#journal.closeInterrupted();
      this.#journal.append([{ type: 'booted', bootId: this.#system.uuid(), host: options.host, app: options.app }]);
      this.#commands.endInterrupted(() => wasRebooted(this.#store, this.#system));
      for (const path of damaged) this.#faults.raise('file_damaged', basename(path));
      if (broken) {
        const code = known === 'forked' ? 'journal_fork' : 'store_lost';
        this.#faults.raise(code, 'The journal goes on under another name');
      }
    }, interrupted + 1);
    this.#makingUp = new MakingUp(this.#journal.obligationPlays(this.#clock.now() - rememberedMs));
    this.#checkRoom();
  }

  /** A disk that is full keeps no board from playing: the next start tries it again. */
  #keep(settings: LowSync<Settings>, cms: string | null): void {
    try {
      settings.update((data) => (data.cms = cms));
    } catch (error) {
      this.#log.error({ err: error }, 'the address of the CMS cannot be saved');
    }
  }

  /** Plays what the disk holds, opens the stage's door, then looks for the CMS. */
  async start(): Promise<void> {
    if (this.#identity.paired) await this.#recall();
    else this.#forget();
    this.#glass = new Glass({
      host: this.#o.host,
      plan: this.#plan(),
      takeoversShown: () => this.#takeovers.shown(),
      now: () => this.#clock.now(),
      locale: () => this.#locale,
      volume: () => this.#orders.volume,
      onOutput: (output) => this.#directed(output),
      onReady: (raster) => (this.#raster = raster.width > 0 && raster.height > 0 ? raster : null),
      onStalled: (action) => this.#say({ type: 'stageStalled', action }),
      hasFreeCore: () => this.#system.hasFreeCore(),
      onFault: (code, detail) => this.#faults.raise(code, detail),
      onTechnician: (said) => this.#technician.page.hear(said),
      log: this.#log,
    });
    this.#showRegion();
    this.#overlay.refresh();
    this.#screen.check();
    this.#door = this.#o.door ?? (await this.#openDoor());
    this.#server = startStageServer(this.#door, {
      library: this.#library,
      assetType: (hash) => this.#programmes.assetType(hash),
      onStage: (stage) => {
        if (this.#pageOfBefore && stage.kind === 'host') {
          // What it paints says nothing of this version.
          this.#pageOfBefore = false;
          return stage.send({ type: 'reload' });
        }
        this.#glass?.connect(stage);
        if (stage.kind !== 'host') return;
        this.#technician.page.stageReady();
        this.#say({ type: 'stageConnected' });
      },
      log: this.#log,
    });
    this.#timers.push(setInterval(() => this.#everyMinute(), saveClockMs));
    if (this.#store.unwritable !== null) {
      this.#cursorsAtStart = this.#cursors();
      this.#timers.push(setInterval(() => this.#lookAtDisk(), lookAtDiskMs));
    }
    this.#timers.push(setTimeout(() => void this.#checkLibrary(), checkLibraryAfterMs));
    this.#timers.push(setTimeout(this.#begun.resolve, linkAtLatestMs));
    this.#updates.start();
    void this.#begun.promise.then(() => this.#closing.signal.aborted || this.#former.start());
    if (!this.#online) return;
    if (this.#identity.paired) this.#connect(this.#identity.paired.boardId);
    else this.#pairing = this.#pair();
  }

  /** Something that only the host could see. */
  hearFault({ code, detail }: HostFault): void {
    if (code === 'page_ended' || code === 'window_ended') this.#glass?.coming();
    this.#faults.raise(code, detail);
  }

  /** The version on trial stays. */
  hearKept({ previous }: VersionKept): void {
    this.#updates.kept(previous);
  }

  /** A version that is tried is judged by whether it paints: nothing else may be to blame, and an alert is not interrupted. */
  #holdsUpdate(): 'update_waits_alert' | 'update_waits_picture' | null {
    if (this.#takeovers.standing().length > 0) return 'update_waits_alert';
    return this.#glass?.hasStage && this.#playing ? null : 'update_waits_picture';
  }

  /** Address of the stage, for the host's own window or for a browser opened by hand. */
  url(kind: StageKind): string {
    if (!this.#door) throw new Error('The engine has not started');
    return this.#door.url(kind);
  }

  /** Closes the open play as interrupted, delivers what is on its way for a moment, and lets everything go. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#overlay.close();
    this.#technician.close();
    this.#screen.close();
    this.#glass?.close();
    this.#server?.close();
    await this.#door?.close();
    await this.#programmes.close();
    await this.#link?.close(closingGraceMs);
    await this.#former.close();
    await this.#pairing;
    await this.#sampler.idle();
    this.#log.info({ event: { type: 'ended' } satisfies LogEvent }, 'the engine ends');
    await this.#dataUse.look();
    this.#ownBytes.close();
    this.#record(() => this.#clock.save());
    this.#store.close();
  }

  #say(message: EngineMessage): void {
    this.#o.onMessage?.(message);
  }

  #openDoor(): Promise<StageDoor> {
    const tokens = newTokens((count) => this.#system.randomBytes(count));
    return openStageDoor({ stageDir: this.#o.stageDir, tokens, port: 0 });
  }

  #ownJournal() {
    return { journalId: this.#identity.journalId, deviceKey: this.#identity.key.x };
  }

  #trust() {
    const { paired, key } = this.#identity;
    return paired && { boardId: paired.boardId, rootKey: paired.rootKey, deviceKey: key.x };
  }

  /** Without a certificate that holds, alerts for all and for this board by name still count. */
  #selected(): SelectedBoard | null {
    const { paired } = this.#identity;
    return this.#certificate ?? (paired && { boardId: paired.boardId, unitPath: [], groups: [] });
  }

  #credentials() {
    const { paired, key } = this.#identity;
    // Without a pairing nothing names content to fetch.
    return { boardId: paired?.boardId ?? '', key };
  }

  /** Reads keys, programme and takeovers from the disk and verifies them anew. */
  async #recall(): Promise<void> {
    try {
      await this.#documents.recallKeyList();
    } catch (error) {
      this.#documents.setAside('keyList');
      this.#faults.raise('key_list_damaged', codeOf(error));
    }
    await this.#programmes.recall();
    this.#certificate = this.#programmes.active?.certificate ?? (await this.#pairedCertificate());
    for (const id of await this.#takeovers.recall()) this.#faults.raise('takeover_damaged', id);
    const documents = [this.#programmes.active?.manifest, ...this.#takeovers.standing()];
    const signed = Math.max(...documents.map((one) => one?.issuedAt ?? 0));
    const step = signed > 0 ? this.#clock.holdAgainst(signed) : null;
    if (step) this.#clockStepped(step);
  }

  async #pairedCertificate(): Promise<Certificate | null> {
    const { paired } = this.#identity;
    if (paired === null) return null;
    try {
      return await this.#documents.verifyCertificate(paired.certificate);
    } catch (error) {
      this.#faults.raise('certificate_damaged', codeOf(error));
      return null;
    }
  }

  /** What an earlier identity was given is nothing to this one. */
  #forget(): void {
    this.#o.forgetLog?.();
    this.#record(() => {
      this.#documents.clear();
      this.#programmes.clear();
      this.#takeovers.clear();
      this.#orders.clear();
      this.#updates.clear();
      this.#sampler.clear();
    });
  }

  #plan(): Plan {
    const active = this.#programmes.active?.programme ?? null;
    const programme = active && this.#orders.cut ? withoutContent(active) : active;
    return { programme, takeovers: this.#takeovers.standing(), madeUp: this.#makingUp.standing(programme) };
  }

  #replan(): void {
    this.#glass?.setPlan(this.#plan());
    this.#screen.check();
  }

  #programmeActive(active: Active): void {
    this.#certificate = active.certificate;
    this.#takeovers.reconsider();
    this.#showRegion();
    this.#replan();
    this.#overlay.refresh();
    // Last: a disk that fails now must not keep the new programme from the glass.
    try {
      this.#identity.renewCertificate(active.manifest.certificate);
    } catch (error) {
      this.#log.error({ err: error }, 'the certificate cannot be saved');
    }
  }

  #showRegion(): void {
    const region = this.#certificate?.output ?? null;
    this.#glass?.setOutput(region);
    if (region) this.#say({ type: 'raster', width: region.x + region.width, height: region.y + region.height });
  }

  /** Whether what plays can be seen: what is covered is as dark as what is not lit. null: not known. */
  get #seen(): boolean | null {
    return this.#technician.page.covers ? false : this.#screen.lit;
  }

  /** The director has decided: journal, tell, remember. */
  #directed(output: DirectorOutput): void {
    let unseen = false;
    this.#openPlay = output.openPlay;
    // A notice that cannot be shown says so in every slot: its plays tell that, the fault is told once in a while.
    const news = output.records.filter(
      (record) => record.type !== 'faultRaised' || this.#faults.admits(record.code, record.detail),
    );
    const noteAlerts = (): void => {
      for (const record of news) this.#noteTakeover(record);
      unseen = this.#noteUnseen(output.openPlay) || unseen;
    };
    const isWritten = this.#record(() => {
      this.#journal.append(news, output.openPlay);
      noteAlerts();
    }, news.length);
    // Whoever raised an alert is told where it is seen, whatever the journal takes; and nothing that was seen is made up.
    if (!isWritten) this.#record(noteAlerts);
    for (const record of news) if (record.type === 'playEnded') this.#makingUp.note(record);
    if (output.openPlay && !this.#playing) {
      this.#playing = true;
      this.#begun.resolve();
      this.#say({ type: 'playing' });
    }
    for (const hash of output.suspects) void this.#lookAt(hash);
    if (unseen || output.records.some((record) => 'takeoverId' in record && record.takeoverId))
      this.#link?.tellTakeovers();
    this.#link?.setState({
      // Without a stage nothing is on the board, whatever the timeline says.
      now: this.#glass?.hasStage ? this.#describe(output.now) : null,
      next: this.#glass?.hasStage ? this.#describe(output.next) : null,
      programme: this.#programmes.active?.manifest.version ?? null,
      ...this.#screen.told,
      host: this.#hostNow(),
      cut: this.#orders.cut,
    });
    this.#makeUp(output);
    // Last: the page that goes has the director speak again, and that comes after this.
    this.#technician.page.alerted(output.now !== null && output.now.takeoverId !== null);
  }

  /** What this board has missed comes at the end of an item; its neighbours know nothing of it. */
  #makeUp({ now: slot, openPlay }: DirectorOutput): void {
    const plan = this.#glass?.plan;
    if (!plan) return;
    const now = this.#clock.now();
    const madeUp = this.#makingUp.next({
      ...plan,
      slot,
      openPlay,
      dark: this.#seen === false,
      cut: this.#orders.cut,
      now,
    });
    if (madeUp !== (plan.madeUp ?? null)) this.#glass?.setPlan({ ...plan, madeUp });
  }

  /** A file that the stage could not show: damaged, it is set aside and fetched again. */
  async #lookAt(hash: string): Promise<void> {
    try {
      await this.#library.verifyAnew(hash);
    } catch (error) {
      this.#log.error({ err: error, hash }, 'a file of the library cannot be looked at');
    }
  }

  async #readStatus(): Promise<BoardStatus> {
    const [machine] = await Promise.all([this.#machine.read(), this.#dataUse.look()]);
    return {
      ...unknownStatus,
      ...machine,
      ...this.#screen.readings,
      app: this.#o.app.slice(0, 80),
      clock: this.#clock.state(),
      offset: this.#clock.offsetMs(),
      diskFails: this.#unwritableSince ?? this.#lowSince,
      fault: this.#faults.last,
      cut: this.#orders.cut || null,
      volume: this.#orders.volume === 100 ? null : this.#orders.volume,
      dl: limitsKey(this.#orders.downloads),
      shots: this.#orders.sampleMinutes || null,
      mb: this.#dataUse.mb,
      upd: this.#updates.told,
    };
  }

  /** What the journal tells beside plays stands in the log too; faults are there already. */
  #logEvents(bodies: readonly JournalBody[]): void {
    for (const event of bodies)
      if (event.type !== 'playEnded' && event.type !== 'faultRaised')
        this.#log.info({ event: event satisfies LogEvent }, event.type);
  }

  /** Kind of the stage that plays now. */
  #hostNow(): HostKind {
    return this.#glass?.kind ?? this.#o.host;
  }

  /**
   * Writes to the store. A disk that is full or failing loses what `work` writes, never the picture; the CMS is told, and how many records
   * were lost once it takes them again.
   * @param records how many of them `work` writes into the journal
   * @returns whether it was written
   */
  #record(work: () => void, records = 0): boolean {
    const { unwritable } = this.#store;
    const lost = `${this.#unwritten} records were lost`;
    let isBack = false;
    try {
      this.#store.transaction(() => {
        // What a copy takes is on no disk.
        const before = this.#unwritableSince === null || unwritable !== null ? null : this.#store.changes();
        work();
        // What changed nothing has asked nothing of the disk.
        isBack = before !== null && this.#store.changes() > before;
        if (isBack && this.#unwritten > 0)
          this.#journal.append([{ type: 'faultRaised', code: 'journal_unwritable', detail: lost }]);
      });
    } catch (error) {
      // Once, and not with each play: the log is on that disk too.
      if (this.#unwritableSince === null) this.#log.error({ err: error }, 'the store cannot be written');
      this.#unwritableSince ??= this.#instant();
      this.#unwritten += records;
      // It stands in no journal, but in the status.
      this.#faults.admits('journal_unwritable', String(error));
      return false;
    }
    if (!isBack) return true;
    this.#unwritableSince = null;
    if (this.#unwritten > 0) this.#faults.admits('journal_unwritable', lost);
    this.#unwritten = 0;
    return true;
  }

  #noteTakeover(record: JournalBody): void {
    if (record.type === 'takeoverShown') {
      // Nobody saw it. Once there is a window, it is shown for the first time.
      if (!proves(this.#hostNow())) return;
      this.#takeovers.markShown(record.takeoverId, true);
      this.#takeovers.note(record.takeoverId, 'displayed', null);
    } else if (record.type === 'takeoverEnded') {
      this.#takeovers.markShown(record.takeoverId, false);
      this.#takeovers.note(record.takeoverId, 'ended', null);
    } else if (record.type === 'playEnded' && record.takeoverId !== null) {
      if (record.outcome === 'dark' && proves(record.host)) this.#takeovers.note(record.takeoverId, 'dark', null);
      if (record.outcome === 'failed') this.#takeovers.note(record.takeoverId, 'failed', 'not_shown');
    }
  }

  /** An alert is on and the screen is off: told at once, not when its play ends. @returns whether it is news */
  #noteUnseen(play: PlayBody | null): boolean {
    const takeoverId = play?.outcome === 'dark' && proves(play.host) ? play.takeoverId : null;
    const isNews = takeoverId !== null && takeoverId !== this.#unseenAlert;
    this.#unseenAlert = takeoverId;
    if (isNews) this.#takeovers.note(takeoverId, 'dark', null);
    return isNews;
  }

  #describe(slot: Slot | null): PlayingNow | null {
    return slot && { ...this.#named(slot), until: slot.end };
  }

  #named({ noticeId, takeoverId, why }: Pick<Slot, 'noticeId' | 'takeoverId' | 'why'>): SamplePlaying {
    const { programme, takeovers } = this.#glass?.plan ?? this.#plan();
    const takeover = takeovers.find((one) => one.takeoverId === takeoverId);
    const title =
      (noticeId !== null && programme?.notices.get(noticeId)?.title) ||
      takeover?.content.headline ||
      programme?.fallback.unitName ||
      '';
    return { noticeId, title, why: why.kind, exercise: takeover?.status === 'exercise' };
  }

  /** What has been painted and is still there; null: nothing that would be a play. */
  #onGlass(): { key: string; playing: SamplePlaying } | null {
    const play = this.#openPlay;
    return play && { key: `${play.start} ${play.noticeId} ${play.takeoverId}`, playing: this.#named(play) };
  }

  #connect(boardId: string): void {
    const link = new BoardLink(boardId, {
      http: this.#http,
      identity: this.#identity,
      clock: this.#clock,
      documents: this.#documents,
      programmes: this.#programmes,
      takeovers: this.#takeovers,
      commands: this.#commands,
      journal: this.#journal,
      app: this.#o.app,
      host: () => this.#hostNow(),
      // A router with a SIM card looks like any cable: a month that has a budget is paid for.
      metered: () => this.#o.metered === true || this.#orders.downloads.monthlyMb !== null,
      readStatus: () => this.#readStatus(),
      readNetworkKind: () => this.#machine.readNetworkKind(),
      onKeyList: async () => {
        if (this.#certificate) return;
        this.#certificate = await this.#pairedCertificate();
        this.#showRegion();
        this.#overlay.refresh();
        if (this.#takeovers.reconsider()) this.#replan();
      },
      onTakeovers: () => this.#replan(),
      onClockStep: (step) => this.#clockStepped(step),
      onDismissed: () => this.#dismissed(),
      onJournalBroken: (journalId, code) => this.#journalBroken(journalId, code),
      onFault: (code, detail) => this.#faults.raise(code, detail),
      system: this.#system,
      log: this.#log,
    });
    this.#link = link;
    void this.#begun.promise.then(() => this.#closing.signal.aborted || link.start());
  }

  /**
   * One write gives the board up: from then on each start shows a code, clears what the board was given and delivers what its
   * journal still holds. Everything here is built for one board, so this engine ends. @throws the disk's error: nothing has changed
   */
  #dismissed(): void {
    this.#faults.raise('device_replaced', 'Another player was paired with this board');
    this.#identity.startAnew(this.#http.cms);
    this.#log.warn(
      { event: { type: 'replaced' } satisfies LogEvent },
      'this player is paired no more: it gives up its board and asks to be paired anew',
    );
    this.#say({ type: 'dismissed' });
  }

  /** The CMS and this board disagree about a journal: it is left as it is, and another one begins. */
  #journalBroken(journalId: string, code: FaultCode): void {
    // A copy of what the disk held is no journal to be judged by.
    if (this.#store.unwritable !== null) return;
    const own = journalId === this.#journal.journalId;
    if (own) this.#identity.newJournal();
    this.#store.transaction(() => {
      this.#journal.markForked(journalId, code);
      if (own) this.#journal.switchTo(this.#ownJournal());
    });
    this.#record(() => this.#journal.carryOver());
    this.#faults.raise(code, `Journal ${journalId}`);
  }

  #clockStepped({ fromOffsetMs, toOffsetMs, movedMs }: ClockStep): void {
    this.#record(() => this.#journal.append([{ type: 'clockStepped', fromOffsetMs, toOffsetMs }]), 1);
    if (movedMs !== 0) this.#glass?.seek();
    this.#screen.check();
  }

  /** Of what is told to the CMS, ms UTC. */
  #instant(): number {
    return Math.max(0, Math.round(this.#clock.now()));
  }

  /** Said once, while there is still room to say it: a journal that nothing can be written to loses every play. */
  #checkRoom(): void {
    let room: number;
    try {
      room = this.#library.room;
    } catch (error) {
      return this.#log.error({ err: error }, 'the room on the disk cannot be looked at');
    }
    // What is freed and filled again by turns is told once.
    const wasLow = this.#lowSince !== null;
    const isLow = room < (wasLow ? reservedBytes : reservedBytes / 2);
    if (isLow && !wasLow) this.#faults.raise('disk_low', `${room} bytes are left for the journal`);
    this.#lowSince = isLow ? (this.#lowSince ?? this.#instant()) : null;
  }

  #everyMinute(): void {
    void this.#dataUse.look();
    this.#programmes.relieve();
    this.#checkRoom();
    this.#record(() => this.#journal.carryOver());
    void this.#packLines();
    this.#sampler.look();
    this.#record(() => this.#clock.save());
    const step = this.#clock.checkOffset();
    if (step) this.#clockStepped(step);
  }

  /** How far what the CMS has sent has come. */
  #cursors(): string {
    return JSON.stringify([this.#documents.keyListNumber, this.#programmes.cursor, this.#takeovers.cursor]);
  }

  /**
   * Once the disk takes changes again, the engine goes on from what it holds; not under an alert, and what has come since the start, which
   * is in the copy alone, must be sent again.
   */
  #lookAtDisk(): void {
    const isKept = this.#link?.connected === true || this.#cursors() === this.#cursorsAtStart;
    if (!isKept || this.#takeovers.standing().length > 0) return;
    if (takesChanges(join(this.#o.dataDir, 'player.db'))) this.#say({ type: 'restart' });
  }

  /** A player of a release before may have many: a few at a time, and other work in between. */
  async #packLines(): Promise<void> {
    for (let packs = 0; packs < packsAtOnce; packs++) {
      let more = false;
      this.#record(() => (more = this.#journal.pack()));
      if (!more || !(await pause(betweenPacksMs, this.#closing.signal))) return;
    }
  }

  /** Hashes the rest of the library, one file after another. */
  async #checkLibrary(): Promise<void> {
    for (const { hash } of this.#programmes.active?.manifest.assets ?? []) {
      if (this.#closing.signal.aborted) return;
      try {
        await this.#library.verify(hash);
      } catch (error) {
        this.#log.error({ err: error, hash }, 'a file of the library cannot be looked at');
      }
      await pause(50, this.#closing.signal);
    }
  }

  async #pair(): Promise<void> {
    const paired = await pair({
      http: this.#http,
      documents: this.#documents,
      system: this.#system,
      key: () => this.#identity.key,
      journalId: () => this.#identity.journalId,
      onSpent: () => {
        this.#identity.startAnew(this.#http.cms);
        this.#journal.switchTo(this.#ownJournal());
      },
      host: this.#o.host,
      app: this.#o.app,
      screen: () => this.#raster,
      onCode: (code) => this.#showCode(code),
      onTrouble: (error) => this.#log.warn({ code: codeOf(error) }, 'pairing: the CMS cannot be reached or refused'),
      askMs: this.#o.pairingAskMs ?? 2_000,
      signal: this.#closing.signal,
    });
    // The CMS holds the pairing already: a disk that does not take it is tried again, the code stays on the screen.
    for (let attempt = 0; paired && !this.#closing.signal.aborted; attempt++) {
      try {
        return await this.#paired(paired);
      } catch (error) {
        this.#log.error({ err: error }, 'the pairing cannot be saved');
        await pause(backoffMs(attempt, 1_000, 60_000, this.#system), this.#closing.signal);
      }
    }
  }

  #showCode(code: string): void {
    this.#overlay.showCode(code);
    if (code !== '') this.#say({ type: 'pairingCode', code });
  }

  async #paired({ boardId, rootKey, certificate, keyList }: Paired): Promise<void> {
    this.#identity.pair({ boardId, rootKey, certificate });
    await this.#documents.takeKeyList(keyList);
    this.#certificate = await this.#pairedCertificate();
    this.#showRegion();
    this.#overlay.showCode(null);
    this.#say({ type: 'paired', boardId });
    this.#log.info({ event: { type: 'paired' } satisfies LogEvent, boardId }, 'paired');
    this.#connect(boardId);
  }
}
