import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditRow } from '../../../../../shared/protocol/api/audit.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { detailLines, headlineOf } from './words.ts';

beforeAll(() => overwriteGetLocale(() => 'vi'));

const unitId = '00000000-0000-7000-8000-000000000001';
const boardId = '00000000-0000-7000-8000-000000000002';
const entry = (action: string, detail: AuditRow['detail']): AuditRow => ({
  id: '1',
  at: 0,
  who: null,
  action,
  subject: { type: 'takeover', id: null, name: null },
  unit: null,
  detail,
  names: {},
});
const read = (detail: AuditRow['detail']) =>
  detailLines(entry('x.y', detail), (id) => (id === unitId ? 'Xã Bình An' : undefined)).map(
    ({ label, value }) => `${label}: ${value}`,
  );

describe('an entry of the audit log in words', () => {
  it('calls an exercise an exercise, from its beginning to its end', () => {
    for (const action of ['takeover.raised', 'takeover.updated', 'takeover.cleared']) {
      expect(headlineOf(entry(action, { status: 'exercise' }))).toMatch(/diễn tập/i);
      expect(headlineOf(entry(action, { status: 'actual' }))).not.toMatch(/diễn tập/i);
    }
    expect(read({ status: 'exercise', offline: 2, unpaired: 4, targets: 9 })).toEqual([
      'Tính chất: Diễn tập',
      'Mất kết nối: 2',
      'Chưa ghép nối: 4',
      'Phát ở: 9 bảng',
    ]);
  });

  it('says of a list that was changed what came and what went', () => {
    const item = (itemId: string, noticeId: string) => ({ itemId, noticeId, durationMs: null });
    const [one, two, three] = [item('1', 'Tin A'), item('2', 'Tin B'), item('3', 'Tin C')];
    const changed = (items: object[], was: object[]) =>
      detailLines(
        entry('playlist.changed', { name: 'Sáng', items, before: { name: 'Sáng', items: was } }),
        () => undefined,
      );
    const said = (items: object[], was: object[]) => changed(items, was).map(({ value, before }) => [value, before]);
    expect(said([one, two, three], [one, two])).toEqual([['Thêm: Tin: Tin C', null]]);
    expect(said([one], [one, two])).toEqual([['Bỏ: Tin: Tin B', null]]);
    expect(said([two, one], [one, two])).toEqual([['Thứ tự mới: Tin: Tin B; Tin: Tin A', null]]);
    expect(said([three, one], [one, two, three])).toEqual([
      ['Bỏ: Tin: Tin B. Thứ tự mới: Tin: Tin C; Tin: Tin A', null],
    ]);
    expect(said([one, { ...two, durationMs: 60_000 }], [one, two])).toEqual([
      ['Đổi: Tin: Tin B, Thời lượng: 1 phút (trước đó: Tin: Tin B)', null],
    ]);
    expect(said([one, two], [one, two])).toEqual([]);
  });

  it('says of a schedule’s exceptions which day plays when, its priority in words, and a distance in metres', () => {
    const exceptions = [
      { date: '2026-11-28', instead: { minute: 600, durationMs: 7_200_000 } },
      { date: '2026-11-29', instead: null },
    ];
    expect(read({ exceptions, before: { exceptions: [] } })).toEqual([
      'Ngày ngoại lệ: Thêm: Thứ Bảy 28/11/2026: 10:00, 2 giờ; Chủ nhật 29/11/2026: Không phát',
    ]);
    expect(read({ priority: 50, readingDistanceCm: 650 })).toEqual(['Ưu tiên: Bình thường', 'Khoảng cách đọc: 6,5 m']);
  });

  it('says from when a unit is changed, where that is to come', () => {
    const date = Date.UTC(2026, 11, 1, -7);
    const merged = { ...entry('unit.merged', { at: date }), at: date - 9 * 86_400_000 };
    expect(headlineOf(merged)).toMatch(/ \(từ 01\/12\/2026\)$/);
    expect(headlineOf({ ...merged, at: date + 1 })).not.toContain('01/12');
    // Called off now, not from then on.
    expect(headlineOf({ ...merged, action: 'unit.cancelled' })).toMatch(/ \(dự kiến từ 01\/12\/2026\)$/);
  });

  it('says which command a board was given, also one that it has no words for yet', () => {
    const heads = ['testPattern', 'identify', 'endTest', 'screenshot'].map((name) =>
      headlineOf(entry('board.commanded', { name })),
    );
    expect(new Set(heads).size).toBe(4);
    expect(heads[0]).toMatch(/hình thử/);
    expect(heads[3]).toMatch(/chụp màn hình/);
    const source = (cut: boolean) => headlineOf(entry('board.commanded', { name: 'setSource', cut }));
    expect([source(true), source(false)]).toEqual([
      'Gửi lệnh cho bảng: cắt nguồn nội dung',
      'Gửi lệnh cho bảng: khôi phục nguồn nội dung',
    ]);
    expect(headlineOf(entry('board.commanded', { name: 'setVolume', percent: 30 }))).toBe(
      'Gửi lệnh cho bảng: âm lượng 30%',
    );
    expect(headlineOf(entry('board.commanded', { name: 'setScreen', on: false, until: null }))).toBe(
      'Gửi lệnh cho bảng: tắt màn hình',
    );
    const limits = entry('board.commanded', {
      name: 'setDownloads',
      hours: [1320, 300],
      maxKbps: 1000,
      monthlyMb: 2000,
      commandId: unitId,
    });
    expect(headlineOf(limits)).toBe('Gửi lệnh cho bảng: giới hạn tải dữ liệu: 2 GB mỗi tháng, 22:00–05:00, 1 Mbit/s');
    const free = { name: 'setDownloads', hours: null, maxKbps: null, monthlyMb: null };
    expect(headlineOf(entry('board.commanded', free))).toMatch(/giới hạn tải dữ liệu: không giới hạn$/);
    // What the head says does not stand below once more.
    expect(detailLines(limits, () => undefined).map(({ label }) => label)).toEqual(['Mã lệnh']);
    expect(headlineOf(entry('board.commanded', { name: 'selfDestruct' }))).toBe('Gửi lệnh cho bảng');
    expect(detailLines(entry('board.commanded', { name: 'identify', durationMs: 1000 }), () => undefined)).toHaveLength(
      1,
    );
  });

  it('calls things what they were called then, in a file with their ids', () => {
    const told = {
      ...entry('x.y', { noticeId: 'n1', targets: { unitIds: [unitId], boardIds: [boardId] } }),
      names: { n1: 'Lịch cắt điện', [unitId]: 'Xã Bình An (cũ)', [boardId]: 'Bảng chợ' },
    };
    const values = (options?: object) => detailLines(told, () => 'tên bây giờ', options).map(({ value }) => value);
    expect(values()).toEqual(['Lịch cắt điện', 'Xã Bình An (cũ); Bảng chợ']);
    expect(values({ withIds: true })).toEqual([
      'Lịch cắt điện (n1)',
      `Xã Bình An (cũ) (${unitId}); Bảng chợ (${boardId})`,
    ]);
  });

  it('says in words when a schedule begins, as the schedule itself does; what cannot be read, as it was written', () => {
    expect(read({ cron: '0 7 * * 2' })).toEqual(['Bắt đầu: Thứ Ba hằng tuần lúc 07:00']);
    expect(read({ cron: 'a b' })).toEqual(['Bắt đầu: a b']);
    // Of what was written by hand a sentence does not say all.
    expect(read({ cron: '0 7 1 * 1' })[0]).toContain('(0 7 1 * 1)');
  });

  it('takes no word that somebody wrote for the id of something', () => {
    expect(read({ title: 'constructor' })[0]).toMatch(/: constructor$/);
  });

  it('reads versions, targets and what a player said of itself without JSON', () => {
    expect(read({ version: { epoch: 1, counter: 12 } })).toEqual(['Phiên bản: 12']);
    expect(read({ targets: { unitIds: [unitId], boardIds: [boardId, boardId] } })).toEqual([
      'Phát ở: Xã Bình An; 2 bảng',
    ]);
    const everything = read({
      takeoverId: unitId.replace('1', '9'),
      playlistId: '1',
      noticeId: '2',
      deviceId: '3',
      journalId: '4',
      perHour: 6,
      order: 1,
      player: { app: '0.1.0', host: 'chromium' },
    }).join('\n');
    expect(everything).not.toMatch(/[{}]|takeoverId|playlistId|noticeId|deviceId|journalId|perHour|order|player/);
  });
});
