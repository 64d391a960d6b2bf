/** Programmes for tests: indexed from parts, and arbitrary ones for property tests. */
import fc from 'fast-check';
import type { Part, Programme, Suspension } from '../../shared/protocol/programme.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';

/** A UUID that is easy to read in a failure. */
export const testId = (group: number, n: number): string =>
  `00000000-0000-4000-8000-${String(group).padStart(6, '0')}${String(n).padStart(6, '0')}`;

/** A programme of these parts, as `readProgramme` would index them. */
export function programmeOf(
  zone: string,
  defaultPlaylistId: string | null,
  parts: readonly Part[],
  suspensions?: readonly Suspension[],
): Programme {
  const of = <K extends Part['kind']>(kind: K): Extract<Part, { kind: K }>[] =>
    parts.filter((part): part is Extract<Part, { kind: K }> => part.kind === kind);
  return {
    boardId: testId(9, 1),
    version: { epoch: 1, counter: 1 },
    zone,
    defaultPlaylistId,
    notices: new Map(of('notice').map((part) => [part.noticeId, part])),
    playlists: new Map(of('playlist').map((part) => [part.playlistId, part])),
    entries: of('entry'),
    obligations: of('obligation'),
    fallback: of('fallback')[0] ?? { kind: 'fallback', unitName: 'Xã Mẫu', boardName: 'Bảng 1' },
    suspensions,
    noticeHashes: new Map(of('notice').map((part) => [part.noticeId, '0'.repeat(64)])),
  };
}

export function noticeOf(n: number, durationMs: number): Extract<Part, { kind: 'notice' }> {
  return {
    kind: 'notice',
    noticeId: testId(1, n),
    title: `Tin ${n}`,
    category: 'local',
    originUnitId: testId(9, 2),
    durationMs,
    content: { type: 'layout', layout: 'thong-bao', fields: {} },
  };
}

export function playlistOf(n: number, notices: readonly number[]): Extract<Part, { kind: 'playlist' }> {
  return {
    kind: 'playlist',
    playlistId: testId(2, n),
    name: `Danh sách ${n}`,
    items: notices.map((notice, i) => ({
      itemId: testId(20 + n, i),
      noticeId: testId(1, notice),
      durationMs: null,
      validFrom: null,
      validTo: null,
    })),
  };
}

export function takeoverOf(
  n: number,
  fields: Partial<Takeover> & { startsAt: number; expiresAt: number; level?: number },
): Takeover {
  const { level = 3, ...rest } = fields;
  return {
    v: 1,
    takeoverId: testId(5, n),
    sequence: { epoch: 1, counter: n },
    type: 'alert',
    supersedes: null,
    status: 'actual',
    content: {
      event: 'Lũ quét',
      level,
      headline: 'Lũ quét tại xã Mẫu',
      instruction: 'Sơ tán.',
      senderName: 'UBND xã Mẫu',
    },
    issuedAt: fields.startsAt,
    selectors: { all: true, unitIds: [], groups: [], boardIds: [] },
    ...rest,
  };
}

export const zones = ['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Asuncion', 'UTC'] as const;

/** Around the changes of the clock of 2026, and ordinary days. ms UTC. */
export const instant = fc
  .constantFrom(
    '2026-03-28T12:00:00Z',
    '2026-04-04T12:00:00Z',
    '2026-10-24T12:00:00Z',
    '2026-02-28T00:00:00Z',
    '2026-12-31T12:00:00Z',
  )
  .chain((day) => fc.integer({ min: 0, max: 36 * 3_600_000 }).map((ms) => Date.parse(day) + ms));

const field = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: fc.integer({ min, max }).map(String) },
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 2, maxLength: 4 }).map((values) => values.join(',')),
    fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
  );

/** Expressions as people write them: some minute, any of the rest. */
export const cron = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 59 }).map(String), fc.constantFrom('0', '*/30', '15,45')),
    field(0, 23),
    fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: field(1, 28) }),
    fc.oneof({ weight: 6, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: field(1, 12) }),
    fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: field(0, 7) }),
  )
  .map((fields) => fields.join(' '));

