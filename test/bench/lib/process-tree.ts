/** A process with all that descend from it (proc(5)), and what they use. Linux. */
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc per second: the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** These processes and all that descend from them. */
export function processTree(...roots: readonly number[]): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(Number(name), 'stat');
    if (stat !== null) parents.set(Number(name), Number(/^.*\) \S (\d+)/s.exec(stat)?.[1]));
  }
  const under = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (roots.includes(pid) || under(parents.get(pid)));
  return [...parents.keys()].filter(under);
}

/**
 * Memory: what is shared counts to each of those that share it in part (PSS). Bytes.
 * @param kind their own (`Pss_Anon`), of files such as programs (`Pss_File`: the less, the more others have the same open), shared (`Pss_Shmem`), or all
 */
export function memoryOf(pids: readonly number[], kind: 'Pss' | 'Pss_Anon' | 'Pss_File' | 'Pss_Shmem' = 'Pss'): number {
  const line = new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm');
  return sum(pids, (pid) => 1024 * Number(line.exec(read(pid, 'smaps_rollup') ?? '')?.[1] ?? 0));
}

/** Processor time that each has spent so far, s; with that of children that have ended. */
export function processorTimes(pids: readonly number[]): Map<number, number> {
  return new Map(
    pids.map((pid) => {
      // After the name: state is field 3; utime, stime, cutime, cstime are 14 to 17.
      const fields = (read(pid, 'stat') ?? '').replace(/^.*\) /s, '').split(' ');
      return [pid, fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / ticksPerSecond];
    }),
  );
}

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((all, pid) => all + of(pid), 0);

/** null: it has ended. @throws the system's error for one that lives and may not be looked at: it must not count as nothing */
function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
