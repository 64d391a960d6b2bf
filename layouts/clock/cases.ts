import { marked, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: { unitName: marked(120), message: marked(120) },
  'of the board’s own unit': {},
};
