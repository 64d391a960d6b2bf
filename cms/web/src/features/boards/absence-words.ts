/** Why a board may be away, in words. */
import {
  briefMs,
  type AbsenceEvidence,
  type AbsenceStep,
  type Suspicion,
} from '../../../../../shared/protocol/board-absence.ts';
import { budgetWarnsAt } from '../../../../../shared/protocol/downloads.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { formatDate, formatDateTime, formatTime, startOfDay } from '../../lib/time.ts';
import { durationWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';

export function guessWords(suspicion: Suspicion): string {
  const guesses: Record<Suspicion, () => string> = {
    restored: m.absence_guess_restored,
    brief: m.absence_guess_brief,
    server: m.absence_guess_server,
    area: m.absence_guess_area,
    power: m.absence_guess_power,
    sim: m.absence_guess_sim,
    player: m.absence_guess_player,
    signal: m.absence_guess_signal,
    own: m.absence_guess_own,
    unknown: m.absence_guess_unknown,
  };
  return guesses[suspicion]();
}

export function stepWords(step: AbsenceStep): string {
  const steps: Record<AbsenceStep, () => string> = {
    wait: () => m.absence_step_wait({ length: durationWords(briefMs) }),
    checkServer: m.absence_step_check_server,
    askPower: m.absence_step_ask_power,
    askLine: m.absence_step_ask_line,
    look: m.absence_step_look,
    checkSim: m.absence_step_check_sim,
    paySim: m.absence_step_pay_sim,
    checkClock: m.absence_step_check_clock,
    restart: m.absence_step_restart,
    visit: m.absence_step_visit,
  };
  return steps[step]();
}

/** What is known, and what is not, one sentence each. */
export function factWords(evidence: AbsenceEvidence, now: number): string[] {
  const { restoredFrom, others, everywhere, simPaidUntil, readsSim, network, data, fault, restarts, clockOffMs } =
    evidence;
  const facts: string[] = [];
  if (restoredFrom !== null) return [m.absence_restored({ time: formatDateTime(restoredFrom) })];
  if (everywhere.there && !everywhere.heard) facts.push(m.absence_server());
  facts.push(
    others.there === 0
      ? m.absence_others_none()
      : others.together === 0
        ? m.absence_others_stayed({ total: others.there, online: others.online })
        : m.absence_others_together({ n: others.together, total: others.there, online: others.online }),
  );
  if (simPaidUntil !== null) {
    const day = formatDate(simPaidUntil - 1);
    facts.push(simPaidUntil <= now ? m.absence_sim_ended({ day }) : m.absence_sim_paid({ day }));
  } else if (readsSim) facts.push(m.absence_sim_unknown());
  if (data && data.usedMb >= data.limitMb * budgetWarnsAt)
    facts.push(m.absence_data({ used: numberWords(data.usedMb), limit: numberWords(data.limitMb) }));
  if (network?.net === 'mobile' && network.signal !== null) facts.push(m.absence_signal({ n: network.signal }));
  const timeOf = (at: number): string => (at < startOfDay(now) ? formatDateTime(at) : formatTime(at));
  facts.push(
    fault
      ? m.absence_fault({ time: timeOf(fault.at), fault: sentenceOf(fault.code, { detail: fault.detail }) })
      : m.absence_no_fault(),
  );
  if (restarts > 1) facts.push(m.absence_restarts({ n: restarts }));
  if (clockOffMs !== null)
    facts.push(m.absence_clock({ length: durationWords(Math.round(Math.abs(clockOffMs) / 60_000) * 60_000) }));
  return facts;
}
