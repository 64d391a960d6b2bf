/** What the technician's page tells, gathered. What is slow to read is read beside, every few seconds; nothing here is secret. */
import { readdir, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { TechnicianFacts } from '../../../shared/protocol/technician.ts';
import type { Machine, MachineStatus } from '../status/machine.ts';
import { refusalTrouble, troubleOf, type Trouble } from './line.ts';

/** The machine and the disk are read anew after so long, ms. */
const readEveryMs = 10_000;
/** A CMS that is away is called anew after so long, ms. */
const callEveryMs = 15_000;
const mostInterfaces = 6;

/** What the engine knows by itself, without waiting. */
export type OwnFacts = Pick<TechnicianFacts, 'pairing' | 'clock' | 'faults' | 'downloads' | 'screen' | 'speed'> & {
  readonly mb: number | null;
  readonly connected: boolean;
  readonly sinceMs: number | null;
  /** Why the board is not let in, as its link says it. */
  readonly refusal: string | null;
};

export interface FactsOptions {
  readonly dataDir: string;
  readonly machine: Pick<Machine, 'read'>;
  readonly own: () => OwnFacts;
  /** Calls the CMS. @throws whatever keeps it from answering */
  readonly call: () => Promise<unknown>;
  readonly monotonic: () => number;
}

interface Read {
  readonly machine: MachineStatus;
  readonly mediaBytes: number | null;
  readonly journalBytes: number | null;
}

export class Facts {
  readonly #o: FactsOptions;
  #read: Read | null = null;
  #reading: Promise<void> | null = null;
  #readAt = -Infinity;
  #calledAt = -Infinity;
  /** What calling the CMS came to; null: not called yet. */
  #called: Trouble | 'answered' | null = null;

  constructor(options: FactsOptions) {
    this.#o = options;
  }

  /** Never throws. */
  async gather(): Promise<TechnicianFacts> {
    const { mb, connected, refusal, sinceMs, ...own } = this.#o.own();
    this.#look();
    if (!this.#read) await this.#reading;
    this.#call(connected);
    const { machine, mediaBytes, journalBytes } = this.#read ?? unread;
    return {
      ...own,
      network: {
        interfaces: interfaces(),
        net: machine?.net ?? null,
        operator: machine?.operator ?? null,
        radio: machine?.radio ?? null,
        signal: machine?.signal ?? null,
        mb,
      },
      link: { connected, sinceMs, ...((!connected && this.#why(refusal)) || { trouble: null, detail: '' }) },
      pairing: { ...own.pairing, os: machine?.os ?? null },
      disk: { freeMb: machine?.freeMb ?? null, mediaBytes, journalBytes },
    };
  }

  #look(): void {
    const now = this.#o.monotonic();
    if (this.#reading || now - this.#readAt < readEveryMs) return;
    this.#readAt = now;
    const { dataDir, machine } = this.#o;
    this.#reading = Promise.all([machine.read(), bytesIn(join(dataDir, 'assets')), bytesIn(dataDir, 'player.db')])
      .then(([read, mediaBytes, journalBytes]) => void (this.#read = { machine: read, mediaBytes, journalBytes }))
      .finally(() => (this.#reading = null));
  }

  /** Only while the link is down: what keeps it so is on the way. */
  #call(connected: boolean): void {
    const now = this.#o.monotonic();
    if (connected || now - this.#calledAt < callEveryMs) return;
    this.#calledAt = now;
    this.#o.call().then(
      () => (this.#called = 'answered'),
      (error: unknown) => (this.#called = troubleOf(error)),
    );
  }

  /** A CMS that answers can still refuse the board, or its socket. */
  #why(refusal: string | null): Trouble | null {
    if (this.#called !== 'answered') return this.#called;
    return refusal === null ? null : refusalTrouble(refusal);
  }
}

const unread = { machine: null, mediaBytes: null, journalBytes: null };

/** Bytes of a folder's files whose names begin so; null: it cannot be read. */
async function bytesIn(folder: string, start = ''): Promise<number | null> {
  try {
    const names = (await readdir(folder)).filter((name) => name.startsWith(start));
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return null;
  }
}

/** Addresses that others can reach this machine by; none where nobody may list them. */
function interfaces(): TechnicianFacts['network']['interfaces'] {
  try {
    return Object.entries(networkInterfaces())
      .map(([name, addresses = []]) => ({
        name,
        addresses: addresses.filter(({ internal }) => !internal).map(({ cidr, address }) => cidr ?? address),
      }))
      .filter(({ addresses }) => addresses.length > 0)
      .slice(0, mostInterfaces);
  } catch {
    return [];
  }
}
