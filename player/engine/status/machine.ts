/**
 * What the machine says of itself, read without holding anything up. Linux tells through files, and of a modem through ModemManager;
 * elsewhere what Node knows has to do. A reading that fails is unknown.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, platform, release, totalmem, type, uptime } from 'node:os';
import { join } from 'node:path';
import type { BoardStatus, screenReadings } from '../../../shared/protocol/status.ts';
import * as parse from './parse.ts';

/** Readings of the machine; the rest is the player's own to say. */
export type MachineStatus = Omit<
  BoardStatus,
  | 'app'
  | 'clock'
  | 'offset'
  | 'fault'
  | 'cut'
  | 'volume'
  | 'dl'
  | 'shots'
  | 'mb'
  | 'upd'
  | 'diskFails'
  | (typeof screenReadings)[number]
>;

/** A modem that does not answer within this is not asked longer, ms. */
const modemMs = 5_000;

/** The load over less than this is chance, ms. */
const leastLoadMs = 30_000;

/** Runs a program. @returns what it printed; null when it is not there, fails or takes too long */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | null>;

export interface MachineOptions {
  /** Its disk is the one that matters. */
  readonly dataDir: string;
  /** Where /proc, /sys and /etc are; tests have their own. */
  readonly root?: string;
  readonly run?: RunProgram;
  /** Milliseconds that only go on. */
  readonly monotonic?: () => number;
}

const runProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    try {
      const options = { timeout: modemMs, maxBuffer: 200_000, env: { ...process.env, LC_ALL: 'C' } };
      execFile(program, args, options, (error, printed) => resolve(error ? null : printed));
    } catch {
      resolve(null);
    }
  });

export class Machine {
  readonly #o: Required<MachineOptions>;
  #cpu: { readonly times: parse.CpuTimes | null; readonly at: number } | null = null;
  #load: number | null = null;
  /** The load while the player starts is its own work, and says nothing of the minutes after. */
  #started = false;

  constructor(options: MachineOptions) {
    this.#o = { root: '/', run: runProgram, monotonic: () => performance.now(), ...options };
  }

  /** Takes all readings. Never throws. */
  async read(): Promise<MachineStatus> {
    const [memory, disk, temp, network, os] = await Promise.all([
      this.#memory(),
      statfs(this.#o.dataDir).then(parse.diskOf, () => null),
      this.#temperature(),
      this.#network(),
      this.#text('etc/os-release').then(
        (text) => (text && parse.osName(text)) ?? `${type()} ${release()}`.slice(0, 80),
      ),
    ]);
    return {
      os,
      up: secondsUp(),
      cpu: await this.#cpuLoad(),
      mem: memory?.mem ?? null,
      memMb: memory?.memMb ?? null,
      disk: disk?.disk ?? null,
      freeMb: disk?.freeMb ?? null,
      temp,
      ...network,
    };
  }

  /** How it reaches the network; null: unknown. Never throws, and asks for nothing else: a disk that hangs holds nothing up here. */
  async readNetworkKind(): Promise<BoardStatus['net']> {
    const used = await this.#interface();
    if (used === null || used.net === 'wifi' || used.net === 'mobile') return used?.net ?? null;
    return (await this.#modemOf(used)) ? 'mobile' : used.net;
  }

  /** The network in use (null: none), and what each has carried since it came up, in both directions, bytes; null: unknown. Never throws. */
  async readCounters(): Promise<{ name: string | null; bytes: Record<string, number> } | null> {
    const [route, dev] = [await this.#text('proc/net/route'), await this.#text('proc/net/dev')];
    return dev === null ? null : { name: parse.defaultInterface(route ?? ''), bytes: parse.readCounters(dev) };
  }

  async #text(path: string): Promise<string | null> {
    return readFile(join(this.#o.root, path), 'utf8').catch(() => null);
  }

  async #cpuLoad(): Promise<number | null> {
    const stat = await this.#text('proc/stat');
    const [before, at] = [this.#cpu, this.#o.monotonic()];
    if (before && at - before.at < leastLoadMs) return this.#load;
    this.#cpu = { at, times: stat === null ? cpuTimesOfNode() : parse.readCpuTimes(stat) };
    if (this.#started) this.#load = parse.cpuPercent(before?.times ?? null, this.#cpu.times);
    this.#started = before !== null;
    return this.#load;
  }

  async #memory() {
    const meminfo = await this.#text('proc/meminfo');
    if (meminfo !== null) return parse.readMemory(meminfo);
    return platform() === 'linux' ? null : parse.memoryOf(totalmem(), freemem());
  }

  async #temperature(): Promise<number | null> {
    const folder = 'sys/class/thermal';
    const names = await readdir(join(this.#o.root, folder)).catch(() => []);
    const zones = names.filter((name) => name.startsWith('thermal_zone'));
    const texts = await Promise.all(zones.map((name) => this.#text(`${folder}/${name}/temp`)));
    return parse.hottest(texts.filter((text) => text !== null));
  }

  async #network() {
    const nothing = { net: null, operator: null, radio: null, signal: null, tx: null, rx: null };
    const used = await this.#interface();
    if (used === null) return nothing;
    const { name, net } = used;
    const found = { ...nothing, net, ...parse.readTraffic((await this.#text('proc/net/dev')) ?? '', name) };
    if (net === 'wifi')
      return { ...found, signal: parse.wifiSignal((await this.#text('proc/net/wireless')) ?? '', name) };
    const modem = await this.#modemOf(used);
    if (modem === null) return found;
    const { operator, radio, signal } = modem;
    return { ...found, net: 'mobile' as const, operator, radio, signal };
  }

  /** What leads to the network, by its own word. */
  async #interface() {
    const name = parse.defaultInterface((await this.#text('proc/net/route')) ?? '');
    if (name === null) return null;
    const [kind, uevent] = await Promise.all([
      this.#text(`sys/class/net/${name}/type`),
      this.#text(`sys/class/net/${name}/uevent`),
    ]);
    return { name, net: parse.networkKind(name, kind, uevent) };
  }

  /** The modem behind it: one on USB may look like a cable, and one that stands by is beside one. */
  async #modemOf({ name, net }: { name: string; net: BoardStatus['net'] }) {
    const modem = await this.#modem();
    return modem !== null && (net === 'mobile' || modem.ports.includes(name)) ? modem : null;
  }

  async #modem() {
    const { run } = this.#o;
    const path = parse.firstModem((await run('mmcli', ['--output-json', '--list-modems'])) ?? '');
    const said = path === null ? null : await run('mmcli', ['--output-json', `--modem=${path}`]);
    return said === null ? null : parse.readModem(said);
  }
}

function secondsUp(): number | null {
  try {
    return Math.floor(uptime());
  } catch {
    return null;
  }
}

function cpuTimesOfNode(): parse.CpuTimes | null {
  if (platform() === 'linux') return null;
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}
