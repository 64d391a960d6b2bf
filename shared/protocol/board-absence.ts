/**
 * Why a board may be away, from what is known of it: what it suggests is never more than a guess, and what is not known stays so. What
 * an absent board shows is not known either; a player that has power goes on playing what it holds.
 */
import { z } from 'zod';
import { isNote } from '../faults/notes.ts';
import type { FaultCode } from '../faults/table.ts';
import { msUtc } from './common.ts';
import { boardStatus } from './status.ts';

/** Boards that left within this of each other left together, ms: a connection that falls silent is noticed after a while. */
export const togetherMs = 10 * 60_000;
/**
 * Most boards that are away for less come back by themselves, ms. After it all that left together have been missed as well: a board was
 * last heard up to one heartbeat before, another is missed up to one and its answer later (`heartbeats.sparing`).
 */
export const briefMs = 7 * 60_000;
/** What a player wrote down this long before it left may have to do with it, ms. */
export const faultBeforeMs = 10 * 60_000;
/** How long before, for restarts and the clock, ms. */
export const dayMs = 86_400_000;
/** A machine's clock that is wrong by less breaks no connection, ms. */
export const clockOffMs = 2 * 60_000;
/** A mobile signal weaker than this drops out by itself, percent. */
const weakSignal = 20;
/** More restarts in a day than somebody makes by hand. */
const manyRestarts = 3;
/** Operators cut a SIM card off some days after its end, and clocks of records are days, ms. */
const [simBeforeMs, simAfterMs] = [dayMs, 7 * dayMs];

/** GET /api/boards/:id/absence → what is known of why the board is away; null when it is not. */
export const absenceEvidence = z.strictObject({
  since: msUtc,
  /** The CMS's data are those of a backup of that time, and no board has been heard of since; null: they are not. */
  restoredFrom: msUtc.nullable(),
  /** Of the other boards of its unit: how many were there when it left, are online, and left within `togetherMs` of it. */
  others: z.strictObject({ there: z.int(), online: z.int(), together: z.int() }),
  /** Whether boards outside its unit were there when it left, and whether any board at all was heard of after. */
  everywhere: z.strictObject({ there: z.boolean(), heard: z.boolean() }),
  /** The first moment that its SIM card is not paid for; null: nobody wrote it down, or the asker may not read it. */
  simPaidUntil: msUtc.nullable(),
  /** Whether the asker may read that. */
  readsSim: z.boolean(),
  /** How it was connected by its last word, and the strength of its radio signal, percent; null: not known, or the asker may not read it. */
  network: boardStatus.pick({ net: true, signal: true }).nullable(),
  /** What its line had carried of its budget for a month by its last word, MB; null: not known, no budget, or the asker may not read it. */
  data: z.strictObject({ usedMb: z.number(), limitMb: z.number() }).nullable().default(null),
  /** What the player said within `faultBeforeMs` before it left: the last that suggests anything, or the last. What it says of the time after comes when it is back. */
  fault: z.strictObject({ at: msUtc, code: z.string(), detail: z.string() }).nullable(),
  /** How often the player started in the day before. */
  restarts: z.int(),
  /** By how much its machine's clock was wrong by its last word of the day before, ms; null: it was right enough, or said nothing. */
  clockOffMs: z.int().nullable(),
});
export type AbsenceEvidence = z.infer<typeof absenceEvidence>;
export const absenceAnswer = z.strictObject({ evidence: absenceEvidence.nullable() });

/** What a fault says of why its player is away, where that is not the player: null: nothing. */
const elsewhereFaults: Partial<Record<FaultCode, 'sim' | null>> = {
  data_budget_spent: 'sim',
  data_budget_low: null,
  screen_failed: null,
  screen_differs: null,
  disk_low: null,
  command_refused: null,
  technician_refused: null,
};
/** What a fault that came just before suggests. @returns null: nothing */
export const suspectedByFault = (code: string): 'player' | 'sim' | null =>
  isNote(code) ? null : Object.hasOwn(elsewhereFaults, code) ? (elsewhereFaults[code as FaultCode] ?? null) : 'player';

interface Known {
  readonly presence: 'unpaired' | 'online' | 'offline';
  readonly since: number | null;
}

