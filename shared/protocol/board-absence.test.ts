import { describe, expect, it } from 'vitest';
import { absenceOf, amongOthers, briefMs, dayMs, othersOf, togetherMs, type AbsenceEvidence } from './board-absence.ts';

const since = 100 * dayMs;
const now = since + 3_600_000;
const evidence = (over: Partial<AbsenceEvidence> = {}): AbsenceEvidence => ({
  since,
  restoredFrom: null,
  others: { there: 0, online: 0, together: 0 },
  everywhere: { there: true, heard: true },
  simPaidUntil: null,
  readsSim: true,
  network: null,
  data: null,
  fault: null,
  restarts: 1,
  clockOffMs: null,
  ...over,
});
const suspicion = (over: Partial<AbsenceEvidence>, at = now) => absenceOf(evidence(over), at).suspicion;
const fault = { at: since - 1000, code: 'disk_full', detail: '' };

describe('why a board may be away', () => {
  it('is not guessed where nothing points anywhere', () => {
    expect(suspicion({})).toBe('unknown');
    expect(suspicion({ others: { there: 3, online: 0, together: 2 } })).toBe('unknown');
    expect(suspicion({ everywhere: { there: false, heard: false } })).toBe('unknown');
  });

  it('is not guessed in the first minutes, whatever there is', () => {
    const all = { others: { there: 2, online: 0, together: 2 }, fault, simPaidUntil: since };
    expect(absenceOf(evidence(all), since + briefMs - 1)).toEqual({ suspicion: 'brief', steps: ['wait'] });
    expect(suspicion(all, since + briefMs)).toBe('area');
  });

  it('is the restored backup, whatever else there is, while no board has come back', () => {
    const all = { restoredFrom: since, others: { there: 2, online: 0, together: 2 }, fault, simPaidUntil: since };
    expect(absenceOf(evidence(all), now)).toEqual({ suspicion: 'restored', steps: ['wait', 'checkServer'] });
  });

  it('is what all have in common, before what is its own', () => {
    const own = { fault, simPaidUntil: since };
    const others = { there: 2, online: 0, together: 2 };
    expect(suspicion({ ...own, others, everywhere: { there: true, heard: false } })).toBe('server');
    expect(suspicion({ ...own, others })).toBe('area');
    expect(suspicion({ others: { there: 2, online: 1, together: 1 } })).toBe('own');
    // Nothing outside the unit tells the CMS from the unit.
    expect(suspicion({ others, everywhere: { there: false, heard: false } })).toBe('area');
  });

  it('is its SIM card when that ended about then, not when it had played on for long', () => {
    const others = { there: 2, online: 2, together: 0 };
    expect(suspicion({ others, simPaidUntil: since })).toBe('sim');
    expect(suspicion({ others, simPaidUntil: since + dayMs })).toBe('sim');
    expect(suspicion({ others, simPaidUntil: since - 8 * dayMs })).toBe('own');
    expect(suspicion({ others, simPaidUntil: since + 2 * dayMs })).toBe('own');
  });

  it('is the player or its power when it said so itself', () => {
    expect(suspicion({ fault, restarts: 5 })).toBe('player');
    expect(suspicion({ restarts: 3 })).toBe('power');
    expect(suspicion({ restarts: 2 })).toBe('unknown');
  });

  it.each([
    ['stage_gone', 'player'],
    ['disk_full', 'player'],
    ['data_budget_spent', 'sim'],
    ['data_budget_low', 'unknown'],
    ['screen_failed', 'unknown'],
    ['screen_differs', 'unknown'],
    ['disk_low', 'unknown'],
    ['command_refused', 'unknown'],
  ])('is by the fault %s just before: %s', (code, expected) => {
    expect(suspicion({ fault: { ...fault, code } })).toBe(expected);
  });

  it('is its weak mobile signal where nothing else was said, and not a cable that has none', () => {
    const others = { there: 2, online: 2, together: 0 };
    expect(suspicion({ others, network: { net: 'mobile', signal: 20 } })).toBe('signal');
    expect(suspicion({ others, network: { net: 'mobile', signal: 21 } })).toBe('own');
    expect(suspicion({ others, network: { net: 'mobile', signal: null } })).toBe('own');
    expect(suspicion({ others, network: { net: 'wifi', signal: 5 } })).toBe('own');
    expect(suspicion({ others, fault, network: { net: 'mobile', signal: 5 } })).toBe('player');
  });

  it('comes with what to do, in order, a visit last', () => {
    expect(absenceOf(evidence(), now).steps).toEqual(['look', 'checkSim', 'restart', 'visit']);
    expect(absenceOf(evidence({ simPaidUntil: since - 30 * dayMs, clockOffMs: 90_000_000 }), now).steps).toEqual([
      'look',
      'restart',
      'paySim',
      'checkClock',
      'visit',
    ]);
    expect(absenceOf(evidence({ simPaidUntil: since + 30 * dayMs }), now).steps).toContain('checkSim');
  });

  it('blames the server with something to do at the board, too', () => {
    expect(absenceOf(evidence({ everywhere: { there: true, heard: false } }), now).steps).toEqual([
      'checkServer',
      'look',
    ]);
  });

  it('counts the other boards that were there, and those that left together', () => {
    const offline = (at: number | null) => ({ presence: 'offline' as const, since: at });
    const dead = [{ presence: 'unpaired' as const, since: null }, offline(null), offline(since - togetherMs - 1)];
    const others = [...dead, offline(since - togetherMs), offline(since + togetherMs)];
    expect(othersOf(since, others)).toEqual({ there: 2, online: 0, together: 2 });
    expect(amongOthers(othersOf(since, others))).toBe('area');
    const stayed = [{ presence: 'online' as const, since }, offline(since + togetherMs + 1)];
    expect(othersOf(since, [...others, ...stayed])).toEqual({ there: 4, online: 1, together: 2 });
    expect(amongOthers(othersOf(since, dead))).toBeNull();
  });
});
