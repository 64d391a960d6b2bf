/**
 * Categories of notices as rows, so that the province may change them: until now they were a list in the program, and their names words
 * of the studio.
 */
import type { Migration } from '../migration.ts';

const first: readonly (readonly [key: string, vi: string, en: string])[] = [
  ['law', 'Chủ trương, pháp luật', 'Party line and law'],
  ['local', 'Quy định, sự kiện địa phương', 'Local regulations and events'],
  ['welfare', 'Chương trình, dự án, an sinh', 'Programmes and welfare'],
  ['economy', 'Kinh tế, văn hóa, xã hội, khoa học', 'Economy, culture, society, science'],
  ['security', 'An ninh, trật tự', 'Security and order'],
  ['disaster', 'Thiên tai, cứu nạn, cháy nổ, dịch bệnh', 'Disaster, rescue, fire, epidemic'],
  ['examples', 'Gương người tốt, việc tốt', 'Good examples'],
  ['violations', 'Phòng, chống vi phạm', 'Combating violations'],
  ['other', 'Nội dung khác', 'Other'],
];

export const migration: Migration = {
  name: '0029-categories',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const rows = first.map(([key, vi, en], at) => `('${key}', ${at}, '${vi}', '${en}', 1)`);
    return [
      `create table categories (
        key text not null primary key,
        position ${int} not null,
        name_vi text not null,
        name_en text not null,
        in_use ${int} not null
      ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
      `insert into categories (key, position, name_vi, name_en, in_use) values ${rows.join(', ')}`,
    ];
  },
};
