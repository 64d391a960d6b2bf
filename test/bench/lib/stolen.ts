/** How much of its processors a virtual machine did not get: figures of a time in which others had them say little. */
import { readFileSync } from 'node:fs';

/** proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. Ticks since the start; null: not Linux. */
function ticks(): { all: number; stolen: number } | null {
  try {
    const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/).slice(1, 9).map(Number);
    return { all: fields.reduce((sum, field) => sum + field, 0), stolen: fields[7] ?? 0 };
  } catch {
    return null;
  }
}

/** Begins to count. @returns the part of all processor time since then that the host gave to others, from 0 to 1; null: not known */
export function countStolen(): () => number | null {
  const before = ticks();
  return () => {
    const after = ticks();
    if (before === null || after === null || after.all === before.all) return null;
    return Number(((after.stolen - before.stolen) / (after.all - before.all)).toFixed(3));
  };
}
