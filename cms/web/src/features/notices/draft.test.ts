import { describe, expect, it } from 'vitest';
import { layoutNames, layouts } from '../../../../../layouts/schemas.ts';
import type { NoticeContent } from '../../../../../shared/protocol/programme.ts';
import {
  completed,
  contentTypeOf,
  effectiveMs,
  emptyContent,
  headlineOf,
  imageMs,
  lacksPicture,
  showsPages,
  showsPicture,
  viewFieldOf,
  withoutRow,
  type ContentType,
} from './draft.ts';

const layoutContent = (layout: string, fields: Record<string, unknown>): NoticeContent => ({
  type: 'layout',
  layout,
  fields: fields as Extract<NoticeContent, { type: 'layout' }>['fields'],
});

describe('a notice while it is written', () => {
  it.each(layoutNames)('shows the sample where «%s» is still empty', (layout) => {
    const { content, sampled } = completed(emptyContent(`layout:${layout}`));
    expect(sampled).toEqual(
      layouts[layout].fields.filter((field) => field.required && field.kind !== 'choice').map(({ key }) => key),
    );
    expect(content.type === 'layout' && layouts[layout].schema.safeParse(content.fields).success).toBe(true);
  });

  it('shows what is written and the sample for the rest', () => {
    const empty = emptyContent('layout:notice');
    const fields = { ...(empty.type === 'layout' ? empty.fields : {}), title: 'Họp dân', date: '31/02/2026' };
    const { content } = completed(layoutContent('notice', fields));
    expect(content).toMatchObject({ fields: { title: 'Họp dân', body: layouts.notice.sample['body'] } });
    expect(content.type === 'layout' && layouts.notice.schema.safeParse(content.fields).success).toBe(true);
  });

  it('shows the beginning of what is too long, and speaks of a sample only where there is one', () => {
    const title = 'Họp dân '.repeat(40);
    const written = { ...layouts.notice.sample, title, date: '31/02/2026' };
    const { content, sampled } = completed(layoutContent('notice', written));
    expect(content).toMatchObject({ fields: { title: title.slice(0, 160), body: layouts.notice.sample['body'] } });
    expect((content as { fields: object }).fields).not.toHaveProperty('date');
    expect(sampled).toEqual([]);
  });

  it('leaves finished fields as they are', () => {
    const written = layoutContent('infographic', { ...layouts.infographic.sample });
    expect(completed(written)).toEqual({ content: written, sampled: [], begun: [], wrong: [] });
  });

  it('says what is wrong with figures that somebody has begun, instead of showing others', () => {
    const begun = layoutContent('chart', {
      ...layouts.chart.sample,
      table: [
        ['Thôn', 'Số hộ'],
        ['Đông', 'nhiều'],
      ],
    });
    expect(completed(begun).wrong).toMatchObject([{ params: { reason: 'not_a_number' }, path: ['table', 1, 1] }]);
    const names = layoutContent('chart', { ...layouts.chart.sample, table: [['Thôn', 'Số hộ']] });
    expect(completed(names)).toMatchObject({ sampled: ['table'], begun: ['table'], wrong: [] });
    expect(completed(layoutContent('chart', { ...layouts.chart.sample, table: [] }))).toMatchObject({ begun: [] });
  });

  it('says nothing of the row that somebody is in the middle of, nor of the whole meanwhile', () => {
    const wrongIn = (rows: string[][], row: number | null) =>
      withoutRow(
        completed(layoutContent('chart', { ...layouts.chart.sample, table: [['Thôn', 'Số hộ'], ...rows] })).wrong,
        row === null ? null : ['table', row],
      ).map(({ path }) => path.join('.'));
    expect(wrongIn([['Đông', '']], 1)).toEqual([]);
    expect(wrongIn([['Đông', '']], null)).toEqual(['table']);
    const rows = [
      ['Đông', 'năm'],
      ['', '7'],
    ];
    expect(wrongIn(rows, 2)).toEqual(['table.1.1']);
    expect(wrongIn(rows, null)).toEqual(['table.1.1', 'table.2.0']);
  });

  it('says of a cell that it is no number as soon as nothing makes it one', () => {
    const marked = (cell: string, row = 1) =>
      withoutRow(
        completed(
          layoutContent('chart', {
            ...layouts.chart.sample,
            table: [
              ['Thôn', 'Số hộ'],
              ['Đông', cell],
            ],
          }),
        ).wrong,
        ['table', row],
      ).map(({ path }) => path.join('.'));
    expect(marked('12,5 hồ sơ')).toEqual(['table.1.1']);
    expect(marked('12,')).toEqual([]);
    expect(marked('12,', 0)).toEqual(['table.1.1']);
    // A word of the first row may become the name of a column.
    const first = layoutContent('chart', {
      ...layouts.chart.sample,
      table: [
        ['Thôn', '2024', 'So sánh'],
        ['Đông', '214', ''],
      ],
    });
    expect(completed(first).wrong).not.toEqual([]);
    expect(withoutRow(completed(first).wrong, ['table', 0])).toEqual([]);
  });

  it('keeps a title that is written beside a chart of shares that is empty', () => {
    const fields = { ...layouts.chart.sample, title: 'Tỷ lệ', kind: 'shares', table: [] };
    expect(completed(layoutContent('chart', fields))).toMatchObject({
      content: { fields: { title: 'Tỷ lệ', table: layouts.chart.sample['table'] } },
      begun: [],
    });
  });

  it('shows the rows that are finished, and no figures of the sample beside one that is not', () => {
    const [done, half] = [
      { value: '12', unit: '', label: 'hộ nghèo' },
      { value: '7', unit: '', label: '' },
    ];
    const shown = (rows: object[]) => completed(layoutContent('infographic', { title: 'Số liệu', rows, source: '' }));
    expect(shown([done, half])).toMatchObject({ content: { fields: { rows: [done] } }, sampled: [] });
    expect(shown([half])).toMatchObject({ sampled: ['rows'], begun: ['rows'] });
    expect(shown([{ ...half, value: '' }])).toMatchObject({ sampled: ['rows'], begun: [] });
  });

  it('has something to show for every choice of an empty chart', () => {
    const content = layoutContent('chart', { ...layouts.chart.sample, kind: 'shares', table: [] });
    const { content: shown } = completed(content);
    expect(layouts.chart.schema.safeParse((shown as { fields: unknown }).fields).success).toBe(true);
  });

  it('shows a link as it will be stored, and none while it is being written', () => {
    const shown = (link: string) =>
      completed({ ...layoutContent('notice', { ...layouts.notice.sample }), link }).content.link;
    expect(shown('phuan.example.vn/tiêm')).toBe('https://phuan.example.vn/ti%C3%AAm');
    expect(shown('https://')).toBeUndefined();
  });

  it('drops rows in which nothing is written', () => {
    const rows = [
      { value: '12', unit: '', label: 'hộ nghèo' },
      { value: '', unit: '', label: '' },
    ];
    const { content, sampled } = completed(layoutContent('infographic', { title: 'Số liệu', rows, source: '' }));
    expect(sampled).toEqual([]);
    expect(content).toMatchObject({ fields: { rows: [rows[0]] } });
  });

  it.each(layoutNames)('in «%s» is called what it says, until it has a name of its own', (layout) => {
    expect(headlineOf(layoutContent(layout, { ...layouts[layout].sample }))).not.toBe('');
  });

  it('is called by the beginning of a title that is longer than a name may be', () => {
    const title = 'Họp dân '.repeat(60);
    expect(headlineOf(layoutContent('notice', { title, body: '' }))).toBe(title.slice(0, 300));
  });

  it('has nothing to preview until the picture that it is about is chosen', () => {
    const lacks = (type: ContentType) => lacksPicture(completed(emptyContent(type)).content);
    expect((['layout:picture', 'image', 'video', 'layout:notice'] as const).map(lacks)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const fields = { ...layouts.picture.sample, picture: { asset: 'a'.repeat(64), alt: '' } };
    expect(lacksPicture(completed(layoutContent('picture', fields)).content)).toBe(false);
  });

  it('goes by the kinds of fields, so that a copy of a layout is what it was copied from', () => {
    const named = (has: (look: NoticeContent) => boolean) =>
      layoutNames.filter((name) => has(emptyContent(`layout:${name}`)));
    expect(named(showsPages)).toEqual(named((look) => viewFieldOf(look) === 'view'));
    expect(named(showsPages)).toContain('document');
    expect(named(showsPicture)).toContain('picture');
    expect(named(showsPicture)).not.toContain('poster');
    for (const type of ['image', 'video'] as const) {
      expect(showsPages(emptyContent(type))).toBe(false);
      expect(showsPicture(emptyContent(type))).toBe(type === 'image');
    }
    const unknown = layoutContent('gone', { title: 'Họp dân' });
    expect([showsPages(unknown), showsPicture(unknown), headlineOf(unknown)]).toEqual([false, false, 'gone']);
  });

  it('knows its kind', () => {
    for (const type of ['layout:notice', 'layout:infographic', 'image', 'video'] as const) {
      expect(contentTypeOf(emptyContent(type))).toBe(type);
    }
  });

  it('is as long as was set, else as its text, its video or a picture', () => {
    const text = layoutContent('notice', { title: 'a '.repeat(50), body: 'b' });
    const hash = 'a'.repeat(64);
    const video: NoticeContent = { type: 'video', asset: hash, alt: '', fit: 'contain', muted: true };
    const media = [{ hash, durationMs: 42_000 }] as never;
    expect(effectiveMs({ content: text, durationMs: 7000 }, [])).toBe(7000);
    expect(effectiveMs({ content: text, durationMs: null }, [])).toBe(24_000);
    expect(effectiveMs({ content: video, durationMs: null }, media)).toBe(42_000);
    const link = 'https://phuan.example.vn/';
    const brief = layoutContent('notice', { title: 'a', body: 'b' });
    expect(effectiveMs({ content: { ...brief, link }, durationMs: null }, [])).toBe(15_000);
    expect(effectiveMs({ content: { ...text, link }, durationMs: null }, [])).toBe(24_000);
    expect(effectiveMs({ content: { ...video, link }, durationMs: null }, media)).toBe(42_000);
    expect(effectiveMs({ content: { ...video, asset: 'b'.repeat(64) }, durationMs: null }, media)).toBe(imageMs);
  });
});
