import { describe, expect, it } from 'vitest';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { PlaylistRow, ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import { parseDateTime } from '../../lib/time.ts';
import { openEntry } from './open-entry.ts';

const board = { id: 'board', unitId: 'village', zone: 'Asia/Ho_Chi_Minh' } as Board;
const units = [
  { id: 'commune', parentId: null },
  { id: 'village', parentId: 'commune' },
] as Unit[];
const playlists = [
  { id: 'full', validities: [{ validFrom: null, validTo: null }] },
  { id: 'over', validities: [{ validFrom: null, validTo: 1 }] },
] as PlaylistRow[];
const entry = (id: string, fields: Partial<ScheduleEntry>): ScheduleEntry => ({
  id,
  unitId: 'commune',
  unitName: 'Xã An',
  playlistId: 'full',
  name: id,
  priority: 50,
  cron: '0 6 * * *',
  durationMs: 2 * 3_600_000,
  validFrom: null,
  validTo: null,
  exceptions: [],
  targets: { unitIds: ['commune'], boardIds: [] },
  revision: 1,
  updatedAt: 0,
  ...fields,
});
const at = (time: string): number => parseDateTime(`05/03/2026 ${time}`)!;
const openAt = (time: string, ...entries: ScheduleEntry[]) => openEntry(board, { entries, playlists, units }, at(time));

describe('the schedule that a board follows', () => {
  it('is the one whose window is open, with its end', () => {
    expect(openAt('07:00', entry('morning', {}))).toMatchObject({ entry: { id: 'morning' }, end: at('08:00') });
    expect(openAt('08:00', entry('morning', {}))).toBeNull();
  });
  it('is the one of the highest priority, then the one that began later, then the one with the smaller id', () => {
    const [low, late] = [entry('low', { priority: 30 }), entry('late', { cron: '30 6 * * *' })];
    expect(openAt('07:00', low, entry('first', {}), late)?.entry.id).toBe('late');
    expect(openAt('07:00', entry('b', {}), entry('a', {}))?.entry.id).toBe('a');
    expect(openAt('07:00', late, entry('high', { priority: 90 }))?.entry.id).toBe('high');
  });
  it('is none that does not reach the board or has nothing to play', () => {
    expect(openAt('07:00', entry('elsewhere', { targets: { unitIds: [], boardIds: ['other'] } }))).toBeNull();
    expect(openAt('07:00', entry('empty', { playlistId: 'over', priority: 90 }), entry('full', {}))?.entry.id).toBe(
      'full',
    );
  });
});
