import { describe, expect, it } from 'vitest';
import { m } from '../../paraglide/messages.js';
import { changesOf, longTextsOf, particularsOf, type Compared, type Names } from './changes.ts';
import { fieldWord } from './layout-words.ts';

const version = (fields: Record<string, unknown> = {}, over: Partial<Compared> = {}): Compared => ({
  title: 'Họp thôn',
  category: 'local',
  unitId: 'an',
  durationMs: null,
  entertainment: false,
  content: { type: 'layout', layout: 'notice', fields: { title: 'Họp thôn', body: 'Tối nay', ...fields } as never },
  ...over,
});
const names: Names = {
  unit: (id) => ({ an: 'Xã An', binh: 'Xã Bình' })[id] ?? '',
  category: (key) => ({ local: 'Địa phương', law: 'Pháp luật' })[key] ?? '',
};

describe('what changed between two versions', () => {
  it('is nothing where nothing differs', () => {
    expect(changesOf(version(), version(), names)).toEqual([]);
  });

  it('names each field with what it said before and after', () => {
    const after = version({ body: 'Tối mai', signer: 'Nguyễn Văn A' }, { category: 'law', unitId: 'binh' });
    expect(changesOf(version(), after, names)).toEqual([
      { label: fieldWord('notice', 'body'), before: 'Tối nay', after: 'Tối mai' },
      { label: fieldWord('notice', 'signer'), before: '', after: 'Nguyễn Văn A' },
      { label: m.notice_category(), before: 'Địa phương', after: 'Pháp luật' },
      { label: m.unit_field(), before: 'Xã An', after: 'Xã Bình' },
    ]);
  });

  it('says that it entertains now', () => {
    expect(changesOf(version(), version({}, { entertainment: true }), names)).toEqual([
      { label: m.notice_entertainment(), before: m.audit_no(), after: m.audit_yes() },
    ]);
  });

  it('says the length in words, and that the computed one is computed', () => {
    const [change] = changesOf(version(), version({}, { durationMs: 15_000 }), names);
    expect(change).toMatchObject({ label: m.notice_duration(), before: m.notice_duration_auto() });
    expect(change!.after).toContain('15');
  });

  it('writes rows a line each, and tells one file from another', () => {
    const figures = (value: string): Compared =>
      version(
        {},
        {
          content: {
            type: 'layout',
            layout: 'infographic',
            fields: { rows: [{ value, unit: '%', label: 'Hộ nghèo' }] },
          },
        },
      );
    const rows = changesOf(figures('3'), figures('2'), names);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.after).toContain('2 · ');
    const image = (asset: string): Compared =>
      version({}, { content: { type: 'image', asset, alt: '', fit: 'contain' } });
    expect(changesOf(image('a'.repeat(64)), image('b'.repeat(64)), names)).toEqual([
      {
        label: m.change_file(),
        before: m.change_file_words({ id: 'aaaaaaaa' }),
        after: m.change_file_words({ id: 'bbbbbbbb' }),
      },
    ]);
  });
});

describe('a link', () => {
  it('is among what changed, whatever it stands beside', () => {
    const link = 'https://phuan.example.vn/tiem-chung';
    const picture = version({}, { content: { type: 'image', asset: 'a'.repeat(64), alt: '', fit: 'contain' } });
    for (const before of [version(), picture]) {
      const after = { ...before, content: { ...before.content, link } };
      expect(changesOf(before, after, names)).toEqual([{ label: m.notice_link(), before: '', after: link }]);
      expect(changesOf(after, before, names)).toEqual([{ label: m.notice_link(), before: link, after: '' }]);
    }
  });
});

describe('what an approver answers for', () => {
  it('is each short text of the notice, also one that was left out', () => {
    const { content } = version({ documentNumber: '12/TB-UBND', date: '20/11/2026', signer: 'Nguyễn Văn A' });
    expect(particularsOf(content)).toEqual([
      [fieldWord('notice', 'title'), 'Họp thôn'],
      [fieldWord('notice', 'documentNumber'), '12/TB-UBND'],
      [fieldWord('notice', 'date'), '20/11/2026'],
      [fieldWord('notice', 'issuingUnit'), ''],
      [fieldWord('notice', 'signer'), 'Nguyễn Văn A'],
    ]);
  });

  it('is of a picture the words that stand for it', () => {
    const picture = { type: 'image', asset: 'a'.repeat(64), alt: 'Lịch cắt điện', fit: 'contain' } as const;
    expect(particularsOf(picture)).toEqual([[m.notice_alt(), 'Lịch cắt điện']]);
  });

  it('is the whole of what stands in it at length, also rows and tables, and not what is left out', () => {
    expect(longTextsOf(version({ body: 'Dòng một\nDòng hai' }).content)).toEqual([
      [fieldWord('notice', 'body'), 'Dòng một\nDòng hai'],
    ]);
    expect(longTextsOf(version({ body: '' }).content)).toEqual([]);
    const table = [
      ['Thôn', 'Giờ'],
      ['Bình Hải', '7h30'],
    ];
    const fields = { title: 'Lịch tiêm', table: table };
    expect(longTextsOf({ type: 'layout', layout: 'timetable', fields })).toEqual([
      [fieldWord('timetable', 'table'), 'Thôn · Giờ\nBình Hải · 7h30'],
    ]);
  });

  it('is of a picture in a layout its words and not its file', () => {
    const fields = { picture: { asset: 'a'.repeat(64), alt: 'Bản đồ ngập' }, caption: 'Vùng ngập' };
    const lines = particularsOf({ type: 'layout', layout: 'picture', fields });
    expect(lines).toContainEqual([fieldWord('picture', 'picture'), 'Bản đồ ngập']);
    expect(particularsOf({ type: 'layout', layout: 'poster', fields: { picture: null } })).toContainEqual([
      fieldWord('poster', 'picture'),
      '',
    ]);
  });
});

describe('a document shown by its pages', () => {
  it('differs when one of them is another file', () => {
    const pages = (asset: string): Compared =>
      version(
        {},
        {
          content: {
            type: 'layout',
            layout: 'document',
            fields: { title: 'Công văn', pages: [{ asset, alt: 'Trang 1' }], view: 'whole' },
          },
        },
      );
    expect(changesOf(pages('a'.repeat(64)), pages('b'.repeat(64)), names)).toEqual([
      {
        label: fieldWord('document', 'pages'),
        before: `${m.change_file_words({ id: 'aaaaaaaa' })}, Trang 1`,
        after: `${m.change_file_words({ id: 'bbbbbbbb' })}, Trang 1`,
      },
    ]);
  });
});
