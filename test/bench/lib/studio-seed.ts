/** What a province writes in some years, put straight into a store. */
import { v7 as uuidv7 } from 'uuid';
import { sample } from '../../../layouts/notice/sample.ts';
import { wordsOf } from '../../../cms/server/features/notices/words.ts';
import { addWords } from '../../../cms/server/features/notices/words-repo.ts';
import { foldedName } from '../../../cms/server/listing.ts';
import type { NoticeContent } from '../../../shared/protocol/programme.ts';
import type { Store } from '../../../cms/server/store/store.ts';
import { piecesOf } from '../../../cms/server/turns.ts';
import { seedPerson, type SeededPerson } from '../../fleet/seed.ts';

/** What titles are made of: with a number each, many share a word and few share all. */
const subjects = [
  'Lịch tiêm vắc xin',
  'Thu thuế đất phi nông nghiệp',
  'Phòng chống cháy rừng',
  'Họp thôn bàn đường bê tông',
  'Cắt điện sửa đường dây',
  'Tuyển sinh lớp 10',
  'Khám sức khỏe người cao tuổi',
  'Vệ sinh đồng ruộng sau bão',
];
const places = ['thôn Đông', 'thôn Tây', 'xóm Chợ', 'khu phố 3', 'bản Nà Lạc', 'ấp Hòa Bình'];

/** What somebody would type to find some of them: with diacritics, without, a part of a word, a number, a document number, words of the text. */
export const searches = [
  'tiem vac xin',
  'thuế đất',
  'chay rung ban na',
  'họp thôn đông',
  '1234',
  'lớp 10 hòa bình',
  'suc khoe',
  '1234/TB',
  'gia đình mang theo',
  'hop khu pho chu nha',
];

const titleOf = (n: number): string =>
  `${subjects[n % subjects.length]} ${places[Math.floor(n / subjects.length) % places.length]} số ${n}`;

/** Some 2,000 letters, half of what a notice may have, in words that differ. */
const bodyOf = (n: number): string =>
  [
    sample.body,
    ...Array.from(
      { length: 20 },
      (_, i) => `${titleOf(n * 7 + i * 13)}, do hộ ông ${places[(n + i) % places.length]} làm chủ nhà.`,
    ),
  ].join('\n');

const onsets = 'b c ch d đ g gh gi h kh l m n ng nh p ph qu r s t th tr v x'.split(' ');
const rimes = 'a ai an ang ao ăm ât âu e en êch i iên inh o oc oi ong ô ôi ơn u ua ung uôc ư ươi ương'.split(' ');

/** As much as is kept of the pages of a document: 4,000 words, of which some hundreds differ. */
const pagesOf = (n: number): string =>
  Array.from({ length: 4_000 }, (_, i) => {
    const at = (i * i * 7 + n * 31 + i) % 2_003;
    return `${onsets[at % onsets.length]}${rimes[(at * 3) % rimes.length]}`;
  }).join(' ');

/** Approved notices, a fifth with the pages of a document, in the layout «Thông báo». @returns their ids */
export async function seedNotices(
  store: Store,
  { count, unitId, by, now }: { count: number; unitId: string; by: string; now: number },
): Promise<string[]> {
  const notices = Array.from({ length: count }, (_, n) => {
    const title = titleOf(n);
    const fields = { ...sample, title, body: bodyOf(n), documentNumber: `${n}/TB-UBND` };
    const content: NoticeContent = { type: 'layout', layout: 'notice', fields };
    return {
      id: uuidv7(),
      title,
      content: JSON.stringify(content),
      ...wordsOf({ title, content }, n % 5 === 0 ? pagesOf(n) : ''),
    };
  });
  const rows = notices.map(({ id, title, folded, content }, n) => [
    ...[id, unitId, title, folded, 'local', content, null, 1, now, now + n, by, 'approved', 1],
  ]);
  const columns = [
    ...['id', 'unit_id', 'title', 'folded', 'category', 'content', 'duration_ms', 'revision'],
    ...['created_at', 'updated_at', 'updated_by', 'state', 'approved_version'],
  ] as const;
  const versions = notices.map(({ id, title, content }) => [
    ...[id, 1, 1, unitId, title, 'local', content, by, by, now, 'approved', by, now],
  ]);
  const versionColumns = [
    ...['notice_id', 'number', 'revision', 'unit_id', 'title', 'category', 'content', 'edited_by'],
    ...['submitted_by', 'submitted_at', 'state', 'decided_by', 'decided_at'],
  ] as const;
  await store.transaction(async (tx) => {
    await store.insertMany(tx, 'notices', columns, rows);
    await store.insertMany(tx, 'notice_versions', versionColumns, versions);
  });
  // Else they would be made now, as after an upgrade.
  for (const some of piecesOf(notices, 500)) {
    const worded = some.map(({ id, folded, words }) => ({
      ...{ noticeId: id, revision: 1, approvedVersion: 1 },
      ...{ written: { folded, words }, approved: { folded, words } },
    }));
    await store.transaction((tx) => addWords(store, tx, worded));
  }
  return notices.map(({ id }) => id);
}

/** Somebody of a commune, who sees of the notices above what was approved. */
export async function seedCommunePerson(
  store: Store,
  { unitId: parent_id, now }: { unitId: string; now: number },
): Promise<SeededPerson> {
  const unit_id = uuidv7();
  const version = { id: uuidv7(), unit_id, code: '99001', name: 'Xã Thử', level: 'commune' as const, parent_id };
  await store.transaction(async (tx) => {
    await tx.insertInto('units').values({ id: unit_id, created_at: now }).execute();
    await tx
      .insertInto('unit_versions')
      .values({ ...version, valid_from: 0, valid_to: null })
      .execute();
  });
  return seedPerson(store, unit_id, 'editor', now);
}

/** A playlist of these notices that every board plays by default. @returns its id */
export async function seedDefaultPlaylist(
  store: Store,
  { noticeIds, unitId, by, now }: { noticeIds: readonly string[]; unitId: string; by: string; now: number },
): Promise<string> {
  const id = uuidv7();
  const item = { durationMs: null, validFrom: null, validTo: null };
  const items = JSON.stringify(noticeIds.map((noticeId) => ({ itemId: uuidv7(), noticeId, ...item })));
  const times = { revision: 1, created_at: now, updated_at: now, updated_by: by, deleted_at: null };
  await store.transaction(async (tx) => {
    await tx
      .insertInto('playlists')
      .values({ id, unit_id: unitId, name: 'Mặc định', folded: foldedName('Mặc định'), items, ...times })
      .execute();
    await tx.updateTable('boards').set({ default_playlist_id: id }).execute();
  });
  return id;
}