/** @param others the other boards of its unit */
export function othersOf(since: number, others: readonly Known[]): AbsenceEvidence['others'] {
  const online = others.filter(({ presence }) => presence === 'online').length;
  // What left long before, or never was there, says nothing of this.
  const left = others.flatMap((one) =>
    one.presence === 'offline' && one.since !== null && one.since >= since - togetherMs ? [one.since] : [],
  );
  return {
    there: online + left.length,
    online,
    together: left.filter((at) => at <= since + togetherMs).length,
  };
}

/**
 * restored: the CMS has just come back from a backup, in which it was not away yet. brief: too short to say. server: nobody reaches the CMS. area: all boards of the unit that were there left together. power: it kept restarting. sim: its
 * SIM card had just ended, or its month's data were used up. player: it had just told of a fault. signal: its mobile signal was weak. own: others are there. unknown: nothing points anywhere.
 */
export type Suspicion =
  'restored' | 'brief' | 'server' | 'area' | 'power' | 'sim' | 'player' | 'signal' | 'own' | 'unknown';
export type AbsenceStep =
  'wait' | 'checkServer' | 'askPower' | 'askLine' | 'look' | 'checkSim' | 'paySim' | 'checkClock' | 'restart' | 'visit';

const stepsOf: Record<Suspicion, readonly AbsenceStep[]> = {
  restored: ['wait', 'checkServer'],
  brief: ['wait'],
  server: ['checkServer', 'look'],
  area: ['askPower', 'askLine', 'visit'],
  power: ['look', 'askPower', 'visit'],
  sim: ['paySim', 'restart', 'visit'],
  player: ['look', 'restart', 'visit'],
  signal: ['checkSim', 'askLine', 'restart', 'visit'],
  own: ['look', 'checkSim', 'restart', 'visit'],
  unknown: ['look', 'checkSim', 'restart', 'visit'],
};

/** What the other boards of the unit suggest; null: nothing. */
export function amongOthers({ there, online, together }: AbsenceEvidence['others']): 'area' | 'own' | null {
  if (there > 0 && together === there) return 'area';
  return online > 0 ? 'own' : null;
}

function suspect(evidence: AbsenceEvidence, now: number): Suspicion {
  const { since, others, everywhere, simPaidUntil } = evidence;
  if (evidence.restoredFrom !== null) return 'restored';
  if (now - since < briefMs) return 'brief';
  if (everywhere.there && !everywhere.heard) return 'server';
  const among = amongOthers(others);
  if (among === 'area') return among;
  if (simPaidUntil !== null && since >= simPaidUntil - simBeforeMs && since <= simPaidUntil + simAfterMs) return 'sim';
  if (evidence.data && evidence.data.usedMb >= evidence.data.limitMb) return 'sim';
  const byFault = evidence.fault && suspectedByFault(evidence.fault.code);
  if (byFault) return byFault;
  if (evidence.restarts >= manyRestarts) return 'power';
  const { net, signal } = evidence.network ?? {};
  if (net === 'mobile' && typeof signal === 'number' && signal <= weakSignal) return 'signal';
  return among ?? 'unknown';
}

/** What the evidence suggests, and what to do, the first first. @param now ms UTC */
export function absenceOf(
  evidence: AbsenceEvidence,
  now: number,
): { readonly suspicion: Suspicion; readonly steps: readonly AbsenceStep[] } {
  const suspicion = suspect(evidence, now);
  const isLong = !['restored', 'brief', 'server'].includes(suspicion);
  const steps = new Set<AbsenceStep>(stepsOf[suspicion].filter((step) => step !== 'visit'));
  // Its end is past, whatever else it may be: nothing comes back without.
  if (isLong && evidence.simPaidUntil !== null && evidence.simPaidUntil <= now && !steps.has('paySim')) {
    steps.delete('checkSim');
    steps.add('paySim');
  }
  // By a wrong clock the server's certificate (TLS) looks too old or too new.
  if (isLong && evidence.clockOffMs !== null) steps.add('checkClock');
  if (stepsOf[suspicion].includes('visit')) steps.add('visit');
  return { suspicion, steps: [...steps] };
}
