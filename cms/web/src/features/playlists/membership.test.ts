import { describe, expect, it, vi } from 'vitest';
import type { Playlist } from '../../../../../shared/protocol/api/content.ts';
import { ApiError, type Api } from '../../lib/api.ts';
import { addToPlaylist, takeOutOfPlaylist } from './membership.ts';

const item = (noticeId: string, itemId: string) => ({
  itemId,
  noticeId,
  durationMs: null,
  validFrom: null,
  validTo: null,
});

/** A CMS with one playlist; `meanwhile` is what somebody else adds between the first reading and the first writing. */
function cms(items: Playlist['items'], meanwhile: Playlist['items'] = []) {
  const kept = { unitId: 'commune', name: 'Sáng', items, revision: 1 };
  const api = {
    get: vi.fn(() => Promise.resolve({ ...kept })),
    put: vi.fn((_path: string, _schema: unknown, body: { items: Playlist['items']; revision: number }) => {
      if (meanwhile.length > 0) {
        kept.items = [...kept.items, ...meanwhile.splice(0)];
        kept.revision++;
      }
      if (body.revision !== kept.revision) return Promise.reject(new ApiError('revision_conflict', 'Edited'));
      kept.items = body.items;
      return Promise.resolve(kept);
    }),
  };
  return { api: api as unknown as Api, put: api.put, kept, notices: () => kept.items.map(({ noticeId }) => noticeId) };
}

it('adds a notice at the end, once', async () => {
  const { api, put, notices } = cms([item('first', 'a')]);
  await addToPlaylist(api, 'p', 'new', () => 'b');
  await addToPlaylist(api, 'p', 'new', () => 'c');
  expect(notices()).toEqual(['first', 'new']);
  expect(put).toHaveBeenCalledTimes(1);
});

it('keeps what somebody else added in between', async () => {
  const { api, notices } = cms([item('first', 'a')], [item('theirs', 'b')]);
  await addToPlaylist(api, 'p', 'new', () => 'c');
  expect(notices()).toEqual(['first', 'theirs', 'new']);
});

it('takes a notice out wherever it stands, and nothing else', async () => {
  const { api, notices } = cms([item('new', 'a'), item('first', 'b'), item('new', 'c')]);
  await takeOutOfPlaylist(api, 'p', 'new');
  expect(notices()).toEqual(['first']);
});

describe('the way back', () => {
  const own = { ...item('new', 'a'), durationMs: 77_000, validFrom: 1_767_225_600_000, validTo: 1_830_297_600_000 };

  it('puts what was taken out where it stood, each with its own length and days', async () => {
    const before = [own, item('first', 'b'), item('new', 'c'), item('second', 'd'), item('new', 'e')];
    const { api, kept } = cms(before);
    const back = await takeOutOfPlaylist(api, 'p', 'new');
    expect(kept.items).toHaveLength(2);
    await back();
    expect(kept.items).toEqual(before);
    await back();
    expect(kept.items).toEqual(before);
  });

  it('leaves what somebody has done since', async () => {
    const { api, kept, notices } = cms([item('first', 'a'), item('second', 'b'), item('new', 'c')]);
    const back = await takeOutOfPlaylist(api, 'p', 'new');
    kept.items = [item('theirs', 'd')];
    await back();
    expect(notices()).toEqual(['theirs', 'new']);
  });

  it('takes out again only what was added', async () => {
    const { api, kept, notices } = cms([item('first', 'a')]);
    const back = await addToPlaylist(api, 'p', 'new', () => 'b');
    kept.items = [...kept.items, item('new', 'c')];
    await back();
    expect(kept.items.map(({ itemId }) => itemId)).toEqual(['a', 'c']);
    const nothing = await addToPlaylist(api, 'p', 'new', () => 'd');
    await nothing();
    expect(notices()).toEqual(['first', 'new']);
  });
});
