/**
 * Which version of engine and stage runs: the package's own, or one that the engine has unpacked into `versions/`. Another one is tried
 * first; it stays when it has painted in time and gone on for a moment, else the one before comes back by itself. Wherever the power
 * goes, the next start finds a pointer that is whole, and a program behind it. Nothing of this is ever replaced by an update.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { neededFiles } from '../../shared/protocol/release-files.ts';
import { launchAgreement, packaged, type VersionFailure, type VersionsHere } from '../engine/launch.ts';

/** A version on trial has so long to paint, and goes on for so long afterwards before it stays, ms. */
export const trialLimits = { paintMs: 120_000, steadyMs: 30_000 };
export type TrialLimits = typeof trialLimits;
/** Ends of its engine that a trial survives, and starts of the host: the power may go once. */
const mostCrashes = 2;
const mostStarts = 2;
/** Ends in a row before a word, after which a version that once worked is given up: its files may be damaged. */
const mostSilentEnds = 5;

const folderName = /^[0-9.]+-[0-9a-f]{16}$/;

interface State {
  v: 1;
  /** The package that this was written beside: another one means that somebody has installed one since, and that counts. */
  package: string;
  current: string;
  previous: string | null;
  trial: { id: string; order: string; starts: number } | null;
  failed: VersionsHere['failed'];
}

export interface VersionsOptions {
  readonly dataDir: string;
  readonly package: { readonly version: string; readonly program: string; readonly stageDir: string };
  readonly limits?: TrialLimits;
  /** Another one is to run from now on. */
  readonly onBack: () => void;
  /** The trial is over: it stays. */
  readonly onKept: (previous: string | null) => void;
  readonly report: (line: string) => void;
}

export class Versions {
  readonly #o: VersionsOptions;
  readonly #folder: string;
  #state: State;
  #crashes = 0;
  #late = false;
  #pageOfBefore = false;
  #deadline: NodeJS.Timeout | null = null;
  #steady: NodeJS.Timeout | null = null;

