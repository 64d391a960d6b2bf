/** Every folder beside this file that is a layout. Written by scripts/lib/layout-list.ts before each build. */
import * as chartSchema from './chart/schema.ts';
import * as chartSample from './chart/sample.ts';
import * as clockSchema from './clock/schema.ts';
import * as clockSample from './clock/sample.ts';
import * as documentSchema from './document/schema.ts';
import * as documentSample from './document/sample.ts';
import * as infographicSchema from './infographic/schema.ts';
import * as infographicSample from './infographic/sample.ts';
import * as noticeSchema from './notice/schema.ts';
import * as noticeSample from './notice/sample.ts';
import * as pictureSchema from './picture/schema.ts';
import * as pictureSample from './picture/sample.ts';
import * as posterSchema from './poster/schema.ts';
import * as posterSample from './poster/sample.ts';
import * as timetableSchema from './timetable/schema.ts';
import * as timetableSample from './timetable/sample.ts';
import * as urgentSchema from './urgent/schema.ts';
import * as urgentSample from './urgent/sample.ts';

export const list = {
  chart: { ...chartSchema, ...chartSample },
  clock: { ...clockSchema, ...clockSample },
  document: { ...documentSchema, ...documentSample },
  infographic: { ...infographicSchema, ...infographicSample },
  notice: { ...noticeSchema, ...noticeSample },
  picture: { ...pictureSchema, ...pictureSample },
  poster: { ...posterSchema, ...posterSample },
  timetable: { ...timetableSchema, ...timetableSample },
  urgent: { ...urgentSchema, ...urgentSample },
};
