/** Readings out of what the machine writes, each by itself: what does not say what it should is unknown, null. */

/** Times of all cores since the machine started, any unit. */
export interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal (guest times are in user's). */
export function readCpuTimes(stat: string): CpuTimes | null {
  const times = /^cpu +(.+)$/m.exec(stat)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number);
  if (!times || times.length < 4 || times.some(Number.isNaN)) return null;
  const all = times.reduce((sum, time) => sum + time, 0);
  return { all, busy: all - times[3]! - (times[4] ?? 0) };
}

/** Busy between two moments, whole percent. */
export function cpuPercent(before: CpuTimes | null, now: CpuTimes | null): number | null {
  if (!before || !now || now.all <= before.all) return null;
  return percentOf(now.busy - before.busy, now.all - before.all);
}

/** /proc/meminfo: what programs could not have is in use. */
export function readMemory(meminfo: string): { mem: number; memMb: number } | null {
  const kb = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? Number.NaN);
  const [total, available] = [kb('MemTotal'), kb('MemAvailable')];
  if (!(total > 0) || !(available >= 0)) return null;
  return memoryOf(total * 1024, available * 1024);
}

/** Bytes. */
export const memoryOf = (total: number, available: number): { mem: number; memMb: number } => ({
  mem: percentOf(total - available, total),
  memMb: Math.round(total / 1_000_000),
});

/** Of `statfs`: blocks that others than root may have. */
export function diskOf(of: { bsize: number; blocks: number; bfree: number; bavail: number }) {
  const used = of.blocks - of.bfree;
  if (!(of.bsize > 0) || !(used + of.bavail > 0)) return null;
  return { disk: percentOf(used, used + of.bavail), freeMb: Math.floor((of.bavail * of.bsize) / 1_000_000) };
}

/** Contents of /sys/class/thermal/thermal_zone*\/temp, thousandths of °C: the hottest that can be. */
export function hottest(zones: readonly string[]): number | null {
  const degrees = zones
    .filter((text) => /^-?\d+$/.test(text.trim()))
    .map((text) => Math.round(Number(text) / 1000))
    // A sensor without a chip behind it says 0, or what no board survives.
    .filter((value) => value > -50 && value < 130 && value !== 0);
  return degrees.length > 0 ? Math.max(...degrees) : null;
}

/** /proc/net/route: the interface that the rest of the world is reached by, the least metric first. */
export function defaultInterface(route: string): string | null {
  const rows = route
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, destination, , flags]) => destination === '00000000' && (Number.parseInt(flags ?? '0', 16) & 1) === 1)
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  return rows[0]?.[0] ?? null;
}

/**
 * @param type of /sys/class/net/<name>/type (ARPHRD): 1 Ethernet, 512 PPP, 65534 none, 519 raw IP
 * @param uevent of /sys/class/net/<name>/uevent; names what the driver makes of it
 */
export function networkKind(name: string, type: string | null, uevent: string | null) {
  const devtype = /^DEVTYPE=(.+)$/m.exec(uevent ?? '')?.[1];
  if (devtype === 'wlan') return 'wifi' as const;
  if (devtype === 'wwan' || type?.trim() === '512' || type?.trim() === '519' || /^(wwan|wwp|ppp)/.test(name))
    return 'mobile' as const;
  return type?.trim() === '1' ? ('wired' as const) : null;
}

/** /proc/net/dev of one interface, bytes since it came up. */
export function readTraffic(dev: string, name: string): { tx: number; rx: number } | null {
  const line = dev.split('\n').find((one) => one.trimStart().startsWith(`${name}:`));
  const counts = line
    ?.slice(line.indexOf(':') + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  const [received, sent] = [counts?.[0], counts?.[8]];
  return Number.isSafeInteger(received) && Number.isSafeInteger(sent) ? { tx: sent!, rx: received! } : null;
}

/** /proc/net/dev: what each interface but the machine's own loopback has carried since it came up, bytes in both directions. */
export function readCounters(dev: string): Record<string, number> {
  const names = dev.split('\n').flatMap((line) => /^\s*(\S+?):/.exec(line)?.[1] ?? []);
  const counted = names.flatMap((name) => {
    const traffic = name === 'lo' ? null : readTraffic(dev, name);
    return traffic ? [[name, traffic.tx + traffic.rx] as const] : [];
  });
  return Object.fromEntries(counted);
}

/** /proc/net/wireless: quality of the link, of 70. */
export function wifiSignal(wireless: string, name: string): number | null {
  const line = wireless.split('\n').find((one) => one.trimStart().startsWith(`${name}:`));
  const quality = Number.parseFloat(
    line
      ?.slice(line.indexOf(':') + 1)
      .trim()
      .split(/\s+/)[1] ?? '',
  );
  return Number.isFinite(quality) ? Math.max(0, Math.min(100, Math.round((quality / 70) * 100))) : null;
}

/** `mmcli --output-json --list-modems`: where the first one is. */
export function firstModem(json: string): string | null {
  const list = valueAt(json, 'modem-list');
  const [path] = Array.isArray(list) ? (list as unknown[]) : [];
  return typeof path === 'string' && /^\/org\/freedesktop\/ModemManager1\/Modem\/\d+$/.test(path) ? path : null;
}

/** `mmcli --output-json --modem=…`. ModemManager writes «--» for what it does not know. `ports`: the interfaces that it makes. */
export function readModem(json: string) {
  const text = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' && value !== '--' ? value.slice(0, 80) : null;
  const technologies = valueAt(json, 'modem', 'generic', 'access-technologies');
  const quality = text(valueAt(json, 'modem', 'generic', 'signal-quality', 'value'));
  const signal = quality !== null && /^\d{1,3}$/.test(quality) ? Math.min(100, Number(quality)) : null;
  const ports = valueAt(json, 'modem', 'generic', 'ports');
  return {
    ports: (Array.isArray(ports) ? ports : []).flatMap((port) => /^(\S+) \(net\)$/.exec(String(port))?.[1] ?? []),
    operator: text(valueAt(json, 'modem', '3gpp', 'operator-name')),
    radio: text(Array.isArray(technologies) ? technologies[0] : technologies),
    signal,
  };
}

/** PRETTY_NAME of /etc/os-release. */
export const osName = (release: string): string | null =>
  /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(release)?.[1]?.slice(0, 80) ?? null;

function valueAt(json: string, ...path: string[]): unknown {
  try {
    return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], JSON.parse(json));
  } catch {
    return undefined;
  }
}

const percentOf = (part: number, whole: number): number => Math.max(0, Math.min(100, Math.round((part / whole) * 100)));
