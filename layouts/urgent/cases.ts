import { longText, marked, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    kind: 'search',
    headline: 'Ểnghường '.repeat(7).trim(),
    details: longText.slice(0, 500),
    contact: marked(60),
    issuingUnit: marked(120),
  },
  'headline alone': { kind: 'warning', headline: 'ẨN Ễ Ộ lụt: không qua ngầm Nậm Mức' },
  'one endless word': { kind: 'urgent', headline: 'Ộ'.repeat(70), details: 'Ễ'.repeat(200) },
};
