import { describe, expect, it } from 'vitest';
import { absenceOf, briefMs, dayMs, othersOf, togetherMs, type AbsenceEvidence } from './board-absence.ts';

const since = 100 * dayMs;
const now = since + 3_600_000;
const evidence = (over: Partial<AbsenceEvidence> = {}): AbsenceEvidence => ({
  since,
  others: { paired: 0, online: 0, together: 0 },
  everywhere: { paired: 20, heard: true },
  simPaidUntil: null,
  fault: null,
  restarts: 1,
  clockStepMs: null,
  ...over,
});
const suspicion = (over: Partial<AbsenceEvidence>, at = now) => absenceOf(evidence(over), at).suspicion;
const fault = { at: since - 1000, code: 'disk_full', detail: '' };

describe('why a board may be away', () => {
  it('is not guessed where nothing points anywhere', () => {
    expect(suspicion({})).toBe('unknown');
    expect(suspicion({ others: { paired: 3, online: 0, together: 2 } })).toBe('unknown');
    expect(suspicion({ everywhere: { paired: 0, heard: false } })).toBe('unknown');
  });

  it('is not guessed in the first minutes, whatever there is', () => {
    const all = { others: { paired: 2, online: 0, together: 2 }, fault, simPaidUntil: since };
    expect(absenceOf(evidence(all), since + briefMs - 1)).toEqual({ suspicion: 'brief', steps: ['wait'] });
    expect(suspicion(all, since + briefMs)).toBe('area');
  });

  it('is what all have in common, before what is its own', () => {
    const own = { fault, simPaidUntil: since };
    const others = { paired: 2, online: 0, together: 2 };
    expect(suspicion({ ...own, others, everywhere: { paired: 20, heard: false } })).toBe('server');
    expect(suspicion({ ...own, others })).toBe('area');
    expect(suspicion({ others: { paired: 2, online: 1, together: 1 } })).toBe('own');
    // Nothing outside the unit tells the CMS from the unit.
    expect(suspicion({ others, everywhere: { paired: 2, heard: false } })).toBe('area');
  });

  it('is its SIM card when that ended about then, not when it had played on for long', () => {
    const others = { paired: 2, online: 2, together: 0 };
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

  it('comes with what to do, in order, a visit last', () => {
    expect(absenceOf(evidence(), now).steps).toEqual(['look', 'checkSim', 'restart', 'visit']);
    expect(absenceOf(evidence({ simPaidUntil: since - 30 * dayMs, clockStepMs: 90_000_000 }), now).steps).toEqual([
      'look',
      'restart',
      'paySim',
      'checkClock',
      'visit',
    ]);
    expect(absenceOf(evidence({ simPaidUntil: since + 30 * dayMs }), now).steps).toContain('checkSim');
  });

  it('counts the other boards that have a player, and those that left together', () => {
    const offline = (at: number | null) => ({ presence: 'offline' as const, since: at });
    const others = [
      { presence: 'unpaired' as const, since: null },
      { presence: 'online' as const, since },
      offline(since - togetherMs),
      offline(since + togetherMs + 1),
      offline(null),
    ];
    expect(othersOf(since, others)).toEqual({ paired: 4, online: 1, together: 1 });
  });
});
