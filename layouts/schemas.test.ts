import { expect, test } from 'vitest';
import { countWords, isLayoutName, layoutNames, layouts } from './schemas.ts';

const notice = layouts.notice.schema;

test.each(layoutNames)('the sample of «%s» fits its own schema, field for field', (name) => {
  const { schema, fields, sample } = layouts[name];
  expect(schema.parse(sample)).toEqual(sample);
  expect(fields.map((field) => field.key)).toEqual(Object.keys(schema.shape));
});

test.each(layoutNames)('the sample of «%s» shows what each field is for', (name) => {
  const { fields, sample } = layouts[name];
  const left = fields.filter(
    ({ key, kind }) => kind !== 'image' && [undefined, null, ''].includes((sample as Record<string, string>)[key]),
  );
  expect(left).toEqual([]);
});

test('decomposed input is stored composed, and both count alike', () => {
  const text = 'Ể Ộ Ữ Ẵ ngoằn ngoèo';
  const stored = notice.parse({ title: text.normalize('NFD'), body: text.normalize('NFD') });
  expect(stored.title).toBe(text.normalize('NFC'));
  // 160 stacked letters are 160 characters, though NFD spells them with 480.
  expect(notice.safeParse({ title: 'Ể'.repeat(160).normalize('NFD'), body: 'x' }).success).toBe(true);
  expect(notice.safeParse({ title: 'Ể'.repeat(161), body: 'x' }).success).toBe(false);
});

test('pasted text loses what nobody sees and keeps its paragraphs', () => {
  const stored = notice.parse({
    title: ' Một\u0000 \u00a0hai\n ba\ufeff ',
    body: 'Dòng một\r\n\r\n  dòng\u0007 hai\vdòng ba ',
  });
  expect(stored.title).toBe('Một hai ba');
  expect(stored.body).toBe('Dòng một\ndòng hai\ndòng ba');
});

test.each(['31/02/2025', '29/02/2025', '2025-11-20', '1/1/2025', '00/01/2025', '01/13/2025'])(
  'date %s is refused',
  (date) => {
    expect(notice.safeParse({ title: 'a', body: 'b', date }).success).toBe(false);
  },
);

test.each(['', '29/02/2024', '20/11/2025'])('date «%s» is accepted', (date) => {
  expect(notice.parse({ title: 'a', body: 'b', date }).date).toBe(date);
});

test('an infographic has one to six rows, each with a figure and its meaning', () => {
  const row = { value: '1', label: 'một' };
  const tryRows = (rows: unknown[]) => layouts.infographic.schema.safeParse({ title: 't', rows }).success;
  expect([0, 1, 6, 7].map((count) => tryRows(Array.from({ length: count }, () => row)))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(tryRows([{ value: ' ', label: 'một' }])).toBe(false);
});

test('words of all fields are counted, marks of punctuation are not', () => {
  expect(countWords({ title: 'Ba từ này', rows: [{ value: '98,2', unit: '%', label: '– đúng hạn' }] })).toBe(6);
  expect(countWords({ title: 'Ba từ này', body: 'và bốn từ nữa', foot: 'cuối' }, 5)).toBe(5);
});

test('names of layouts are not names of object methods', () => {
  expect(isLayoutName('notice')).toBe(true);
  expect(isLayoutName('toString')).toBe(false);
});
