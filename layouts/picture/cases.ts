import { drawn, marked, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample: { ...sample, picture: drawn(1600, 900) },
  longest: { picture: drawn(1200, 1000), caption: marked(160), credit: marked(60) },
  upright: { ...sample, fit: 'fill', picture: drawn(900, 1600) },
  'one endless word': { picture: drawn(100, 1000), caption: 'Ể'.repeat(160) },
};
