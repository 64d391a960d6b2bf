import { beforeAll, describe, expect, it } from 'vitest';
import { briefMs, type AbsenceEvidence } from '../../../../../shared/protocol/board-absence.ts';
import { fetchSentences } from '../../lib/errors.ts';
import { m } from '../../paraglide/messages.js';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { factWords, stepWords } from './absence-words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));
beforeAll(fetchSentences);

const now = Date.parse('2026-11-22T10:00:00+07:00');
const hour = 3_600_000;
const factsOf = (fields: Partial<AbsenceEvidence>): string[] =>
  factWords(
    {
      since: now - hour,
      restoredFrom: null,
      others: { there: 0, online: 0, together: 0 },
      everywhere: { there: false, heard: false },
      simPaidUntil: null,
      readsSim: true,
      network: null,
      data: null,
      fault: null,
      restarts: 0,
      clockOffMs: null,
      ...fields,
    },
    now,
  );

describe('what is known of a board that is away', () => {
  it('says of a fault of another day which day that was', () => {
    const faultAt = (at: number) => factsOf({ fault: { at, code: 'disk_full', detail: '' } }).join();
    expect(faultAt(now - hour)).not.toContain('22/11');
    expect(faultAt(now - 24 * hour)).toContain('21/11');
  });

  it('says that the SIM card is unknown to those alone who may read it', () => {
    expect(factsOf({})).toContain(m.absence_sim_unknown());
    expect(factsOf({ readsSim: false })).not.toContain(m.absence_sim_unknown());
  });
});

it('asks for as long a wait as boards that come back by themselves take', () => {
  expect(stepWords('wait')).toContain(m.time_minutes({ n: briefMs / 60_000 }));
});
