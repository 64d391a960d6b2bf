import { expect, it } from 'vitest';
import type { ConditionBoard } from '../../../../../shared/protocol/api/overview.ts';
import { boardsIn, conditionLines } from './condition-csv.ts';

const board = (name: string, over: Partial<ConditionBoard> = {}): ConditionBoard => ({
  id: name,
  name,
  place: 'Cổng chợ',
  unitName: 'Xã An',
  condition: 'offline',
  reason: null,
  since: Date.UTC(2026, 10, 23, 1),
  ...over,
});

it('has all boards of all pages', async () => {
  const asked: string[] = [];
  const pages = [
    { boards: [board('Một')], next: '1_a' },
    { boards: [board('Hai')], next: null },
  ];
  const get = ((path: string) => {
    asked.push(path);
    return Promise.resolve(pages[asked.length - 1]!);
  }) as Parameters<typeof boardsIn>[0]['get'];
  const found = await boardsIn({ get }, { condition: 'offline', unitId: 'u' });
  expect(found.map(({ name }) => name)).toEqual(['Một', 'Hai']);
  expect(asked).toEqual([
    '/api/overview/boards?condition=offline&limit=1000&unitId=u',
    '/api/overview/boards?condition=offline&limit=1000&unitId=u&cursor=1_a',
  ]);
});

it('says what, why and since when; a formula in a name is none', () => {
  const lines = conditionLines(
    [board('=1+1'), board('Hai', { condition: 'unknown', reason: 'never', since: null })],
    ';',
  );
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^'=1\+1;Xã An;Cổng chợ;[^;]+;[^;]*;[^;]*23\/11\/2026[^;]*\r\n$/u);
  expect(lines[2]).toMatch(/;\r\n$/u);
});