  /** Notes that the host has started. Never throws: what cannot be read or written leaves a version that is known to work. */
  constructor(options: VersionsOptions) {
    this.#o = options;
    this.#folder = join(options.dataDir, 'versions');
    this.#state = this.#read();
    const { trial } = this.#state;
    if (trial) {
      if (trial.starts >= mostStarts) this.#giveUp('update_power_cut');
      else if (!this.#isThere(trial.id)) this.#giveUp('update_unusable');
      // What cannot be counted might be tried for ever.
      else if (!this.#tryWrite({ ...this.#state, trial: { ...trial, starts: trial.starts + 1 } }))
        this.#giveUp('update_power_cut');
      else this.#begin();
    }
    if (!this.#isThere(this.#state.current)) this.#fallBack('update_unusable');
  }

  get #running(): string {
    return this.#state.trial?.id ?? this.#state.current;
  }

  /** What is to be started. */
  get program(): { readonly program: string; readonly stageDir: string } {
    const id = this.#running;
    if (id === packaged) return this.#o.package;
    return { program: join(this.#folder, id, 'engine/main.cjs'), stageDir: join(this.#folder, id, 'stage') };
  }

  get here(): VersionsHere {
    const { previous, trial, failed } = this.#state;
    return {
      launch: launchAgreement,
      package: this.#o.package.version,
      running: this.#running,
      previous,
      trial: trial?.order ?? null,
      failed,
      pageOfBefore: this.#pageOfBefore,
    };
  }

  /** From now on this one runs, on trial. @returns false: it does already, or is not there, or cannot be written down */
  try(id: string, order: string): boolean {
    if (this.#state.trial || id === this.#running || !this.#isThere(id)) return false;
    if (!this.#tryWrite({ ...this.#state, trial: { id, order, starts: 1 }, failed: null })) return false;
    this.#pageOfBefore = true;
    this.#begin();
    return true;
  }

  /** The running one has something on the glass, by a page of its own. */
  painted(): void {
    this.#pageOfBefore = false;
    if (!this.#state.trial || this.#steady) return;
    this.#steady = setTimeout(() => this.#keep(), this.#limits.steadyMs);
  }

  /**
   * The running one's engine has ended by itself.
   * @param silentEnds ends in a row without its having said that it is alive
   * @param useless it said that it will not be better at the next attempt
   * @returns whether another version is to be started
   */
  ended(silentEnds: number, useless: boolean): boolean {
    if (this.#steady) clearTimeout(this.#steady);
    this.#steady = null;
    if (this.#state.trial) {
      if (!useless && !this.#late && ++this.#crashes <= mostCrashes) return false;
      this.#giveUp(useless ? 'update_unusable' : this.#late ? 'update_no_picture' : 'update_crashed');
      return true;
    }
    if (this.#state.current === packaged || (!useless && silentEnds < mostSilentEnds)) return false;
    this.#fallBack(useless ? 'update_unusable' : 'update_crashed');
    return true;
  }

  close(): void {
    this.#stopTimers();
  }

  get #limits(): TrialLimits {
    return this.#o.limits ?? trialLimits;
  }

  #begin(): void {
    this.#crashes = 0;
    this.#late = false;
    this.#deadline = setTimeout(() => {
      this.#late = true;
      // It has painted: whether it goes on is known in a moment.
      if (this.#steady) return;
      this.#giveUp('update_no_picture');
      this.#o.onBack();
    }, this.#limits.paintMs);
  }

  #stopTimers(): void {
    for (const timer of [this.#deadline, this.#steady]) if (timer) clearTimeout(timer);
    this.#deadline = this.#steady = null;
  }

  #keep(): void {
    this.#stopTimers();
    const { trial, current } = this.#state;
    if (!trial) return;
    const kept: State = { ...this.#state, current: trial.id, previous: current, trial: null, failed: null };
    // A disk that does not take it has the trial repeated at the next start.
    if (!this.#tryWrite(kept)) this.#state = kept;
    this.#o.report(`Version ${trial.id} stays.`);
    this.#o.onKept(current);
  }

  #giveUp(why: VersionFailure): void {
    this.#stopTimers();
    const { id, order } = this.#state.trial!;
    const failed = { id, order, why };
    this.#set({ ...this.#state, trial: null, failed }, why);
    if (!this.#isThere(this.#state.current)) this.#fallBack('update_unusable', failed);
  }

  /** What has run before cannot be started any more. */
  #fallBack(why: VersionFailure, told: VersionsHere['failed'] = null): void {
    const { current, previous } = this.#state;
    const failed = told ?? { id: current, order: null, why };
    const next = previous !== null && previous !== current && this.#isThere(previous) ? previous : packaged;
    this.#set({ ...this.#state, current: next, previous: null, failed }, why);
  }

  /** It counts for this run even where the disk does not take it; the next start then comes to the same. */
  #set(state: State, why: VersionFailure): void {
    this.#o.report(`Version ${state.failed!.id} is given up (${why}); ${state.current} runs.`);
    this.#pageOfBefore = true;
    if (!this.#tryWrite(state)) this.#state = state;
  }

  #isThere(id: string): boolean {
    if (id === packaged) return true;
    const folder = join(this.#folder, id);
    return folderName.test(id) && neededFiles.every((file) => existsSync(join(folder, file)));
  }

  #read(): State {
    const none: State = {
      v: 1,
      package: this.#o.package.version,
      current: packaged,
      previous: null,
      trial: null,
      failed: null,
    };
    try {
      const said = JSON.parse(readFileSync(this.#path, 'utf8')) as State;
      return isState(said) && said.package === none.package ? said : none;
    } catch {
      return none;
    }
  }

  get #path(): string {
    return join(this.#folder, 'state.json');
  }

  /** Durable on return. @returns whether it is; otherwise nothing has changed */
  #tryWrite(state: State): boolean {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeDurably(`${this.#path}.tmp`, JSON.stringify(state));
      renameSync(`${this.#path}.tmp`, this.#path);
      syncFolder(this.#folder);
    } catch (error) {
      this.#o.report(`Which version runs cannot be written down: ${String(error)}`);
      return false;
    }
    this.#state = state;
    return true;
  }
}

function isState(said: State): boolean {
  const isName = (name: unknown): boolean => typeof name === 'string' && (name === packaged || folderName.test(name));
  const { trial, failed } = said;
  return (
    said.v === 1 &&
    isName(said.current) &&
    (said.previous === null || isName(said.previous)) &&
    (trial === null || (isName(trial.id) && typeof trial.order === 'string' && Number.isInteger(trial.starts))) &&
    (failed === null || typeof failed.id === 'string')
  );
}

function writeDurably(path: string, text: string): void {
  const handle = openSync(path, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Forces a rename to the disk. Windows cannot open folders and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
