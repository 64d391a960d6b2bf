import { drawn, marked, type LayoutCases } from '../parts/cases.ts';
import { sample } from './sample.ts';

export const cases: LayoutCases = {
  sample,
  longest: {
    kicker: marked(60),
    title: marked(80),
    lead: marked(160),
    when: marked(80),
    where: marked(120),
    organizer: marked(120),
    picture: drawn(900, 1600),
  },
  pictured: { ...sample, tone: 'green', picture: drawn(1200, 900) },
  'title alone': { title: 'Ể Ẳ', tone: 'blue' },
  'one endless word': { title: 'Ộ'.repeat(80), where: 'Ể'.repeat(120) },
};
