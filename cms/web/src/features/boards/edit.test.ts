import { describe, expect, it } from 'vitest';
import type { Board, BoardInput } from '../../../../../shared/protocol/api/boards.ts';
import type { Api } from '../../lib/api.ts';
import { ApiError } from '../../lib/api.ts';
import { changedFields, inputOf, pick, rebase, sendEdit } from './edit.ts';

const base: BoardInput = {
  unitId: 'u',
  name: 'Cổng xã',
  place: 'Cổng UBND',
  kind: 'led',
  width: 640,
  height: 320,
  output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
  pitchUm: 5000,
  readingDistanceCm: null,
  zone: 'Asia/Ho_Chi_Minh',
  groups: ['chợ'],
  defaultPlaylistId: null,
};
const board = (fields: Partial<Board> = {}): Board =>
  ({ ...base, id: 'b', unitName: 'Xã', revision: 1, ...fields }) as Board;

it('an edit changes the fields that differ, and sends those alone', () => {
  const mine = { ...base, name: 'Cổng chợ', output: { ...base.output, rotation: 90 as const } };
  expect(changedFields(base, mine)).toEqual(['name', 'output']);
  expect(pick(mine, ['name'])).toEqual({ name: 'Cổng chợ' });
  expect(changedFields(base, inputOf(board()))).toEqual([]);
});

describe('an edit that meets another', () => {
  it('keeps what I changed and takes what they changed; of one field, mine', () => {
    const mine = { ...base, name: 'Của tôi', place: 'Chợ' };
    const theirs = { ...base, name: 'Của họ', groups: ['chợ', 'bến'] };
    expect(rebase(base, mine, theirs)).toEqual({ ...base, name: 'Của tôi', place: 'Chợ', groups: ['chợ', 'bến'] });
  });

  it('takes the picture’s size and place from one of the two, never half of each', () => {
    const mine = { ...base, width: 1920 };
    const theirs = { ...base, height: 160, output: { ...base.output, height: 160 } };
    expect(rebase(base, mine, theirs)).toEqual({ ...base, width: 1920 });
    expect(rebase(base, { ...base, name: 'x' }, theirs)).toEqual({ ...theirs, name: 'x' });
  });
});

describe('sending an edit', () => {
  /** A CMS whose board is at some revision. */
  function cms(held: Board) {
    const sent: unknown[] = [];
    const api = {
      get: () => Promise.resolve(held),
      patch: (_path: string, _schema: unknown, body: Partial<Board>) => {
        sent.push(body);
        if (body.revision !== held.revision)
          return Promise.reject(new ApiError('revision_conflict', 'older', { status: 409 }));
        return Promise.resolve({ ...held, ...body, revision: held.revision + 1 });
      },
    } as unknown as Pick<Api, 'get' | 'patch'>;
    return { api, sent };
  }

  it('names the revision it began from', async () => {
    const { api, sent } = cms(board());
    const saved = { ...board(), place: 'Chợ', revision: 2 };
    expect(await sendEdit(api, board(), { place: 'Chợ' })).toEqual({ board: saved, refused: false });
    expect(sent).toEqual([{ place: 'Chợ', revision: 1 }]);
  });

  it('answers with what the others saved when it was refused, and throws everything else', async () => {
    const theirs = board({ revision: 5, name: 'Của họ' });
    expect(await sendEdit(cms(theirs).api, board(), { place: 'Chợ' })).toEqual({ board: theirs, refused: true });
    const forbidden = new ApiError('forbidden', 'no', { status: 403 });
    const api = { ...cms(theirs).api, patch: () => Promise.reject(forbidden) };
    await expect(sendEdit(api, board(), {})).rejects.toBe(forbidden);
  });
});