/** Days around the instants above, each once. */
export const exceptions = fc.uniqueArray(
  fc.record({
    date: fc
      .tuple(
        fc.constantFrom('2026-03-28', '2026-04-04', '2026-10-24', '2026-02-27', '2026-12-31'),
        fc.integer({ min: 0, max: 3 }),
      )
      .map(([day, after]) => new Date(Date.parse(day) + after * 86_400_000).toISOString().slice(0, 10)),
    instead: fc.option(
      fc.record({
        minute: fc.integer({ min: 0, max: 1439 }),
        durationMs: fc.integer({ min: 1, max: 3000 }).map((n) => n * 60_000),
      }),
    ),
  }),
  { minLength: 1, maxLength: 4, selector: (day) => day.date },
);

const validity = fc.option(instant, { nil: null, freq: 3 });

/** Any programme: missing notices, empty playlists, clashing windows and too many obligations included. */
export const anyProgramme: fc.Arbitrary<Programme> = fc
  .record({
    zone: fc.constantFrom(...zones),
    lengths: fc.array(fc.integer({ min: 1_000, max: 1_800_000 }), { minLength: 1, maxLength: 5 }),
    lists: fc.array(
      fc.array(
        fc.record({
          notice: fc.integer({ min: 0, max: 5 }),
          durationMs: fc.option(fc.integer({ min: 1_000, max: 900_000 }), { nil: null }),
          validFrom: validity,
          validTo: validity,
        }),
        { maxLength: 5 },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    defaultList: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    entries: fc.array(
      fc.record({
        list: fc.integer({ min: 0, max: 3 }),
        priority: fc.integer({ min: 0, max: 2 }),
        cron,
        minutes: fc.integer({ min: 1, max: 3000 }),
        validFrom: validity,
        validTo: validity,
        exceptions: fc.option(exceptions, { nil: undefined, freq: 2 }),
      }),
      { maxLength: 6 },
    ),
    obligations: fc.array(
      fc.record({
        notice: fc.integer({ min: 0, max: 5 }),
        perHour: fc.integer({ min: 1, max: 60 }),
        order: fc.integer({ min: 0, max: 2 }),
        cron,
        minutes: fc.integer({ min: 1, max: 3000 }),
        validFrom: validity,
        validTo: validity,
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ zone, lengths, lists, defaultList, entries, obligations }) =>
    programmeOf(zone, defaultList === null ? null : testId(2, defaultList), [
      ...lengths.map((durationMs, n) => noticeOf(n, durationMs)),
      ...lists.map((items, n) => ({
        kind: 'playlist' as const,
        playlistId: testId(2, n),
        name: '',
        items: items.map(({ notice, ...item }, i) => ({
          itemId: testId(20 + n, i),
          noticeId: testId(1, notice),
          ...item,
        })),
      })),
      ...entries.map(({ list, minutes, ...entry }, n) => ({
        kind: 'entry' as const,
        entryId: testId(3, n),
        playlistId: testId(2, list),
        durationMs: minutes * 60_000,
        ...entry,
      })),
      ...obligations.map(({ notice, minutes, ...o }, n) => ({
        kind: 'obligation' as const,
        obligationId: testId(4, n),
        noticeId: testId(1, notice),
        durationMs: minutes * 60_000,
        ...o,
      })),
    ]),
  );

/** Standing takeovers around an instant. */
export const takeoversAround = (at: number): fc.Arbitrary<Takeover[]> =>
  fc
    .array(
      fc.record({
        start: fc.integer({ min: -7_200_000, max: 36_000_000 }),
        length: fc.integer({ min: 1, max: 14_400_000 }),
        level: fc.integer({ min: 1, max: 3 }),
        status: fc.constantFrom('actual' as const, 'exercise' as const),
      }),
      { maxLength: 4 },
    )
    .map((list) =>
      list.map(({ start, length, level, status }, n) =>
        takeoverOf(n, { startsAt: at + start, expiresAt: at + start + length, level, status }),
      ),
    );
