import { drawn, marked, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

/** Upright A4. */
const pages = (count: number) => Array.from({ length: count }, () => drawn(763, 1080));

export const cases: LayoutCases = {
  sample: { ...sample, pages: pages(2) },
  longest: {
    title: marked(160),
    documentNumber: marked(40),
    issuingUnit: marked(120),
    signer: marked(120),
    pages: pages(9),
  },
  'in parts': { ...sample, view: 'parts', pages: pages(2) },
  'one endless word': { title: 'Ể'.repeat(160), pages: pages(1) },
};
