/** What one act has left in the log: an import of a province, a publication to many boards. */
import type { AuditRow } from '../../../../../shared/protocol/api/audit.ts';
import { headlineOf } from './words.ts';

/** Fewer stand by themselves. */
const least = 4;
/** Entries of one act follow each other as fast as they can be written, ms. */
const apartMs = 1000;
/** From the first to the last of those that are folded into one, ms: longer than any act is being written. */
const longestMs = 60_000;

/** Nobody knows whose it was: one beside the other may be somebody else's. */
const isAnybodys = ({ action }: AuditRow): boolean => action === 'session.refused';

const ofOneAct = (a: AuditRow, b: AuditRow): boolean =>
  a.action === b.action &&
  !isAnybodys(a) &&
  a.who?.id === b.who?.id &&
  Math.abs(a.at - b.at) < apartMs &&
  headlineOf(a) === headlineOf(b);

/** The entries in their order, those of one act together and every other alone. */
export function folded(entries: readonly AuditRow[]): AuditRow[][] {
  const acts: AuditRow[][] = [];
  for (const entry of entries) {
    const act = acts.at(-1);
    if (act && ofOneAct(act.at(-1)!, entry) && Math.abs(act[0]!.at - entry.at) < longestMs) act.push(entry);
    else acts.push([entry]);
  }
  return acts.flatMap((act) => (act.length < least ? act.map((entry) => [entry]) : [act]));
}
