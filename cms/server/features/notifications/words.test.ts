import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Incident } from '../../../../shared/protocol/api/incidents.ts';
import { digestOf } from './digest.ts';
import { emailOf, words } from './words.ts';

it.each(['vi', 'en'] as const)('calls causes as the page does, in %s', (language) => {
  const page = JSON.parse(
    readFileSync(new URL(`../../../web/messages/${language}.json`, import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  for (const [kind, text] of Object.entries(words[language].kinds)) expect(text).toBe(page[`incident_kind_${kind}`]);
});

const at = Date.parse('2026-11-22T12:03:00+07:00');
const board = { id: 'b', name: 'Bảng chợ', unitName: 'Xã An', since: at, endedAt: null };
const incident = (over: Partial<Incident> = {}): Incident => ({
  id: 'i',
  about: 'away',
  kind: 'area',
  unitId: 'u',
  unitName: 'Xã An',
  since: at,
  openedAt: at,
  endedAt: null,
  evidence: {
    there: 7,
    gone: 6,
    spanMs: 180_000,
    nobody: false,
    absence: null,
    back: { started: 0, ranOn: 0, playerStarted: 0 },
    machineUpMs: null,
    data: null,
    screen: null,
  },
  boardCount: 6,
  wellCount: 0,
  boards: [board],
  ...over,
});

it('says how many boards went, where, and on what evidence, in both languages', () => {
  const reminder = { boardId: 'b', boardName: 'Bảng chợ', what: 'sim' as const, until: at, unitName: 'Xã An' };
  const digest = digestOf([incident()], [], [{ ...reminder, until: Date.parse('2026-11-23T00:00:00+07:00') }])!;
  const { subject, text } = emailOf(digest, 'https://bangtin.example.vn/incidents');
  expect(subject).toBe('[Bảng Tin] 1 sự cố mới (6 bảng), 1 hạn SIM, bảo hành');
  expect(text).toContain(
    '- Xã An: 6 bảng mất kết nối từ 22/11/2026 12:03. Nhiều khả năng mất điện hoặc mất mạng cả khu vực.\n' +
      '  6 trong 7 bảng còn kết nối lúc đó mất kết nối trong vòng 3 phút',
  );
  expect(text).toContain('- Bảng chợ (Xã An): cước SIM trả đến hết 22/11/2026');
  expect(text).toContain('6 boards offline since 22/11/2026 12:03');
  expect(text).toContain('https://bangtin.example.vn/incidents');
});

it('says of a board’s data how much of what is gone, until when, and what waits; of a screen what the player says', () => {
  const { evidence } = incident();
  const until = Date.parse('2026-12-01T00:00:00+07:00');
  const data = { usedMb: 500, limitMb: 500, month: '2026-11', until };
  const screen = { driver: 'ddcutil', why: null, hours: null, said: 'DDC communication failed' };
  const one = { boardCount: 1, evidence: { ...evidence, gone: 1, there: 1 } };
  const digest = digestOf(
    [
      incident({ ...one, id: '1', about: 'data_spent', kind: 'data', evidence: { ...one.evidence, data } }),
      incident({ ...one, id: '2', about: 'screen_failed', kind: 'screen', evidence: { ...one.evidence, screen } }),
    ],
    [],
    [],
  )!;
  const { text } = emailOf(digest, null);
  expect(text).toContain(
    '- Bảng chợ (Xã An): 1 bảng đã hết dữ liệu tháng từ 22/11/2026 12:03. Theo số máy phát tự đếm.\n' +
      '  đã dùng 500 trong 500 MB của tháng 11/2026; đếm lại từ 01/12/2026 00:00\n' +
      '  ảnh và video mới, cùng tin chữ phát hành với chúng hoặc sau đó, chờ sang tháng',
  );
  expect(text).toContain('  máy phát báo: DDC communication failed');
  expect(text).toContain('500 of 500 MB used in 11/2026');
});

it('is one message of some lines however much there is, and tells once of what is over already', () => {
  const many = Array.from({ length: 3000 }, (_, i) => incident({ id: `${i}`, boardCount: 1, unitName: `Xã ${i}` }));
  const digest = digestOf(many, [incident({ id: '5', boardCount: 1, endedAt: at + 60_000 })], [])!;
  expect(digest.totals.opened).toEqual({ incidents: 2999, boards: 2999 });
  expect([digest.opened.length, digest.ended.length]).toEqual([30, 1]);
  const { text } = emailOf(digest, null);
  expect(text).toContain('… và 2969 mục khác');
  expect(text.length).toBeLessThan(20_000);
  expect(digestOf([], [], [])).toBeNull();
});
