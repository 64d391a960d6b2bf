import { expect, it } from 'vitest';
import type { NoticeRow } from '../../../../../shared/protocol/api/content.ts';
import { ApiError, type Api } from '../../lib/api.ts';
import { findLeftOut } from './left-out.ts';

const row = (id: string, state: NoticeRow['state'], unitId = 'xã', approvedVersion: number | null = null): NoticeRow =>
  ({ id, state, unitId, approvedVersion, title: id }) as NoticeRow;

/** A CMS where the person may approve what is in `mine` and may not ask who approves for «tỉnh». */
function cms(rows: readonly NoticeRow[], mine: readonly string[] = []): Api {
  const get = (path: string): Promise<unknown> => {
    if (path === '/api/units/xã/approvers') return Promise.resolve({ names: ['An'] });
    if (path.startsWith('/api/units/')) return Promise.reject(new ApiError('forbidden', 'No', { status: 403 }));
    const query = new URL(path, 'http://cms').searchParams;
    const wanted = new Set(query.get('ids')?.split(','));
    const decides = query.get('toDecide') === 'true';
    const notices = rows.filter(({ id }) => wanted.has(id) && (!decides || mine.includes(id)));
    return Promise.resolve({ notices, total: notices.length, next: null });
  };
  return { get } as unknown as Api;
}
const ways = async (rows: readonly NoticeRow[], mine: readonly string[] = [], most = 5) => {
  const { total, named } = await findLeftOut(
    cms(rows, mine),
    rows.map(({ id }) => id),
    most,
  );
  return [total, Object.fromEntries(named.map(({ notice, way }) => [notice.id, way]))];
};

it('says of each notice what is to be done, by whom; one that was given back was submitted', async () => {
  const rows = [row('a', 'draft'), row('b', 'returned'), row('c', 'submitted'), row('d', 'submitted')];
  expect(await ways(rows, ['d'])).toEqual([
    4,
    { a: { how: 'submit' }, b: { how: 'mend' }, c: { how: 'ask', names: ['An'] }, d: { how: 'decide' } },
  ]);
});

it('warns all the same where it may not be asked who approves', async () => {
  expect(await ways([row('a', 'submitted', 'tỉnh'), row('b', 'submitted')])).toEqual([
    2,
    { a: { how: 'ask', names: null }, b: { how: 'ask', names: ['An'] } },
  ]);
});

it('looks past those that were approved meanwhile, and does not count them', async () => {
  const approved = ['a', 'b', 'c'].map((id) => row(id, 'approved', 'xã', 1));
  expect(await ways([...approved, row('d', 'draft'), row('e', 'draft')], [], 1)).toEqual([2, { d: { how: 'submit' } }]);
  expect(await ways(approved)).toEqual([0, {}]);
});

it('counts those that are out of sight', async () => {
  expect(await findLeftOut(cms([row('b', 'draft')]), ['a', 'b'], 5)).toMatchObject({
    total: 2,
    named: [{ notice: { id: 'b' } }],
  });
});
