import { describe, expect, test } from 'vitest';
import { noticeOf, playlistOf, testId } from '../../test/lib/programmes.ts';
import { timeline } from '../schedule/timeline.ts';
import { canonicalJson } from '../util/canonical-json.ts';
import { sha256 } from '../util/sha256.ts';
import type { Certificate, Manifest, Part } from './programme.ts';
import { neededAssets, readProgramme } from './read-programme.ts';

const asset = 'a'.repeat(64);
const certificate: Certificate = {
  v: 1,
  boardId: testId(9, 1),
  boardName: 'Bảng 1',
  unitPath: [testId(9, 2)],
  unitName: 'Xã Mẫu',
  groups: [],
  place: '',
  zone: 'Asia/Ho_Chi_Minh',
  output: { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 },
  deviceKey: 'A'.repeat(43),
  issuedAt: 0,
};
const fallback: Part = { kind: 'fallback', unitName: 'Xã Mẫu', boardName: 'Bảng 1' };
const image: Part = { ...noticeOf(2, 15_000), content: { type: 'image', asset, alt: 'Lũ', fit: 'contain' } };
const entry: Part = {
  kind: 'entry',
  entryId: testId(3, 1),
  playlistId: testId(2, 1),
  priority: 1,
  cron: '0 7 * * *',
  durationMs: 3_600_000,
  validFrom: null,
  validTo: null,
};
const obligation: Part = {
  kind: 'obligation',
  obligationId: testId(4, 1),
  noticeId: testId(1, 1),
  perHour: 2,
  order: 0,
  cron: '0 7 * * *',
  durationMs: 3_600_000,
  validFrom: null,
  validTo: null,
};
const parts: Part[] = [noticeOf(1, 10_000), image, playlistOf(1, [1, 2]), entry, obligation, fallback];

function compiled(
  list: readonly Part[],
  fields: Partial<Manifest> = {},
): { manifest: Manifest; bytes: Map<string, string> } {
  const texts = list.map((p) => canonicalJson(p));
  const manifest: Manifest = {
    v: 1,
    boardId: certificate.boardId,
    version: { epoch: 1, counter: 4 },
    issuedAt: 0,
    certificate: 'x',
    defaultPlaylistId: testId(2, 1),
    parts: texts.map((text) => ({ hash: sha256(text), size: new TextEncoder().encode(text).length })),
    assets: [{ hash: asset, size: 5, mediaType: 'image/webp' }],
    ...fields,
  };
  return { manifest, bytes: new Map(texts.map((text) => [sha256(text), text])) };
}

const read = (list: readonly Part[], fields: Partial<Manifest> = {}): ReturnType<typeof readProgramme> => {
  const { manifest, bytes } = compiled(list, fields);
  return readProgramme(manifest, certificate, bytes);
};

test('what its manifest suspends is not shown meanwhile', () => {
  const at = Date.UTC(2026, 2, 3, 3);
  const shown = (fields: Partial<Manifest>) =>
    new Set(
      timeline(read([noticeOf(1, 10_000), image, playlistOf(1, [1, 2]), fallback], fields), [], at, at + 60_000).map(
        ({ noticeId }) => noticeId,
      ),
    );
  expect(shown({})).toEqual(new Set([testId(1, 1), testId(1, 2)]));
  expect(shown({ suspensions: [{ from: at - 1, to: at + 60_000, noticeIds: [testId(1, 1)] }] })).toEqual(
    new Set([testId(1, 2)]),
  );
  const all = [testId(1, 1), testId(1, 2)];
  expect(shown({ suspensions: [{ from: at - 1, to: at + 60_000, noticeIds: all }] })).toEqual(new Set([null]));
});

test('a programme is read from text or bytes, and plays', () => {
  const { manifest, bytes } = compiled(parts);
  const programme = readProgramme(manifest, certificate, bytes);
  expect(programme).toMatchObject({
    boardId: certificate.boardId,
    version: manifest.version,
    zone: certificate.zone,
    entries: [entry],
    obligations: [obligation],
    fallback,
  });
  expect(programme.noticeHashes.get(testId(1, 1))).toBe(manifest.parts[0]!.hash);
  expect(neededAssets(programme)).toEqual(new Set([asset]));
  const encoded = new Map([...bytes].map(([hash, text]) => [hash, new TextEncoder().encode(text)]));
  expect(readProgramme(manifest, certificate, encoded)).toEqual(programme);
  expect(timeline(programme, [], 1_772_000_000_000, 1_772_000_060_000).length).toBeGreaterThan(3);
});

describe('is refused', () => {
  test.each<[string, string, () => unknown]>([
    ['a part that is missing', 'part_missing', () => readProgramme(compiled(parts).manifest, certificate, new Map())],
    [
      'a part of other bytes',
      'part_damaged',
      () => {
        const { manifest, bytes } = compiled(parts);
        const { hash } = manifest.parts[0]!;
        return readProgramme(
          manifest,
          certificate,
          new Map(bytes).set(hash, bytes.get(hash)!.replace('Tin 1', 'Tin 9')),
        );
      },
    ],
    [
      'a part of another size',
      'part_damaged',
      () => {
        const { manifest, bytes } = compiled(parts);
        return readProgramme(
          { ...manifest, parts: manifest.parts.map((p) => ({ ...p, size: p.size + 1 })) },
          certificate,
          bytes,
        );
      },
    ],
    ['a part of a wrong shape', 'part_invalid', () => read([...parts, { kind: 'entry' } as Part])],
    [
      'a wrong cron expression',
      'part_invalid',
      () => read([...parts.filter((p) => p !== entry), { ...entry, cron: '61 * * * *' }]),
    ],
    ['no fallback', 'programme_incomplete', () => read(parts.filter((p) => p !== fallback))],
    ['two fallbacks', 'programme_incomplete', () => read([...parts, { ...fallback, unitName: 'Xã khác' }])],
    ['two notices of one id', 'programme_incomplete', () => read([...parts, noticeOf(1, 20_000)])],
    ['a playlist with an unknown notice', 'programme_incomplete', () => read([...parts, playlistOf(2, [8])])],
    [
      'an entry with an unknown playlist',
      'programme_incomplete',
      () => read([...parts, { ...entry, entryId: testId(3, 2), playlistId: testId(2, 8) }]),
    ],
    [
      'an obligation with an unknown notice',
      'programme_incomplete',
      () => read([...parts, { ...obligation, obligationId: testId(4, 2), noticeId: testId(1, 8) }]),
    ],
    ['an unknown default playlist', 'programme_incomplete', () => read(parts, { defaultPlaylistId: testId(2, 8) })],
    ['an asset that the manifest does not list', 'programme_incomplete', () => read(parts, { assets: [] })],
    ['the certificate of another board', 'programme_incomplete', () => read(parts, { boardId: testId(9, 9) })],
  ])('%s', (_, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});
