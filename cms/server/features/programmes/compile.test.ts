import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  noticeCategories,
  part as partSchema,
  type AssetRef,
  type Certificate,
  type Manifest,
  type NoticeContent,
  type Part,
} from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import type { ApprovedNotice } from '../notices/service.ts';
import type { ObligationRecord } from '../obligations/service.ts';
import type { PlaylistRecord } from '../playlists/service.ts';
import type { EntryRecord } from '../schedules/service.ts';
import type { AssetSizes } from './sizes.ts';
import { Compiler, contentHash, encodePart, type BoardToCompile, type Compiled, type Library } from './compile.ts';

/** Ids that tell what they are of. */
const id = (kind: number, n: number): string =>
  `00000000-0000-7${String(kind).padStart(3, '0')}-8000-${String(n).padStart(12, '0')}`;
const [unitRoot, unitCommune, unitVillage, unitSister] = [id(1, 1), id(1, 2), id(1, 3), id(1, 4)];
const hash = (n: number): string => createHash('sha256').update(String(n)).digest('hex');
const now = 1_000_000;

const layout: NoticeContent = { type: 'layout', layout: 'notice', fields: { title: 'Họp', body: 'Tối nay' } };
const picture = (n: number): NoticeContent => ({ type: 'image', asset: hash(n), alt: '', fit: 'contain' });

const notice = (n: number, content: NoticeContent = layout, over: Partial<ApprovedNotice> = {}): ApprovedNotice => ({
  id: id(2, n),
  unitId: unitCommune,
  entertainment: false,
  title: `Tin ${n}`,
  category: 'local',
  content,
  durationMs: null,
  effectiveDurationMs: 10_000,
  ...over,
});
const playlist = (
  n: number,
  notices: readonly number[],
  over: Partial<PlaylistRecord['items'][number]> = {},
): PlaylistRecord => ({
  id: id(3, n),
  unitId: unitCommune,
  name: `Danh sách ${n}`,
  items: notices.map((k, i) => ({
    itemId: id(4, n * 100 + i),
    noticeId: id(2, k),
    durationMs: null,
    validFrom: null,
    validTo: null,
    ...over,
  })),
  revision: 1,
  updatedAt: 0,
});
const window = { cron: '0 7 * * *', durationMs: 3_600_000, validFrom: null, validTo: null };
const entry = (n: number, playlistN: number, over: Partial<EntryRecord> = {}): EntryRecord => ({
  id: id(5, n),
  unitId: unitCommune,
  playlistId: id(3, playlistN),
  name: `Lịch ${n}`,
  priority: 50,
  ...window,
  exceptions: [],
  targets: { unitIds: [unitCommune], boardIds: [] },
  revision: 1,
  updatedAt: 0,
  ...over,
});
const obligation = (n: number, noticeN: number, over: Partial<ObligationRecord> = {}): ObligationRecord => ({
  id: id(6, n),
  unitId: unitRoot,
  noticeId: id(2, noticeN),
  perHour: 4,
  order: 0,
  ...window,
  targets: { unitIds: [unitRoot], boardIds: [] },
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: id(9, 1),
  endedAt: null,
  endReason: null,
  unsentSince: null,
  ...over,
});
const ref = (n: number): AssetRef => ({ hash: hash(n), size: 100 + n, mediaType: 'image/webp' });
const asset = (n: number, over: Partial<AssetSizes> = {}): AssetSizes => ({
  ...ref(n),
  width: 1920,
  height: 1080,
  smaller: [],
  ...over,
});
const output = { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 as const };

interface Parts {
  notices?: ApprovedNotice[];
  unapproved?: string[];
  playlists?: PlaylistRecord[];
  entries?: EntryRecord[];
  obligations?: ObligationRecord[];
  orders?: Library['orders'];
  assets?: AssetSizes[];
}
const library = ({
  notices = [],
  unapproved = [],
  playlists = [],
  entries = [],
  obligations = [],
  orders = new Map(),
  assets = [],
}: Parts): Library => ({
  notices: new Map(notices.map((one) => [one.id, one])),
  unapproved: new Set(unapproved),
  playlists: new Map(playlists.map((one) => [one.id, one])),
  entries,
  obligations,
  orders,
  assets: new Map(assets.map((one) => [one.hash, one])),
});
const board = (
  over: Partial<BoardToCompile['board']> = {},
  unitPath: string[] = [unitRoot, unitCommune],
): BoardToCompile => ({
  board: { id: id(7, 1), name: 'Bảng chợ', defaultPlaylistId: null, output, ...over },
  unitPath,
  unitName: 'Xã An',
});
const compile = (parts: Parts, one: BoardToCompile = board()): Compiled =>
  new Compiler(library(parts), now).compile(one);

