/** Incidents in words: what, what it most likely comes from, and by what evidence. */
import type { Incident } from '../../../../../shared/protocol/api/incidents.ts';
import type { IncidentKind } from '../../../../../shared/protocol/incident.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { factWords } from '../boards/absence-words.ts';

export function kindWords(kind: IncidentKind): string {
  const kinds: Record<IncidentKind, () => string> = {
    power: m.incident_kind_power,
    network: m.incident_kind_network,
    area: m.incident_kind_area,
    server: m.incident_kind_server,
    sim: m.incident_kind_sim,
    player: m.incident_kind_player,
    screen: m.incident_kind_screen,
    unknown: m.incident_kind_unknown,
  };
  return kinds[kind]();
}

/** «6 bảng mất kết nối» */
export function whatWords({ about, boardCount: n }: Pick<Incident, 'about' | 'boardCount'>): string {
  const abouts: Record<Incident['about'], (inputs: { n: number }) => string> = {
    away: m.incident_away,
    restarting: m.incident_restarting,
    unproved: m.incident_unproved,
    programme_refused: m.incident_programme_refused,
    journal_fork: m.incident_journal_fork,
    dark: m.incident_dark,
  };
  return abouts[about]({ n });
}

/** What is known, one sentence each. */
export function evidenceWords({ about, evidence, boardCount }: Incident, now: number): string[] {
  const { gone, there, spanMs, nobody, absence, back, machineUpMs } = evidence;
  const facts: string[] = [];
  if (about === 'away' && gone > 1)
    facts.push(
      spanMs < 1000
        ? m.incident_gone_at_once({ n: gone, total: there })
        : m.incident_gone_within({ n: gone, total: there, length: durationWords(spanMs) }),
    );
  if (nobody) facts.push(m.incident_nobody());
  if (machineUpMs !== null) facts.push(m.incident_machine_up({ length: durationWords(machineUpMs) }));
  if (back.started > 0) facts.push(m.incident_back_started({ n: back.started }));
  if (back.ranOn > 0) facts.push(m.incident_back_ran_on({ n: back.ranOn }));
  if (back.playerStarted > 0) facts.push(m.incident_back_player_started({ n: back.playerStarted }));
  if (absence && boardCount === 1) facts.push(...factWords(absence, now));
  return facts;
}
