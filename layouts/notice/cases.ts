import { longText, marked, marks, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    ...sample,
    title: marked(160),
    body: longText,
    issuingUnit: `Ủy ban nhân dân ${marks}`,
    signer: marks,
  },
  short: { title: marks, body: marks },
  'one endless word': { title: 'Ể'.repeat(60), body: `https://bangtin.example/${'ộ'.repeat(200)}` },
};