const partsOf = (made: Compiled): Part[] =>
  [...made.parts.values()].map(({ body }) => partSchema.parse(JSON.parse(body)));
const kinds = (made: Compiled): string[] =>
  partsOf(made)
    .map((part) => part.kind)
    .sort();

/** What the other end makes of it. */
function read(made: Compiled) {
  const certificate: Certificate = { ...statement, issuedAt: now };
  const manifest: Manifest = {
    v: 1,
    boardId: statement.boardId,
    version: { epoch: 1, counter: 1 },
    issuedAt: now,
    certificate: '',
    defaultPlaylistId: made.content.defaultPlaylistId,
    parts: [...made.content.parts],
    assets: [...made.content.assets],
  };
  return readProgramme(manifest, certificate, new Map([...made.parts].map(([name, { body }]) => [name, body])));
}
const statement: Omit<Certificate, 'issuedAt'> = {
  v: 1,
  boardId: id(7, 1),
  boardName: 'Bảng chợ',
  unitPath: [unitRoot, unitCommune],
  unitName: 'Xã An',
  groups: [],
  place: '',
  zone: 'Asia/Ho_Chi_Minh',
  output: { x: 0, y: 0, width: 64, height: 32, rotation: 0 },
  deviceKey: 'A'.repeat(43),
};

