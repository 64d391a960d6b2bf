/** Incidents in words: what, what it most likely comes from, and by what evidence. */
import type { Incident } from '../../../../../shared/protocol/api/incidents.ts';
import type { IncidentKind } from '../../../../../shared/protocol/incident.ts';
import { formatDateTime } from '../../lib/time.ts';
import { durationWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { factWords } from '../boards/absence-words.ts';
import { hoursWords } from '../boards/screen-words.ts';

export function kindWords(kind: IncidentKind): string {
  const kinds: Record<IncidentKind, () => string> = {
    power: m.incident_kind_power,
    network: m.incident_kind_network,
    area: m.incident_kind_area,
    server: m.incident_kind_server,
    sim: m.incident_kind_sim,
    player: m.incident_kind_player,
    screen: m.incident_kind_screen,
    data: m.incident_kind_data,
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
    screen_failed: m.incident_screen_failed,
    disk_failed: m.incident_disk_failed,
    data_low: m.incident_data_low,
    data_spent: m.incident_data_spent,
  };
  return abouts[about]({ n });
}

/** What is known, one sentence each. */
export function evidenceWords({ about, evidence, boardCount }: Incident, now: number): string[] {
  const { gone, there, spanMs, nobody, absence, back, machineUpMs, data, screen } = evidence;
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
  if (data && boardCount === 1) facts.push(dataWords(data));
  if (about === 'disk_failed') facts.push(m.incident_disk_means());
  if (about === 'data_spent') facts.push(m.incident_data_waits());
  if (screen && boardCount === 1) facts.push(...screenFacts(about, screen));
  return facts;
}

function dataWords({ usedMb, limitMb, month, until }: NonNullable<Incident['evidence']['data']>): string {
  const [used, limit] = [numberWords(usedMb), numberWords(limitMb)];
  return m.incident_data({ used, limit, month: month.split('-').toReversed().join('/'), until: formatDateTime(until) });
}

function screenFacts(
  about: Incident['about'],
  { driver, why, hours, said }: NonNullable<Incident['evidence']['screen']>,
): string[] {
  const whys = { alert: m.screen_why_alert, hours: m.screen_why_hours, hand: m.incident_screen_hand };
  const drivers: Record<string, () => string> = { command: m.incident_screen_command };
  const by = driver === null ? m.incident_screen_driver_unknown() : (drivers[driver]?.() ?? driver);
  return [
    about === 'dark' ? m.incident_screen_read_off({ by }) : m.incident_screen_no_answer({ by }),
    ...(said === null ? [] : [m.incident_screen_said({ said })]),
    m.incident_screen_should({ why: why ? whys[why]() : m.incident_screen_always() }),
    ...(hours ? [m.incident_screen_hours({ hours: hoursWords(hours) })] : []),
  ];
}
