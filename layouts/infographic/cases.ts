import { marked, marks, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    title: marked(100),
    rows: Array.from({ length: 6 }, () => ({
      value: '123.456.789,',
      unit: 'Ểượng nghìn m³',
      label: `${marks} ${marks}`.slice(0, 60),
    })),
    source: marked(120),
  },
  one: { title: marks, rows: [{ value: '98,2', unit: '%', label: marks }] },
};