describe('compile', () => {
  it('tells boards the categories that players of any release know, and `other` of one that the province added', () => {
    const told = (category: string): Part | undefined => {
      const parts = { notices: [notice(1, layout, { category })], playlists: [playlist(1, [1])] };
      return partsOf(compile(parts, board({ defaultPlaylistId: id(3, 1) }))).find(({ kind }) => kind === 'notice');
    };
    for (const key of noticeCategories) expect(told(key)).toMatchObject({ category: key });
    expect(told('0199d6a0-0000-7000-8000-00000000000a')).toMatchObject({ category: 'other' });
    // And a player of this release takes what a later CMS may tell.
    expect(partSchema.safeParse({ ...told('law'), category: 'harvest' }).success).toBe(true);
  });

  it('gives a board its default playlist, its entries, its obligations, and what they need, as the player reads them', () => {
    const made = compile(
      {
        notices: [notice(1), notice(2, picture(1)), notice(3), notice(9)],
        playlists: [playlist(1, [1, 2]), playlist(2, [2]), playlist(9, [9])],
        entries: [entry(1, 2), entry(2, 2, { exceptions: [{ date: '2026-03-03', instead: null }] })],
        obligations: [obligation(1, 3)],
        assets: [asset(1), asset(9)],
      },
      board({ defaultPlaylistId: id(3, 1) }),
    );
    const programme = read(made);
    expect([...programme.notices.keys()].sort()).toEqual([id(2, 1), id(2, 2), id(2, 3)]);
    expect([...programme.playlists.keys()].sort()).toEqual([id(3, 1), id(3, 2)]);
    expect(programme.entries).toEqual([
      // Without exceptions it says nothing of them: it keeps the name that it had before there were any.
      { kind: 'entry', entryId: id(5, 1), playlistId: id(3, 2), priority: 50, ...window },
      {
        kind: 'entry',
        entryId: id(5, 2),
        playlistId: id(3, 2),
        priority: 50,
        ...window,
        exceptions: [{ date: '2026-03-03', instead: null }],
      },
    ]);
    expect(programme.obligations).toEqual([
      { kind: 'obligation', obligationId: id(6, 1), noticeId: id(2, 3), perHour: 4, order: 0, ...window },
    ]);
    expect(programme.fallback).toEqual({ kind: 'fallback', unitName: 'Xã An', boardName: 'Bảng chợ' });
    expect(made.content.assets).toEqual([ref(1)]);
    expect([made.notices, made.warnings]).toEqual([3, []]);
  });

  it('names parts by the SHA-256 of their bytes, and each once', () => {
    const made = compile(
      { notices: [notice(1)], playlists: [playlist(1, [1, 1, 1])] },
      board({ defaultPlaylistId: id(3, 1) }),
    );
    for (const { hash: name, size } of made.content.parts) {
      const { body } = made.parts.get(name)!;
      expect(createHash('sha256').update(body).digest('hex')).toBe(name);
      expect(Buffer.byteLength(body)).toBe(size);
    }
    expect(made.content.parts).toHaveLength(3);
    expect(made.content.parts.map((part) => part.hash)).toEqual(made.content.parts.map((part) => part.hash).toSorted());
  });

  it('gives the same bytes whatever the order in which the database answers', () => {
    const notices = [notice(1, picture(2)), notice(2, picture(1)), notice(3)];
    const entries = [entry(1, 2), entry(2, 1)];
    const playlists = [playlist(1, [1, 2]), playlist(2, [3])];
    const assets = [asset(1), asset(2)];
    const forward = compile({ notices, playlists, entries, assets });
    const backward = compile({
      notices: notices.toReversed(),
      playlists: playlists.toReversed(),
      entries: entries.toReversed(),
      assets: assets.toReversed(),
    });
    expect(backward.content).toEqual(forward.content);
  });

  describe('by the board’s size', () => {
    const copy = (n: number, width: number, height: number) => ({ ...ref(n), width, height });
    const master = asset(1, {
      width: 3840,
      height: 2160,
      smaller: [copy(2, 240, 135), copy(3, 960, 540), copy(4, 1920, 1080)],
    });
    const on = (width: number, height: number, content = picture(1), rotation: 0 | 90 = 0) =>
      compile(
        { notices: [notice(1, content)], playlists: [playlist(1, [1])], assets: [master] },
        board({ defaultPlaylistId: id(3, 1), output: { x: 0, y: 0, width, height, rotation } }),
      );
    const given = (made: Compiled) =>
      made.content.assets.map(({ hash: name }) => [1, 2, 3, 4].find((n) => hash(n) === name));

    it.each([
      ['an LED', 192, 96, 'contain', 0, 2],
      ['an LED that it fills', 320, 160, 'cover', 0, 3],
      ['a larger LED', 640, 320, 'contain', 0, 3],
      ['a screen', 1920, 1080, 'contain', 0, 4],
      ['an upright screen', 1080, 1920, 'contain', 0, 4],
      ['an upright screen that it fills', 1080, 1920, 'cover', 0, 1],
      ['a screen that hangs on its side', 1920, 1080, 'cover', 90, 1],
      ['a 4K screen', 3840, 2160, 'contain', 0, 1],
      ['a screen larger than the picture', 7680, 4320, 'contain', 0, 1],
    ] as const)('%s gets the picture with no more pixels than it shows', (_name, width, height, fit, rotation, n) => {
      const made = on(width, height, { type: 'image', asset: hash(1), alt: '', fit }, rotation);
      expect(given(made)).toEqual([n]);
      // The player reads what it was given, and nothing of the largest.
      expect([...read(made).notices.values()][0]!.content).toEqual({ type: 'image', asset: hash(n), alt: '', fit });
    });

    it('a layout gets its pictures so too, and nothing else in it changes', () => {
      const fields = { title: hash(1), pictures: [{ asset: hash(1), alt: 'Lũ' }], asset: 'không phải tệp' };
      const made = on(192, 96, { type: 'layout', layout: 'picture', fields });
      expect(given(made)).toEqual([2]);
      expect([...read(made).notices.values()][0]!.content).toMatchObject({
        fields: { ...fields, pictures: [{ asset: hash(2), alt: 'Lũ' }] },
      });
    });

    it('boards of one size share the part', () => {
      expect(on(192, 96).content.parts).toEqual(on(192, 96).content.parts);
      expect(on(192, 96).content.parts).not.toEqual(on(1920, 1080).content.parts);
    });
  });

  it('shares every part but the fallback between boards', () => {
    const compiler = new Compiler(
      library({ notices: [notice(1)], playlists: [playlist(1, [1])], entries: [entry(1, 1)] }),
      now,
    );
    const one = compiler.compile(board());
    const other = compiler.compile(board({ id: id(7, 2), name: 'Bảng đình' }));
    const shared = one.content.parts.filter(({ hash: name }) => other.parts.has(name));
    expect(shared).toHaveLength(one.content.parts.length - 1);
  });

  it('compiles once what boards share, and gives each what it alone would be given', () => {
    const parts = {
      notices: [notice(1, picture(1)), notice(2), notice(3)],
      playlists: [playlist(1, [1]), playlist(2, [2]), playlist(3, [3])],
      entries: [
        entry(1, 1, { unitId: unitRoot, targets: { unitIds: [unitRoot], boardIds: [] } }),
        entry(2, 3, { targets: { unitIds: [], boardIds: [id(7, 4)] } }),
        entry(3, 1),
      ],
      obligations: [obligation(1, 2)],
      assets: [asset(1)],
    };
    const compiler = new Compiler(library(parts), now);
    const inSister = [unitRoot, unitSister];
    const all = [
      board(),
      board({ id: id(7, 2), name: 'Bảng đình' }),
      board({ id: id(7, 3), defaultPlaylistId: id(3, 2) }),
      board({ id: id(7, 4) }),
      board({ id: id(7, 5) }, inSister),
      board({ id: id(7, 6), name: 'Bảng chợ' }, inSister),
      board({ id: id(7, 7), output: { ...output, width: 192, height: 96 } }),
    ];
    const made = all.map((one) => compiler.compile(one));
    expect(made).toEqual(all.map((one) => compile(parts, one)));
    // The same array is the same work.
    const works = made.map(({ content }) => content.assets);
    expect(works.map((work) => works.indexOf(work))).toEqual([0, 0, 2, 3, 4, 4, 6]);
  });

  it('means boards named, and boards of units named and below them, of the unit that schedules', () => {
    const with1 = { notices: [notice(1)], playlists: [playlist(1, [1])] };
    const has = (over: Partial<EntryRecord>, one: BoardToCompile): boolean =>
      kinds(compile({ ...with1, entries: [entry(1, 1, over)] }, one)).includes('entry');
    const inVillage = board({}, [unitRoot, unitCommune, unitVillage]);
    const inSister = board({}, [unitRoot, unitSister]);
    expect(has({}, inVillage)).toBe(true);
    expect(has({}, inSister)).toBe(false);
    expect(has({ targets: { unitIds: [unitVillage], boardIds: [] } }, board())).toBe(false);
    expect(has({ targets: { unitIds: [], boardIds: [id(7, 1)] } }, board())).toBe(true);
    expect(has({ targets: { unitIds: [], boardIds: [id(7, 2)] } }, board())).toBe(false);
    // The board has moved to another unit since it was named.
    expect(has({ targets: { unitIds: [], boardIds: [id(7, 1)] } }, inSister)).toBe(false);
    expect(has({ unitId: unitRoot, targets: { unitIds: [unitRoot], boardIds: [] } }, inSister)).toBe(true);
  });

  it('leaves out what has ended, to the millisecond, and keeps what is to come', () => {
    const parts = (validTo: number) =>
      compile({
        notices: [notice(1)],
        playlists: [playlist(1, [1])],
        entries: [entry(1, 1, { validTo })],
        obligations: [obligation(1, 1, { validTo })],
      });
    expect(kinds(parts(now))).toEqual(['fallback']);
    expect(kinds(parts(now + 1))).toEqual(['entry', 'fallback', 'notice', 'obligation', 'playlist']);
    const item = (over: { validFrom?: number; validTo?: number }) =>
      compile({ notices: [notice(1)], playlists: [playlist(1, [1], over)] }, board({ defaultPlaylistId: id(3, 1) }))
        .notices;
    expect(item({ validTo: now })).toBe(0);
    expect(item({ validFrom: now + 5 })).toBe(1);
  });

  it('goes on without what was deleted, and warns of what is not ready', () => {
    const made = compile(
      {
        notices: [notice(1), notice(2, picture(7))],
        playlists: [playlist(1, [1, 2, 8])],
        entries: [entry(1, 9)],
        obligations: [obligation(1, 2), obligation(2, 8)],
      },
      board({ defaultPlaylistId: id(3, 1) }),
    );
    expect(
      read(made)
        .playlists.get(id(3, 1))!
        .items.map((item) => item.noticeId),
    ).toEqual([id(2, 1)]);
    expect(kinds(made)).toEqual(['fallback', 'notice', 'playlist']);
    expect(made.warnings).toEqual(['media_not_ready']);
    expect(compile({}, board({ defaultPlaylistId: id(3, 1) })).content.defaultPlaylistId).toBeNull();
  });

  it('shows obligations in the order of the unit nearest to the board that said one', () => {
    const meant = [obligation(1, 1), obligation(2, 1), obligation(3, 1, { order: 1000 })];
    const orders = (unitId: string, ...places: number[]) =>
      new Map([[unitId, new Map(places.map((place, i) => [id(6, i + 1), place]))]]);
    const given = (said: Library['orders']) =>
      Object.fromEntries(
        read(compile({ notices: [notice(1)], obligations: meant, orders: said })).obligations.map((part) => [
          part.obligationId,
          part.order,
        ]),
      );
    expect(given(new Map())).toEqual({ [id(6, 1)]: 0, [id(6, 2)]: 0, [id(6, 3)]: 1000 });
    expect(given(orders(unitCommune, 2, 1))).toEqual({ [id(6, 1)]: 2, [id(6, 2)]: 1, [id(6, 3)]: 1000 });
    expect(given(new Map([...orders(unitRoot, 7, 8, 9), ...orders(unitCommune, 2, 1)]))).toEqual({
      [id(6, 1)]: 2,
      [id(6, 2)]: 1,
      [id(6, 3)]: 9,
    });
  });

  it('says where a link has too few pixels for its code, and shows the notice all the same', () => {
    const linked = notice(1, { ...layout, link: 'https://phuan.example.vn/tiem-chung' });
    const on = (width: number, height: number, rotation: 0 | 90 = 0) => {
      const glass = board({ defaultPlaylistId: id(3, 1), output: { x: 0, y: 0, width, height, rotation } });
      return compile({ notices: [linked], playlists: [playlist(1, [1])] }, glass);
    };
    expect([on(640, 320), on(1920, 1080, 90)].map(({ warnings }) => warnings)).toEqual([[], []]);
    expect(on(192, 96)).toMatchObject({ notices: 1, warnings: ['link_not_shown'] });
    expect(read(on(192, 96)).notices.get(id(2, 1))!.content.link).toBe(linked.content.link);
  });

  it('warns of an empty board and of more obligations than an hour holds', () => {
    expect(compile({}).warnings).toEqual(['nothing_to_play']);
    const long = notice(1, layout, { effectiveDurationMs: 60_000 });
    const warnings = (perHour: number) =>
      compile({ notices: [long], obligations: [obligation(1, 1, { perHour }), obligation(2, 1, { perHour })] })
        .warnings;
    expect(warnings(10)).toEqual([]);
    expect(warnings(31)).toEqual(['obligations_overcommitted']);
  });
});

describe('the content hash', () => {
  const made = compile({ notices: [notice(1)], playlists: [playlist(1, [1])], entries: [entry(1, 1)] });
  const signing = { epoch: 1, kid: 'k' };
  const base = contentHash(made.content, statement, signing);

  it('is the same for the same content', () => {
    const again = compile({ notices: [notice(1)], playlists: [playlist(1, [1])], entries: [entry(1, 1)] });
    expect(contentHash(again.content, { ...statement }, { ...signing })).toBe(base);
  });

  it('changes with content, certificate, epoch and key', () => {
    const other = compile({
      notices: [notice(1, layout, { title: 'Khác' })],
      playlists: [playlist(1, [1])],
      entries: [entry(1, 1)],
    });
    const hashes = [
      base,
      contentHash(other.content, statement, signing),
      contentHash({ ...made.content, defaultPlaylistId: id(3, 1) }, statement, signing),
      contentHash(made.content, { ...statement, deviceKey: 'B'.repeat(43) }, signing),
      contentHash(made.content, { ...statement, groups: ['chợ'] }, signing),
      contentHash(made.content, statement, { ...signing, epoch: 2 }),
      contentHash(made.content, statement, { ...signing, kid: 'l' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

it('one value has one encoding', () => {
  const fallback = { kind: 'fallback', unitName: 'Xã', boardName: 'Bảng' } as const;
  const { kind, unitName, boardName } = fallback;
  expect(encodePart({ boardName, unitName, kind })).toEqual(encodePart(fallback));
});
